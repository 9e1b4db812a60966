"""Inside the box: a process that has everything imported and forks a child for each job.

The zygote itself never runs a learner's code. For each job it forks a supervisor, the supervisor
leaves all namespaces and forks the child that does the work, watches it and kills it whole.
"""

from __future__ import annotations

import contextlib
import gc
import importlib
import json
import os
import pkgutil
import select
import signal
import socket
import traceback
from collections.abc import Iterable
from typing import Any, NoReturn

from clusterlib.delivery.runner import child as work
from clusterlib.delivery.runner import walls
from clusterlib.delivery.runner.cells import CellRunner

LOOK_SECONDS = 0.2
KILL_ROUNDS = 20
LIBRARIES = ("numpy", "pandas", "matplotlib.pyplot")
# Dear ones: a module that needs them has them fetched once (`Hall.learn`). A weak box fetches all
# at its start, since it may not reach their folder later.
LATER = (
    *("scipy.stats", "networkx", "pandera.pandas"),
    *("encodings.ascii", "encodings.idna", "encodings.latin_1", "statistics", "csv"),
)


def main(separate: bool, drop_root: bool, everything: bool) -> NoReturn:
    """Serve the control channel on standard input until it closes.

    Args:
        separate: children get namespaces of their own.
        drop_root: become an account without rights first.
        everything: import also what few modules need.
    """
    control = socket.socket(fileno=os.dup(0))
    null = os.open(os.devnull, os.O_RDWR)
    os.dup2(null, 0)
    if drop_root:
        walls.leave_root()
    runner = warm_up(LIBRARIES + LATER if everything else LIBRARIES)
    _answer(control, {"ready": True, "separate": separate and _can_separate()})
    serve(control, runner, separate)


def warm_up(libraries: tuple[str, ...]) -> CellRunner:
    """Import what notebooks use and touch what is slow the first time."""
    import matplotlib

    matplotlib.use("Agg")
    fetch(libraries)
    import clusterlib

    for found in pkgutil.iter_modules(clusterlib.__path__):
        if found.name not in ("delivery", "widgets", "documents") and found.name[0] != "_":
            importlib.import_module(f"clusterlib.{found.name}")
    runner = CellRunner()
    # They leave no name behind.
    runner.run("__import__('pandas').DataFrame({'a': ['b']})")
    runner.run("__import__('matplotlib.pyplot').pyplot.figure(figsize=(1, 1)).gca().set_title('x')")
    return runner


def fetch(names: Iterable[str]) -> None:
    """Import modules by name; one that cannot be imported is left to who needs it."""
    for name in names:
        with contextlib.suppress(Exception):
            importlib.import_module(name)


def _can_separate() -> bool:
    """Try once whether children may have namespaces of their own."""
    child = os.fork()
    if child == 0:
        code = 1
        with contextlib.suppress(OSError):
            walls.new_namespaces()
            grandchild = os.fork()
            if grandchild == 0:
                with contextlib.suppress(OSError):
                    walls.private_folders(1)
                    walls.give_up_rights()
                    code = 0
                os._exit(code)
            code = os.waitstatus_to_exitcode(os.waitpid(grandchild, 0)[1])
        os._exit(code)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0


def serve(control: socket.socket, runner: CellRunner, separate: bool) -> NoReturn:
    """Fork one supervisor for each request; fork a further zygote to prepare a module."""
    gc.collect()
    gc.freeze()
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    while True:
        body, files, _, _ = socket.recv_fds(control, 1 << 20, 2)
        if not body:
            os._exit(0)
        request = json.loads(body)
        if request["do"] == "fetch":
            fetch(request["names"])
            gc.freeze()
            continue
        channels = [socket.socket(fileno=number) for number in files]
        if os.fork() == 0:
            control.close()
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            if request["do"] == "prepare":
                _prepare(channels[0], runner, separate)
            supervise(channels[0], channels[1], request["limits"], runner, separate)
        for channel in channels:
            channel.close()


def _prepare(control: socket.socket, runner: CellRunner, separate: bool) -> NoReturn:
    """Run a module's set-up, which comes from the master alone, then serve as a zygote."""
    walls.die_with_parent()
    cells = json.loads(control.recv(1 << 20))["cells"]
    runner.open_with(cells)
    _answer(control, {"ready": True, "sound": runner.sound})
    serve(control, runner, separate)


def _answer(control: socket.socket, message: dict[str, Any]) -> None:
    control.send(json.dumps(message).encode())


def supervise(
    data: socket.socket,
    orders: socket.socket,
    limits: dict[str, Any],
    runner: CellRunner,
    separate: bool,
) -> NoReturn:
    """Fork the child that works, watch its memory, obey the trainer's process, end everything."""
    if separate:
        walls.new_namespaces()
    else:
        walls.adopt_orphans()
    # When the zygote ends, all that came of it ends; new namespaces would undo it.
    walls.die_with_parent()
    worker = os.fork()
    if worker == 0:
        orders.close()
        code = 70
        try:
            walls.die_with_parent()
            code = work.main(data, limits, runner, separate)
        except BaseException:
            traceback.print_exc()
        finally:
            os._exit(code)
    data.close()
    reason = _watch(worker, orders, float(limits["memory_mb"]))
    for _ in range(KILL_ROUNDS):
        # What a dying process has just started is found in the next round.
        left = [worker, *_below(os.getpid())]
        for process in left:
            with contextlib.suppress(ProcessLookupError):
                os.kill(process, signal.SIGKILL)
        if separate or left == [worker]:
            break
    # The first process of a namespace is gone only when all others in it are.
    with contextlib.suppress(ChildProcessError):
        os.waitpid(worker, 0)
    with contextlib.suppress(OSError):
        _answer(orders, {"end": reason})
    os._exit(0)


def _watch(worker: int, orders: socket.socket, most: float) -> str:
    """Return why the child ended: "exit", "signal", "memory" or "stopped"."""
    waiting = os.pidfd_open(worker)
    while True:
        ready, _, _ = select.select([waiting, orders.fileno()], [], [], LOOK_SECONDS)
        if orders.fileno() in ready:
            order = orders.recv(100)
            if order == b"interrupt":
                os.kill(worker, signal.SIGINT)
            else:
                return "stopped"
        elif waiting in ready:
            status = os.waitpid(worker, 0)[1]
            return "signal" if os.WIFSIGNALED(status) else "exit"
        elif walls.private_megabytes([worker, *_below(worker)]) > 1.25 * most + 100:
            return "memory"


def _below(process: int) -> list[int]:
    try:
        return walls.descendants(process)
    except OSError:
        return []
