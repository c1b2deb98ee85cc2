"""The command that rehearses the day before the day."""

from __future__ import annotations

import signal
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.markup import escape
from rich.table import Table

from challenge.terminal import Json, console, explained, print_json

if TYPE_CHECKING:
    from challenge.rehearsing.examining import Examined

app = typer.Typer()

PACE = 20.0
"""An hour in three minutes: on two cores 30 teams keep the queue full and no fuller."""
_COLOURS = {"ok": "green", "warning": "yellow", "fault": "red"}


@app.command(epilog="Example: `challenge rehearse --teams 30 --hours 1`")
def rehearse(
    teams: Annotated[int, typer.Option(min=1, max=500, help="Teams.")] = 10,
    hours: Annotated[float, typer.Option(min=0.01, help="Length of the day.")] = 1.0,
    pace: Annotated[
        float, typer.Option(min=1, help="Times as quick as ours; 1 is real time.")
    ] = PACE,
    jurors: Annotated[int, typer.Option(min=1, max=50, help="Jurors.")] = 5,
    viewers: Annotated[
        int, typer.Option(min=0, max=200, help="Who only watches the board.")
    ] = 10,
    submissions: Annotated[
        int,
        typer.Option(
            "--submissions-per-team",
            min=1,
            help="Wrong ones included; at most the quota.",
        ),
    ] = 4,
    seed: Annotated[int, typer.Option(min=0, help="Of everything drawn.")] = 1,
    faults: Annotated[
        bool, typer.Option("--faults/--no-faults", help="Break things on purpose.")
    ] = True,
    rows: Annotated[int, typer.Option(min=1000, help="Of the release.")] = 8000,
    report: Annotated[
        Path | None, typer.Option(help="File for the report, in Markdown.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Play a whole day with invented teams, and tell what broke.

    In a home of its own, on a server of its own: nothing of yours is touched. Teams
    hand in baselines and mistakes, jurors vote, and things are broken on purpose; at
    the end everything has to be accounted for. Exit code 1: something is not.
    """
    from challenge.rehearsing.plan import Size
    from challenge.rehearsing.rehearsal import Rehearsal
    from challenge.settings import Settings

    # Also where a shell started it in the background, and so deaf to Ctrl-C.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    size = Size(teams, jurors, viewers, submissions, hours, faults, seed, rows)
    with explained(), Rehearsal(Settings(), size, pace, console) as rehearsal:
        examined = rehearsal.play()
        raise typer.Exit(tell(examined, report, as_json=as_json))


def tell(examined: Examined, wanted: Path | None, *, as_json: bool) -> int:
    """Tell what came of a rehearsal, and write its report.

    Parameters
    ----------
    examined : Examined
        A rehearsal that is over.
    wanted : Path or None
        Where the report goes besides the rehearsal's own home.
    as_json : bool
        Whether standard output gets data instead of a table.

    Returns
    -------
    int
        Exit code: 1 if something broke.
    """
    from challenge.rehearsing.report import document, write

    places = filter(None, (examined.stage.settings.home / "report.md", wanted))
    written = [write(examined, place) for place in places]
    if as_json:
        print_json(document(examined))
    else:
        console.print(_table(examined))
    for place in written:
        console.print(f"Report: {escape(str(place))}", soft_wrap=True)
    return int(bool(examined.broke))


def _table(examined: Examined) -> Table:
    """Draw one line per check, what broke first."""
    table = Table("Check", "State")
    table.add_column("Found", overflow="fold")
    for finding in sorted(examined.findings, key=lambda one: one.state != "fault"):
        state = f"[{_COLOURS[finding.state]}]{finding.state}[/]"
        table.add_row(finding.name, state, escape(finding.told))
    return table
