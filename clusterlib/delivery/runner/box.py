"""The box around learners' code: which walls this machine allows, and how to start inside them.

Levels, strongest first:

full  bubblewrap around everything, and namespaces of its own for every submission in it.
slow  bubblewrap for every submission anew, where namespaces inside namespaces are forbidden: the
      same walls, but each submission waits for Python to start.
weak  no bubblewrap, or no namespaces at all: own process, cleared environment, limits on memory,
      processes, files and time, another account when started as root. Learners' code can read what
      that account can read, and use the network.
none  an own process with a time limit, nothing else.

The level is measured, not asked for. Weak is announced with every report; none is used only when
CLUSTER_BOX holds the whole sentence NO_WALLS.
"""

from __future__ import annotations

import functools
import os
import shutil
import socket
import subprocess
import sys
import sysconfig
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from clusterlib.delivery.cli import CommandError

NO_WALLS = "none: I trust everybody whose work I grade"
SWITCH = "CLUSTER_BOX"
COURSE = "/course"
COURSE_FILES = ("course.toml", "cases", "audiences")
ENVIRONMENT = {
    "PATH": "/usr/bin:/bin",
    "HOME": "/box",
    "CLUSTER_COURSE": COURSE,
    "LANG": "C.UTF-8",
    "LC_ALL": "C.UTF-8",
    "TZ": "UTC",
    "MPLBACKEND": "Agg",
    # IPython and matplotlib want a folder each at their start; nothing of it is kept.
    "IPYTHONDIR": "/dev/shm/ipython",
    "MPLCONFIGDIR": "/dev/shm/matplotlib",
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "PYTHONHASHSEED": "0",
    "PYTHONDONTWRITEBYTECODE": "1",
}
PROBE_SECONDS = 20
# Levels at which submissions of strangers may be graded.
SAFE = ("full", "slow")
# Of weak boxes, which have no private disk; removed at the end of this process.
_folders: list[tempfile.TemporaryDirectory[str]] = []


@dataclass(frozen=True)
class Level:
    """Which walls there are, and why no better ones."""

    name: str
    reason: str

    @property
    def safe(self) -> bool:
        """Say whether submissions of strangers may be graded."""
        return self.name in SAFE


@dataclass(frozen=True)
class Limits:
    """What one submission may use; seconds are of the wall clock."""

    cell_seconds: float = 30.0
    submission_seconds: float = 120.0
    memory_mb: int = 1000
    disk_mb: int = 100
    file_mb: int = 50
    processes: int = 48

    def as_request(self) -> dict[str, Any]:
        """Return what the box needs to know."""
        return {
            "memory_mb": self.memory_mb,
            "disk_mb": self.disk_mb,
            "file_mb": self.file_mb,
            "processes": self.processes,
        }


def measure() -> Level:
    """Find out which level this machine allows, by trying.

    Raises:
        CommandError: CLUSTER_BOX is set to anything but a level's name or the whole sentence.
    """
    wanted = os.environ.get(SWITCH, "")
    if wanted == NO_WALLS:
        return Level("none", f"{SWITCH} asks for it")
    if wanted not in ("", "full", "slow", "weak"):
        raise CommandError(
            f'{SWITCH} is "{wanted}": leave it unset, or say full, slow or weak. To grade with no '
            f'walls at all, for your own tests only: {SWITCH}="{NO_WALLS}"'
        )
    if wanted == "weak":
        return Level("weak", f"{SWITCH} asks for it")
    level = _measured()
    if wanted == "full" and level.name != "full":
        raise CommandError(f"{SWITCH} asks for full, but: {level.reason}")
    if wanted == "slow" and level.name == "full":
        return Level("slow", f"{SWITCH} asks for it")
    return level


@functools.cache
def _measured() -> Level:
    if sys.platform != "linux":
        return Level("weak", "bubblewrap exists on Linux only")
    if shutil.which("bwrap") is None:
        return Level("weak", "bubblewrap is missing: apt install bubblewrap")
    trial = subprocess.run(
        [*bubblewrap(), "/usr/bin/true"], capture_output=True, text=True, timeout=PROBE_SECONDS
    )
    if trial.returncode != 0:
        said = (trial.stderr.strip().splitlines() or ["no reason given"])[-1]
        return Level("weak", f"bubblewrap cannot make a box here ({said})")
    nested = subprocess.run(
        [*bubblewrap(), *python("from clusterlib.delivery.runner import zygote, walls\n"
         f"{'walls.leave_root()' if os.geteuid() == 0 else ''}\n"
         "raise SystemExit(not zygote._can_separate())")],
        capture_output=True, timeout=PROBE_SECONDS,
    )  # fmt: skip
    if nested.returncode != 0:
        return Level("slow", "namespaces inside the box are forbidden here")
    return Level("full", "bubblewrap and namespaces work")


