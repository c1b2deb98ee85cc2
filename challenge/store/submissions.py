"""The submissions table: the truth about every upload."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, func, insert, select, update

from challenge.records import Refusal, Stage, State, Submission
from challenge.store.holding import hold_team
from challenge.store.tables import people, submissions

_ROW = select(submissions, people.c.name.label("team")).join(
    people, people.c.id == submissions.c.team_id
)

# What has a score or may get one, and what stopped at the hidden rows.
_USES_A_SCORE = ~submissions.c.proof_only & (
    submissions.c.state.in_((State.QUEUED, State.RUNNING, State.SCORED))
    | ((submissions.c.state == State.REFUSED) & (submissions.c.stage == Stage.SCORING))
)
_ENDS = (State.SCORED, State.PROVED, State.REFUSED, State.FAILED)


class Submissions:
    """Add and find submissions inside one transaction.

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
        """Find one submission.

        Parameters
        ----------
        submission_id : str
            As the API calls it.

        Returns
        -------
        Submission or None
            None if there is none.
        """
        row = self._connection.execute(
            _ROW.where(submissions.c.id == submission_id)
        ).one_or_none()
        return _submission(row) if row else None

    def of_team(self, team_id: int) -> list[Submission]:
        """List one team's submissions.

        Parameters
        ----------
        team_id : int
            Whose.

        Returns
        -------
        list of Submission
            Newest first.
        """
        rows = self._connection.execute(
            _ROW.where(submissions.c.team_id == team_id).order_by(
                submissions.c.number.desc()
            )
        )
        return [_submission(row) for row in rows]

    def same_before(self, submission: Submission) -> Submission | None:
        """Find the first time that a team sent the same bundle for a score.

        Parameters
        ----------
        submission : Submission
            As it is sent now; one for a proof uses no score, so nothing came before it.

        Returns
        -------
        Submission or None
            An earlier one of that team and release that used up a score, or may: one
            that was refused before it was scored, or went wrong on our side, used none.
        """
        if submission.proof_only or not submission.bundle_sha256:
            return None
        same = ("team_id", "release", "bundle_sha256")
        row = self._connection.execute(
            _ROW.where(
                *(submissions.c[name] == getattr(submission, name) for name in same),
                submissions.c.number < submission.number,
                _USES_A_SCORE,
            )
            .order_by(submissions.c.number)
            .limit(1)
        ).one_or_none()
        return _submission(row) if row else None

    def all(self) -> list[Submission]:
        """List every submission.

        Returns
        -------
        list of Submission
            Oldest first.
        """
        rows = self._connection.execute(_ROW.order_by(submissions.c.number))
        return [_submission(row) for row in rows]

    def hold(self, team_id: int) -> None:
        """Let no other transaction that holds this team begin before this one ends.

        Parameters
        ----------
        team_id : int
            Whose.
        """
        hold_team(self._connection, team_id)

    def count_since(
        self, team_id: int, moment: datetime, *, scored: bool = False
    ) -> int:
        """Count what a team handed in since a moment.

        Parameters
        ----------
        team_id : int
            Whose.
        moment : datetime
            Aware; from then on.
        scored : bool
            Whether only those count that have a score or may get one, and those
            whose model stopped at the hidden rows: how it stops can spell them.

        Returns
        -------
        int
            How many.
        """
        counted = (
            select(func.count())
            .select_from(submissions)
            .where(submissions.c.team_id == team_id, submissions.c.created_at >= moment)
        )
        if scored:
            counted = counted.where(_USES_A_SCORE)
        return self._connection.execute(counted).scalar_one()

    def retire(
        self, releases: Collection[str], *, now: datetime, reason: Refusal
    ) -> None:
        """End what waits for releases that nobody runs any more.

        Parameters
        ----------
        releases : collection of str
            As ``slug/version``.
        now : datetime
            Aware UTC.
        reason : Refusal
            What their teams are told.
        """
        self._connection.execute(
            update(submissions)
            .where(
                submissions.c.release.in_(releases),
                submissions.c.state == State.QUEUED,
            )
            .values(
                state=State.FAILED,
                stage=reason.stage,
                reason=reason.reason,
                message=reason.message,
                hint=reason.hint,
                updated_at=now,
            )
        )

    def begun(self, release: str) -> list[datetime]:
        """List when each run under way was taken.

        Parameters
        ----------
        release : str
            ``slug/version``.

        Returns
        -------
        list of datetime
            Aware UTC, in no order.
        """
        return [
            *self._connection.execute(
                select(submissions.c.started_at).where(
                    submissions.c.state == State.RUNNING,
                    submissions.c.release == release,
                    submissions.c.started_at.is_not(None),
                )
            ).scalars()
        ]

    def durations(self, release: str, *, latest: int) -> list[float]:
        """List how long the latest submissions took that were run to an end.

        Parameters
        ----------
        release : str
            ``slug/version``.
        latest : int
            How many at most.

        Returns
        -------
        list of float
            Seconds from the last claim to the end.
        """
        rows = self._connection.execute(
            select(submissions.c.started_at, submissions.c.updated_at)
            .where(
                submissions.c.state.in_(_ENDS),
                submissions.c.release == release,
                submissions.c.started_at.is_not(None),
            )
            .order_by(submissions.c.number.desc())
            .limit(latest)
        )
        return [(ended - began).total_seconds() for began, ended in rows]

    def _one(self, condition: Any) -> Submission:
        return _submission(self._connection.execute(_ROW.where(condition)).one())


def _submission(row: Row[Any]) -> Submission:
    return Submission(
        id=row.id,
        number=row.number,
        team_id=row.team_id,
        team=row.team,
        release=row.release,
        sources=row.sources,
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
        proof_only=row.proof_only,
        loader=row.loader,
        warnings=tuple(row.warnings.splitlines()),
        repeat_difference=row.repeat_difference,
        started_at=row.started_at,
    )
