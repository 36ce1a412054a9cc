"""Starts a program in Linux namespaces of its own: ``python -I -S launcher.py PLAN``.

PLAN is the JSON file that :class:`agentkit.local.interpreter.rungs.Rung` writes. Four processes take part: this one, which
stays outside and waits; a short-lived helper, which writes the identity maps of the new user namespace from outside of it; the
first process of the new process namespace, which builds the file system, gives up every capability and reaps; and the
program. When the first process of a process namespace ends, the kernel ends all the others.

With a PLAN of :class:`agentkit.local.interpreter.disk.Disk` it starts no program, but keeps file systems of limited size in user
and mount namespaces that later launchers join.

It uses the standard library alone, and ``ctypes`` for calls that :mod:`os` has only from Python 3.12 on, or not at all.
"""

from __future__ import annotations

import contextlib
import ctypes
import json
import os
import signal
import sys
import time
from collections.abc import Iterator, Sequence
from typing import Any

CLONE_NEWNS, CLONE_NEWUTS, CLONE_NEWIPC = 0x00020000, 0x04000000, 0x08000000
CLONE_NEWUSER, CLONE_NEWPID, CLONE_NEWNET = 0x10000000, 0x20000000, 0x40000000
MS_RDONLY, MS_NOSUID, MS_NODEV, MS_NOEXEC, MS_REMOUNT = 1, 2, 4, 8, 32
MS_BIND, MS_REC, MS_PRIVATE = 4096, 16384, 1 << 18
MNT_DETACH, AT_FDCWD, AT_RECURSIVE = 2, -100, 0x8000
SYS_MOUNT_SETATTR = 442  # one number on every architecture that Python's Linux builds support
PR_SET_PDEATHSIG, PR_CAPBSET_DROP, PR_SET_NO_NEW_PRIVS = 1, 24, 38
LINUX_CAPABILITY_VERSION_3 = 0x20080522
LOOK_SECONDS = 0.02

libc: ctypes.CDLL = ctypes.CDLL(None, use_errno=True)


def call(name: str, *arguments: Any) -> None:
    """Call a function of the C library that answers 0, or raise OSError."""
    if getattr(libc, name)(*arguments) != 0:
        number = ctypes.get_errno()
        raise OSError(number, f"{name}: {os.strerror(number)}", str(arguments))


def mount(source: str, target: str, kind: str | None, flags: int, options: str = "") -> None:
    encoded = None if kind is None else kind.encode()
    call("mount", os.fsencode(source), os.fsencode(target), encoded, ctypes.c_ulong(flags), options.encode())


def set_flags(target: str, flags: int, *, recursive: bool = True) -> None:
    """Add mount flags to a mount and, by default, to all below it; unlike a remount this takes none away."""
    attributes = (ctypes.c_uint64 * 4)(flags, 0, 0, 0)  # struct mount_attr: set, clear, propagation, user namespace
    how = ctypes.c_long(AT_RECURSIVE if recursive else 0)
    size = ctypes.c_long(ctypes.sizeof(attributes))
    number, here = ctypes.c_long(SYS_MOUNT_SETATTR), ctypes.c_long(AT_FDCWD)
    call("syscall", number, here, os.fsencode(target), how, ctypes.byref(attributes), size)


def write_maps(process: int, uid: int, gid: int) -> None:
    """Give the new user namespace the identities that it may use: all of ours for root, one's own otherwise."""
    folder = f"/proc/{process}"
    for name, own in (("uid_map", uid), ("gid_map", gid)):
        if uid == 0:
            with open(f"/proc/self/{name}", encoding="ascii") as stream:
                lines = [f"{inside} {inside} {count}" for inside, _, count in map(str.split, stream)]
        else:
            lines = [f"{own} {own} 1"]
            if name == "gid_map":
                write(f"{folder}/setgroups", "deny")
        write(f"{folder}/{name}", "\n".join(lines) + "\n")


def write(path: str, text: str) -> None:
    with open(path, "w", encoding="ascii") as stream:
        stream.write(text)


