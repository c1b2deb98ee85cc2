"""The tables that the command line shows, beside the board."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from rich.markup import escape
from rich.table import Table

if TYPE_CHECKING:
    from challenge.brief import Brief, Report
    from challenge.records import Principal
    from challenge.store import HandoutCount
    from challenge.synthesis.audit.truths import CeilingFinding, PowerFinding


def submission_table(submissions: Iterable[Mapping[str, Any]]) -> Table:
    """Draw submissions; `refusal_lines` says what to do about those refused.

    Parameters
    ----------
    submissions : iterable of mapping
        As the API gives them.

    Returns
    -------
    Table
        One line per submission.
    """
    table = Table("No", "Id", "Title", "State")
    for row in submissions:
        title = escape(row["title"])
        table.add_row(str(row["number"]), row["id"], title, progress_line(row))
    return table


def refusal_lines(submissions: Iterable[Mapping[str, Any]]) -> list[str]:
    """Say what happened to those that were refused, and what to do.

    Parameters
    ----------
    submissions : iterable of mapping
        As the API gives them.

    Returns
    -------
    list of str
        One line for each that has something to be told, with its number.
    """
    told = [
        (row["number"], [row[key] for key in ("message", "hint") if row[key]])
        for row in submissions
    ]
    return [f"{number}: {' '.join(words)}" for number, words in told if words]


def progress_line(row: Mapping[str, Any]) -> str:
    """Say where a submission is, with its place in the queue as long as it waits.

    Parameters
    ----------
    row : mapping
        As the API gives it.

    Returns
    -------
    str
        Such as "queued: third in the queue, about 2 minutes".
    """
    state, stage = row["state"], row["stage"]
    if row["waiting"]:
        return f"{state}: {row['waiting']['en']}"
    return state if state in (stage, "proved") else f"{state} ({stage})"


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


def teams_table(
    teams: Iterable[Principal],
    brief: Brief,
    counts: Mapping[int, HandoutCount],
) -> Table:
    """Draw the teams with the data that they have.

    Parameters
    ----------
    teams : iterable of Principal
        Whom to list.
    brief : Brief
        Names the source sets.
    counts : mapping of int to HandoutCount
        What they accepted and fetched, by id.

    Returns
    -------
    Table
        One line per team.
    """
    from challenge.rules.sources import label_for
    from challenge.store import HandoutCount

    table = Table("Id", "Name", "Sources", "Accepted the terms of")
    table.add_column("Downloads", justify="right")
    for team in teams:
        count = counts.get(team.id, HandoutCount())
        table.add_row(
            str(team.id),
            escape(team.name),
            escape(label_for(team, brief).en),
            ", ".join(count.accepted) or "-",
            str(count.downloads),
        )
    return table


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


def power_table(findings: Iterable[PowerFinding]) -> Table:
    """Draw how likely a model like the true risk is to be seen to meet the policy.

    Parameters
    ----------
    findings : iterable of PowerFinding
        One per hidden set.

    Returns
    -------
    Table
        One line each.
    """
    table = Table(
        title="Power of the policy",
        caption="Chance that a model like the true risk is seen to meet it, in all"
        " groups that decide.",
        caption_justify="left",
    )
    for heading in ("Set", "Smallest group that decides"):
        table.add_column(heading)
    for heading in ("Expected positives", "Power"):
        table.add_column(heading, justify="right")
    for row in findings:
        smallest = "none is large enough"
        if row.smallest:
            smallest = escape(f"{row.label.en}: {row.smallest.en}")
        figures = (f"{row.positives:,.0f}", f"{row.power:.0%}")
        table.add_row(row.set, smallest, *figures)
    return table


def ceiling_table(findings: Iterable[CeilingFinding]) -> Table:
    """Draw how good any model can be, per hidden set and source set.

    Parameters
    ----------
    findings : iterable of CeilingFinding
        The truth and what can be seen.

    Returns
    -------
    Table
        One line each.
    """
    table = Table(title="Ceilings")
    for heading in ("Set", "Sees"):
        table.add_column(heading)
    table.add_column("AUROC ↑ (95 %)", justify="right")
    table.add_column("Scaled Brier ↑", justify="right")
    for row in findings:
        auroc = f"{row.auroc.value:.2f} ({row.auroc.low:.2f} to {row.auroc.high:.2f})"
        table.add_row(row.set, escape(row.label.en), auroc, f"{row.scaled_brier:.2f}")
    return table
