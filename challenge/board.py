"""The ranked board, as the command line shows it."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import groupby
from typing import Any

from rich.markup import escape
from rich.table import Table

OUTSIDE = {
    "constant": "says the same of every child",
    "near-constant": "says nearly the same of every child",
    "violates-policy": "does not meet the policy",
}


def board_table(board: Mapping[str, Any]) -> Table:
    """Draw the ranked board.

    Parameters
    ----------
    board : mapping
        As ``GET /api/board`` gives it.

    Returns
    -------
    Table
        One line per team; teams outside the ranking last, with the reason.
    """
    from challenge.synthesis.notices import FORBIDDEN_USE, NOTICE

    # The page says the same; the command line must not say less.
    table = Table(
        title="Fairness-aware leaderboard",
        caption=f"{NOTICE['en']}\n{FORBIDDEN_USE['en']}",
        caption_justify="left",
    )
    labels = {named["name"]: named["label"]["en"] for named in board["sources"]}
    sets = [[*rows] for _, rows in groupby(board["rows"], key=lambda r: r["sources"])]
    # A challenge without source sets has one, of everything.
    is_split = bool(labels.keys() - {"all"})
    if is_split:
        table.add_column("Sources")
    for heading in ("Place", "Team", "Model"):
        table.add_column(heading)
    table.add_column("Scaled Brier ↑ (95 %)", justify="right")
    table.add_column("Policy")
    for rows in sets:
        told = [escape(labels[rows[0]["sources"]])] if is_split else []
        for row in rows:
            table.add_row(
                *told,
                row["place"] or "-",
                escape(row["team"]),
                _model(row),
                _interval(row),
                _standing(row),
            )
            told = [""] * len(told)
        table.add_section()
    return table


def _model(row: Mapping[str, Any]) -> str:
    mark = f" (uses example {row['baseline']})" if row["baseline"] else ""
    return escape(row["title"] + mark)


def _interval(row: Mapping[str, Any]) -> str:
    low, high = row["scaled_brier_low"], row["scaled_brier_high"]
    ends = f" ({low:z.3f} to {high:z.3f})" if low is not None else ""
    return f"{row['scaled_brier']:z.3f}{ends}"


def _standing(row: Mapping[str, Any]) -> str:
    if row["outside"]:
        return f"outside the ranking: {OUTSIDE.get(row['outside'], row['outside'])}"
    return {
        "meets": "meets the policy on these data",
        "undetermined": "too little data to say, which does not mean that all is well",
    }.get(row["policy"] or "", "no policy")
