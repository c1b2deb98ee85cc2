"""Handing in, and watching."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.markup import escape
from rich.progress import BarColumn, Progress, SpinnerColumn, TimeElapsedColumn

from challenge.settings import Settings
from challenge.tables import progress_line, score_line, submission_table
from challenge.team.connection import connect
from challenge.terminal import Json, console, explained, print_json

if TYPE_CHECKING:
    from challenge.client import Client

# What a person reads of a log before opening the page that has all of it.
LOG_LINES = 12

app = typer.Typer()


@app.command()
def submit(
    bundle: Annotated[Path, typer.Argument(exists=True, dir_okay=False)],
    note: Annotated[str, typer.Option(help="For yourselves.")] = "",
    proof: Annotated[
        bool, typer.Option("--proof", help="The proof run alone, without a score.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Hand in a bundle and watch it until it ends; exit code 1 if it goes wrong.

    With `--proof` only the proof run on public rows is done: it shows all that your
    model printed, and uses up no score. The rest of the day's scores stay yours.

    Example: `challenge submit model.zip --proof`, and once that is well
    `challenge submit model.zip --note "with reading aloud"`
    """
    with explained(), connect() as client:
        found = _hand_in(client, bundle, note=note, proof=proof)
        if as_json:
            print_json(found)
        else:
            _tell_end(client, found)
    raise typer.Exit(0 if found["state"] in ("scored", "proved") else 1)


@app.command()
def status(
    submission_id: Annotated[str | None, typer.Argument(help="None lists all.")] = None,
    as_json: Json = False,
) -> None:
    """Show where your submissions are.

    Example: `challenge status`
    """
    with explained(), connect() as client:
        one = submission_id and [client.submission(submission_id)]
        found = one or client.submissions()
    if as_json:
        print_json(found)
    else:
        console.print(submission_table(found))


def ladder_line(submission: Mapping[str, Any]) -> str:
    """Say what a scored submission changed on the board.

    Parameters
    ----------
    submission : mapping
        As ``GET /api/submissions/{id}`` gives it.

    Returns
    -------
    str
        One line without a difference, and below it why it stands where it stands;
        empty where nothing of the board may be told.
    """
    if submission["told"] is None:
        return ""
    why = submission["why"] or {"en": []}
    return "\n".join([f"On the board: {submission['told']['en']}.", *why["en"]])


def _hand_in(client: Client, bundle: Path, *, note: str, proof: bool) -> dict[str, Any]:
    """Upload a bundle and watch it to its end, with a bar for both."""
    columns = (
        SpinnerColumn(),
        "{task.description}",
        BarColumn(),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=console, transient=True) as progress:
        with progress.open(bundle, "rb", description="Uploading") as file:
            found: dict[str, Any] = client.submit(file, note=note, proof=proof)
        progress.remove_task(progress.task_ids[0])
        _tell_beforehand(found)
        bar = progress.add_task("", total=None)
        for step in client.follow(found["id"]):
            line = escape(f"{step['number']}: {progress_line(step)}")
            progress.update(bar, description=line)
            console.print(line)
            found = step
    return found


def _tell_beforehand(found: Mapping[str, Any]) -> None:
    """Say what a team should know before its model runs."""
    if found["isolation"] == "trusted":
        console.print("[red]This server runs submissions without a sandbox.[/red]")
    for warning in found["warnings"]:
        console.print(f"[yellow]{escape(warning)}[/yellow]")


def _tell_end(client: Client, found: dict[str, Any]) -> None:
    console.print(submission_table([found]))
    if found["state"] == "scored":
        console.print(score_line(client.scorecard(found["id"])))
        console.print(escape(ladder_line(found)))
    elif found["state"] == "proved":
        console.print("It runs here. Leave out `--proof` to have it scored.")
    if found["repeats"]:
        console.print(found["repeats"]["told"]["en"])
    _tell_log(found)
    console.print(f"More at {Settings().url}/submissions/{found['id']}", soft_wrap=True)


def _tell_log(found: Mapping[str, Any]) -> None:
    """Show the whole log of a proof run that was asked for, or the end of another."""
    lines = found["log"].splitlines()
    if not lines or found["state"] == "scored":
        return
    is_whole = found["proof_only"] or len(lines) <= LOG_LINES
    console.print("Its log:" if is_whole else "The end of its log:")
    console.print(escape("\n".join(lines if is_whole else lines[-LOG_LINES:])))
