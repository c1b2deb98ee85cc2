"""The submissions table: a queue with leases, and the truth about every upload."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, func, insert, or_, select, update

from challenge.records import Refusal, Stage, State, Submission
from challenge.store.tables import people, submissions

_ROW = select(submissions, people.c.name.label("team")).join(
    people, people.c.id == submissions.c.team_id
)


class Submissions:
    """Add, claim and end submissions inside one transaction.

    Parameters
    ----------
    connection : Connection
        An open transaction.
    """

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, **values: object) -> Submission:
        """Insert one submission.

        Parameters
        ----------
        **values
            Column values of `challenge.store.tables.submissions`.

        Returns
        -------
        Submission
            With the number it was given.
        """
        self._connection.execute(insert(submissions).values(**values))
        return self._one(submissions.c.id == values["id"])

    def get(self, submission_id: str) -> Submission | None:
        """Find one submission, or None."""
        row = self._connection.execute(
            _ROW.where(submissions.c.id == submission_id)
        ).one_or_none()
        return _submission(row) if row else None

    def of_team(self, team_id: int) -> list[Submission]:
        """List one team's submissions, newest first."""
        rows = self._connection.execute(
            _ROW.where(submissions.c.team_id == team_id).order_by(
                submissions.c.number.desc()
            )
        )
        return [_submission(row) for row in rows]

    def all(self) -> list[Submission]:
        """List every submission, oldest first."""
        rows = self._connection.execute(_ROW.order_by(submissions.c.number))
        return [_submission(row) for row in rows]

    def count_since(
        self, team_id: int, moment: datetime, *, states: tuple[State, ...]
    ) -> int:
        """Count a team's submissions in some states since a moment."""
        return self._connection.execute(
            select(func.count())
            .select_from(submissions)
            .where(
                submissions.c.team_id == team_id,
                submissions.c.created_at >= moment,
                submissions.c.state.in_(states),
            )
        ).scalar_one()

    def ahead_of(self, submission: Submission) -> int:
        """Count how many wait or run before this one."""
        return self._connection.execute(
            select(func.count())
            .select_from(submissions)
            .where(
                submissions.c.number < submission.number,
                submissions.c.state.in_((State.QUEUED, State.RUNNING)),
            )
        ).scalar_one()

    def claim(
        self, worker: str, *, now: datetime, lease_until: datetime
    ) -> Submission | None:
        """Take the oldest submission that waits, or whose worker fell silent.

        Parameters
        ----------
        worker : str
            Who takes it.
        now, lease_until : datetime
            Aware UTC; without a renewal the claim ends at `lease_until`.

        Returns
        -------
        Submission or None
            None when there is nothing to do.
        """
        waiting = (
            select(submissions.c.number)
            .where(
                or_(
                    submissions.c.state == State.QUEUED,
                    (submissions.c.state == State.RUNNING)
                    & (submissions.c.lease_until < now),
                )
            )
            .order_by(submissions.c.number)
            .limit(1)
            .scalar_subquery()
        )
        taken = self._connection.execute(
            update(submissions)
            .where(submissions.c.number == waiting)
            .values(
                state=State.RUNNING,
                stage=Stage.CHECKED,
                worker=worker,
                lease_until=lease_until,
                attempt=submissions.c.attempt + 1,
                updated_at=now,
            )
            .returning(submissions.c.id)
        ).scalar_one_or_none()
        return self._one(submissions.c.id == taken) if taken else None

    def renew(self, worker: str, *, lease_until: datetime) -> None:
        """Extend every claim of one worker."""
        self._connection.execute(
            update(submissions)
            .where(submissions.c.worker == worker, submissions.c.state == State.RUNNING)
            .values(lease_until=lease_until)
        )

    def advance(
        self, submission_id: str, *, worker: str, stage: Stage, now: datetime
    ) -> None:
        """Show a new stage, if the claim is still this worker's."""
        self._update(submission_id, worker, stage=stage, updated_at=now)

    def end(
        self,
        submission_id: str,
        *,
        worker: str,
        state: State,
        now: datetime,
        refusal: Refusal | None = None,
        log: str = "",
    ) -> bool:
        """End a submission, if the claim is still this worker's.

        Parameters
        ----------
        submission_id : str
            Which one.
        worker : str
            Who ends it.
        state : State
            ``SCORED``, ``REFUSED`` or ``FAILED``; ``QUEUED`` gives it back.
        now : datetime
            Aware UTC.
        refusal : Refusal or None
            Why there is no score.
        log : str
            What the model printed on public rows.

        Returns
        -------
        bool
            False when somebody else holds the claim by now: change nothing more.
        """
        values: dict[str, object] = {"state": state, "log": log, "updated_at": now}
        if state is State.SCORED:
            values["stage"] = Stage.SCORED
        if refusal is not None:
            values |= {
                "stage": refusal.stage,
                "reason": refusal.reason,
                "message": refusal.message,
                "hint": refusal.hint,
            }
        return self._update(submission_id, worker, lease_until=None, **values)

    def _update(self, submission_id: str, worker: str, **values: Any) -> bool:
        changed = self._connection.execute(
            update(submissions)
            .where(
                submissions.c.id == submission_id,
                submissions.c.worker == worker,
                submissions.c.state == State.RUNNING,
            )
            .values(**values)
        )
        return changed.rowcount == 1

    def _one(self, condition: Any) -> Submission:
        return _submission(self._connection.execute(_ROW.where(condition)).one())


def _submission(row: Row[Any]) -> Submission:
    return Submission(
        id=row.id,
        number=row.number,
        team_id=row.team_id,
        team=row.team,
        state=State(row.state),
        stage=Stage(row.stage),
        title=row.title,
        note=row.note,
        baseline=row.baseline,
        bundle_sha256=row.bundle_sha256,
        created_at=row.created_at,
        updated_at=row.updated_at,
        reason=row.reason,
        message=row.message,
        hint=row.hint,
        log=row.log,
        attempt=row.attempt,
    )
