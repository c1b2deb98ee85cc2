"""What another scorer would say."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, delete, exists, insert, select, update

from challenge.store.tables import rescored, rescorings


@dataclass(frozen=True, slots=True)
class Rescoring:
    """One re-score: asked for, worked out, perhaps published.

    Attributes
    ----------
    id : int
        Its number.
    release, scorer : str
        Rows and version of the leaderboard library.
    by, reason : str
        Who asked, and why.
    asked_at : datetime
        Aware UTC.
    done_at, published_at : datetime or None
        When a worker had scored all, and when it took the place of what was there.
    note : str
        What the organiser says with it.
    """

    id: int
    release: str
    scorer: str
    by: str
    reason: str
    asked_at: datetime
    done_at: datetime | None
    published_at: datetime | None
    note: str


class Rescorings:
    """Keep them inside one transaction.

    Parameters
    ----------
    connection : Connection
        An open transaction.
    """

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def all(self, release: str) -> list[Rescoring]:
        """List the re-scores of a release.

        Parameters
        ----------
        release : str
            ``slug/version``.

        Returns
        -------
        list of Rescoring
            Newest first.
        """
        columns = [rescorings.c[name] for name in Rescoring.__dataclass_fields__]
        rows = self._connection.execute(
            select(*columns)
            .where(rescorings.c.release == release)
            .order_by(rescorings.c.id.desc())
        )
        return [Rescoring(*row) for row in rows]

    def published(self, release: str) -> list[int]:
        """List the re-scores that took the place of what was there.

        Parameters
        ----------
        release : str
            ``slug/version``.

        Returns
        -------
        list of int
            Their numbers, in order.
        """
        return [
            *self._connection.execute(
                select(rescorings.c.id)
                .where(
                    rescorings.c.release == release,
                    rescorings.c.published_at.is_not(None),
                )
                .order_by(rescorings.c.id)
            ).scalars()
        ]

    def ask(
        self, release: str, *, scorer: str, by: str, reason: str, now: datetime
    ) -> int:
        """Ask for a re-score.

        Parameters
        ----------
        release, scorer : str
            Rows and version.
        by, reason : str
            Who asks, and why.
        now : datetime
            Aware UTC.

        Returns
        -------
        int
            Its number.
        """
        asked = insert(rescorings).values(
            release=release, scorer=scorer, by=by, reason=reason, asked_at=now, note=""
        )
        [number] = self._connection.execute(asked).inserted_primary_key or (0,)
        return int(number)

    def mark(self, number: int, **values: object) -> None:
        """Say how far a re-score is.

        Parameters
        ----------
        number : int
            Which one.
        **values
            Of ``scorer``, ``done_at``, ``published_at`` and ``note``.
        """
        self._connection.execute(
            update(rescorings).where(rescorings.c.id == number).values(**values)
        )

    def cards(self, number: int) -> dict[tuple[str, str], str]:
        """Read the scorecards of a re-score: new ones, and once published the old.

        Parameters
        ----------
        number : int
            Which one.

        Returns
        -------
        dict of (str, str) to str
            Submission and row set to JSON.
        """
        rows = self._connection.execute(
            select(
                rescored.c.submission_id, rescored.c.row_set, rescored.c.scorecard
            ).where(rescored.c.rescoring_id == number)
        )
        return {(key, row_set): card for key, row_set, card in rows}

    def has(self, number: int, submission_id: str) -> bool:
        """Tell whether a re-score has the scorecards of one submission.

        Parameters
        ----------
        number : int
            Which re-score.
        submission_id : str
            Whose.

        Returns
        -------
        bool
            All of its row sets are kept together.
        """
        kept = exists().where(
            rescored.c.rescoring_id == number,
            rescored.c.submission_id == submission_id,
        )
        return self._connection.execute(select(kept)).scalar_one()

    def keep(self, number: int, submission_id: str, cards: dict[str, str]) -> None:
        """Keep scorecards of one submission, in place of earlier ones.

        Parameters
        ----------
        number : int
            Of which re-score.
        submission_id : str
            Whose.
        cards : dict of str to str
            Row set to JSON.
        """
        self._connection.execute(
            delete(rescored).where(
                rescored.c.rescoring_id == number,
                rescored.c.submission_id == submission_id,
            )
        )
        for row_set, card in cards.items():
            self._connection.execute(
                insert(rescored).values(
                    rescoring_id=number,
                    submission_id=submission_id,
                    row_set=row_set,
                    scorecard=card,
                    practice="",
                )
            )
