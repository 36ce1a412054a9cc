"""The rungs of containment: how strongly a program is kept from the rest of the machine.

``bubblewrap`` (the ``bwrap`` program) and ``namespaces`` (Linux's own calls, see :mod:`.launcher`) give the program its own
user, process, mount, network, IPC and host-name namespaces. It sees the system's programs and this Python's packages read-only,
and can write to ``/mnt/data``, ``/tmp`` and ``/dev/shm`` alone. It has no network, not even loopback to the host, sees no process
but its own, no home folder and no environment of the service, and has no capabilities. When it is stopped, the kernel ends every
process that it started. Where the service runs as root, only ``namespaces`` is used, which moves the program to an unprivileged
user: bubblewrap would leave it root's numeric identity, and the kernel's own settings ask for no more than that.

``subprocess`` is a child process with limits and a scrubbed environment, and nothing more: the program can read and write what
the user can, and reach the network. It is for code that this package's own rules wrote, and the only rung outside of Linux.

Processes, the size of each file, the open files and the address space of each process are bounded by the kernel. The memory of all
processes together, the bytes in all files, named or not, and their number are looked at twenty times a second, so a program may be
beyond them for as long as that takes. Under ``namespaces`` the kernel bounds the bytes and the number of all files of a session too:
they are on a file system in memory of that size (:mod:`.disk`), where one can be mounted. Elsewhere only looking bounds them: with the
usual 64 MiB of files, up to about 120 MB were on the disk before a program was stopped.

What no rung contains: none filters system calls, so none keeps out an attack on the kernel itself. Pipes, and files that are on their
way through a socket, are counted by no one but the kernel, within its own bounds for a user. Segments of System V memory are counted
under ``namespaces`` alone.
"""

from __future__ import annotations

import functools
import json
import math
import os
import secrets
import shutil
import site
import subprocess
import sys
import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .disk import Disk
from .layout import Mount, system_mounts
from .outcome import Limits
from .process import Program
from .session import Session

__all__ = ["Rung", "containment", "remedy"]

_NOBODY = 65534
_OPEN_FILES = 256
_SPARE_BYTES, _SPARE_FILES = 16 * 2**20, 1024
_PROBE = """
import os, socket
with open("/mnt/data/probe", "w") as stream:
    stream.write("1")
assert not os.path.exists(BASE), "the host's folders can be seen"
for path in ("/", "/usr", "/proc/sys/kernel/core_pattern"):
    assert not os.access(path, os.W_OK), f"{path} can be written to"
assert [name for _, name in socket.if_nameindex()] in ([], ["lo"]), "a network can be reached"
print("contained")
"""


@dataclass(frozen=True)
class Paths:
    """Where the program finds its folders."""

    data: str
    scratch: str
    control: str
    out: str


_INSIDE = Paths("/mnt/data", "/tmp", "/run/agentkit/control", "/run/agentkit/out")


