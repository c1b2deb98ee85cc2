"""Results to the tracker, once the database has them; the leader promoted."""

from __future__ import annotations

import logging
from contextlib import AbstractContextManager
from typing import Protocol

from challenge.records import Run
from challenge.rules.shelf import bundle_name
from challenge.rules.standings import standings
from challenge.shelf import Shelf
from challenge.store import Database, Result
from challenge.synthesis import Release
from leaderboard import FairnessPolicy

log = logging.getLogger(__name__)


class Tracker(Protocol):
    """Whatever remembers runs and which of them leads."""

    def prepare(self) -> None:
        """Make the store."""
        ...

    def alone(self) -> AbstractContextManager[None]:
        """Let nobody else write until the block ends."""
        ...

    def record(self, run: Run) -> str:
        """Write one run, unless it is there already, and tell its id."""
        ...

    def promote(self, run_id: str) -> None:
        """Make this run's model the champion."""
        ...

    def champion(self) -> str | None:
        """Tell which run's model is the champion."""
        ...


class Recording:
    """Write what the tracker has not got yet.

    Parameters
    ----------
    database : Database
        Holds the results; it stays the truth.
    tracker : Tracker
        Gets a run per result.
    release : Release
        Whose results.
    policy : FairnessPolicy
        From the brief; decides who leads.
    shelf : Shelf
        Keeps accepted bundles.
    """

    def __init__(
        self,
        database: Database,
        tracker: Tracker,
        *,
        release: Release,
        policy: FairnessPolicy,
        shelf: Shelf,
    ) -> None:
        self._database = database
        self._tracker = tracker
        self._release = release
        self._policy = policy
        self._shelf = shelf

    def catch_up(self) -> bool:
        """Write every result that has no run; one that cannot be written waits.

        A score is never lost over the tracker: whatever fails here is logged and
        tried again the next time.

        Returns
        -------
        bool
            Whether all is written, and the leader promoted.
        """
        try:
            self._tracker.prepare()
            # Listed by one worker at a time: two would write the same run twice.
            with self._tracker.alone():
                with self._database.read() as unit:
                    waiting = unit.results.untracked(self._release.name)
                written = [self._write(result) for result in waiting]
                return self._promote() and all(written)
        except Exception:
            log.exception("The tracker cannot be reached; it is tried again later.")
            return False

    def _write(self, result: Result) -> bool:
        try:
            run_id = self._tracker.record(self._describe(result))
            with self._database.begin() as unit:
                if unit.results.get(result.submission_id) != result:
                    return False  # scored anew meanwhile, it waits for another run
                unit.results.track(result.submission_id, run_id)
        except Exception:
            log.exception("Submission %s is tracked later.", result.submission_id)
            return False
        return True

    def _promote(self) -> bool:
        try:
            with self._database.read() as unit:
                ranked = standings(unit, self._release.name, policy=self._policy)
            leader = ranked.champion
            if leader is None or leader.run_id is None:
                return True
            if self._tracker.champion() != leader.run_id:
                self._tracker.promote(leader.run_id)
        except Exception:
            log.exception("The champion is promoted later.")
            return False
        return True

    def _describe(self, result: Result) -> Run:
        return Run(
            submission_id=result.submission_id,
            team=result.team,
            title=result.title,
            baseline=result.baseline,
            release=self._release.version,
            release_sha256=self._release.sha256,
            sources=result.sources,
            scorer=result.scorer,
            scorecard=result.scorecard,
            card=result.card,
            bundle=self._shelf.bring(bundle_name(result.bundle_sha256)),
            bundle_sha256=result.bundle_sha256,
            cpu_seconds=result.cpu_seconds,
            memory_mib=result.memory_mib,
        )
