"""What the reference model scores, rounded to what everybody may know."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, delete, insert, select

from challenge.store.tables import reference_scores


@dataclass(frozen=True, slots=True)
class ReferenceScore:
    """What the reference model of one source set is worth on one set of rows.

    Attributes
    ----------
    row_set : str
        ``"board"``, ``"final"`` or ``"external"``.
    sources : str
        Name of the source set.
    scorer : str
        Version of the leaderboard library.
    scaled_brier : float
        Rounded: see `challenge.rules.references`.
    """

    row_set: str
    sources: str
    scorer: str
    scaled_brier: float


class References:
    """Keep them inside one transaction.

    Parameters
    ----------
    connection : Connection
        An open transaction.
    """

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def all(self, release: str) -> list[ReferenceScore]:
        """List what was scored of one release.

        Parameters
        ----------
        release : str
            ``slug/version``.

        Returns
        -------
        list of ReferenceScore
            By set of rows, then by source set.
        """
        columns = [
            reference_scores.c[name] for name in ReferenceScore.__dataclass_fields__
        ]
        rows = self._connection.execute(
            select(*columns)
            .where(reference_scores.c.release == release)
            .order_by(reference_scores.c.row_set, reference_scores.c.sources)
        )
        return [ReferenceScore(*row) for row in rows]

    def keep(
        self,
        release: str,
        row_set: str,
        scores: Mapping[str, float],
        *,
        scorer: str,
        now: datetime,
    ) -> None:
        """Keep the scores of one set of rows, in place of earlier ones.

        Parameters
        ----------
        release : str
            ``slug/version``.
        row_set : str
            Which rows.
        scores : mapping of str to float
            Source set to rounded score.
        scorer : str
            Version of the leaderboard library.
        now : datetime
            Aware UTC.
        """
        self._connection.execute(
            delete(reference_scores).where(
                reference_scores.c.release == release,
                reference_scores.c.row_set == row_set,
            )
        )
        facts = {"release": release, "row_set": row_set, "scorer": scorer}
        for source, value in scores.items():
            self._connection.execute(
                insert(reference_scores).values(
                    **facts, sources=source, scaled_brier=value, scored_at=now
                )
            )
