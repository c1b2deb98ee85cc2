"""Final and external scores."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, exists, func, insert, select, update

from challenge.store.tables import final_scores


@dataclass(frozen=True, slots=True)
class FinalScore:
    """What one submission is worth on one set of rows that is scored at the end.

    Attributes
    ----------
    submission_id : str
        Whose.
    row_set : str
        ``"final"``, ``"external"``, or ``"transport"`` for what the two tell together.
    scorer : str
        Version of the leaderboard library.
    scorecard : str
        Exact scorecard as JSON; of ``"transport"`` the municipalities.
    scored_at : datetime
        Aware UTC.
    """

    submission_id: str
    row_set: str
    scorer: str
    scorecard: str
    scored_at: datetime


class Finals:
    """Keep them inside one transaction.

    Parameters
    ----------
    connection : Connection
        An open transaction.
    """

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def has(self, submission_id: str) -> bool:
        """Tell whether a submission was scored on these rows.

        Parameters
        ----------
        submission_id : str
            Which one.

        Returns
        -------
        bool
            All sets are recorded together.
        """
        return self._connection.execute(
            select(exists().where(final_scores.c.submission_id == submission_id))
        ).scalar_one()

    def record(
        self,
        submission_id: str,
        cards: dict[str, str],
        *,
        release: str,
        scorer: str,
        now: datetime,
    ) -> bool:
        """Record every set of one submission, unless that was done before.

        Parameters
        ----------
        submission_id : str
            Which one.
        cards : dict of str to str
            Row set to JSON.
        release : str
            ``slug/version``.
        scorer : str
            Version of the leaderboard library.
        now : datetime
            Aware UTC.

        Returns
        -------
        bool
            False where it was there; nothing changes then.
        """
        if self.has(submission_id):
            return False
        for row_set, card in cards.items():
            self._connection.execute(
                insert(final_scores).values(
                    submission_id=submission_id,
                    row_set=row_set,
                    release=release,
                    scorer=scorer,
                    scorecard=card,
                    scored_at=now,
                )
            )
        return True

    def all(self, release: str, row_set: str) -> dict[str, FinalScore]:
        """Read what was scored on one set of rows.

        Parameters
        ----------
        release : str
            ``slug/version``.
        row_set : str
            Which rows.

        Returns
        -------
        dict of str to FinalScore
            By submission.
        """
        columns = [final_scores.c[name] for name in FinalScore.__dataclass_fields__]
        rows = self._connection.execute(
            select(*columns).where(
                final_scores.c.release == release, final_scores.c.row_set == row_set
            )
        )
        return {row.submission_id: FinalScore(*row) for row in rows}

    def count(self, release: str) -> int:
        """Count the scorecards of a release.

        Parameters
        ----------
        release : str
            ``slug/version``.

        Returns
        -------
        int
            How many; it only ever grows.
        """
        return self._connection.execute(
            select(func.count())
            .select_from(final_scores)
            .where(final_scores.c.release == release)
        ).scalar_one()

    def replace(
        self, submission_id: str, row_set: str, *, scorer: str, card: str
    ) -> None:
        """Put another scorecard in the place of one, when a re-score is published.

        Parameters
        ----------
        submission_id : str
            Whose.
        row_set : str
            Which rows.
        scorer : str
            Version that made it.
        card : str
            As JSON.
        """
        self._connection.execute(
            update(final_scores)
            .where(
                final_scores.c.submission_id == submission_id,
                final_scores.c.row_set == row_set,
            )
            .values(scorer=scorer, scorecard=card)
        )
