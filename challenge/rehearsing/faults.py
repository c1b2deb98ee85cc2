"""Things break on purpose, one after another, and each is watched until it is well.

Nothing of this needs root: a disk on which nothing can be written is a limit on the
server's own processes, which is as real for them.
"""

from __future__ import annotations

import os
import resource
import signal
import socket
import sqlite3
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import httpx

from challenge.errors import DemoBrokenError
from challenge.rehearsing.day import Day
from challenge.rehearsing.kinds import Fault
from challenge.rehearsing.ledger import Strike
from challenge.settings import Settings
from challenge.staging import Serving

HELD_SECONDS = 3.0
"""How long a lock or a full disk lasts: of ours, at any pace."""
STARTS = 5
WELL_SECONDS = 120.0
"""After which something that is not well again counts as broken."""
LOCK_SECONDS = 10.0
"""In which the lock on a database has to be had."""
_LOOK_SECONDS = 0.25
_ASK_SECONDS = 5.0


@dataclass(frozen=True, slots=True)
class Hall:
    """What faults strike at.

    Attributes
    ----------
    settings : Settings
        Of the stage.
    server : Serving
        Web process and worker.
    day : Day
        Under way.
    """

    settings: Settings
    server: Serving
    day: Day

    def worker(self) -> int:
        """Find the worker's process; 0 while there is none."""
        found = (pid for pid in _children(self.server.pid) if _is_worker(pid))
        return next(found, 0)

    def answers(self) -> bool:
        """Whether the server answers somebody who asks how it is."""
        with suppress(httpx.HTTPError):
            place = f"{self.day.url}/health/ready"
            return httpx.get(place, timeout=_ASK_SECONDS).is_success
        return False


def strike(hall: Hall, fault: Fault) -> Strike:
    """Let something break, and watch until it is well.

    What is given is in the ledger too, from the moment it begins; it says so where the
    fault could not be brought about, or nothing was well after it.
    """
    done, act = _ACTS[fault]
    now = time.monotonic()
    struck = Strike(fault.value, done, now, hall.day.pace.elapsed())
    hall.day.ledger.strikes.append(struck)
    try:
        act(hall)
        _until(hall, hall.answers, "it did not answer any more")
        struck.ended = time.monotonic()
    except (OSError, sqlite3.Error) as error:
        struck.failed = str(error) or type(error).__name__
    return struck


def start_again(server: Serving) -> None:
    """Start a server that ended, as a service manager would: more than once.

    Raises
    ------
    DemoBrokenError
        If it does not start.
    """
    for number in range(STARTS):
        try:
            server.start()
        except DemoBrokenError:
            if number == STARTS - 1:
                raise
        else:
            return


def _kill_worker(hall: Hall) -> None:
    _until(hall, hall.worker, "there was no worker to kill")
    old, began = hall.worker(), time.time()
    os.kill(old, signal.SIGKILL)
    _until(hall, lambda: hall.worker() not in (0, old), "no other worker was started")
    _until(hall, lambda: _worked_since(hall, began), "the new worker did not report")


def _kill_web(hall: Hall) -> None:
    hall.server.kill()
    start_again(hall.server)


def _cut_upload(hall: Hall) -> None:
    """Send half of an upload, and pull the plug."""
    place = urlsplit(hall.day.url)
    team = hall.day.plan.teams[0].name
    head = (
        "POST /api/submissions HTTP/1.1\r\n"
        f"Host: {place.netloc}\r\nAuthorization: Bearer {hall.day.tokens[team]}\r\n"
        "Content-Type: multipart/form-data; boundary=x\r\nContent-Length: 90000\r\n\r\n"
        '--x\r\nContent-Disposition: form-data; name="bundle"; filename="b.zip"\r\n\r\n'
    )
    for _ in range(3):
        address = (place.hostname or "", place.port or 80)
        with socket.create_connection(address, timeout=_ASK_SECONDS) as connection:
            connection.sendall(head.encode() + bytes(30_000))


