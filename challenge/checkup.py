"""A look at everything that a challenge needs, also when things are broken.

Each check is carried out for real, in a thread of its own and with a limit: whatever
hangs or fails becomes a finding, and keeps no other check from its answer. Nothing is
made, migrated or changed.
"""

from __future__ import annotations

import shlex
import threading
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial

from challenge.backups import last_known
from challenge.brief import Brief, read_brief
from challenge.disks import file_clock_ahead, room_of
from challenge.engine import Cluster, open_engine
from challenge.errors import (
    ChallengeError,
    FilesUnavailableError,
    SandboxUnavailableError,
)
from challenge.records import Isolation
from challenge.rules.findings import Finding, Health
from challenge.rules.machine import (
    judge_clock,
    judge_database,
    judge_disk,
    judge_engine,
    judge_isolation,
)
from challenge.rules.operation import (
    judge_backups,
    judge_queue,
    judge_totals,
    judge_tracking,
    judge_workers,
)
from challenge.rules.publication import published_release, signed_releases
from challenge.rules.reconciliation import Folders, reconcile
from challenge.rules.standings import standings
from challenge.sandbox import open_sandbox
from challenge.settings import Settings
from challenge.shelf import open_shelf
from challenge.store.inspection import DatabaseFacts, Inspection
from challenge.store.reaching import sqlite_file
from challenge.synthesis import versions
from challenge.tracking import Tracker

LIMIT_SECONDS = 30.0
"""Importing MLflow takes five seconds of one core, and a busy day's cores are busy."""

GRACE = timedelta(seconds=30)
"""A living worker takes over within a heartbeat, which comes every 15 s or sooner."""
Look = Callable[[], Finding]


class Checkup:
    """Look at everything that one server's settings name.

    Parameters
    ----------
    settings : Settings
        Where everything should be.
    limit_seconds : float
        How long the database may take, then the release, and then everything else
        together.
    """

    def __init__(
        self, settings: Settings, *, limit_seconds: float = LIMIT_SECONDS
    ) -> None:
        self._settings = settings
        self._limit = limit_seconds
        self._inspection = Inspection(settings.database)
        self._facts = DatabaseFacts(trouble="it did not answer in time")

    def findings(self) -> list[Finding]:
        """Carry out every check.

        Returns
        -------
        list of Finding
            One per check, always in the same order.
        """
        machine: dict[str, Look] = {
            "isolation": self._isolation,
            "disk": self._disk,
            "clock": self._clock,
            "engine": self._engine,
        }
        if self._settings.files_address:
            machine["files"] = self._files
        machine["backups"] = self._backups
        challenge: dict[str, Look] = {
            "workers": self._workers,
            "queue": self._queue,
            "mlflow": self._mlflow,
            "totals": self._totals,
        }
        first = carry_out({"database": self._database}, limit_seconds=self._limit)
        if self._is_usable:
            looks = {"release": self._release}
            [release] = carry_out(looks, limit_seconds=self._limit)
            unseen = self._useless() if release.state is Health.FAULT else ()
        else:
            release, unseen = _unseen("release", "database"), tuple(challenge)
        why = "release" if self._is_usable else "database"
        challenge |= {name: partial(_unseen, name, why) for name in unseen}
        checks = machine | {"release": lambda: release} | challenge
        return first + carry_out(checks, limit_seconds=self._limit)

    def _useless(self) -> tuple[str, ...]:
        """Name what looks for a release, or for a challenge that has none here."""
        is_built = versions(self._settings.home / "releases" / self._settings.challenge)
        return ("workers", "mlflow", *(() if is_built else ("totals",)))

    @property
    def _is_usable(self) -> bool:
        facts = self._facts
        is_up_to_date = facts.revision == facts.head
        return is_up_to_date and not (facts.trouble or facts.refusal)

    def _database(self) -> Finding:
        self._facts = self._inspection.facts()
        file = sqlite_file(self._settings.database)
        slug = self._settings.challenge
        built = versions(self._settings.home / "releases" / slug)
        publish = f'challenge publish {slug}/{max(built, default=0)} --by "Your Name"'
        first = publish if built else f"challenge build {slug}"
        signed = (signed_releases(self._settings) or [""])[-1]
        found = judge_database(self._facts, file=file, first=first, signed=signed)
        return self._naming_backup(found)

    def _naming_backup(self, found: Finding) -> Finding:
        """Name the newest backup in a repair that asks for one, if it is there."""
        with suppress(OSError, ValueError):
            known = last_known(self._settings.home)
            if known and known.place.exists():
                place = shlex.quote(str(known.place))
                return replace(found, repair=found.repair.replace("BACKUP", place))
        return found

    def _isolation(self) -> Finding:
        if self._settings.trust_submissions:
            return judge_isolation(Isolation.TRUSTED)
        try:
            with open_sandbox() as sandbox:
                return judge_isolation(sandbox.isolation)
        except SandboxUnavailableError as error:
            return judge_isolation(Isolation.NONE, error.reason)

    def _disk(self) -> Finding:
        own = self._settings
        folders = {own.home} | (set() if own.files_address else {own.files_folder})
        rooms = [room_of(folder) for folder in sorted(folders)]
        return judge_disk(rooms, upload_limit_mib=self._settings.upload_limit_mib)

    def _files(self) -> Finding:
        open_shelf(self._settings).check()
        told = f"{self._settings.files_address} can be written, listed and read."
        return Finding("files", Health.OK, told)

    def _backups(self) -> Finding:
        found = last_known(self._settings.home)
        at, place = found or (None, self._settings.home)
        return judge_backups(at, place, now=datetime.now(UTC))

    def _clock(self) -> Finding:
        newest = self._inspection.books.newest_moment() if self._is_usable else None
        now, zone = datetime.now(UTC), ""
        with suppress(ChallengeError, OSError):  # without a brief it is a clock still
            zone = f"{now.astimezone(self._brief.event.clock):%H:%M %Z}"
        return judge_clock(
            offset=file_clock_ahead(self._settings.home),
            newest=newest,
            now=now,
            zone=zone,
        )

    def _release(self) -> Finding:
        release = published_release(self._settings)
        told = f"{release.name} is published and as it was signed."
        return Finding("release", Health.OK, told)

    def _workers(self) -> Finding:
        now, release = datetime.now(UTC), published_release(self._settings)
        with self._inspection.database.read() as unit:
            alive = unit.workers.alive(now, release.name)
        waiting = self._inspection.books.queue(now).waiting
        return judge_workers(alive, waiting=waiting)

    def _queue(self) -> Finding:
        now = datetime.now(UTC)
        return judge_queue(self._inspection.books.queue(now - GRACE), now=now)

    def _engine(self) -> Finding:
        with open_engine(self._settings) as engine:
            slots = engine.slots() if isinstance(engine, Cluster) else None
        return judge_engine(
            self._settings.engine, threads=self._settings.runs_at_once, slots=slots
        )

    def _mlflow(self) -> Finding:
        release = published_release(self._settings).name
        policy = self._brief.policy
        with self._inspection.database.read() as unit:
            waiting = len(unit.results.untracked(release))
            leader = standings(unit, release, policy=policy).champion
        tracker = self._tracker()
        champion = tracker.champion() if tracker.is_made else None
        run = leader.run_id if leader else None
        return judge_tracking(waiting=waiting, champion=champion, leader=run)

    def _totals(self) -> Finding:
        folders = Folders(
            open_shelf(self._settings), self._settings.home / "sealed" / "predictions"
        )
        compared = reconcile(
            self._inspection.books,
            folders,
            self._tracker(),
            challenge=self._settings.challenge,
        )
        return judge_totals(compared)

    @property
    def _brief(self) -> Brief:
        return read_brief(self._settings.content / self._settings.challenge)

    def _tracker(self) -> Tracker:
        """Reach MLflow; ask it first whether there is a store, or it makes one."""
        folder = self._settings.home / "mlflow"
        return Tracker(folder, challenge=self._settings.challenge)


