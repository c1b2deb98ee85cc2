"""Attempts to get out, made by ourselves before any model is let in.

Each must fail where the sandbox holds. They really do the thing: that a program
exists or a version is new enough proves nothing.
"""

from __future__ import annotations

import ctypes
import errno
import importlib
import os
import resource
import socket
from collections.abc import Callable
from pathlib import Path
from typing import Any

_MIB = 1 << 20


def find_ways_out(targets: dict[str, Any]) -> list[str]:
    """Try what no model may do.

    Parameters
    ----------
    targets : dict
        ``file``, ``port``, ``abstract`` and ``pid`` of things of the host;
        ``package``, a folder that guests import from; ``variables`` that it may see;
        ``scratch_mib`` and ``shared_mib``, the sizes of /tmp and /dev/shm;
        ``calls``, the system calls that are refused, and their numbers.

    Returns
    -------
    list of str
        A sentence for each thing that worked.
    """
    found = [sentence for sentence, attack in _list(targets) if _works(attack)]
    if 0 in (os.getuid(), os.geteuid()):
        found.append("It runs as root.")
    if not set(os.environ) <= set(targets["variables"]):
        found.append("It sees the environment of the host.")
    for name, number in targets["calls"].items():
        if _is_let_through(number):
            found.append(f"It may call {name}.")
    return found


def _list(targets: dict[str, Any]) -> list[tuple[str, Callable[[], object]]]:
    return [
        ("It sees /proc.", lambda: Path("/proc/self").stat()),
        ("It reads a file of the host.", lambda: Path(targets["file"]).stat()),
        (
            "It reaches the network of the host.",
            lambda: socket.create_connection(("127.0.0.1", targets["port"]), 1),
        ),
        (
            "It reaches a socket of the host.",
            lambda: socket.socket(socket.AF_UNIX).connect("\0" + targets["abstract"]),
        ),
        ("It writes to the root folder.", lambda: Path("/probe").touch()),
        ("It writes to /dev.", lambda: Path("/dev/probe").touch()),
        (
            "It writes to the packages.",
            lambda: (Path(targets["package"]) / "probe").touch(),
        ),
        ("It fills /tmp.", lambda: _fill("/tmp", targets["scratch_mib"])),  # noqa: S108
        ("It fills /dev/shm.", lambda: _fill("/dev/shm", targets["shared_mib"])),  # noqa: S108
        ("It signals a process of the host.", lambda: os.kill(targets["pid"], 0)),
        ("It makes a process.", _make_process),
        ("It makes a memory file.", lambda: os.memfd_create("probe")),
        ("It raises its limits.", _raise_limit),
        ("It goes before others.", lambda: os.setpriority(os.PRIO_PROCESS, 0, -1)),
        (
            "It imports the service.",
            lambda: importlib.import_module("challenge.errors"),
        ),
    ]


def _works(attack: Callable[[], object]) -> bool:
    try:
        attack()
    except (OSError, ImportError, ValueError):
        return False
    return True


def _is_let_through(number: int) -> bool:
    """Whether a call does more than be refused; without arguments none does harm."""
    library = ctypes.CDLL(None, use_errno=True)
    nothing = [ctypes.c_long(0)] * 6
    answer = library.syscall(ctypes.c_long(number), *nothing)
    return answer != -1 or ctypes.get_errno() != errno.EPERM


def _fill(folder: str, mib: int) -> None:
    """Write one MiB more than there should be."""
    file = Path(folder) / "probe"
    try:
        with file.open("wb") as opened:
            for _ in range(mib + 1):
                opened.write(bytes(_MIB))
    finally:
        file.unlink(missing_ok=True)


def _make_process() -> None:
    child = os.fork()
    if child == 0:
        os._exit(0)
    os.waitpid(child, 0)


def _raise_limit() -> None:
    """Raise what was bound for good, in the way that the run binds it."""
    most = 64
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    resource.setrlimit(resource.RLIMIT_NOFILE, (most + 1, most + 1))
