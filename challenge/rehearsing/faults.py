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
from collections.abc import Callable, Iterator
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

    Parameters
    ----------
    hall : Hall
        Where.
    fault : Fault
        What.

    Returns
    -------
    Strike
        Also kept in the ledger, from the moment it begins.
    """
    done, act = _ACTS[fault]
    now = time.monotonic()
    struck = Strike(fault.value, done, now, hall.day.pace.elapsed())
    hall.day.ledger.strikes.append(struck)
    try:
        struck.saw = act(hall)
        struck.ended = time.monotonic()
    except TimeoutError as error:
        struck.saw = str(error)
    return struck


def start_again(server: Serving) -> None:
    """Start a server that ended, as a service manager would: more than once.

    Parameters
    ----------
    server : Serving
        That is not there.

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


def _kill_worker(hall: Hall) -> str:
    old = hall.worker()
    began = time.time()
    with suppress(ProcessLookupError):
        if old:
            os.kill(old, signal.SIGKILL)
    _until(hall, lambda: hall.worker() not in (0, old), "no other worker was started")
    _until(hall, lambda: _worked_since(hall, began), "the new worker did not report")
    return "the server started another worker, which took over"


def _kill_web(hall: Hall) -> str:
    hall.server.kill()
    start_again(hall.server)
    _until(hall, hall.answers, "it did not answer any more")
    return "it was started again, as a service manager does, and answered"


def _cut_upload(hall: Hall) -> str:
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
    _until(hall, hall.answers, "it did not answer any more")
    return "it went on as if nothing came"


def _refuse_writes(hall: Hall) -> str:
    pids = [hall.server.pid, hall.worker()]
    try:
        _limit_files(pids, 0)
        hall.day.pace.rest(HELD_SECONDS)
    finally:
        # Who was started meanwhile may have it from who started it.
        _limit_files([*pids, hall.worker()], resource.RLIM_INFINITY)
    _until(hall, hall.answers, "it did not answer any more")
    return "uploads were refused until there was room"


def _lock_database(hall: Hall) -> str:
    with _held(hall.settings.home / "challenge.db", "IMMEDIATE"):
        hall.day.pace.rest(HELD_SECONDS)
    _until(hall, hall.answers, "it did not answer any more")
    return "whoever had to write waited"


def _lock_tracking(hall: Hall) -> str:
    store = hall.settings.home / "mlflow" / "mlflow.db"
    if not store.exists():
        return "there was no store yet: nothing was scored"
    with suppress(sqlite3.OperationalError), _held(store, "EXCLUSIVE"):
        hall.day.pace.rest(HELD_SECONDS)
    _until(hall, hall.answers, "it did not answer any more")
    return "scores came all the same; runs were written later"


_ACTS: dict[Fault, tuple[str, Callable[[Hall], str]]] = {
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


def _until(hall: Hall, holds: Callable[[], bool], otherwise: str) -> None:
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


def _limit_files(pids: list[int], size: int) -> None:
    """Set how far processes may write into any file."""
    for pid in filter(None, pids):
        with suppress(ProcessLookupError):
            _, hard = resource.prlimit(pid, resource.RLIMIT_FSIZE)
            resource.prlimit(pid, resource.RLIMIT_FSIZE, (size, hard))


@contextmanager
def _held(file: Path, how: str) -> Iterator[None]:
    """Hold a lock on an SQLite database."""
    place = f"file:{file}?mode=rw"
    with closing(
        sqlite3.connect(place, uri=True, timeout=10, isolation_level=None)
    ) as connection:
        connection.execute(f"BEGIN {how}")
        yield
