"""Where each team stands on the ladder of the live board."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, func, insert, select, update

from challenge.store.holding import hold_team
from challenge.store.tables import ladders, results, submissions


@dataclass(frozen=True, slots=True)
class Ladder:
    """Where one team stands.

    Attributes
    ----------
    submission_id : str
        The submission that it has on the board.
    submissions : int
        How many it has had scored.
    """

    submission_id: str
    submissions: int


class Ladders:
    """Read and move ladders inside one transaction.

    Parameters
    ----------
    connection : Connection
        An open transaction.
    """

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def hold(self, team_id: int, release: str) -> Ladder | None:
        """Read a team's ladder, and let no other transaction move it before the end.

        Parameters
        ----------
        team_id : int
            Whose.
        release : str
            ``slug/version``.

        Returns
        -------
        Ladder or None
            None before the team's first score.
        """
        # The team, since there may be no ladder yet.
        hold_team(self._connection, team_id)
        row = self._connection.execute(
            select(ladders.c.submission_id, ladders.c.submissions).where(
                ladders.c.team_id == team_id, ladders.c.release == release
            )
        ).one_or_none()
        return Ladder(*row) if row else None

    def moment(self, team_id: int, *, now: datetime) -> datetime:
        """Give a team's next result a moment after all that it has.

        Whoever climbs again, or recomputes a board, takes results in this order.

        Parameters
        ----------
        team_id : int
            Whose; held.
        now : datetime
            Aware UTC.

        Returns
        -------
        datetime
            `now`; where the clock went back, a microsecond after the last one.
        """
        last = self._connection.execute(
            select(func.max(results.c.scored_at))
            .join(submissions, submissions.c.id == results.c.submission_id)
            .where(submissions.c.team_id == team_id)
        ).scalar_one()
        return max(now, last + timedelta(microseconds=1)) if last else now

    def keep(
        self, team_id: int, release: str, ladder: Ladder, *, held: Ladder | None
    ) -> None:
        """Keep where a team stands now.

        Parameters
        ----------
        team_id : int
            Whose.
        release : str
            ``slug/version``.
        ladder : Ladder
            After the submission.
        held : Ladder or None
            What `hold` gave in this transaction.
        """
        facts = {
            "submission_id": ladder.submission_id,
            "submissions": ladder.submissions,
        }
        if held is None:
            first = insert(ladders).values(team_id=team_id, release=release, **facts)
            self._connection.execute(first)
            return
        self._connection.execute(
            update(ladders)
            .where(ladders.c.team_id == team_id, ladders.c.release == release)
            .values(**facts)
        )

    def all(self, release: str) -> dict[int, Ladder]:
        """Read every ladder of one release.

        Parameters
        ----------
        release : str
            ``slug/version``.

        Returns
        -------
        dict of int to Ladder
            By the id of the team.
        """
        rows = self._connection.execute(
            select(
                ladders.c.team_id, ladders.c.submission_id, ladders.c.submissions
            ).where(ladders.c.release == release)
        )
        return {team_id: Ladder(*facts) for team_id, *facts in rows}
