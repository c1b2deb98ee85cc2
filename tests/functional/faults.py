"""Faults that happen on the day, struck for real at a server, and repaired again.

Each takes a `Hall` and a source of chance, does its harm, waits, and undoes it, as the
people who run the day would. A full disk and a read-only file system need root, who
may mount; for others every write of the server's processes fails in their stead
(`RLIMIT_FSIZE` of 0), which is as real and a little harsher.
"""

from __future__ import annotations

import os
import resource
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

from challenge.settings import Settings

from .clustered import Cluster, descendants, free_port
from .conftest import wait_for

MAY_MOUNT = os.geteuid() == 0
BLOCK = bytes(64 * 1024)


@dataclass
class Hall:
    """A server on a port of its own, kept up as a service manager would."""

    settings: Settings
    log: Path
    cluster: Cluster | None = None
    process: subprocess.Popen[str] | None = None
    struck: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.settings = self.settings.model_copy(update={"port": free_port()})

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.settings.port}"

    @property
    def database(self) -> Path:
        return self.settings.home / "challenge.db"

    def start(self) -> None:
        """Start whatever is not there, and wait until it answers."""
        if self.cluster is not None:
            self.cluster.start(2)
        while self.process is None or self.process.poll() is not None:
            with self.log.open("ab") as log:
                self.process = subprocess.Popen(
                    [sys.executable, "-m", "challenge", "serve"],
                    env=os.environ | self.settings.environment(),
                    stdout=subprocess.PIPE,
                    stderr=log,
                    text=True,
                )
            if self.process.stdout.readline():
                return
            self.process.wait()
            time.sleep(0.5)

    def stop(self) -> None:
        """Stop in good order: what MLflow has not got yet is written first."""
        if self.process is not None:
            self.process.send_signal(signal.SIGINT)
            self.process.wait(60)
            self.process.stdout.close()

    def worker(self) -> int | None:
        """Find the worker process, if there is one at this moment."""
        return next(iter(self._find("worker")), None)

    def sandboxes(self) -> list[int]:
        """Find the processes of sandboxes: bubblewrap's own, and the guests."""
        worker = self.worker()
        return sorted(descendants(worker)) if worker else []

    def writers(self) -> list[int]:
        return [self.process.pid, *self._find("worker")]

    def _find(self, word: str) -> list[int]:
        return [pid for pid in self._below() if word in command_of(pid)]

    def _below(self) -> list[int]:
        with suppress(OSError):  # one of them ends while we look
            return sorted(descendants(self.process.pid))
        return []


def command_of(pid: int) -> list[str]:
    """Read a command line; empty for a process that is gone."""
    try:
        return Path(f"/proc/{pid}/cmdline").read_text().split("\0")
    except OSError:
        return []


def kill_web(hall: Hall, chance: Random) -> None:
    """The server and everything it started are gone, and it is started again."""
    hall.process.kill()
    hall.process.wait()
    hall.process.stdout.close()
    time.sleep(chance.uniform(0, 2))
    hall.start()


def kill_worker(hall: Hall, chance: Random) -> None:
    """The server starts another."""
    kill(hall.worker())


def kill_sandbox(hall: Hall, chance: Random) -> None:
    """One process of one sandbox, whether it waits, runs, or warms up."""
    found = hall.sandboxes()
    kill(chance.choice(found) if found else None)


def kill_cluster_worker(hall: Hall, chance: Random) -> None:
    """The service manager starts another."""
    kill(chance.choice(hall.cluster.workers).pid)
    time.sleep(chance.uniform(0, 2))
    hall.cluster.start(2)


def kill_scheduler(hall: Hall, chance: Random) -> None:
    """Its workers end with it; the service manager starts all of them again."""
    hall.cluster.scheduler.kill()
    for process in (hall.cluster.scheduler, *hall.cluster.workers):
        process.wait(60)
    time.sleep(chance.uniform(0, 2))
    hall.cluster.start(2)


def fill_disk(hall: Hall, chance: Random) -> None:
    """Nothing more fits, until somebody removes what filled it."""
    if not MAY_MOUNT:
        return refuse_writes(hall, chance)
    filler = hall.settings.home / "filler"
    try:
        with suppress(OSError), filler.open("wb", buffering=0) as file:
            while file.write(BLOCK):
                pass
        time.sleep(chance.uniform(2, 5))
    finally:
        filler.unlink()