def enter_namespaces(kinds: int) -> None:
    """Move this process into new namespaces, a user namespace among them; new processes are a matter of its children."""
    me, uid, gid = os.getpid(), os.geteuid(), os.getegid()
    reading, writing = os.pipe()
    helper = os.fork()
    if helper == 0:
        os.close(writing)
        if os.read(reading, 1):  # empty when the outer process failed before it was ready
            write_maps(me, uid, gid)
        os._exit(0)
    os.close(reading)
    call("unshare", CLONE_NEWUSER | kinds)
    os.write(writing, b"1")
    os.close(writing)
    if os.waitpid(helper, 0)[1] != 0:
        raise OSError("the identity maps of the user namespace could not be written")


def join(process: int) -> None:
    """Move this process into the user and mount namespaces of another one."""
    kinds = ((CLONE_NEWUSER, "user"), (CLONE_NEWNS, "mnt"))
    opened = [(kind, os.open(f"/proc/{process}/ns/{name}", os.O_RDONLY)) for kind, name in kinds]
    for kind, descriptor in opened:
        call("setns", descriptor, kind)
        os.close(descriptor)


def keep_disk(folders: Sequence[str], options: str) -> None:
    """Mount limited file systems where nobody else sees them; each line of standard input has new limits, its end is ours."""
    enter_namespaces(CLONE_NEWNS)
    mount("none", "/", None, MS_REC | MS_PRIVATE)
    for folder in folders:
        mount("tmpfs", folder, "tmpfs", MS_NOSUID | MS_NODEV, options)
    print("ready", flush=True)
    for line in sys.stdin:
        for folder in folders:
            mount("tmpfs", folder, "tmpfs", MS_REMOUNT | MS_NOSUID | MS_NODEV, line.strip())
        print("ready", flush=True)


def place(path: str, *, folder: bool) -> str:
    """Make the empty file or folder that something is mounted on."""
    os.makedirs(path if folder else os.path.dirname(path), exist_ok=True)
    if not folder and not os.path.lexists(path):
        os.close(os.open(path, os.O_CREAT | os.O_WRONLY, 0o644))
    return path


def build_root(root: str, mounts: Sequence[Sequence[str]], shared_memory_bytes: int) -> None:
    """Build the file system that the program sees, and make it this process's root."""
    mount("none", "/", None, MS_REC | MS_PRIVATE)
    mount("tmpfs", root, "tmpfs", MS_NOSUID | MS_NODEV, "mode=755,size=4m")
    for kind, source, target in mounts:
        if kind == "link":
            os.makedirs(os.path.dirname(root + target), exist_ok=True)
            os.symlink(source, root + target)
            continue
        mount(source, place(root + target, folder=os.path.isdir(source)), None, MS_BIND | MS_REC)
        set_flags(root + target, MS_NOSUID | MS_NODEV | (MS_RDONLY if kind == "ro" else 0))
    for name in ("null", "zero", "full", "random", "urandom"):
        mount(f"/dev/{name}", place(f"{root}/dev/{name}", folder=False), None, MS_BIND)
    for name, target in (("fd", ""), ("stdin", "/0"), ("stdout", "/1"), ("stderr", "/2")):
        os.symlink(f"/proc/self/fd{target}", f"{root}/dev/{name}")
    shared = place(f"{root}/dev/shm", folder=True)
    mount("tmpfs", shared, "tmpfs", MS_NOSUID | MS_NODEV, f"mode=1777,size={shared_memory_bytes}")
    processes = place(f"{root}/proc", folder=True)
    with contextlib.suppress(OSError):  # forbidden inside some containers; the program then does without /proc
        mount("proc", processes, "proc", MS_NOSUID | MS_NODEV | MS_NOEXEC | MS_RDONLY)
    os.chdir(root)
    call("pivot_root", b".", b".")
    call("umount2", b".", MNT_DETACH)
    os.chdir("/")
    set_flags("/", MS_RDONLY, recursive=False)


