"""Who changes a mark, with which command, and why."""

from __future__ import annotations

import contextlib
import getpass
import os
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextvars import ContextVar
from pathlib import Path
from typing import Any

# A reason for programs that know no option for it: CLUSTER_WHY="appeal of 3 May" nbgrader ...
WHY = "CLUSTER_WHY"

_why: ContextVar[str | None] = ContextVar("why", default=None)
_command: ContextVar[str | None] = ContextVar("command", default=None)


@contextlib.contextmanager
def reason(why: str | None = None, command: str | None = None) -> Iterator[None]:
    """Write this reason and this command beside every mark that changes inside.

    Both hold for the present thread. None leaves what an outer `reason` said.

    Args:
        why: a sentence for people, for example "mended test need-test".
        command: what is at work, for example "cluster-course regrade".

    Example:
        >>> with reason(command="cluster-course regrade"):
        ...     with reason("mended test need-test"):
        ...         present_command(), present_reason()
        ('cluster-course regrade', 'mended test need-test')
    """
    before = _why.set(_why.get() if why is None else why.strip() or None)
    command_before = _command.set(_command.get() if command is None else command)
    try:
        yield
    finally:
        _why.reset(before)
        _command.reset(command_before)


def present_reason() -> str | None:
    """Return the reason given, None when nobody gave one."""
    return _why.get() or os.environ.get(WHY, "").strip() or None


def present_command() -> str:
    """Return what is at work: what `reason` says, the formgrader, or the program's own name."""
    if _command.get():
        return str(_command.get())
    return "formgrader" if _page() is not None else program(sys.argv)


def present_person() -> str:
    """Return who is at work: on a hub the person signed in there, else the account.

    Several graders of a hub share one formgrader and one account, so the page's own user counts.
    """
    page = _page()
    if page is not None and _on_hub(os.environ):
        name = getattr(page.current_user, "username", None)
        if name:
            return str(name)
    return os.environ.get("JUPYTERHUB_USER") or _account()


def program(arguments: Sequence[str]) -> str:
    """Return a program and its subcommand from its command line.

    >>> program(["/usr/bin/nbgrader", "autograde", "--force", "02-needs"])
    'nbgrader autograde'
    >>> program(["/usr/lib/python3/nbgrader/__main__.py", "db", "student", "remove", "anna"])
    'nbgrader db student remove'
    >>> program(["repair.py", "anna"]), program([""])
    ('repair.py', 'python')
    """
    path = Path(arguments[0])
    name = path.parent.name if path.name == "__main__.py" else path.name
    if name not in ("nbgrader", "cluster-course"):
        return "python" if name in ("", "-c") else name
    words = []
    for word in arguments[1 : 4 if arguments[1:2] == ["db"] else 2]:
        if word.startswith("-"):
            break
        words.append(word)
    return " ".join([name, *words])


def _on_hub(environment: Mapping[str, str]) -> bool:
    return any(name.startswith("JUPYTERHUB_") for name in environment)


def _page() -> Any:
    """Return the request that a Jupyter server is answering, None in any other program."""
    call = getattr(sys.modules.get("jupyter_server"), "CallContext", None)
    return None if call is None else call.get(call.JUPYTER_HANDLER)


def _account() -> str:
    try:
        return getpass.getuser()
    except (OSError, KeyError):
        # A container may run under a number that has no name.
        return f"uid {os.getuid()}"
