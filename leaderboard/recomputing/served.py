"""Compare a board that was made again with the one that was published."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from leaderboard.errors import FileRefusedError
from leaderboard.recomputing.sections import Section

COMPARED = (
    "title",
    "place_low",
    "place_high",
    "leading",
    "scaled_brier",
    "scaled_brier_low",
    "scaled_brier_high",
    "policy",
    "outside",
    "submissions",
)
"""What of a row must agree; its place in the list is the last of them."""
_LISTED = "listed"
_REPAIR = "Give what /api/board answered, or the served.json of the export."


@dataclass(frozen=True, slots=True)
class Line:
    """What one line of the two boards shows.

    Attributes
    ----------
    team, sources : str
        Whose, and in which source set.
    differences : mapping of str to tuple
        Field to what was recomputed and what was served; empty where all agrees.
        None on either side where there is no such line.
    """

    team: str
    sources: str
    differences: Mapping[str, tuple[Any, Any]]

    @property
    def agrees(self) -> bool:
        """Whether nothing differs."""
        return not self.differences


def compare_lines(
    rows: Sequence[Mapping[str, Any]], served: object, *, file: str
) -> tuple[Line, ...]:
    """Say line by line whether a published board is the one recomputed.

    Parameters
    ----------
    rows : sequence of mapping
        As `leaderboard.recomputing.board.document` writes them.
    served : object
        What the service answered: ``{"rows": [...]}`` with the fields of `COMPARED`,
        ``team`` and ``sources``.
    file : str
        Where `served` was read, for who has to mend it.

    Returns
    -------
    tuple of Line
        In the order recomputed, then lines that were served and are not there.

    Raises
    ------
    FileRefusedError
        If `served` is no board.
    """
    published = _numbered(_published(served, file))
    found = _numbered(rows)
    return tuple(
        Line(*key, _differences(found.get(key), published.get(key)))
        for key in dict.fromkeys((*found, *published))
    )


def _differences(
    row: Mapping[str, Any] | None, line: Mapping[str, Any] | None
) -> dict[str, tuple[Any, Any]]:
    if row is None or line is None:
        return {"team": (row and row["team"], line and line["team"])}
    return {
        name: (row[name], line[name])
        for name in (*COMPARED, _LISTED)
        if row[name] != line[name]
    }


def _published(served: object, file: str) -> list[Mapping[str, Any]]:
    if not isinstance(served, dict) or not isinstance(served.get("rows"), list):
        raise FileRefusedError(file, "it holds no rows", repair=_REPAIR)
    rows = Section(file, served).sections("rows")
    seen = set()
    for row in rows:
        key = row.text("team"), row.text("sources")
        if key in seen:
            problem = f"{key[0]} stands there twice"
            raise FileRefusedError(file, problem, repair=_REPAIR, column=row.path)
        seen.add(key)
        if absent := [name for name in COMPARED if name not in row.values]:
            raise row.refuse(absent[0], _REPAIR)
    return [row.values for row in rows]


def _numbered(
    rows: Sequence[Mapping[str, Any]],
) -> dict[tuple[str, str], dict[str, Any]]:
    """Rows by team and source set, each with its number in the list of its set."""
    listed: dict[str, int] = {}
    numbered = {}
    for row in rows:
        listed[row["sources"]] = listed.get(row["sources"], 0) + 1
        key = row["team"], row["sources"]
        numbered[key] = {**row, _LISTED: listed[row["sources"]]}
    return numbered