def carry_out(checks: Mapping[str, Look], *, limit_seconds: float) -> list[Finding]:
    """Carry out checks side by side, and wait no longer than the limit.

    Parameters
    ----------
    checks : mapping of str to callable
        What to do, by name.
    limit_seconds : float
        For all of them together; what has not answered by then is a fault.

    Returns
    -------
    list of Finding
        One per check, in the same order.
    """
    found: dict[str, Finding] = {}

    def work(name: str, look: Look) -> None:
        found[name] = _asked(name, look)

    # Daemons: one that hangs for good does not keep the command from ending.
    threads = [
        threading.Thread(target=work, args=check, daemon=True)
        for check in checks.items()
    ]
    deadline = time.monotonic() + limit_seconds
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(max(0.0, deadline - time.monotonic()))
    late = f"It gave no answer within {limit_seconds:g} seconds."
    return [found.get(name) or Finding(name, Health.FAULT, late) for name in checks]


def _asked(name: str, look: Look) -> Finding:
    """Carry out one check; whatever goes wrong with it is its finding."""
    try:
        return look()
    except FilesUnavailableError as error:
        told = f"{error.address} cannot be used. {error.reason}"
        return Finding(name, Health.FAULT, told, error.repair)
    except ChallengeError as error:
        repair = getattr(error, "repair", "") or error.hint
        return Finding(name, Health.FAULT, error.message, repair)
    except Exception as error:
        reason = (str(error).splitlines() or [""])[0]
        told = f"It cannot be looked at: {type(error).__name__}: {reason}"
        return Finding(name, Health.FAULT, told)


def _unseen(name: str, first: str) -> Finding:
    return Finding(name, Health.WARNING, f"Not looked at: first the {first}.")
