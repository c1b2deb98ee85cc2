"""The command that looks at everything and says what repairs it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING

import typer
from rich.markup import escape
from rich.table import Table

from challenge.settings import Settings
from challenge.terminal import Json, console, explained, print_json

if TYPE_CHECKING:
    from challenge.rules.findings import Finding

app = typer.Typer()

_COLOURS = {"ok": "green", "warning": "yellow", "fault": "red"}


@app.command()
def doctor(as_json: Json = False) -> None:
    """Look at everything that a challenge needs; exit code 1 if something is at fault.

    Nothing is changed, and it works when things are broken: that is what it is for.

    Example: `challenge doctor --json`
    """
    from challenge.checkup import Checkup

    with explained():
        settings = Settings()
        with console.status("Looking at everything; this takes up to a minute."):
            findings = Checkup(settings).findings()
    if as_json:
        print_json([asdict(finding) for finding in findings])
    else:
        console.print(_table(findings))
    raise typer.Exit(any(finding.state == "fault" for finding in findings))


def _table(findings: Sequence[Finding]) -> Table:
    """Draw one line per check, the state in words and in colour."""
    table = Table("Check", "State")
    # Folded, not cut: a path is to be copied, however narrow the terminal.
    for heading in ("Found", "Repair"):
        table.add_column(heading, overflow="fold")
    for finding in findings:
        state = f"[{_COLOURS[finding.state]}]{finding.state}[/]"
        found, repair = escape(finding.told), escape(finding.repair)
        table.add_row(finding.name, state, found, repair)
    return table