class Rung:
    """One way to run cells: its session of folders, its command and its environment.

    Parameters:
        name: ``bubblewrap``, ``namespaces`` or ``subprocess``.
        limits: how much the programs may use, and the session.
        workspace: the folder to use as /mnt/data; by default one is made.
    """

    def __init__(self, name: str, limits: Limits, workspace: Path | None = None) -> None:
        self.name = name
        self._limits = limits
        self.contained: bool = name != "subprocess"
        self._user = (_NOBODY, _NOBODY) if name == "namespaces" and _can_become_nobody() else None
        self.session: Session = Session(workspace, self._user, self._disk if name == "namespaces" else None)
        own = self.session
        self.paths: Paths = _INSIDE if self.contained else Paths(*map(str, (own.data, own.scratch, own.control, own.out)))
        self._mounts: tuple[Mount, ...] = ()
        if self.contained:
            self._mounts = (*self._own_mounts(), *system_mounts())
            own.make_mount_points([mount.target for mount in system_mounts()])

    def _disk(self, folder: Path) -> Disk:
        # With room for what is lent, and for a look to tell why a program is stopped before it can write no more.
        size, files = self._limits.session_bytes + _SPARE_BYTES, self._limits.session_files + _SPARE_FILES
        return Disk(folder, Session.WRITABLE, size, files)

    def _own_mounts(self) -> tuple[Mount, ...]:
        inside = self.paths
        data, scratch, out = map(str, self.session.written)
        return (
            Mount("rw", data, inside.data),
            Mount("rw", scratch, inside.scratch),
            Mount("ro", str(self.session.control), inside.control),
            Mount("rw", out, inside.out),
        )

    def settings(self, ready: str) -> dict[str, Any]:
        """What the runner must know: the limits by their names in :mod:`resource`, the folders, and the parent to end with."""
        limits = self._limits
        named = {"RLIMIT_AS": limits.memory_bytes, "RLIMIT_FSIZE": limits.file_bytes}
        named |= {"RLIMIT_CORE": 0, "RLIMIT_NOFILE": _OPEN_FILES}
        if self.contained and _counts_processes_by_namespace():
            named["RLIMIT_NPROC"] = limits.processes
        parent = os.getpid() if not self.contained and sys.platform == "linux" else 0
        return {
            "limits": named,
            "processor_seconds": math.ceil(limits.seconds) + 1,
            "data": self.paths.data,
            "out": self.paths.out,
            "parent": parent,
            "ready": ready,
        }

    def environment(self) -> dict[str, str]:
        """The program's whole environment; nothing is inherited but what Windows cannot start a process without."""
        inside = self.paths
        environment = {
            "PATH": os.pathsep.join((os.path.dirname(sys.executable), *os.defpath.split(os.pathsep))),
            "HOME": inside.scratch,
            "TMPDIR": inside.scratch,
            "LANG": "C.UTF-8",
            "TZ": "UTC",
            "PYTHONPATH": inside.control,
            "PYTHONHASHSEED": "0",
            "PYTHONUTF8": "1",
            "PYTHONDONTWRITEBYTECODE": "1",
            "MPLBACKEND": "module://agentkit_figures",
            "MPLCONFIGDIR": os.path.join(inside.scratch, "matplotlib"),
            "AGENTKIT_FIGURES": inside.out,
            "OPENBLAS_NUM_THREADS": "1",  # each thread would take from the address space that is limited
            "OMP_NUM_THREADS": "1",
        }
        if site.ENABLE_USER_SITE:
            environment["PYTHONUSERBASE"] = site.getuserbase()
        if sys.platform == "win32":
            environment |= {name: os.environ[name] for name in ("SYSTEMROOT", "COMSPEC") if name in os.environ}
            environment |= {"TEMP": inside.scratch, "TMP": inside.scratch, "USERPROFILE": inside.scratch}
        return environment

    def command(self) -> list[str]:
        """The command that starts the runner under this rung."""
        program = [sys.executable, os.path.join(self.paths.control, "runner.py"), self.paths.control]
        if self.name == "bubblewrap":
            return [*self._bubblewrap(), "--", *program]
        if self.name == "namespaces":
            uid, gid = self._user or (os.geteuid(), os.getegid())
            plan = {
                "parent": os.getpid(),
                "root": str(self.session.root),
                "mounts": [(mount.kind, mount.source, mount.target) for mount in self._mounts],
                "keeper": self.session.disk.keeper if self.session.disk else 0,
                "shared_memory_bytes": self._limits.file_bytes,
                "memory_bytes": self._limits.memory_bytes,
                "uid": uid,
                "gid": gid,
                "cwd": self.paths.data,
                "argv": program,
            }
            path = self.session.base / "plan.json"
            path.write_text(json.dumps(plan), encoding="utf-8")
            return [sys.executable, "-I", "-S", str(Path(__file__).with_name("launcher.py")), str(path)]
        return program

    def start(self, trouble: Callable[[], str | None]) -> Program:
        """Start a runner under this rung; ``trouble`` is asked often for a reason to give that up."""
        ready = secrets.token_hex(16)
        self.session.write_settings(self.settings(ready))
        return Program(
            self.command(),
            environment=self.environment(),
            folder=self.session.data,
            limits=self._limits,
            contained=self.contained,
            ready=ready,
            trouble=trouble,
        )

    def _bubblewrap(self) -> list[str]:
        program = shutil.which("bwrap") or "bwrap"
        command = [program, "--unshare-all", "--unshare-user", "--die-with-parent", "--cap-drop", "ALL"]
        if "--disable-userns" in _bubblewrap_help(program):
            command.append("--disable-userns")
        command += ["--proc", "/proc", "--dev", "/dev"]
        for mount in self._mounts:
            command += [{"ro": "--ro-bind", "rw": "--bind", "link": "--symlink"}[mount.kind], mount.source, mount.target]
        shared = self.session.shared  # its size is watched; bubblewrap's own has no bound
        command += ["--bind", str(shared), "/dev/shm", "--remount-ro", "/dev", "--remount-ro", "/proc", "--remount-ro", "/"]
        return [*command, "--chdir", self.paths.data]


@functools.cache
def _bubblewrap_help(program: str) -> str:
    return subprocess.run([program, "--help"], stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False).stdout


def _can_become_nobody() -> bool:
    """Whether this process is root and may change to the unprivileged user; in some containers root is the only user."""
    if os.geteuid() != 0:
        return False
    ranges = [tuple(map(int, line.split())) for line in Path("/proc/self/uid_map").read_text().splitlines()]
    return any(first <= _NOBODY < first + count for first, _, count in ranges)


def _counts_processes_by_namespace() -> bool:
    """Whether RLIMIT_NPROC counts only the processes of one user namespace (Linux 5.14); before, all of the user's."""
    try:
        version = tuple(map(int, os.uname().release.split("-")[0].split(".")[:2]))
    except ValueError:
        return False
    return version >= (5, 14)


_probing = threading.Lock()


def containment() -> str:
    """The strongest rung that works here, found once by running a program under each.

    Returns:
        ``bubblewrap``, ``namespaces`` or ``subprocess``; the last contains nothing, and is for trusted code alone.
    """
    with _probing:
        return _strongest()


@functools.cache
def _strongest() -> str:
    candidates: list[str] = []
    if sys.platform == "linux":
        if shutil.which("bwrap") and os.geteuid() != 0:
            candidates.append("bubblewrap")
        candidates.append("namespaces")
    return next(filter(_works, candidates), "subprocess")


def _works(name: str) -> bool:
    """Whether a program runs under a rung and finds itself contained."""
    rung = Rung(name, Limits(seconds=10))
    try:
        program = rung.start(lambda: None)
        if program.started.status is not None:
            return False
        try:
            rung.session.write_cell(f"BASE = {str(rung.session.base)!r}\n{_PROBE}")
            ended = program.run(lambda: None)
        finally:
            program.end()
        return ended.status is None and ended.output == "contained\n" and (rung.session.data / "probe").exists()
    finally:
        rung.session.remove()


def remedy() -> str:
    """What to do on this machine so that untrusted code can be contained."""
    if sys.platform != "linux":
        return "run the service on Linux (a container or a virtual machine will do)"
    return (
        "install bubblewrap (the package is called bubblewrap, its program bwrap), or allow unprivileged user namespaces "
        "(sysctl kernel.unprivileged_userns_clone=1, kernel.apparmor_restrict_unprivileged_userns=0), and start the service again"
    )
