"""Put one folder in the place of another in one step: a kill leaves the old one or the new one."""

from __future__ import annotations

import ctypes
import errno
import os
import sys
from pathlib import Path

FROM_HERE, EXCHANGE = -100, 2


def swap(new: Path, old: Path) -> None:
    """Exchange two folders on one file system; each is afterwards where the other was.

    Linux does it in one step. Elsewhere, and on the few file systems that cannot, there is a
    moment between two moves in which `old` lies beside its place under the name of `new` with
    ".old" at its end.
    """
    if _exchange(new, old):
        return
    between = new.with_name(new.name + ".old")
    os.rename(old, between)
    os.rename(new, old)
    os.rename(between, new)


def _exchange(one: Path, other: Path) -> bool:
    if not sys.platform.startswith("linux"):
        return False
    try:
        rename = ctypes.CDLL(None, use_errno=True).renameat2
    except AttributeError:
        return False
    if rename(FROM_HERE, os.fsencode(one), FROM_HERE, os.fsencode(other), EXCHANGE) == 0:
        return True
    code = ctypes.get_errno()
    if code in (errno.ENOSYS, errno.EINVAL, errno.ENOTSUP):
        return False
    raise OSError(code, os.strerror(code), str(one))
