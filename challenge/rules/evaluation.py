"""The road of one submission: claimed, run, scored, recorded.

Reads top to bottom. The database is the truth: a claim carries a lease, a silent
worker's claim is taken over, and a result is recorded once, whoever comes second.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from time import monotonic
from typing import Protocol

from challenge.brief import Brief
from challenge.records import Job, Limits, Loader, Outcome, Stage, State, Submission
from challenge.rules.claims import Claims
from challenge.rules.climbing import record_result
from challenge.rules.feature_files import FeatureFiles
from challenge.rules.hidden import seal_predictions
from challenge.rules.scoring import Scored, Scoring
from challenge.rules.shelf import bundle_name
from challenge.rules.timing import hold_to_step
from challenge.shelf import Shelf
from challenge.store import Database
from challenge.synthesis import Release
from leaderboard import __version__


class Runner(Protocol):
    """Whatever turns a bundle and features into probabilities."""

    def run(self, job: Job, *, on_stage: Callable[[Stage], None]) -> Outcome:
        """Predict public rows, then hidden rows."""
        ...


class Evaluation:
    """Claim submissions, run them, score them, record them.

    Parameters
    ----------
    database : Database
        Queue and results.
    runner : Runner
        The sandbox, or an engine that has some.
    release : Release
        Practice and sealed rows.
    brief : Brief
        Policy, capacity, and what each source set may see.
    home : Path
        Where sealed predictions live.
    shelf : Shelf
        Keeps bundles and features that every machine sees.
    worker : str
        Name under which claims are made.
    limits : Limits
        What one run may use.
    lease : timedelta
        How long a silent worker keeps a claim.
    holds : bool
        Whether ends wait as `challenge.rules.timing.hold_to_step` says; only a
        benchmark does without.

    Attributes
    ----------
    claims : Claims
        What this worker holds of the queue.
    """

    def __init__(
        self,
        database: Database,
        runner: Runner,
        *,
        release: Release,
        brief: Brief,
        home: Path,
        shelf: Shelf,
        worker: str,
        limits: Limits,
        lease: timedelta,
        holds: bool = True,
    ) -> None:
        self.claims = Claims(
            database, release=release.name, worker=worker, limits=limits, lease=lease
        )
        self._database = database
        self._runner = runner
        self._features = FeatureFiles(release, brief, shelf)
        self._scoring = Scoring(release, brief)
        self._home = home
        self._limits = limits
        self._holds = holds
        # When hidden rows were sent, on the clock of `time.monotonic`.
        self._sent: dict[str, float] = {}

    def claim(self) -> Submission | None:
        """Take the submission whose turn it is.

        Returns
        -------
        Submission or None
            None when nothing waits.
        """
        return self.claims.take()

    def evaluate(self, submission: Submission) -> State:
        """Bring one claimed submission to its end.

        Parameters
        ----------
        submission : Submission
            As `claim` gave it.

        Returns
        -------
        State
            ``SCORED``, ``REFUSED``, or ``PROVED`` where no score was asked for.
        """
        outcome = self._run(submission)
        if outcome.practice is not None and submission.proof_only:
            return self._end(submission, State.PROVED, outcome)
        if outcome.practice is None or outcome.hidden is None:
            return self._end(submission, State.REFUSED, outcome)
        source = submission.sources
        scored = self._scoring.score(source, outcome.practice, outcome.hidden)
        return self._record(submission, outcome, scored)

    def give_back(self, submission: Submission, *, is_counted: bool = True) -> None:
        """Put a submission back in the queue after a fault of ours.

        Parameters
        ----------
        submission : Submission
            As `claim` gave it.
        is_counted : bool
            Whether the try counts, as in `Claims.give_back`.
        """
        self._hold(submission)
        self.claims.give_back(submission, is_counted=is_counted)

    def _run(self, submission: Submission) -> Outcome:
        source = submission.sources
        job = Job(
            bundle=bundle_name(submission.bundle_sha256),
            loader=Loader(submission.loader),
            proof=self._features.proof(source),
            proof_count=len(self._scoring.practice.labels),
            hidden=None if submission.proof_only else self._features.hidden(source),
            limits=self._limits,
        )
        outcome = self._runner.run(job, on_stage=lambda at: self._show(submission, at))
        if outcome.hidden_seconds:
            # Word from another machine may come late, and not at all of a refusal.
            self._sent_at(submission, monotonic() - outcome.hidden_seconds)
        return outcome

    def _show(self, submission: Submission, stage: Stage) -> None:
        if stage is Stage.SCORING:
            self._sent_at(submission, monotonic())
        self.claims.show(submission, stage)

    def _sent_at(self, submission: Submission, moment: float) -> None:
        self._sent[submission.id] = min(self._sent.get(submission.id, moment), moment)

    def _record(
        self, submission: Submission, outcome: Outcome, scored: Scored
    ) -> State:
        self._hold(submission)
        with self._database.begin() as unit:
            # Held first, so that results carry the order in which the ladder took
            # them: a second worker waits here, and not after it looked at the clock.
            unit.ladders.hold(submission.team_id, submission.release)
            now = unit.ladders.moment(submission.team_id, now=datetime.now(UTC))
            if self.claims.end(unit, submission, State.SCORED, outcome, now=now):
                seal_predictions(self._home / "sealed", submission.id, scored.hidden)
                record_result(
                    unit,
                    submission,
                    scored.board,
                    scorer=__version__,
                    practice=scored.practice.to_json(),
                    cpu_seconds=outcome.cpu_seconds,
                    memory_mib=outcome.memory_mib,
                    scored_at=now,
                )
        return State.SCORED

    def _end(self, submission: Submission, state: State, outcome: Outcome) -> State:
        self._hold(submission)
        with self._database.begin() as unit:
            self.claims.end(unit, submission, state, outcome, now=datetime.now(UTC))
        return state

    def _hold(self, submission: Submission) -> None:
        sent = self._sent.pop(submission.id, None)
        # What this worker let go of is not recorded, so that nobody sees it end.
        if sent is not None and self._holds and self.claims.holds(submission.id):
            hold_to_step(sent)