def bubblewrap() -> list[str]:
    """Return the command that makes the outer box: system and environment read-only, no network."""
    command = ["bwrap", "--unshare-pid", "--unshare-net", "--unshare-ipc", "--unshare-uts"]
    if os.geteuid() == 0:
        # The process inside leaves root for an account without rights before any work.
        command += ["--cap-drop", "ALL", "--cap-add", "CAP_SETUID", "--cap-add", "CAP_SETGID"]
    else:
        command += ["--unshare-user", "--cap-drop", "ALL"]
    command += ["--new-session", "--hostname", "box", "--clearenv"]
    for name, value in ENVIRONMENT.items():
        command += ["--setenv", name, value]
    command += ["--ro-bind", "/usr", "/usr"]
    for name in ("bin", "lib", "lib32", "lib64", "sbin"):
        path = Path("/", name)
        if path.is_symlink():
            command += ["--symlink", os.readlink(path), str(path)]
        elif path.is_dir():
            command += ["--ro-bind", str(path), str(path)]
    for name in ("ld.so.cache", "fonts", "localtime", "alternatives"):
        command += ["--ro-bind-try", f"/etc/{name}", f"/etc/{name}"]
    command += ["--proc", "/proc", "--dev", "/dev", "--dir", ENVIRONMENT["HOME"]]
    needed = needed_folders()
    for folder in ("/dev/shm", "/tmp", "/var/tmp"):
        if not any(path.is_relative_to(folder) for path in needed):
            command += ["--perms", "1777", "--tmpfs", folder]
    made: set[str] = set()
    command += ["--perms", "1777", "--dir", ENVIRONMENT["MPLCONFIGDIR"]]
    for path in font_lists():
        # Else matplotlib looks through all fonts at each start.
        command += ["--ro-bind", str(path), f"{ENVIRONMENT['MPLCONFIGDIR']}/{path.name}"]
    for path in needed:
        for parent in reversed(path.parents):
            if (
                str(parent) not in made
                and not str(parent).startswith("/usr")
                and str(parent) != "/"
            ):
                made.add(str(parent))
                command += ["--dir", str(parent)]
        command += ["--ro-bind", str(path), str(path)]
    for path in hidden_folders():
        command += ["--tmpfs", str(path)]
    course = course_folder()
    if course is not None:
        command += ["--dir", COURSE]
        for name in COURSE_FILES:
            command += ["--ro-bind-try", str(course / name), f"{COURSE}/{name}"]
    return [*command, "--remount-ro", "/dev", "--remount-ro", "/", "--chdir", "/"]


def needed_folders() -> list[Path]:
    """Return what must be seen beside the system: Python, its packages, clusterlib, the cases."""
    import clusterlib

    package = Path(clusterlib.__file__).resolve().parent
    wanted = [
        Path(sys.base_prefix).resolve(),
        Path(sys.prefix),
        Path(sysconfig.get_path("purelib")),
        package,
    ]
    kept: list[Path] = []
    for path in wanted:
        system = path.is_relative_to("/usr")
        if path.exists() and not system and not any(path.is_relative_to(done) for done in kept):
            kept.append(path)
    return kept


def font_lists() -> list[Path]:
    """Return the lists of fonts that matplotlib made for this account."""
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "matplotlib"
    return sorted(cache.glob("fontlist-*.json"))


def course_folder() -> Path | None:
    """Return the course whose cases notebooks load, None for one that has no cases."""
    from clusterlib.data import catalogue

    try:
        folder = catalogue.course_path()
    except ValueError:
        return None
    return folder if (folder / "cases").is_dir() else None


def hidden_folders() -> list[Path]:
    """Return what an installed clusterlib holds and no learner may see: model answers and tests."""
    import clusterlib

    inside = Path(clusterlib.__file__).resolve().parent / "_course" / "sources"
    return [inside] if inside.is_dir() else []


def python(program: str) -> list[str]:
    """Return the command that runs a short program on this interpreter, without user settings."""
    return [sys.executable, "-s", "-P", "-c", program]


def start(level: Level) -> tuple[subprocess.Popen[bytes], socket.socket]:
    """Start a zygote behind the walls; return its process and its control channel."""
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    separate, root = level.name == "full", os.geteuid() == 0 and level.name != "none"
    program = (
        "import sys; from clusterlib.delivery.runner.zygote import main; "
        f"main({separate}, {root and level.safe}, {not level.safe})"
    )
    walls = bubblewrap() if level.safe else []
    environment = dict(ENVIRONMENT)
    if not level.safe:
        _folders.append(tempfile.TemporaryDirectory(prefix="box-", ignore_cleanup_errors=True))
        own = _folders[-1].name
        os.chmod(own, 0o1777)
        environment |= {"PYTHONPATH": os.pathsep.join(p for p in sys.path if p), "TMPDIR": own}
        environment |= dict.fromkeys(("HOME", "IPYTHONDIR", "MPLCONFIGDIR"), own)
        for path in font_lists():
            shutil.copy(path, own)
        environment["CLUSTER_COURSE"] = str(course_folder() or "")
    process = subprocess.Popen(
        [*walls, *python(program)],
        stdin=theirs.fileno(),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env=environment,
        start_new_session=True,
        close_fds=True,
    )
    theirs.close()
    return process, ours
