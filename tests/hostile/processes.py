"""Processes as this machine sees them, to look for what a model left behind."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable
from pathlib import Path

MIB = 1024 * 1024

# Gives a model's process a name that can be found from outside.
NAMED = """
import ctypes, os, time
ctypes.CDLL(None).prctl(15, {name!r}.encode())
"""


def find_processes(name: str) -> list[str]:
    """List the numbers of all processes that have this name."""
    found = []
    for file in Path("/proc").glob("[0-9]*/comm"):
        try:
            if file.read_text().strip() == name:
                found.append(file.parent.name)
        except OSError:  # it ended while we looked
            continue
    return found


def find_descendants() -> list[int]:
    """List the numbers of our children, their children, and so on."""
    parents = {}
    for file in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = file.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        parents[int(file.parent.name)] = int(fields[1])
    found = [os.getpid()]
    for process in found:
        found += [child for child, parent in parents.items() if parent == process]
    return found[1:]


def count_own() -> tuple[int, int, int]:
    """Count open files, threads and descendants of this process."""
    files = len(list(Path("/proc/self/fd").iterdir()))
    return files, threading.active_count(), len(find_descendants())


def memory_mib() -> float:
    """Resident memory of this process, in MiB."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / MIB


def wait_until(condition: Callable[[], bool]) -> None:
    """Wait a minute at most."""
    for _ in range(600):
        if condition():
            return
        time.sleep(0.1)
    raise AssertionError("It did not happen within a minute.")
