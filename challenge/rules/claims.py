"""What a worker holds of the queue: a lease, a deadline, and the right to end it."""

from __future__ import annotations

from collections.abc import Collection
from datetime import UTC, datetime, timedelta

from challenge.records import (
    Limits,
    Outcome,
    Reason,
    Refusal,
    Stage,
    State,
    Submission,
)
from challenge.rules.attempts import NAME_WINDOW
from challenge.rules.timing import rest_after, stage_time
from challenge.store import ATTEMPTS, Database, Unit

FAULT = Refusal(
    stage=Stage.CHECKED,
    reason=Reason.PLATFORM_FAULT,
    message=f"We tried {ATTEMPTS} times and could not finish this run.",
    hint="This is our fault and costs no scored run. Ask the organiser.",
)

REPLACED = Refusal(
    stage=Stage.RECEIVED,
    reason=Reason.RELEASE_REPLACED,
    message="The release that it was handed in for was replaced before its turn.",
    hint="Download the new release, train on it and hand in again. This costs no"
    " scored run.",
)


class Claims:
    """The submissions that one worker has taken.

    Parameters
    ----------
    database : Database
        The queue; it is the truth.
    release : str
        ``slug/version`` of the submissions that are taken.
    worker : str
        Name under which claims are made.
    limits : Limits
        What one run may use; deadlines follow from them.
    lease : timedelta
        How long a silent worker keeps a claim.
    """

    def __init__(
        self,
        database: Database,
        *,
        release: str,
        worker: str,
        limits: Limits,
        lease: timedelta,
    ) -> None:
        self._database = database
        self._release = release
        self._worker = worker
        self._limits = limits
        self._lease = lease
        slug, _, version = release.rpartition("/")
        self._older = [f"{slug}/{number}" for number in range(1, int(version))]
        self._deadlines: dict[str, datetime] = {}

    def take(self) -> Submission | None:
        """Take the submission whose turn it is.

        Returns
        -------
        Submission or None
            None when nothing waits.
        """
        now = datetime.now(UTC)
        deadline = now + stage_time(Stage.CHECKED, self._limits)
        with self._database.begin() as unit:
            taken = unit.queue.claim(
                self._worker,
                release=self._release,
                now=now,
                lease_until=now + self._lease,
                deadline_at=deadline,
            )
            submission = unit.submissions.get(taken) if taken else None
        if submission is not None:
            self._deadlines[submission.id] = deadline
        return submission

    def show(self, submission: Submission, stage: Stage) -> None:
        """Show that a run has come to a stage, which has a deadline of its own.

        Parameters
        ----------
        submission : Submission
            As `take` gave it.
        stage : Stage
            Where it is now.
        """
        now = datetime.now(UTC)
        deadline = now + stage_time(stage, self._limits)
        self._deadlines[submission.id] = deadline
        with self._database.begin() as unit:
            unit.queue.advance(
                submission.id,
                worker=self._worker,
                stage=stage,
                now=now,
                deadline_at=deadline,
            )

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

    def overdue(self, running: Collection[str]) -> list[str]:
        """List the runs that are past the deadline of their stage.

        Parameters
        ----------
        running : collection of str
            Ids of the submissions under way.

        Returns
        -------
        list of str
            Their threads hang: the queue gives these to somebody else.
        """
        now, deadlines = datetime.now(UTC), self._deadlines.copy()
        return [key for key in running if deadlines.get(key, now) < now]

    def let_go(self, submission_id: str) -> None:
        """Put a run that is still under way back in the queue, since its worker stops.

        The try does not count, and whatever the run still comes to is not recorded.

        Parameters
        ----------
        submission_id : str
            As `take` gave it.
        """
        self._deadlines.pop(submission_id, None)
        with self._database.begin() as unit:
            unit.queue.give_back(
                submission_id,
                worker=self._worker,
                now=datetime.now(UTC),
                is_counted=False,
            )

    def holds(self, submission_id: str) -> bool:
        """Tell whether this worker has not ended, given back or let go of a run.

        Parameters
        ----------
        submission_id : str
            As `take` gave it.

        Returns
        -------
        bool
            The database may know better: another worker may have taken it over.
        """
        return submission_id in self._deadlines

    def reap(self) -> None:
        """End what was tried too often, and put back what nobody works on any more.

        What waits for an older release ends too: nobody would ever take it. Failed
        log-ins that are over are forgotten, so that no address stays where nobody logs
        in any more.

        Every worker does, with every heartbeat, so that the runs of one that died or
        hangs end, also when nobody asks for work.
        """
        with self._database.begin() as unit:
            now = datetime.now(UTC)
            latest = now + max(self._lease, rest_after(ATTEMPTS))
            unit.queue.reap(now=now, fault=FAULT, latest=latest)
            unit.submissions.retire(self._older, now=now, reason=REPLACED)
            unit.attempts.sweep(now, within=NAME_WINDOW)

    def end(
        self,
        unit: Unit,
        submission: Submission,
        state: State,
        outcome: Outcome,
        *,
        now: datetime,
    ) -> bool:
        """End a submission, if the claim still holds.

        Parameters
        ----------
        unit : Unit
            The transaction in which it ends.
        submission : Submission
            As `take` gave it.
        state : State
            How it ends.
        outcome : Outcome
            Log, refusal, and what came of asking twice.
        now : datetime
            Aware UTC.

        Returns
        -------
        bool
            False if somebody else has it by now, or it ended: record nothing.
        """
        self._deadlines.pop(submission.id, None)
        return unit.queue.end(
            submission.id,
            worker=self._worker,
            state=state,
            now=now,
            refusal=outcome.refusal,
            log=outcome.log,
            repeat_difference=outcome.repeat_difference,
        )

    def give_back(self, submission: Submission, *, is_counted: bool = True) -> None:
        """Put a submission back in the queue after a fault of ours.

        After the last try it ends there. A fault in which no run could have gone
        well, such as an engine that is away, counts for none.

        Parameters
        ----------
        submission : Submission
            As `take` gave it.
        is_counted : bool
            Whether the try counts.
        """
        now = datetime.now(UTC)
        self._deadlines.pop(submission.id, None)
        with self._database.begin() as unit:
            if is_counted and submission.attempt >= ATTEMPTS:
                fault = Outcome(refusal=FAULT)
                self.end(unit, submission, State.FAILED, fault, now=now)
                return
            unit.queue.give_back(
                submission.id,
                worker=self._worker,
                now=now,
                until=now + rest_after(submission.attempt) if is_counted else None,
                is_counted=is_counted,
            )