def give_up_privileges(uid: int, gid: int) -> None:
    """Become ``uid`` where that is someone else, and lose every capability for good."""
    if os.geteuid() != uid:
        os.setgroups([])
        os.setresgid(gid, gid, gid)
    capability = 0
    while libc.prctl(PR_CAPBSET_DROP, capability, 0, 0, 0) == 0:
        capability += 1
    if os.geteuid() != uid:
        os.setresuid(uid, uid, uid)
    call("prctl", PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
    header = (ctypes.c_uint32 * 2)(LINUX_CAPABILITY_VERSION_3, 0)
    call("capset", ctypes.byref(header), ctypes.byref((ctypes.c_uint32 * 6)()))


def first_process(plan: dict[str, Any]) -> int:
    """Be the first process of the namespace: build, give up, start the program, reap; returns the exit status."""
    with contextlib.suppress(OSError):  # read-only in some containers; namespaces inside namespaces gain nothing then either
        write("/proc/sys/user/max_user_namespaces", "0")
    build_root(plan["root"], plan["mounts"], plan["shared_memory_bytes"])
    give_up_privileges(plan["uid"], plan["gid"])
    call("prctl", PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)  # last: a change of identity clears it
    program = os.fork()
    if program == 0:
        os.chdir(plan["cwd"])
        os.execv(plan["argv"][0], plan["argv"])
    while True:
        ended, status = os.wait()
        if ended == program:
            return exit_status(status)


def exit_status(status: int) -> int:
    """A wait status as a shell gives it: 128 and the signal's number for a killed process."""
    code = os.waitstatus_to_exitcode(status)
    return 128 - code if code < 0 else code


def shared_segments() -> int | None:
    """The kernel's list of this IPC namespace's shared memory; None where there is none."""
    try:
        return os.open("/proc/sysvipc/shm", os.O_RDONLY)
    except OSError:
        return None


def segment_bytes(segments: int) -> int:
    """The resident bytes of the segments: they belong to no process, so nobody else would count them."""
    listed = b"".join(pieces_of(segments)).splitlines()
    column = listed[0].split().index(b"rss")
    return sum(int(line.split()[column]) for line in listed[1:])


def pieces_of(segments: int) -> Iterator[bytes]:
    """The pieces of a list of the kernel, read from its beginning."""
    at = 0
    while piece := os.pread(segments, 65536, at):
        at += len(piece)
        yield piece


def wait_within(first: int, segments: int | None, memory_bytes: int) -> int:
    """Wait for the first process of the namespace, and end it when shared memory takes more than it may."""
    while True:
        ended, status = os.waitpid(first, 0 if segments is None else os.WNOHANG)
        if ended:
            return exit_status(status)
        if segments is not None and segment_bytes(segments) > memory_bytes:
            print(f"Stopped: it used more than {memory_bytes // 2**20} MiB of shared memory.", flush=True)
            os.kill(first, signal.SIGKILL)
            segments = None
        else:
            time.sleep(LOOK_SECONDS)


def main() -> None:
    with open(sys.argv[1], encoding="utf-8") as stream:
        plan = json.load(stream)
    if "disks" in plan:
        try:
            keep_disk(plan["disks"], plan["options"])
        except OSError as error:
            sys.exit(str(error))
        return
    call("prctl", PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    if os.getppid() != plan["parent"]:
        sys.exit("the process that started this one is gone")
    os.umask(0o022)
    kinds = CLONE_NEWNS | CLONE_NEWPID | CLONE_NEWNET | CLONE_NEWIPC | CLONE_NEWUTS
    if plan["keeper"]:
        join(plan["keeper"])
        call("unshare", kinds)
    else:
        enter_namespaces(kinds)
    segments = shared_segments()
    first = os.fork()
    if first == 0:
        try:
            status = first_process(plan)
        except OSError as error:
            print(f"the containment could not be built: {error}", file=sys.stderr, flush=True)
            status = 125
        os._exit(status)
    os._exit(wait_within(first, segments, plan["memory_bytes"]))


if __name__ == "__main__":
    main()
