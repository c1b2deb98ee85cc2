"""The board as a program reads it: one document with the fields of the page."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from challenge.records import Principal
from challenge.rules.sources import label_of
from challenge.rules.standings import Rows, Standings
from challenge.web.access import Deployment
from challenge.web.board import board_for, in_each_language
from challenge.web.references import references_for
from leaderboard import Row
from leaderboard.ranking import reasons


def board_document(
    here: Deployment,
    ranked: Standings,
    *,
    reader: Principal | None,
    rows: Rows = "board",
) -> dict[str, Any]:
    """Write the board as JSON with the fields of the page.

    Parameters
    ----------
    here : Deployment
        The running server.
    ranked : Standings
        From `challenge.web.board.current_standings`.
    reader : Principal or None
        Whose source set comes first.
    rows : {"board", "final", "external"}
        Which rows were ranked.

    Returns
    -------
    dict
        ``{"challenge", "release", "rehearsal", "sources", "rows": [...]}`` in listing
        order; places count within a source set, and each set has its reference.
    """
    shown = board_for(here, ranked, reader=reader, rows=rows).rows
    references = references_for(here, ranked, reader=reader, rows=rows)
    named = (ranked.results[row.key].sources for row in shown)
    listed = dict.fromkeys((*named, *references))
    return {
        "challenge": here.brief.slug,
        "release": here.release.version,
        "rehearsal": here.release.manifest.rehearsal,
        "metric": "scaled_brier",
        "direction": "higher is better",
        "sources": [
            {
                "name": source,
                "label": label_of(source, here.brief).model_dump(),
                "reference": references.get(source),
            }
            for source in listed
        ],
        "rows": [_row(ranked, row, references) for row in shown],
    }


def _row(
    ranked: Standings, row: Row, references: Mapping[str, float]
) -> dict[str, Any]:
    result = ranked.results[row.key]
    return {
        "team": result.team,
        "sources": result.sources,
        "baseline": result.baseline,
        "title": result.title,
        "place": _place(row),
        "place_low": row.place_low,
        "place_high": row.place_high,
        "leading": row.leading,
        "scaled_brier": row.score.value,
        "scaled_brier_low": row.score.low,
        "scaled_brier_high": row.score.high,
        "reference": references.get(result.sources),
        "policy": row.policy.state if row.policy else None,
        "findings": [asdict(finding) for finding in row.policy.findings]
        if row.policy
        else [],
        "outside": row.outside,
        "why": in_each_language(lambda language: reasons(row, language)),
        "submissions": ranked.counts[row.key],
        "scored_at": result.scored_at,
    }


def _place(row: Row) -> str | None:
    if row.place_low is None:
        return None
    if row.place_low == row.place_high:
        return str(row.place_low)
    return f"{row.place_low}-{row.place_high}"
