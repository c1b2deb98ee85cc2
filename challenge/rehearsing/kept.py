"""What the server kept, read from its database past all of its own code."""

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
       s.attempt, s.created_at, s.started_at, s.updated_at
FROM submissions AS s JOIN people AS p ON p.id = s.team_id ORDER BY s.number
"""
_BALLOTS = """
SELECT j.name, t.name, b.points, b.recused, b.submitted_at IS NOT NULL
FROM ballots AS b JOIN people AS j ON j.id = b.juror_id
JOIN people AS t ON t.id = b.team_id
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
    attempt : int
        How often a worker took it.
    created_at, updated_at : datetime
        Aware UTC.
    started_at : datetime or None
        When a worker took it last; None: none did.
    """

    id: str
    team: str
    state: str
    stage: str
    reason: str
    note: str
    proof_only: bool
    attempt: int
    created_at: datetime
    started_at: datetime | None
    updated_at: datetime

    @property
    def counts(self) -> bool:
        """Whether it uses one of its team's scored runs.

        What may get a score does; so does a model that stopped at the hidden rows.
        """
        may = self.state in ("queued", "running", "scored")
        saw_hidden_rows = (self.state, self.stage) == ("refused", "scoring")
        return not self.proof_only and (may or saw_hidden_rows)


@dataclass(frozen=True, slots=True)
class Kept:
    """The server's side of the books.

    Attributes
    ----------
    records : tuple of Record
        Every submission, oldest first.
    ballots : dict of (str, str) to dict or None
        By juror and team: points, or None for a recusal.
    drafts : frozenset of (str, str)
        Ballots that were not handed in.
    untracked : int
        Scores that MLflow does not have yet.
    """

    records: tuple[Record, ...]
    ballots: dict[tuple[str, str], dict[str, int] | None]
    drafts: frozenset[tuple[str, str]]
    untracked: int = 0


def read_kept(database: Path) -> Kept:
    """Read the server's side of the books.

    Parameters
    ----------
    database : Path
        SQLite file; it is opened to read and never changed.

    Returns
    -------
    Kept
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
    return Kept(
        records=tuple(_record(*row) for row in submissions),
        ballots={
            (juror, team): None if recused else json.loads(points)
            for juror, team, points, recused, is_in in ballots
            if is_in
        },
        drafts=frozenset(
            (juror, team) for juror, team, _, _, is_in in ballots if not is_in
        ),
        untracked=untracked,
    )


def _record(*row: Any) -> Record:
    key, team, state, stage, reason, note, proof_only, attempt, *times = row
    created, started, updated = times
    return Record(
        id=key,
        team=team,
        state=state,
        stage=stage,
        reason=reason,
        note=note,
        proof_only=bool(proof_only),
        attempt=attempt,
        created_at=_moment(created),
        started_at=_moment(started) if started else None,
        updated_at=_moment(updated),
    )


def _moment(text: str) -> datetime:
    # SQLite keeps UTC without saying so.
    return datetime.fromisoformat(text).replace(tzinfo=UTC)
