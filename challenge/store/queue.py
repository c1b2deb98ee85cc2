"""The queue of submissions: claims with a lease, and ends that happen once."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, or_, select, update

from challenge.records import Refusal, Stage, State
from challenge.store.tables import submissions

# Where a team sees its submission when no refusal says so.
_STAGE_AFTER = {State.SCORED: Stage.SCORED, State.QUEUED: Stage.RECEIVED}


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
        self, worker: str, *, release: str, now: datetime, lease_until: datetime
    ) -> str | None:
        """Take the oldest submission that waits, or whose worker fell silent.

        Parameters
        ----------
        worker : str
            Who takes it.
        release : str
            ``slug/version``; submissions of other releases are left alone.
        now, lease_until : datetime
            Aware UTC; without a renewal the claim ends at `lease_until`.

        Returns
        -------
        str or None
            Id of the submission; None when there is nothing to do.
        """
        free = or_(
            submissions.c.state == State.QUEUED,
            (submissions.c.state == State.RUNNING) & (submissions.c.lease_until < now),
        )
        oldest = (
            select(submissions.c.number)
            .where(free, submissions.c.release == release)
            .order_by(submissions.c.number)
            .limit(1)
            .scalar_subquery()
        )
        # `free` stands here too: on a database where two claims overlap, the second
        # looks at the row again and finds it taken.
        return self._connection.execute(
            update(submissions)
            .where(submissions.c.number == oldest, free)
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

    def renew(
        self, worker: str, running: Collection[str], *, lease_until: datetime
    ) -> None:
        """Extend the claims that a worker is really working on.

        Parameters
        ----------
        worker : str
            Who is alive.
        running : collection of str
            Ids of the submissions under way; a claim that nobody works on runs out.
        lease_until : datetime
            Aware UTC.
        """
        self._connection.execute(
            update(submissions)
            .where(
                submissions.c.id.in_(running),
                submissions.c.worker == worker,
                submissions.c.state == State.RUNNING,
            )
            .values(lease_until=lease_until)
        )

    def advance(
        self, submission_id: str, *, worker: str, stage: Stage, now: datetime
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
        """
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
        if state in _STAGE_AFTER:
            values["stage"] = _STAGE_AFTER[state]
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
