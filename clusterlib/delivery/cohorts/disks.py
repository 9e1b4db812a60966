"""On what kind of disk a gradebook lies: SQLite is safe on one machine's own disk only."""

from __future__ import annotations

import functools
import re
import sys
from pathlib import Path

# File systems that several machines can open at once; the kernel's own names for them.
NETWORK = (
    "nfs", "nfs4", "cifs", "smb3", "smbfs", "9p", "afs", "ceph", "lustre", "gfs2", "ocfs2", "gpfs",
    "beegfs", "fuse.sshfs", "fuse.glusterfs", "fuse.ceph", "fuse.s3fs", "fuse.davfs2", "davfs",
    "fuse.rclone", "fuse.gcsfuse", "fuse.juicefs", "virtiofs", "vboxsf", "fuse.vmhgfs-fuse",
)  # fmt: skip
MOUNTS = Path("/proc/self/mountinfo")


@functools.cache
def network_file_system(folder: Path) -> str | None:
    """Return the kind of network file system that a folder lies on, None on a disk of its own.

    Only Linux tells; elsewhere the answer is None.
    """
    if not MOUNTS.is_file():
        return None
    kind = file_system(folder.resolve(), MOUNTS.read_text(encoding="utf-8", errors="replace"))
    return kind if kind in NETWORK else None


def file_system(folder: Path, mounts: str) -> str:
    """Return the kind of file system of a folder from the kernel's table of mounts.

    >>> mounts = '''21 1 8:1 / / rw shared:1 - ext4 /dev/sda1 rw
    ... 40 21 0:44 / /home/my\\\\040marks rw shared:9 - nfs4 host:/export rw'''
    >>> file_system(Path("/home/my marks/course"), mounts), file_system(Path("/home/x"), mounts)
    ('nfs4', 'ext4')
    """
    best, kind = -1, ""
    for line in mounts.splitlines():
        left, _, right = line.partition(" - ")
        point = Path(re.sub(r"\\(\d{3})", lambda code: chr(int(code[1], 8)), left.split()[4]))
        # Of several mounts on one place the last one counts.
        if (folder == point or point in folder.parents) and len(point.parts) >= best:
            best, kind = len(point.parts), right.split()[0]
    return kind


@functools.cache
def warn(database: str, mode: str) -> None:
    """Say once what a gradebook lacks that cannot have write-ahead logging."""
    kind = network_file_system(Path(database).parent)
    why = f"it lies on a network file system ({kind})" if kind else f"SQLite chose {mode} here"
    print(
        f"WARNING: the gradebook {database} does without write-ahead logging: {why}. "
        "Grade from one machine at a time and close the formgrader meanwhile, "
        "or keep the course on a local disk or the marks in PostgreSQL (cohort new --db).",
        file=sys.stderr,
    )
