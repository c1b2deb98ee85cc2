"""What the machine of the web process has left."""

from __future__ import annotations

import shutil
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from challenge.backups import last_known
from challenge.rules.machine import UPLOADS_AHEAD
from challenge.store import Unit
from challenge.web.access import Deployment


@dataclass(frozen=True, slots=True)
class Machine:
    """What this machine has left.

    Attributes
    ----------
    free, total : int
        Bytes of the disk that holds the challenge.
    is_short : bool
        Whether an hour of large uploads may not fit.
    memory : float or None
        Share of the memory that is taken; None where the system does not say.
    backup : datetime or None
        Of when the newest backup is that the home knows of, aware UTC; None: there is
        none.
    """

    free: int
    total: int
    is_short: bool
    memory: float | None
    backup: datetime | None = None


def look_at_machine(here: Deployment) -> Machine:
    """See what the machine of the web process has left.

    Parameters
    ----------
    here : Deployment
        The running server.

    Returns
    -------
    Machine
        Of this moment.
    """
    disk = shutil.disk_usage(here.settings.home)
    # As `challenge doctor` warns, and every bundle is kept twice.
    need = 2 * UPLOADS_AHEAD * here.settings.upload_limit_mib << 20
    backup = _last_backup(here.settings.home)
    return Machine(disk.free, disk.total, disk.free < need, _memory(), backup)


def _last_backup(home: Path) -> datetime | None:
    with suppress(OSError, ValueError):  # of an account that we may not look at
        if found := last_known(home):
            return found.at
    return None


def _memory() -> float | None:
    """Share that is taken, as Linux counts what could be had without swapping."""
    try:
        with open("/proc/meminfo", encoding="ascii") as file:  # noqa: PTH123
            lines = dict(line.split(":") for line in file)
        free, total = (
            int(lines[key].split()[0]) for key in ("MemAvailable", "MemTotal")
        )
    except (OSError, KeyError, ValueError):
        return None
    return 1 - free / total


def clock_skew(unit: Unit, release: str) -> float:
    """Hold the clocks of database and workers beside our own.

    A heartbeat may be old because it is late; one that is still to come is a clock
    that is ahead, so far perhaps that its worker does not count as alive.

    Parameters
    ----------
    unit : Unit
        An open transaction.
    release : str
        ``slug/version`` that the workers run.

    Returns
    -------
    float
        Seconds that the worst of them differs, up to one of which is rounding.
    """
    kept, now = unit.workers.database_clock(), datetime.now(UTC)
    workers = unit.workers.all(release)
    ahead = [(worker.seen_at - now).total_seconds() for worker in workers]
    return max(abs((kept - now).total_seconds()), *ahead, 0.0)