def lock_database(hall: Hall, chance: Random) -> None:
    """Somebody has it open in another program, and does not let go."""
    with held(hall.database, "IMMEDIATE"):
        time.sleep(chance.uniform(2, 5))


def protect_database(hall: Hall, chance: Random) -> None:
    """Whoever opens it anew can only read it; the worker has to, since it died."""
    if not MAY_MOUNT:
        return refuse_writes(hall, chance)
    file = str(hall.database)
    run("mount", "--bind", file, file)
    try:
        run("mount", "-o", "remount,bind,ro", file)
        kill(hall.worker())
        time.sleep(chance.uniform(3, 6))
    finally:
        run("umount", "--lazy", file)


def refuse_writes(hall: Hall, chance: Random) -> None:
    """No process of the server can write to any file."""
    was = {pid: limit_files(pid, 0) for pid in hall.writers()}
    time.sleep(chance.uniform(2, 5))
    for pid in {*was, *hall.writers()}:
        limit_files(pid, resource.RLIM_INFINITY)


def lock_tracking(hall: Hall, chance: Random) -> None:
    """MLflow's database answers nobody."""
    file = hall.settings.home / "mlflow" / "mlflow.db"
    if file.exists():
        with suppress(sqlite3.OperationalError), held(file, "EXCLUSIVE"):
            time.sleep(chance.uniform(2, 6))


def take_artefacts_away(hall: Hall, chance: Random) -> None:
    """Runs can be begun, and their files not be written."""
    folder = hall.settings.home / "mlflow" / "artefacts"
    away = folder.with_name("away")
    if folder.exists():
        folder.rename(away)
        folder.touch()
        time.sleep(chance.uniform(2, 6))
        folder.unlink()
        away.rename(folder)


Strike = Callable[[Hall, Random], None]
ANYWHERE: tuple[Strike, ...] = (
    kill_web,
    kill_worker,
    fill_disk,
    lock_database,
    protect_database,
    lock_tracking,
    take_artefacts_away,
)
ON_THREADS = (*ANYWHERE, kill_sandbox)
ON_A_CLUSTER = (*ANYWHERE, kill_cluster_worker, kill_scheduler)


def choose(faults: tuple[Strike, ...], count: int, chance: Random) -> list[Strike]:
    """Draw faults so that each comes about as often as the others."""
    drawn: list[Strike] = []
    while len(drawn) < count:
        drawn += chance.sample(faults, len(faults))
    return drawn[:count]


def kill(pid: int | None) -> None:
    with suppress(ProcessLookupError):
        if pid is not None:
            os.kill(pid, signal.SIGKILL)


def limit_files(pid: int, size: int) -> None:
    """Set how far a process may write into any file."""
    with suppress(ProcessLookupError):
        _, hard = resource.prlimit(pid, resource.RLIMIT_FSIZE)
        resource.prlimit(pid, resource.RLIMIT_FSIZE, (size, hard))


def run(*command: str) -> None:
    subprocess.run(command, check=True, capture_output=True)


@contextmanager
def held(file: Path, how: str) -> Iterator[None]:
    """Hold a lock on an SQLite database."""
    place = f"file:{file}?mode=rw"
    with closing(
        sqlite3.connect(place, uri=True, timeout=30, isolation_level=None)
    ) as connection:
        connection.execute(f"BEGIN {how}")
        yield


@contextmanager
def small_disk(folder: Path, size_mib: int) -> Iterator[None]:
    """Give a folder a disk of its own, where we may; it is empty then."""
    folder.mkdir()
    if MAY_MOUNT:
        run("mount", "-t", "tmpfs", "-o", f"size={size_mib}m", "tmpfs", str(folder))
    try:
        yield
    finally:
        if MAY_MOUNT:
            run("umount", "--lazy", str(folder))


def settled(
    ended: Callable[[], int], count: int, *, limit_seconds: float = 300
) -> bool:
    """Tell whether so many submissions come to their end."""
    return wait_for(lambda: ended() >= count, limit_seconds)
