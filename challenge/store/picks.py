"""What each team lets count at the end."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, delete, insert, select, update

from challenge.store.tables import picks, submissions


class Picks:
    """Keep them inside one transaction.

    Parameters
    ----------
    connection : Connection
        An open transaction.
    """

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def all(self, release: str) -> dict[int, dict[int, str]]:
        """Read what every team picked.

        Parameters
        ----------
        release : str
            ``slug/version``.

        Returns
        -------
        dict of int to dict of int to str
            Team to rank, 1 or 2, to submission.
        """
        found: dict[int, dict[int, str]] = {}
        rows = self._connection.execute(
            select(picks.c.team_id, picks.c.rank, picks.c.submission_id).where(
                picks.c.release == release
            )
        )
        for team_id, rank, submission_id in rows:
            found.setdefault(team_id, {})[rank] = submission_id
        return found

    def keep(
        self, team_id: int, release: str, chosen: dict[int, str], *, now: datetime
    ) -> None:
        """Keep what a team picks, in place of what it picked before.

        Parameters
        ----------
        team_id : int
            Whose.
        release : str
            ``slug/version``.
        chosen : dict of int to str
            Rank, 1 or 2, to submission.
        now : datetime
            Aware UTC.
        """
        self._connection.execute(
            delete(picks).where(picks.c.team_id == team_id, picks.c.release == release)
        )
        for rank, submission_id in chosen.items():
            self._connection.execute(
                insert(picks).values(
                    team_id=team_id,
                    release=release,
                    rank=rank,
                    submission_id=submission_id,
                    picked_at=now,
                )
            )

    def disqualified(self, release: str) -> dict[str, str]:
        """Read which submissions do not count any more.

        Parameters
        ----------
        release : str
            ``slug/version``.

        Returns
        -------
        dict of str to str
            Submission to why.
        """
        rows = self._connection.execute(
            select(submissions.c.id, submissions.c.disqualified).where(
                submissions.c.release == release,
                submissions.c.disqualified.is_not(None),
            )
        )
        return dict(tuple(row) for row in rows)

    def disqualify(self, submission_id: str, reason: str | None) -> None:
        """Let a submission not count any more, or count again.

        Parameters
        ----------
        submission_id : str
            Which one.
        reason : str or None
            Why; None lets it count again.
        """
        self._connection.execute(
            update(submissions)
            .where(submissions.c.id == submission_id)
            .values(disqualified=reason)
        )
