"""Inside the box: the forked process that runs one submission's cells, or one judge's tests."""

from __future__ import annotations

import base64
import contextlib
import os
import socket
import sys
import tempfile
from pathlib import Path, PurePosixPath
from typing import Any

from clusterlib.delivery.runner import frames, walls
from clusterlib.delivery.runner.cells import CellRunner
from clusterlib.delivery.runner.plain_data import NotPlain, Opaque, Reader, Writer


def main(data: socket.socket, limits: dict[str, Any], runner: CellRunner, separate: bool) -> int:
    """Wall oneself in, then answer requests until the channel closes."""
    walls.set_limits(limits)
    if limits["leave_root"]:
        walls.leave_root()
    home = walls.HOME if separate else tempfile.mkdtemp(prefix="learner-")
    if separate:
        walls.private_folders(int(limits["disk_mb"]))
        walls.give_up_rights()
    os.setsid()
    os.chdir(home)
    os.environ.update(HOME=home, TMPDIR=home)
    # A learner's own module can be imported but cannot take the place of a real one.
    sys.path = [entry for entry in sys.path if entry not in ("", ".")] + [home]
    desk = Desk(data, runner)
    while True:
        try:
            request = frames.receive(data)
        except frames.Closed:
            return 0
        frames.send(data, getattr(desk, "do_" + request["do"])(request))


class Desk:
    """Answers the requests; the same code serves learners' cells and the judge's tests."""

    def __init__(self, channel: socket.socket, runner: CellRunner) -> None:
        self.channel, self.runner = channel, runner
        self.functions: list[Any] = []
        self.modules = set(sys.modules)

    def do_files(self, request: dict[str, Any]) -> dict[str, Any]:
        """Write the files that were handed in beside the notebook."""
        for name, content in request["files"].items():
            path = PurePosixPath(name)
            if path.is_absolute() or ".." in path.parts:
                continue
            target = Path(path)
            with contextlib.suppress(OSError):
                target.parent.mkdir(parents=True, exist_ok=True)
                target.write_bytes(base64.b64decode(content))
        return {}

    def do_open(self, request: dict[str, Any]) -> dict[str, Any]:
        """Run the opening cells, where no zygote did."""
        self.runner.open_with(request["cells"])
        return {}

    def do_opening(self, request: dict[str, Any]) -> dict[str, Any]:
        """In the judge: return what the opening cells showed."""
        return {"outputs": self.runner.opening}

    def do_modules(self, request: dict[str, Any]) -> dict[str, Any]:
        """In the judge: return the modules that were imported in this process."""
        return {"names": sorted(set(sys.modules) - self.modules)}

    def do_run(self, request: dict[str, Any]) -> dict[str, Any]:
        """Run a cell."""
        outputs, error, cut = self.runner.run(request["source"], request.get("shown", True))
        return {"outputs": outputs, "error": error, "cut": cut}

    def do_values(self, request: dict[str, Any]) -> dict[str, Any]:
        """Return names as plain data, each alone, so that one that fails spoils no other."""
        return {"values": {name: self._value(name) for name in request["names"]}}

    def _value(self, name: str) -> Any:
        space = self.runner.namespace
        if name not in space:
            return {"missing": True}
        return self._written(space[name])

    def _written(self, value: Any) -> Any:
        try:
            return {"is": Writer(self._keep).write(value)}
        except NotPlain as error:
            return {"opaque": str(error)}
        except Exception as error:
            return {"opaque": f"cannot be read ({type(error).__name__})"}

    def _keep(self, function: Any) -> int:
        self.functions.append(function)
        return len(self.functions) - 1

    def do_call(self, request: dict[str, Any]) -> dict[str, Any]:
        """Call a learner's function with plain data; return what it returns, or its error."""
        reader = Reader(self._no_call)
        arguments = [reader.read(item) for item in request["arguments"]]
        named = {name: reader.read(item) for name, item in request["named"].items()}
        try:
            value = self.functions[request["function"]](*arguments, **named)
        except BaseException as error:
            return {"raised": [type(error).__name__, str(error)[:2000]]}
        return {"returned": self._written(value)}

    @staticmethod
    def _no_call(*_: Any) -> Any:
        raise NotPlain("is a function")

    def do_test(self, request: dict[str, Any]) -> dict[str, Any]:
        """In the judge: bind a learner's values, run a test, return what it said and its value."""
        for name, entry in request["values"].items():
            self._bind(name, entry)
        outputs, error, cut = self.runner.run(request["source"])
        value = self.runner.value
        number = type(value) in (int, float) or type(value).__module__ == "numpy"
        score = float(value) if number and error is None else None
        return {"outputs": outputs, "error": error, "cut": cut, "score": score}

    def _bind(self, name: str, entry: Any) -> None:
        space = self.runner.namespace
        if "is" in entry:
            try:
                space[name] = Reader(self._ask).read(entry["is"])
                return
            except NotPlain as error:
                entry = {"opaque": str(error)}
        if "opaque" in entry:
            space[name] = Opaque(f"{name} {str(entry['opaque'])[:200]}")
        else:
            space.pop(name, None)

    def _ask(self, number: int, arguments: tuple[Any, ...], named: dict[str, Any]) -> Any:
        """Have the box call a function; the trainer's process carries question and answer."""
        writer = Writer(self._refuse_function)
        question = {
            "call": number,
            "arguments": [writer.write(item) for item in arguments],
            "named": {name: writer.write(item) for name, item in named.items()},
        }
        frames.send(self.channel, question)
        answer = frames.receive(self.channel)
        if "raised" in answer:
            raise _learners_error(*answer["raised"])
        entry = answer["returned"]
        if "is" not in entry:
            raise TypeError(f"what the function returns {entry.get('opaque', 'is missing')}")
        return Reader(self._ask).read(entry["is"])

    @staticmethod
    def _refuse_function(_: Any) -> int:
        raise NotPlain("is a function: tests hand plain data to a learner's function")


def _learners_error(name: str, text: str) -> BaseException:
    """Return the built-in error of that name, so that a test can expect ValueError."""
    import builtins

    kind = getattr(builtins, str(name), None)
    if isinstance(kind, type) and issubclass(kind, Exception):
        try:
            return kind(text)
        except TypeError:
            pass
    return RuntimeError(f"{name}: {text}")
