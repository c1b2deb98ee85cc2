"""The tables that the command line shows."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import groupby
from typing import TYPE_CHECKING, Any

from rich.markup import escape
from rich.table import Table

if TYPE_CHECKING:
    from challenge.brief import Report
    from challenge.records import Principal

# The page says the same; the command line must not say less.
NOTICE = (
    "Synthetic data based on assumptions. What comes out was put in or is chance;"
    " it says nothing about existing families or areas.\nNot for decisions about a"
    " family, benefits, allowances, premiums, supervision or child protection."
)
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
    table = Table(
        title="Fairness-aware leaderboard", caption=NOTICE, caption_justify="left"
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


def submission_table(submissions: Iterable[Mapping[str, Any]]) -> Table:
    """Draw submissions with what to do about those that were refused.

    Parameters
    ----------
    submissions : iterable of mapping
        As the API gives them.

    Returns
    -------
    Table
        One line per submission.
    """
    table = Table()
    for heading in ("No", "Id", "Title", "State", "What happened, what to do"):
        table.add_column(heading)
    for row in submissions:
        told = " ".join(row[key] for key in ("message", "hint") if row[key])
        table.add_row(
            str(row["number"]),
            row["id"],
            escape(row["title"]),
            f"{row['state']} ({row['stage']})",
            escape(told),
        )
    return table


def score_line(scorecard: Mapping[str, Any]) -> str:
    """Say how a scored submission does on the rows that its team may see.

    Parameters
    ----------
    scorecard : mapping
        As ``GET /api/submissions/{id}/scorecard`` gives it.

    Returns
    -------
    str
        One line.
    """
    score = scorecard["scorecard"]["metrics"]["scaled_brier"]
    return (
        f"Scaled Brier on {scorecard['rows']} rows: {score['value']:z.3f}"
        f" ({score['low']:z.3f} to {score['high']:z.3f}); higher is better, 0 is no"
        " better than saying the same of everybody."
    )


def people_table(people: Iterable[Principal]) -> Table:
    """Draw the names of one role.

    Parameters
    ----------
    people : iterable of Principal
        Whom to list.

    Returns
    -------
    Table
        One line per person or team.
    """
    table = Table("Id", "Name")
    for person in people:
        table.add_row(str(person.id), escape(person.name))
    return table


def sets_table(report: Report) -> Table:
    """Draw the clusters and expected positives of each row set.

    Parameters
    ----------
    report : Report
        Of `challenge.brief.check`.

    Returns
    -------
    Table
        One line per set.
    """
    table = Table(title="Row sets")
    table.add_column("Set")
    for heading in ("Rows", "Clusters", "Expected positives"):
        table.add_column(heading, justify="right")
    table.add_column("For a real event")
    for row in report.sets:
        enough = "" if row.is_enough else "too small: a rehearsal only"
        counts = (f"{row.rows:,}", f"{row.clusters:,}", f"{row.positives:,.0f}")
        table.add_row(row.name, *counts, enough)
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
        "undetermined": "too little data to say; not: fine",
    }.get(row["policy"] or "", "no policy")
