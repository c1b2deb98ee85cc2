"""Scorecards to the board that was served: each team's best, ranked per source set."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from leaderboard.ladder import climb_all
from leaderboard.ranking import Board, Row, rank, reasons
from leaderboard.readers import Audience, Phase, RowSet, release_row
from leaderboard.recomputing.entries import ALL, Entry
from leaderboard.records import Scorecard
from leaderboard.verdict import FairnessPolicy


@dataclass(frozen=True, slots=True)
class Recomputed:
    """A board that was made again.

    Attributes
    ----------
    boards : mapping of str to Board
        Exact ranking of each source set, the set with everything first.
    entries : mapping of str to Entry
        The submission behind each row, by its key.
    counts : mapping of str to int
        How many scored submissions its team has, by key.
    """

    boards: Mapping[str, Board]
    entries: Mapping[str, Entry]
    counts: Mapping[str, int]

    @property
    def rows(self) -> tuple[Row, ...]:
        """Every row once, source set after source set; exact."""
        return tuple(row for board in self.boards.values() for row in board.rows)

    def released(self, phase: Phase, rows: RowSet) -> tuple[Row, ...]:
        """Give the rows in the form in which visitors get them.

        What visitors do not get yet stays exact: whoever has the folder has all.

        Parameters
        ----------
        phase : Phase
            Where the challenge is.
        rows : RowSet
            Which rows were scored.

        Returns
        -------
        tuple of Row
            In order.
        """
        return tuple(
            release_row(row, Audience.VISITOR, phase, rows=rows) or row
            for row in self.rows
        )


def recompute(
    entries: Sequence[Entry],
    scorecards: Mapping[str, Scorecard],
    *,
    policy: FairnessPolicy | None,
    every: bool = False,
) -> Recomputed:
    """Rank what counts for each team, or every submission for itself.

    Parameters
    ----------
    entries : sequence of Entry
        In the order in which they were scored.
    scorecards : mapping of str to Scorecard
        Exact scorecards by key of the entries.
    policy : FairnessPolicy or None
        The policy that all were judged under; None takes each verdict as it is.
    every : bool
        Whether each submission has a row, and not each team.

    Returns
    -------
    Recomputed
        With a board per source set.

    Raises
    ------
    NotPairedError
        If scorecards do not share their replicates.
    PolicyMismatchError
        If one was judged under another policy than `policy`.
    """
    teams: dict[str, list[Entry]] = {}
    for entry in entries:
        teams.setdefault(entry.team, []).append(entry)
    shown = {
        entry.key: entry
        for team in teams.values()
        for entry in (team if every else _counting(team, scorecards))
    }
    return Recomputed(
        boards={
            source: rank(
                {k: scorecards[k] for k, e in shown.items() if e.sources == source},
                policy=policy,
            )
            for source in _in_order(shown)
        },
        entries=shown,
        counts={key: len(teams[entry.team]) for key, entry in shown.items()},
    )


def document(
    board: Recomputed, *, phase: Phase, rows: RowSet, language: str
) -> list[dict[str, Any]]:
    """Write the rows as plain data, with the fields that the service publishes.

    Parameters
    ----------
    board : Recomputed
        From `recompute`.
    phase : Phase
        Where the challenge is.
    rows : RowSet
        Which rows were scored.
    language : str
        Of the sentences in ``"why"``.

    Returns
    -------
    list of dict
        In listing order; ``"exact"`` holds the score before it was rounded.
    """
    exact = {row.key: row for row in board.rows}
    return [
        {
            "key": row.key,
            "team": board.entries[row.key].team,
            "title": board.entries[row.key].title,
            "sources": board.entries[row.key].sources,
            "place_low": row.place_low,
            "place_high": row.place_high,
            "leading": row.leading,
            "scaled_brier": row.score.value,
            "scaled_brier_low": row.score.low,
            "scaled_brier_high": row.score.high,
            "policy": row.policy.state.value if row.policy else None,
            "outside": row.outside,
            "submissions": board.counts[row.key],
            "why": list(reasons(row, language)),
            "exact": {
                "scaled_brier": exact[row.key].score.value,
                "scaled_brier_low": exact[row.key].score.low,
                "scaled_brier_high": exact[row.key].score.high,
            },
        }
        for row in board.released(phase, rows)
    ]


def _counting(team: list[Entry], scorecards: Mapping[str, Scorecard]) -> list[Entry]:
    """Find the entry that a team chose, or has on the ladder after all it handed in."""
    if chosen := [entry for entry in team if entry.counts == "yes"]:
        return chosen[:1]
    state = climb_all({entry.key: scorecards[entry.key] for entry in team})
    return [e for e in team if e.key == state.released and e.counts != "no"]


def _in_order(shown: Mapping[str, Entry]) -> list[str]:
    sources = {entry.sources for entry in shown.values()}
    return sorted(sources, key=lambda source: (source != ALL, source))
