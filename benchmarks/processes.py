"""Processes as the kernel shows them (Linux): whose they are, what they used."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

WATCH_SECONDS = 0.02
TICKS = os.sysconf("SC_CLK_TCK")


def children(pid: int) -> list[int]:
    """List the processes that the threads of a process started."""
    told = []
    for place in Path(f"/proc/{pid}/task").glob("*/children"):
        with suppress(OSError):
            told += place.read_text("utf-8").split()
    return [int(child) for child in told]


def family(pid: int) -> list[int]:
    """List a process and all that come from it."""
    return [pid, *(one for child in children(pid) for one in family(child))]


def cpu_seconds(pid: int, *, ended: bool = True) -> float:
    """Tell the CPU seconds of a process, with those of its ended children."""
    try:
        told = Path(f"/proc/{pid}/stat").read_text("utf-8")
    except OSError:
        return 0.0
    # Past the name in brackets: fields 14 to 17.
    fields = told.rpartition(")")[2].split()[11 : 15 if ended else 13]
    return sum(map(int, fields)) / TICKS


def pss_mib(pid: int) -> float:
    """Tell the memory of a process in MiB, shared pages divided by who share them."""
    with suppress(OSError):
        for line in Path(f"/proc/{pid}/smaps_rollup").read_text("utf-8").splitlines():
            if line.startswith("Pss:"):
                return int(line.split()[1]) / 1024
    return 0.0


@contextmanager
def watched_children() -> Iterator[list[float]]:
    """Fill a list with the CPU seconds of every child that ended meanwhile."""
    before, most = _children_used(), dict[int, float]()
    done, used = threading.Event(), list[float]()

    def watch() -> None:
        while not done.wait(WATCH_SECONDS):
            for pid, seconds in _children_used().items():
                most[pid] = max(most.get(pid, 0.0), seconds)

    watcher = threading.Thread(target=watch)
    watcher.start()
    try:
        yield used
    finally:
        done.set()
        watcher.join()
    ended = most.keys() - _children_used().keys()
    used += [most[pid] - before.get(pid, 0.0) for pid in ended]


def _children_used() -> dict[int, float]:
    return {pid: sum(map(cpu_seconds, family(pid))) for pid in children(os.getpid())}


def busy_seconds() -> float:
    """Tell the CPU seconds that all of this machine has used since it started."""
    fields = Path("/proc/stat").read_text("utf-8").split("\n", 1)[0].split()
    user, nice, system, _, _, *interrupts = map(int, fields[1:8])
    return (user + nice + system + sum(interrupts)) / TICKS


def wait_until(holds: Callable[[], bool], seconds: float = 600) -> None:
    """Wait for something to come about."""
    deadline = time.monotonic() + seconds
    while not holds():
        if time.monotonic() > deadline:
            raise SystemExit("The benchmark waited in vain.")
        time.sleep(0.02)
