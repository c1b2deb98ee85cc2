"""Whether this machine can run a challenge: isolation, disk, clock and database.

Facts in, a finding out: nothing here looks at a machine.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from challenge.errors.machine import RESTORE
from challenge.records import Isolation
from challenge.rules.findings import Finding, Health
from challenge.store.inspection import DatabaseFacts

UPLOADS_AHEAD = 20
"""So many of the largest bundles should still fit: an hour of a busy day."""
CLOCK_SLACK = timedelta(seconds=2)
"""File systems keep times this coarsely; a clock that differs by more is another."""
_MIB = 1024 * 1024
_GIB = 1024 * _MIB


@dataclass(frozen=True, slots=True)
class Room:
    """How full one folder's disk is.

    Attributes
    ----------
    folder : Path
        Which folder.
    free_bytes : int
        What its disk has left for this user.
    kept_bytes : int
        What a copy of the folder without its releases and backups takes.
    refusal : str
        Why nothing can be written there; empty: something can.
    is_there : bool
        False: nobody has made the folder.
    """

    folder: Path
    free_bytes: int
    kept_bytes: int
    refusal: str = ""
    is_there: bool = True


def judge_isolation(level: Isolation, reason: str = "") -> Finding:
    """Judge what stands between a model and this machine.

    Parameters
    ----------
    level : Isolation
        As a real self-test found it.
    reason : str
        Why there is none.

    Returns
    -------
    Finding
        Named ``isolation``.
    """
    if level is Isolation.BUBBLEWRAP:
        told = "Submissions are cut off by bubblewrap; the self-test did not get out."
        return Finding("isolation", Health.OK, told)
    if level is Isolation.TRUSTED:
        told = "Submissions run without a sandbox: CHALLENGE_TRUST_SUBMISSIONS says so."
        repair = "env -u CHALLENGE_TRUST_SUBMISSIONS challenge serve"
        return Finding("isolation", Health.WARNING, told, repair)
    missing = "no bubblewrap" in reason
    return Finding(
        "isolation",
        Health.FAULT,
        f"Submissions are refused: {reason}",
        "apt install bubblewrap"
        if missing
        else "sysctl user.max_user_namespaces=15000",
    )


def judge_disk(rooms: Sequence[Room], *, upload_limit_mib: int) -> Finding:
    """Judge whether what the day brings still fits.

    Parameters
    ----------
    rooms : sequence of Room
        One per disk.
    upload_limit_mib : int
        Largest bundle, in MiB; each is kept twice, on the shelf and in MLflow.

    Returns
    -------
    Finding
        Named ``disk``.
    """
    bundle = 2 * upload_limit_mib * _MIB
    for room in rooms:
        place = shlex.quote(str(room.folder))
        if not room.is_there:
            told = f"There is no folder {room.folder}."
            return Finding("disk", Health.FAULT, told, f"mkdir -p {place}")
        if room.refusal:
            told = f"Nothing can be written in {room.folder}: {room.refusal}."
            return Finding("disk", Health.FAULT, told, _reopened(place, room.refusal))
        need = room.kept_bytes + UPLOADS_AHEAD * bundle
        told = f"{room.folder} has {_size(room.free_bytes)} left"
        if room.free_bytes < need:
            full = room.free_bytes < bundle
            told += f"; a copy and {UPLOADS_AHEAD} large bundles take {_size(need)}."
            state = Health.FAULT if full else Health.WARNING
            return Finding("disk", state, told, f"du -sh {place}/*")
    told = "; ".join(f"{r.folder} has {_size(r.free_bytes)} left" for r in rooms)
    return Finding("disk", Health.OK, f"{told}.")


def judge_clock(
    *, offset: timedelta, newest: datetime | None, now: datetime, zone: str
) -> Finding:
    """Judge whether this machine knows what time it is.

    Parameters
    ----------
    offset : timedelta
        How far the time that the file system gives is ahead of the clock.
    newest : datetime or None
        The latest moment in the database; aware UTC.
    now : datetime
        Aware UTC.
    zone : str
        The time as pages show it; empty: nobody can tell.

    Returns
    -------
    Finding
        Named ``clock``.
    """
    repair = "timedatectl set-ntp true"
    if newest is not None and newest - now > CLOCK_SLACK:
        told = (
            f"It is {now:%H:%M:%S} UTC here, and the database knows {newest:%H:%M:%S}"
        )
        told += f" of {newest:%Y-%m-%d}: the clock went back, or a worker's is ahead."
        return Finding("clock", Health.FAULT, told, repair)
    if abs(offset) > CLOCK_SLACK:
        seconds = round(offset.total_seconds())
        told = f"The file system's clock differs from this machine's by {seconds} s."
        return Finding("clock", Health.WARNING, told, repair)
    told = f"It is {now:%Y-%m-%d %H:%M} UTC" + (f"; pages show {zone}" if zone else "")
    return Finding("clock", Health.OK, f"{told}.")


def judge_database(
    facts: DatabaseFacts, *, file: Path | None, first: str, signed: str = ""
) -> Finding:
    """Judge whether the database can do its work.

    Parameters
    ----------
    facts : DatabaseFacts
        What a look at it found.
    file : Path or None
        Where SQLite keeps it; None for a server.
    first : str
        Command that makes a first database.
    signed : str
        A release that somebody signed: so there was a database, and its backup comes
        before any other repair.

    Returns
    -------
    Finding
        Named ``database``.
    """
    place = shlex.quote(str(file or "the database"))
    lost = f", and {signed} was published" if signed else ""
    told, repair = "", ""
    if file is not None and not file.exists():
        told, repair = f"There is none at {file}{lost}.", RESTORE if signed else first
    elif facts.trouble:
        told, repair = _unreadable(facts, place, file=file)
    elif facts.damage:
        told, repair = f"It is damaged: {'; '.join(facts.damage)}.", RESTORE
    elif facts.revision is None:
        told = f"It is empty{lost}." if signed else "It has no tables yet."
        repair = RESTORE if signed else first
    elif facts.revision != facts.head:
        told = f"Its tables are of version {facts.revision}; this is"
        told, repair = f"{told} version {facts.head}.", "challenge serve"
    elif facts.refusal:
        told = f"Nothing can be written to it: {facts.refusal}."
        repair = f"fuser -v {place}" if "locked" in facts.refusal else f"ls -l {place}"
        if file is None:
            repair = 'psql -c "SELECT pid, state, query FROM pg_stat_activity"'
    if told:
        return Finding("database", Health.FAULT, told, repair)
    told = f"It is whole, can be written, and has version {facts.head}."
    return Finding("database", Health.OK, told)


def _unreadable(
    facts: DatabaseFacts, place: str, *, file: Path | None
) -> tuple[str, str]:
    """Say why a database cannot be read, and name the command that goes with it."""
    told = f"It cannot be read: {facts.trouble}."
    if any(word in facts.trouble for word in ("malformed", "not a database")):
        return told, RESTORE
    if file is not None:
        return told, f"ls -l {place}"
    making = re.search("`(createdb [^`]+)`", facts.advice)
    return (told, making[1]) if making else (f"{told} {facts.advice}", "pg_isready")


def judge_engine(address: str, *, threads: int, slots: int | None) -> Finding:
    """Judge what carries submissions out.

    Parameters
    ----------
    address : str
        Of the cluster's scheduler; empty: threads of the worker.
    threads : int
        How many runs a worker carries out side by side.
    slots : int or None
        How many the cluster carries out; None for threads.

    Returns
    -------
    Finding
        Named ``engine``.
    """
    if slots is None:
        told = f"Each worker carries out {threads} runs side by side, in threads."
        return Finding("engine", Health.OK, told)
    if not slots:
        told = f"No scheduler at {address} answers with workers that have a sandbox."
        repair = f"dask worker {address} --nthreads 1 --resources sandbox=1"
        repair += " --preload challenge.sandbox.remote"
        return Finding("engine", Health.FAULT, told, repair)
    told = f"The cluster at {address} carries out {slots} runs side by side."
    return Finding("engine", Health.OK, told)


def _reopened(place: str, refusal: str) -> str:
    """Name the command that goes with what the system says of a folder."""
    if "space" in refusal or "quota" in refusal:
        return f"du -sh {place}/*"
    if "ead-only" in refusal:
        return f"mount -o remount,rw {place}"
    return f"chmod u+rwx {place}"


def _size(count: int) -> str:
    return f"{count / _GIB:.1f} GiB" if count >= _GIB else f"{count / _MIB:.0f} MiB"
