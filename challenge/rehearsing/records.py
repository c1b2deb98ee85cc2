"""The server's own records of a day, read from its database past all of its code."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

_SUBMISSIONS = """
SELECT s.id, p.name, s.state, s.stage, coalesce(s.reason, ''), s.note, s.proof_only,
       s.created_at
FROM submissions AS s JOIN people AS p ON p.id = s.team_id ORDER BY s.number
"""
_BALLOTS = """
SELECT j.name, t.name, b.points
FROM ballots AS b JOIN people AS j ON j.id = b.juror_id
JOIN people AS t ON t.id = b.team_id WHERE b.submitted_at IS NOT NULL
"""
_UNTRACKED = "SELECT count(*) FROM results WHERE run_id IS NULL"


@dataclass(frozen=True, slots=True)
class Record:
    """One submission as the database has it.

    Attributes
    ----------
    id, team, state, stage, reason, note : str
        As they stand there; the reason is empty without one.
    proof_only : bool
        Whether no score was asked for.
    created_at : datetime
        Aware UTC.
    """

    id: str
    team: str
    state: str
    stage: str
    reason: str
    note: str
    proof_only: bool
    created_at: datetime

    @property
    def counts(self) -> bool:
        """Whether it uses one of its team's scored runs.

        What may get a score does; so does a model that stopped at the hidden rows.
        """
        may = self.state in ("queued", "running", "scored")
        saw_hidden_rows = (self.state, self.stage) == ("refused", "scoring")
        return not self.proof_only and (may or saw_hidden_rows)


@dataclass(frozen=True, slots=True)
class Records:
    """The server's side of the books.

    Attributes
    ----------
    submissions : tuple of Record
        Every one, oldest first.
    ballots : dict of (str, str) to dict
        Points of what was handed in, by juror and team.
    untracked : int
        Scores that MLflow does not have yet.
    """

    submissions: tuple[Record, ...]
    ballots: dict[tuple[str, str], dict[str, int]]
    untracked: int = 0


def read_records(database: Path) -> Records:
    """Read the server's side of the books.

    Parameters
    ----------
    database : Path
        SQLite file; it is opened to read and never changed.

    Returns
    -------
    Records
        As of now.

    Raises
    ------
    sqlite3.OperationalError
        If it cannot be read, such as while it is locked.
    """
    place = f"file:{database}?mode=ro"
    with closing(sqlite3.connect(place, uri=True, timeout=30)) as connection:
        submissions = connection.execute(_SUBMISSIONS).fetchall()
        ballots = connection.execute(_BALLOTS).fetchall()
        [untracked] = connection.execute(_UNTRACKED).fetchone()
    return Records(
        tuple(_record(*row) for row in submissions),
        {(juror, team): json.loads(points) for juror, team, points in ballots},
        untracked,
    )


def _record(*row: Any) -> Record:
    key, team, state, stage, reason, note, proof_only, created = row
    # SQLite keeps UTC without saying so.
    at = datetime.fromisoformat(created).replace(tzinfo=UTC)
    return Record(key, team, state, stage, reason, note, bool(proof_only), at)
