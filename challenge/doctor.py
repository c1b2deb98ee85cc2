"""The command that looks at everything and says what repairs it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.markup import escape
from rich.table import Table

from challenge.terminal import Json, console, explained, print_json

if TYPE_CHECKING:
    from challenge.rules.findings import Finding

app = typer.Typer()

_COLOURS = {"ok": "green", "warning": "yellow", "fault": "red"}


@app.command()
def doctor(
    for_team: Annotated[
        bool | None,
        typer.Option("--team/--server", help="Which; else what this machine is."),
    ] = None,
    data: Annotated[Path, typer.Option(help="Folder of a team's download.")] = Path(
        "data"
    ),
    as_json: Json = False,
) -> None:
    """Look at everything that a challenge needs; exit code 1 if something is at fault.

    On a server that is the database, the sandbox, the queue and more; on a team's
    machine the connection, the log-in, the packages and the data. Nothing is changed,
    and it works when things are broken: that is what it is for.

    Example: `challenge doctor --json`
    """
    with explained():
        is_team = _is_team() if for_team is None else for_team
        with console.status("Looking at everything; this takes up to a minute."):
            findings = _of_team(data) if is_team else _of_server()
    if as_json:
        print_json([asdict(finding) for finding in findings])
    else:
        console.print(_table(findings))
        _print_repairs(findings)
    raise typer.Exit(any(finding.state == "fault" for finding in findings))


def _is_team() -> bool:
    """Tell whether this machine is a team's: no server lives here, nor should one."""
    from challenge.settings import Settings

    settings = Settings()
    is_meant = bool({"home", "database_url"} & settings.model_fields_set)
    return not (is_meant or (settings.home / "challenge.db").exists())


def _of_team(data: Path) -> list[Finding]:
    from challenge.team.checkup import look_around

    return look_around(data)


def _of_server() -> list[Finding]:
    from challenge.checkup import Checkup
    from challenge.settings import Settings

    return Checkup(Settings()).findings()


def _table(findings: Sequence[Finding]) -> Table:
    """Draw one line per check, the state in words and in colour."""
    table = Table("Check", "State")
    table.add_column("Found", overflow="fold")
    for finding in findings:
        state = f"[{_COLOURS[finding.state]}]{finding.state}[/]"
        table.add_row(finding.name, state, escape(finding.told))
    return table


def _print_repairs(findings: Sequence[Finding]) -> None:
    """Print what repairs each on a line of its own, which a terminal can copy."""
    for finding in findings:
        if finding.repair:
            console.print(f"To repair {finding.name}:")
            console.print(escape(finding.repair), soft_wrap=True)
