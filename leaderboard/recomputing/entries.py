"""``board.toml``: how submissions were scored, and who handed in what, in order."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from leaderboard.errors import FileRefusedError
from leaderboard.metrics.discrimination import CAPACITY
from leaderboard.readers import Phase, RowSet
from leaderboard.recomputing.sections import Section
from leaderboard.scorecard import REPLICATES

NAME = "board.toml"
ALL = "all"  # the source set of teams that get everything
# A key is the name of a file, and may not lead out of the folder.
_KEY = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")


@dataclass(frozen=True, slots=True)
class Entry:
    """One scored submission.

    Attributes
    ----------
    key : str
        Names its file of predictions, or its scorecard.
    team, title : str
        Whose, and what it calls itself; the title may be empty.
    at : datetime
        When it was scored; aware.
    sources : str
        What the team had to work with; places count within a source set.
    baseline : str or None
        The example that its card says it uses.
    counts : str
        ``"yes"``: its team chose it for the end; ``"no"``: it, or its team, was
        disqualified; empty: the ladder decides.
    """

    key: str
    team: str
    title: str
    at: datetime
    sources: str = ALL
    baseline: str | None = None
    counts: str = ""


@dataclass(frozen=True, slots=True)
class Settings:
    """How every submission was scored.

    Attributes
    ----------
    entries : tuple of Entry
        In the order in which they were scored: the ladder is climbed in that order.
    rows : RowSet
        Which rows.
    phase : Phase
        Where the challenge was when the board was served; it decides the rounding.
    capacity : float
        Share of rows that the offer reaches.
    seed, replicates : int
        Of the bootstrap.
    """

    entries: tuple[Entry, ...]
    rows: RowSet = RowSet.BOARD
    phase: Phase = Phase.OPEN
    capacity: float = CAPACITY
    seed: int = 0
    replicates: int = REPLICATES


def read_settings(board: Section, *, scored: bool) -> Settings:
    """Check what stands in ``board.toml``.

    Parameters
    ----------
    board : Section
        The file.
    scored : bool
        Whether there are scorecards, so that seed and capacity are not needed.

    Returns
    -------
    Settings
        With at least one entry.

    Raises
    ------
    FileRefusedError
        If a key is missing or wrong, or a submission stands there twice.
    """
    entries = tuple(_entry(part) for part in board.sections("submissions"))
    if not entries:
        raise board.refuse("submissions", "Give one [[submissions]] for each.")
    _check_keys(board, entries)
    return Settings(
        entries=entries,
        rows=_one_of(board, "rows", RowSet, RowSet.BOARD),
        phase=_one_of(board, "phase", Phase, Phase.OPEN),
        capacity=board.number("capacity", CAPACITY if scored else None),
        seed=board.whole("seed", 0 if scored else None),
        replicates=board.whole("replicates", REPLICATES),
    )


def _entry(part: Section) -> Entry:
    key = part.text("key")
    if not _KEY.fullmatch(key):
        raise part.refuse("key", "Use letters, digits, dots, dashes and underscores.")
    at = part.values.get("at")
    if not isinstance(at, datetime) or at.tzinfo is None:
        raise part.refuse("at", "Give a moment with its zone: 2026-11-22T12:00:00Z.")
    counts = part.text("counts", "")
    if counts not in ("", "yes", "no"):
        raise part.refuse("counts", "Give yes or no, or leave it out.")
    return Entry(
        key=key,
        team=part.text("team"),
        title=part.text("title", ""),
        at=at,
        sources=part.text("sources", ALL),
        baseline=part.text("baseline", "") or None,
        counts=counts,
    )


def _check_keys(board: Section, entries: tuple[Entry, ...]) -> None:
    keys = [entry.key for entry in entries]
    twice = next((n for n, key in enumerate(keys) if key in keys[:n]), None)
    if twice is not None:
        raise FileRefusedError(
            board.file,
            f"{keys[twice]} stands there twice",
            repair="Give each submission once.",
            column=f"submissions[{twice + 1}].key",
        )


_Kind = TypeVar("_Kind", RowSet, Phase)


def _one_of(board: Section, key: str, kind: type[_Kind], default: _Kind) -> _Kind:
    try:
        return kind(board.text(key, default))
    except ValueError as error:
        if isinstance(error, FileRefusedError):
            raise
        raise board.refuse(key, f"Give one of {', '.join(kind)}.") from error
