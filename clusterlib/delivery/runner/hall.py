"""The trainer's side of the box: starts zygotes, has children forked, talks with them."""

from __future__ import annotations

import contextlib
import json
import os
import select
import signal
import socket
import subprocess
import threading
import time
from collections.abc import Sequence
from typing import Any

from clusterlib.delivery.cli import CommandError
from clusterlib.delivery.runner import box, frames
from clusterlib.delivery.runner.verdicts import Verdict

START_SECONDS = 120
GRACE_SECONDS = 1.0
# Each takes memory until the end; where every learner has figures of their own, more would come.
MOST_PREPARED = 8


class Ended(Exception):
    """A child ended or had to be ended; says the verdict and the reason in words."""

    def __init__(self, verdict: Verdict, words: str) -> None:
        super().__init__(words)
        self.verdict = verdict


class Zygote:
    """A warm process behind the walls that forks children."""

    def __init__(self, control: socket.socket, process: subprocess.Popen[bytes] | None) -> None:
        self.control, self.process = control, process
        # Whether its cells ran without an error; None until it says that it is ready.
        self.sound: bool | None = None
        self.lock = threading.Lock()

    def hello(self) -> dict[str, Any]:
        """Wait until it is ready; return what it says of itself."""
        self.control.settimeout(START_SECONDS)
        try:
            body = self.control.recv(1 << 20)
        except OSError:
            body = b""
        if not body:
            raise CommandError("the box for learners' code does not start: cluster-course doctor")
        self.control.settimeout(None)
        found: dict[str, Any] = json.loads(body)
        return found

    def request(self, message: dict[str, Any], files: Sequence[socket.socket]) -> None:
        """Hand over channels with a request."""
        numbers = [channel.fileno() for channel in files]
        with self.lock:
            socket.send_fds(self.control, [json.dumps(message).encode()], numbers)

    def prepare(self, cells: tuple[str, ...]) -> Zygote:
        """Have it fork another zygote that runs these cells; `hello` of that one waits for them."""
        control, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self.request({"do": "prepare"}, [theirs])
        theirs.close()
        control.send(json.dumps({"cells": list(cells)}).encode())
        return Zygote(control, None)

    @property
    def alive(self) -> bool:
        """Say whether the process still runs."""
        return self.process is not None and self.process.poll() is None

    def close(self) -> None:
        """Let it end; kill it where it does not."""
        self.control.close()
        if self.process is not None:
            try:
                self.process.wait(GRACE_SECONDS)
            except subprocess.TimeoutExpired:
                with contextlib.suppress(ProcessLookupError):
                    os.killpg(self.process.pid, signal.SIGKILL)
                self.process.wait()


class Child:
    """A forked process behind the walls, and its supervisor."""

    def __init__(self, data: socket.socket, orders: socket.socket, own: Zygote | None) -> None:
        self.data, self.orders, self.own = data, orders, own

    def ask(self, request: dict[str, Any], seconds: float) -> dict[str, Any]:
        """Send a request and return the answer.

        Raises:
            Ended: it took too long, said too much, ended, or says what is no answer.
        """
        try:
            self.data.settimeout(seconds)
            frames.send(self.data, request)
        except OSError as error:
            raise self._ended() from error
        return self.listen(seconds)

    def listen(self, seconds: float) -> dict[str, Any]:
        """Return the next message of the child, as `ask` does."""
        try:
            answer = frames.receive(self.data, seconds)
        except TimeoutError:
            answer = self._interrupted(seconds)
        except frames.FrameTooLong as error:
            raise Ended(Verdict.OUTPUT, f"more output than is allowed ({error})") from error
        except (frames.Closed, OSError) as error:
            raise self._ended() from error
        if not isinstance(answer, dict):
            raise Ended(Verdict.CRASH, "Python was damaged by the notebook's own code")
        return answer

    def _interrupted(self, seconds: float) -> Any:
        """Ask the code to stop, as the stop button does; a second later it is ended."""
        late = Ended(Verdict.TIME, f"no end after {seconds:g} seconds")
        with contextlib.suppress(OSError):
            self.orders.send(b"interrupt")
        try:
            answer = frames.receive(self.data, GRACE_SECONDS)
        except (TimeoutError, frames.Closed, frames.FrameTooLong, OSError) as error:
            raise late from error
        if isinstance(answer, dict):
            answer["late"] = str(late)
        return answer

    def _ended(self) -> Ended:
        """Return why the child is gone, from its supervisor."""
        reason = ""
        with contextlib.suppress(OSError, ValueError):
            if select.select([self.orders], [], [], 5)[0]:
                reason = json.loads(self.orders.recv(1000))["end"]
        if reason == "memory":
            return Ended(Verdict.MEMORY, "more memory than is allowed")
        return Ended(Verdict.CRASH, "the code ended Python")

    def close(self) -> None:
        """End the child and all that it started; wait until that is done."""
        with contextlib.suppress(OSError):
            self.orders.send(b"stop")
            self.orders.settimeout(5)
            self.orders.recv(1000)
        self.data.close()
        self.orders.close()
        if self.own is not None:
            self.own.close()


