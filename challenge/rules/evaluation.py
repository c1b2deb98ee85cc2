"""The road of one submission: queued, run, scored, recorded.

Reads top to bottom. The database is the truth: a claim carries a lease, a silent
worker's claim is taken over, and a result is recorded once, whoever comes second.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from datetime import UTC, datetime, timedelta
from functools import cached_property
from pathlib import Path
from typing import Protocol

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from challenge.brief import Brief
from challenge.records import Limits, Outcome, Reason, Refusal, Stage, State, Submission
from challenge.rules.climbing import record_result
from challenge.rules.hidden import HiddenRows
from challenge.rules.intake import bundle_path
from challenge.rules.replication import replicate_seed
from challenge.store import Database
from challenge.synthesis import Release, RowSet
from challenge.synthesis.tables.frame import visible
from leaderboard import Scorecard, __version__, publish, quantised, score

# After so many tries the fault is ours and a person has to look.
ATTEMPTS = 3


class Runner(Protocol):
    """Whatever turns a bundle and features into probabilities."""

    def run(
        self,
        bundle: Path,
        *,
        practice: pd.DataFrame,
        hidden: pd.DataFrame,
        limits: Limits,
        on_stage: Callable[[Stage], None],
    ) -> Outcome:
        """Predict practice rows, then hidden rows."""
        ...


class Evaluation:
    """Claim submissions, run them, score them, record them.

    Parameters
    ----------
    database : Database
        Queue and results.
    runner : Runner
        The sandbox.
    release : Release
        Practice and sealed rows.
    brief : Brief
        Policy, capacity, and what each source set may see.
    home : Path
        Where bundles and sealed predictions live.
    worker : str
        Name under which claims are made.
    limits : Limits
        What one run may use.
    lease : timedelta
        How long a silent worker keeps a claim.
    """

    def __init__(
        self,
        database: Database,
        runner: Runner,
        *,
        release: Release,
        brief: Brief,
        home: Path,
        worker: str,
        limits: Limits,
        lease: timedelta,
    ) -> None:
        self._database = database
        self._runner = runner
        self._release = release
        self._brief = brief
        self._home = home
        self._worker = worker
        self._limits = limits
        self._lease = lease

    def claim(self) -> Submission | None:
        """Take the next submission.

        Returns
        -------
        Submission or None
            None when nothing waits.
        """
        now = datetime.now(UTC)
        with self._database.begin() as unit:
            claimed = unit.queue.claim(
                self._worker,
                release=self._release.name,
                now=now,
                lease_until=now + self._lease,
            )
            return unit.submissions.get(claimed) if claimed else None

    def renew(self, running: Collection[str]) -> None:
        """Say which runs are alive; call it well within the lease.

        Parameters
        ----------
        running : collection of str
            Ids of the submissions under way.
        """
        with self._database.begin() as unit:
            unit.queue.renew(
                self._worker, running, lease_until=datetime.now(UTC) + self._lease
            )

    def evaluate(self, submission: Submission) -> State:
        """Bring one claimed submission to its end.

        Parameters
        ----------
        submission : Submission
            As `claim` gave it.

        Returns
        -------
        State
            ``SCORED``, ``REFUSED`` or ``FAILED``.
        """
        if submission.attempt > ATTEMPTS:
            return self._fail(submission)
        outcome = self._run(submission)
        if outcome.practice is None or outcome.hidden is None:
            self._end(submission, State.REFUSED, outcome)
            return State.REFUSED
        # Once, before anything is scored or sealed: nothing later sees more digits.
        practised, hidden = quantised(outcome.practice), quantised(outcome.hidden)
        self._record(submission, outcome, practised, hidden)
        return State.SCORED

    def give_back(self, submission: Submission) -> None:
        """Put a submission back in the queue after a fault of ours.

        Parameters
        ----------
        submission : Submission
            As `claim` gave it.
        """
        self._end(submission, State.QUEUED, Outcome())

    def _run(self, submission: Submission) -> Outcome:
        return self._runner.run(
            bundle_path(self._home / "bundles", submission.bundle_sha256),
            practice=self._seen_by(submission, self._practice.features),
            hidden=self._seen_by(submission, self._hidden.features),
            limits=self._limits,
            on_stage=lambda stage: self._show(submission, stage),
        )

    def _seen_by(self, submission: Submission, rows: pd.DataFrame) -> pd.DataFrame:
        return visible(rows, submission.sources, self._brief)

    def _record(
        self,
        submission: Submission,
        outcome: Outcome,
        practised: NDArray[np.float64],
        hidden: NDArray[np.float64],
    ) -> None:
        board = self._score(
            submission,
            self._hidden.sets["board"],
            self._hidden.split(hidden)["board"],
            seed=self._replicate_seed,
        )
        practice = publish(
            self._score(submission, self._practice, practised, seed=0, curves=True),
            curves=True,
        )
        with self._database.begin() as unit:
            # Held first, so that results carry the order in which the ladder took
            # them: a second worker waits here, and not after it looked at the clock.
            unit.ladders.hold(submission.team_id, submission.release)
            now = datetime.now(UTC)
            mine = unit.queue.end(
                submission.id,
                worker=self._worker,
                state=State.SCORED,
                now=now,
                log=outcome.log,
            )
            if mine:
                self._seal_predictions(submission, hidden)
                record_result(
                    unit,
                    submission,
                    board,
                    scorer=__version__,
                    practice=practice.to_json(),
                    cpu_seconds=outcome.cpu_seconds,
                    memory_mib=outcome.memory_mib,
                    scored_at=now,
                )

    def _score(
        self,
        submission: Submission,
        rows: RowSet,
        probabilities: NDArray[np.float64],
        *,
        seed: int,
        curves: bool = False,
    ) -> Scorecard:
        return score(
            rows.labels,
            probabilities,
            groups=rows.groups,
            clusters=rows.clusters,
            areas=rows.areas,
            capacity=self._brief.capacity,
            policy=self._brief.policy,
            reference=self._release.reference(rows.name, submission.sources),
            seed=seed,
            curves=curves,
        )

    def _seal_predictions(
        self, submission: Submission, hidden: NDArray[np.float64]
    ) -> None:
        # Final and external rows are scored once, at the end (DESIGN §7), from these.
        folder = self._home / "sealed" / "predictions"
        folder.mkdir(parents=True, exist_ok=True)
        (self._home / "sealed").chmod(0o700)
        place = folder / f"{submission.id}.npy"
        draft = place.with_suffix(".part")
        with draft.open("wb") as file:
            np.save(file, hidden)
        draft.replace(place)

    def _show(self, submission: Submission, stage: Stage) -> None:
        with self._database.begin() as unit:
            unit.queue.advance(
                submission.id, worker=self._worker, stage=stage, now=datetime.now(UTC)
            )

    def _fail(self, submission: Submission) -> State:
        fault = Refusal(
            stage=submission.stage,
            reason=Reason.PLATFORM_FAULT,
            message=f"We tried {ATTEMPTS} times and could not finish this run.",
            hint="This is our fault and costs no scored run. Ask the organiser.",
        )
        self._end(submission, State.FAILED, Outcome(refusal=fault))
        return State.FAILED

    def _end(self, submission: Submission, state: State, outcome: Outcome) -> None:
        with self._database.begin() as unit:
            unit.queue.end(
                submission.id,
                worker=self._worker,
                state=state,
                now=datetime.now(UTC),
                refusal=outcome.refusal,
                log=outcome.log,
            )

    @cached_property
    def _practice(self) -> RowSet:
        return self._release.practice()

    @cached_property
    def _hidden(self) -> HiddenRows:
        return HiddenRows.unseal(self._release)

    @cached_property
    def _replicate_seed(self) -> int:
        return replicate_seed(self._release)