def _refuse_writes(hall: Hall) -> None:
    web = hall.server.pid
    had = limit_files({web: 0, hall.worker(): 0})
    if web not in had:
        raise ProcessLookupError("there was no server to strike")
    try:
        hall.day.pace.rest(HELD_SECONDS)
    finally:
        # A worker that was started meanwhile has the limit of who started it.
        limit_files({hall.worker(): had[web]} | had)


def _lock_database(hall: Hall) -> None:
    with _held(hall.settings.home / "challenge.db", "IMMEDIATE"):
        hall.day.pace.rest(HELD_SECONDS)


def _lock_tracking(hall: Hall) -> None:
    store = hall.settings.home / "mlflow" / "mlflow.db"
    _until(hall, store.exists, "MLflow has no store, since nothing was scored")
    with _held(store, "EXCLUSIVE"):
        hall.day.pace.rest(HELD_SECONDS)


_ACTS: dict[Fault, tuple[str, Callable[[Hall], None]]] = {
    Fault.WORKER: ("kill -9 of the worker", _kill_worker),
    Fault.WEB: ("kill -9 of the web process, and with it the worker", _kill_web),
    Fault.CUT: ("three clients vanished in the middle of an upload", _cut_upload),
    Fault.DISK: (f"no process could write for {HELD_SECONDS:g} s", _refuse_writes),
    Fault.DATABASE: (
        f"another program held the database for {HELD_SECONDS:g} s",
        _lock_database,
    ),
    Fault.TRACKING: (
        f"another program held MLflow's database for {HELD_SECONDS:g} s",
        _lock_tracking,
    ),
}


def _until(hall: Hall, holds: Callable[[], object], otherwise: str) -> None:
    """Wait until something holds; a day that is broken off waits no longer."""
    deadline = time.monotonic() + WELL_SECONDS
    while not holds():
        if time.monotonic() > deadline or not hall.day.pace.rest(_LOOK_SECONDS):
            raise TimeoutError(otherwise)


def _worked_since(hall: Hall, moment: float) -> bool:
    """Tell whether a worker that was started since has reported."""
    place = f"file:{hall.settings.home / 'challenge.db'}?mode=ro"
    query = "SELECT count(*) FROM workers WHERE unixepoch(started_at) >= ?"
    with (
        suppress(sqlite3.OperationalError),
        closing(sqlite3.connect(place, uri=True)) as connection,
    ):
        return bool(connection.execute(query, (int(moment),)).fetchone()[0])
    return False


def _children(pid: int) -> list[int]:
    with suppress(OSError):
        tasks = Path(f"/proc/{pid}/task").glob("*/children")
        return [int(child) for task in tasks for child in task.read_text().split()]
    return []


def _is_worker(pid: int) -> bool:
    with suppress(OSError):
        return "worker" in Path(f"/proc/{pid}/cmdline").read_text().split("\0")
    return False


def limit_files(sizes: Mapping[int, int]) -> dict[int, int]:
    """Set how far processes may write into any file.

    Parameters
    ----------
    sizes : mapping of int to int
        Bytes, by process id; 0 stands for a process that is not there.

    Returns
    -------
    dict of int to int
        What they had, for those that are still there.
    """
    had = {}
    for pid, size in sizes.items():
        with suppress(ProcessLookupError):
            if pid:
                had[pid], hard = resource.prlimit(pid, resource.RLIMIT_FSIZE)
                resource.prlimit(pid, resource.RLIMIT_FSIZE, (size, hard))
    return had


@contextmanager
def _held(file: Path, how: str) -> Iterator[None]:
    """Hold a lock on an SQLite database; an error where it cannot be had."""
    place = f"file:{file}?mode=rw"
    with closing(
        sqlite3.connect(place, uri=True, timeout=LOCK_SECONDS, isolation_level=None)
    ) as connection:
        connection.execute(f"BEGIN {how}")
        yield