# A zygote that was started, and zygotes that it prepares, by their cells.
Begun = tuple[Zygote, dict[tuple[str, ...], Zygote]]


def begin(level: box.Level, cells: tuple[str, ...] = ()) -> Begun:
    """Start a zygote, and have it prepare these cells as soon as it is there; wait for nothing."""
    process, control = box.start(level)
    zygote = Zygote(control, process)
    return zygote, {cells: zygote.prepare(cells)} if cells else {}


class Hall:
    """All zygotes of this process: one warm one, and one for each module's set-up."""

    def __init__(self, level: box.Level, limits: box.Limits) -> None:
        self.level, self.limits = level, limits
        self.lock = threading.Lock()
        self.warm: Zygote | None = None
        self.prepared: dict[tuple[str, ...], Zygote] = {}
        self.openings: dict[tuple[str, ...], Any] = {}
        self._learned: set[tuple[str, ...]] = set()
        self.closed = False
        # A zygote that is starting already, and those that it will prepare.
        self.begun: Begun | None = None

    def child(self, setup: tuple[str, ...] = ()) -> Child:
        """Return a new child in which these set-up cells were run."""
        if self.level.name == "slow":
            return self._lonely_child(setup)
        if self._has_room(setup):
            return self._forked(self._zygote(setup), None)
        child = self._forked(self._zygote(()), None)
        child.ask({"do": "open", "cells": list(setup)}, START_SECONDS)
        return child

    def _has_room(self, setup: tuple[str, ...]) -> bool:
        return setup in self.prepared or len(self.prepared) < MOST_PREPARED

    def opens_well(self, cells: tuple[str, ...]) -> bool:
        """Say whether a zygote can run these first cells for all, without an error."""
        if self.level.name == "slow" or not self._has_room(cells):
            return False
        return self._zygote(cells).sound is True

    def opening(self, cells: tuple[str, ...], judge: Child) -> list[Any]:
        """Return what the first cells of a module show; a judge is asked the first time."""
        if cells not in self.openings:
            self.openings[cells] = judge.ask({"do": "opening"}, START_SECONDS)["outputs"]
        found: list[Any] = self.openings[cells]
        return found

    def learn(self, cells: tuple[str, ...], judge: Child) -> None:
        """Have what the first judge of a module imported imported once for all after it."""
        if self.level.name == "slow" or cells in self._learned:
            return
        self._learned.add(cells)
        names = judge.ask({"do": "modules"}, START_SECONDS)["names"]
        if names:
            zygote = self._zygote(cells if self._has_room(cells) else ())
            zygote.request({"do": "fetch", "names": names}, [])

    def _forked(self, zygote: Zygote, own: Zygote | None) -> Child:
        data, their_data = socket.socketpair()
        orders, their_orders = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        limits = self.limits.as_request() | {"leave_root": self.level.name == "weak"}
        request = {"do": "fork", "limits": limits}
        zygote.request(request, [their_data, their_orders])
        their_data.close()
        their_orders.close()
        return Child(data, orders, own)

    def _lonely_child(self, setup: tuple[str, ...]) -> Child:
        zygote = self._started()
        child = self._forked(zygote, zygote)
        child.ask({"do": "open", "cells": list(setup)}, START_SECONDS)
        return child

    def _started(self) -> Zygote:
        zygote, prepared = self.begun or begin(self.level)
        self.begun = None
        zygote.hello()
        zygote.sound = True
        self.prepared.update(prepared)
        return zygote

    def _zygote(self, setup: tuple[str, ...]) -> Zygote:
        with self.lock:
            if self.closed:
                raise Ended(Verdict.CRASH, "grading was stopped")
            if self.warm is None or not self.warm.alive:
                self.prepared.clear()
                self.warm = self._started()
            if not setup:
                return self.warm
            if setup not in self.prepared:
                self.prepared[setup] = self.warm.prepare(setup)
            zygote = self.prepared[setup]
            if zygote.sound is None:
                zygote.sound = bool(zygote.hello()["sound"])
            return zygote

    def close(self) -> None:
        """End every zygote, and with it every child."""
        with self.lock:
            self.closed = True
            for zygote in self.prepared.values():
                zygote.close()
            if self.warm is not None:
                self.warm.close()
            self.prepared.clear()
            self.warm = None


def seconds_left(until: float) -> float:
    """Return the time until a moment of the monotonic clock, never less than a blink."""
    return max(0.05, until - time.monotonic())
