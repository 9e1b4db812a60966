"""Inside the box: what a forked child gives up before it runs anything of a learner's.

Each child gets namespaces of its own (processes, mounts, network, shared memory), an empty private
folder, limits, and loses every right to change that. Linux only.
"""

from __future__ import annotations

import ctypes
import os
import resource
import struct
from typing import Any

# One account that owns nothing; learners' code is never root, not even inside.
BOX_ACCOUNT = 60700
HOME = "/box"
PRIVATE_FOLDERS = (HOME, "/dev/shm", "/tmp", "/var/tmp")
NEW_USER, NEW_MOUNTS, NEW_PROCESSES = 0x10000000, 0x00020000, 0x20000000
NEW_NETWORK, NEW_IPC, NEW_HOSTNAME = 0x40000000, 0x08000000, 0x04000000
NEW_ALL = NEW_USER | NEW_MOUNTS | NEW_PROCESSES | NEW_NETWORK | NEW_IPC | NEW_HOSTNAME
NOSUID_NODEV, NOSUID_NODEV_NOEXEC = 0b110, 0b1110
SET_DEATH_SIGNAL, SET_DUMPABLE, DROP_BOUND, SET_NO_NEW_RIGHTS, SUBREAPER = 1, 4, 24, 38, 36
LAST_CAPABILITY = 63
_libc = ctypes.CDLL(None, use_errno=True)


def _done(result: int, what: str) -> None:
    if result != 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number), what)


def leave_root() -> None:
    """Become an account without rights, when started as root."""
    if os.geteuid() == 0:
        os.setgroups([])
        os.setresgid(BOX_ACCOUNT, BOX_ACCOUNT, BOX_ACCOUNT)
        os.setresuid(BOX_ACCOUNT, BOX_ACCOUNT, BOX_ACCOUNT)
        # Else /proc/self would belong to root and the child could not map its account.
        _libc.prctl(SET_DUMPABLE, 1, 0, 0, 0)


def new_namespaces() -> None:
    """Leave all namespaces of the parent; the next fork is process 1 of the new ones."""
    user, group = os.getuid(), os.getgid()
    _done(_libc.unshare(NEW_ALL), "unshare")
    for name, text in (
        ("setgroups", "deny"),
        ("uid_map", f"{user} {user} 1"),
        ("gid_map", f"{group} {group} 1"),
    ):
        with open(f"/proc/self/{name}", "w", encoding="utf-8") as target:
            target.write(text)


def private_folders(megabytes: int) -> None:
    """Cover every folder that can be written, and the list of processes, with empty ones."""
    # The supervisor keeps its own view: it needs the list of processes to watch their memory.
    _done(_libc.unshare(NEW_MOUNTS), "unshare mounts")
    options = f"size={megabytes}m,nr_inodes=4096,mode=700".encode()
    for folder in PRIVATE_FOLDERS:
        # Python itself can lie below /tmp; then that folder is read-only and stays.
        if folder == HOME or os.access(folder, os.W_OK):
            _mount(b"tmpfs", folder, NOSUID_NODEV, options)
    try:
        # A learner's code shall not make namespaces in its turn.
        with open("/proc/sys/user/max_user_namespaces", "w", encoding="utf-8") as target:
            target.write("0")
    except OSError:
        pass  # read-only here: what it could make has no more rights than it has itself
    try:
        _mount(b"proc", "/proc", NOSUID_NODEV_NOEXEC, b"")
    except OSError:
        _mount(b"tmpfs", "/proc", NOSUID_NODEV_NOEXEC, b"size=4k,mode=755")


def _mount(kind: bytes, folder: str, flags: int, options: bytes) -> None:
    _done(_libc.mount(kind, folder.encode(), kind, flags, options), f"mount on {folder}")


def give_up_rights() -> None:
    """Drop every capability, for this process and all that come of it."""
    _done(_libc.prctl(SET_NO_NEW_RIGHTS, 1, 0, 0, 0), "no new rights")
    for number in range(LAST_CAPABILITY + 1):
        if _libc.prctl(DROP_BOUND, number, 0, 0, 0) != 0:
            break
    header = struct.pack("Ii", 0x20080522, 0)
    _done(_libc.capset(header, struct.pack("6I", *([0] * 6))), "drop capabilities")


def set_limits(limits: dict[str, Any]) -> None:
    """Limit memory, file size, open files and processes of this process and its children."""
    with open("/proc/self/statm", encoding="utf-8") as source:
        mapped = int(source.read().split()[0]) * resource.getpagesize()
    room = mapped + int(limits["memory_mb"]) * 1_000_000
    for what, most in (
        (resource.RLIMIT_AS, room),
        (resource.RLIMIT_FSIZE, int(limits["file_mb"]) * 1_000_000),
        (resource.RLIMIT_NOFILE, 256),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_NPROC, int(limits["processes"])),
    ):
        hard = resource.getrlimit(what)[1]
        least = most if hard == resource.RLIM_INFINITY else min(most, hard)
        resource.setrlimit(what, (least, least))


def die_with_parent() -> None:
    """Be killed when the parent ends."""
    _libc.prctl(SET_DEATH_SIGNAL, 9, 0, 0, 0)


def adopt_orphans() -> None:
    """Become the parent of grandchildren whose parent ended, so that none escapes."""
    _libc.prctl(SUBREAPER, 1, 0, 0, 0)


def descendants(root: int) -> list[int]:
    """Return the processes below one process, as far as /proc shows them."""
    children: dict[int, list[int]] = {}
    for name in os.listdir("/proc"):
        if name.isdigit():
            try:
                with open(f"/proc/{name}/stat", "rb") as source:
                    parent = int(source.read().rpartition(b")")[2].split()[1])
            except (OSError, IndexError, ValueError):
                continue
            children.setdefault(parent, []).append(int(name))
    found, waiting = [], [root]
    while waiting:
        below = children.get(waiting.pop(), [])
        found += below
        waiting += below
    return found


def private_megabytes(processes: list[int]) -> float:
    """Return the memory that these processes hold and share with no file, together."""
    pages = 0
    for process in processes:
        try:
            with open(f"/proc/{process}/statm", encoding="utf-8") as source:
                fields = source.read().split()
        except OSError:
            continue
        pages += int(fields[1]) - int(fields[2])
    return pages * resource.getpagesize() / 1e6
