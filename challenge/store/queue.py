"""The queue of submissions: claims with a lease, and ends that happen once."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import asdict
from datetime import datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    and_,
    case,
    literal,
    or_,
    select,
    update,
)

from challenge.records import Refusal, Stage, State
from challenge.store.tables import Moment, submissions
from challenge.store.turns import in_turn

ATTEMPTS = 3
"""After so many tries the fault is ours and a person has to look."""

_ROW = submissions.c
# Where a team sees its submission when no refusal says so.
_STAGE_AFTER = {State.SCORED: Stage.SCORED, State.PROVED: Stage.PROOF}
_UNCLAIMED = {"lease_until": None, "deadline_at": None}
_WAITING: dict[str, Any] = {"state": State.QUEUED, "stage": Stage.RECEIVED}


class Queue:
    """Claim and end submissions inside one transaction.

    Parameters
    ----------
    connection : Connection
        An open transaction.
    """

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def claim(
        self,
        worker: str,
        *,
        release: str,
        now: datetime,
        lease_until: datetime,
        deadline_at: datetime | None = None,
    ) -> str | None:
        """Take the submission whose turn it is: it waits, or another fell silent.

        Parameters
        ----------
        worker : str
            Who takes it.
        release : str
            ``slug/version``; submissions of other releases are left alone.
        now, lease_until : datetime
            Aware UTC; without a renewal the claim ends at `lease_until`.
        deadline_at : datetime, optional
            Aware UTC; no renewal carries the claim beyond it.

        Returns
        -------
        str or None
            Id of the submission; None when there is nothing to do.
        """
        rested = _ROW.lease_until.is_(None) | (_ROW.lease_until <= now)
        free = and_(
            or_(
                (_ROW.state == State.QUEUED) & rested,
                # After its laptop slept, a worker still has its own runs under way.
                _is_late(now) & (_ROW.worker != worker),
            ),
            _ROW.attempt < ATTEMPTS,
        )
        runs = and_(_ROW.state == State.RUNNING, _ROW.lease_until >= now)
        turns = in_turn(free, runs, release).limit(1).subquery()
        # `free` stands here too: on a database where two claims overlap, the second
        # looks at the row again and finds it taken.
        return self._connection.execute(
            update(submissions)
            .where(_ROW.number == select(turns.c.number).scalar_subquery(), free)
            .values(
                state=State.RUNNING,
                stage=Stage.CHECKED,
                worker=worker,
                lease_until=lease_until,
                deadline_at=deadline_at,
                attempt=_ROW.attempt + 1,
                started_at=now,
                updated_at=now,
            )
            .returning(_ROW.id)
        ).scalar_one_or_none()

    def renew(
        self, worker: str, running: Collection[str], *, lease_until: datetime
    ) -> None:
        """Extend the claims that a worker is really working on, to their deadline.

        Parameters
        ----------
        worker : str
            Who is alive.
        running : collection of str
            Ids of the submissions under way; a claim that nobody works on runs out.
        lease_until : datetime
            Aware UTC.
        """
        lease = literal(lease_until, Moment())
        bounded = case((_ROW.deadline_at < lease, _ROW.deadline_at), else_=lease)
        self._connection.execute(
            update(submissions)
            .where(
                _ROW.id.in_(running),
                _ROW.worker == worker,
                _ROW.state == State.RUNNING,
            )
            .values(lease_until=bounded)
        )

    def advance(
        self,
        submission_id: str,
        *,
        worker: str,
        stage: Stage,
        now: datetime,
        deadline_at: datetime | None = None,
    ) -> None:
        """Show a new stage, if the claim is still this worker's.

        Parameters
        ----------
        submission_id : str
            Which one.
        worker : str
            Who runs it.
        stage : Stage
            Where it is now.
        now : datetime
            Aware UTC.
        deadline_at : datetime, optional
            Aware UTC, of this stage.
        """
        values = {"stage": stage, "deadline_at": deadline_at, "updated_at": now}
        self._update(submission_id, worker, **values)

    def end(
        self,
        submission_id: str,
        *,
        worker: str,
        state: State,
        now: datetime,
        refusal: Refusal | None = None,
        log: str = "",
        repeat_difference: float | None = None,
    ) -> bool:
        """End a submission, if the claim is still this worker's.

        Parameters
        ----------
        submission_id : str
            Which one.
        worker : str
            Who ends it.
        state : State
            ``SCORED``, ``PROVED``, ``REFUSED`` or ``FAILED``.
        now : datetime
            Aware UTC.
        refusal : Refusal or None
            Why there is no score.
        log : str
            What the model printed on public rows.
        repeat_difference : float or None
            Largest difference between answers to the same public rows, asked twice.

        Returns
        -------
        bool
            False when somebody else holds the claim by now, or it ended: change
            nothing more.
        """
        values: dict[str, Any] = {"state": state, "log": log, "updated_at": now}
        values["repeat_difference"] = repeat_difference
        if state in _STAGE_AFTER:
            values["stage"] = _STAGE_AFTER[state]
        if refusal is not None:
            values |= asdict(refusal)
        return self._update(submission_id, worker, **_UNCLAIMED, **values)

    def give_back(
        self,
        submission_id: str,
        *,
        worker: str,
        now: datetime,
        until: datetime | None = None,
        is_counted: bool = True,
    ) -> bool:
        """Put a submission back, if the claim is still this worker's.

        Parameters
        ----------
        submission_id : str
            Which one.
        worker : str
            Who gives it back.
        now : datetime
            Aware UTC.
        until : datetime, optional
            Aware UTC; before it nobody takes the submission.
        is_counted : bool
            Whether the try counts; not when no run could have gone well.

        Returns
        -------
        bool
            False when it was not this worker's.
        """
        values = _UNCLAIMED | _WAITING | {"lease_until": until, "updated_at": now}
        if not is_counted:
            values["attempt"] = _ROW.attempt - 1
        return self._update(submission_id, worker, **values)

    def reap(
        self, *, now: datetime, fault: Refusal, latest: datetime | None = None
    ) -> None:
        """End what was tried too often, and put back what nobody works on any more.

        Parameters
        ----------
        now : datetime
            Aware UTC; claims whose lease or deadline lies before it are over.
        fault : Refusal
            What the teams of those that end are told.
        latest : datetime, optional
            Aware UTC; a lease that ends later is of before the clock went back.
        """
        if latest is not None:
            self._connection.execute(
                update(submissions)
                .where(_ROW.lease_until > latest)
                .values(lease_until=latest)
            )
        tried = or_(_is_late(now), _ROW.state == State.QUEUED)
        self._connection.execute(
            update(submissions)
            .where(tried, _ROW.attempt >= ATTEMPTS)
            .values(state=State.FAILED, updated_at=now, **_UNCLAIMED, **asdict(fault))
        )
        self._connection.execute(
            update(submissions)
            .where(_is_late(now))
            .values(updated_at=now, **_UNCLAIMED, **_WAITING)
        )

    def order(self, release: str) -> list[str]:
        """List what waits in the order in which it will be taken.

        Parameters
        ----------
        release : str
            ``slug/version``.

        Returns
        -------
        list of str
            Ids; the next one first.
        """
        waits, runs = _ROW.state == State.QUEUED, _ROW.state == State.RUNNING
        turns = in_turn(waits, runs, release)
        return [row.id for row in self._connection.execute(turns)]

    def _update(self, submission_id: str, worker: str, **values: Any) -> bool:
        changed = self._connection.execute(
            update(submissions)
            .where(
                _ROW.id == submission_id,
                _ROW.worker == worker,
                _ROW.state == State.RUNNING,
            )
            .values(**values)
        )
        return changed.rowcount == 1


def _is_late(now: datetime) -> ColumnElement[bool]:
    """Tell which claims are over, since nobody renewed them or no renewal may."""
    over = or_(_ROW.lease_until < now, _ROW.deadline_at < now)
    return and_(_ROW.state == State.RUNNING, over)
