"""Handing in, and watching."""

from __future__ import annotations

import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.markup import escape
from rich.progress import BarColumn, Progress, SpinnerColumn, TimeElapsedColumn

from challenge.errors import (
    ChallengeError,
    ServerRefusedError,
    ServerUnreachableError,
)
from challenge.tables import (
    progress_line,
    refusal_lines,
    score_line,
    submission_table,
)
from challenge.team.connection import connect
from challenge.terminal import Json, console, explained, print_json, tell_refusal

if TYPE_CHECKING:
    from challenge.client import Client, Submission

# What a person reads of a log before opening the page that has all of it.
LOG_LINES = 12

NOT_YOURS = 3
"""Exit code where nothing is wrong with the model: our side failed, or no end yet."""

EXITS = {"scored": 0, "proved": 0, "refused": 1, "failed": NOT_YOURS}
"""How a submission ended, as an exit code; 2 is for what was typed wrongly."""

_NO_CARD = (
    "The bundle has no CARD.md, so nobody reads what the model is for and what its"
    " limits are."
)

app = typer.Typer()


@app.command()
def submit(
    bundle: Annotated[Path, typer.Argument(exists=True, dir_okay=False)],
    note: Annotated[str, typer.Option(help="For yourselves.")] = "",
    proof: Annotated[
        bool, typer.Option("--proof", help="The proof run alone, without a score.")
    ] = False,
    wait: Annotated[
        float | None, typer.Option(min=0, help="Seconds to watch it at most.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Hand in a bundle and watch it until it ends.

    With `--proof` only the proof run on public rows is done: it shows all that your
    model printed, and uses up no score. The rest of the day's scores stay yours.

    The exit code says how it ended: 0 scored or proved; 1 refused, with what to mend;
    2 typed wrongly; 3 not yours to mend: our side failed, or it has not ended yet.

    Example: `challenge submit model.zip --proof`, and once that is well
    `challenge submit model.zip --note "with reading aloud"`
    """
    with explained(), connect() as client:
        found = _hand_in(client, bundle, note=note, proof=proof)
        found = _watch(client, found, wait)
        if as_json:
            print_json(found)
        else:
            _tell_end(client, found)
    raise typer.Exit(EXITS.get(found["state"], NOT_YOURS))


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
            _show(found)
            _tell_barred(client)


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


def _hand_in(client: Client, bundle: Path, *, note: str, proof: bool) -> Submission:
    """Upload a bundle, with a bar; a fault of the server has its own exit code."""
    try:
        with (
            Progress(console=console, transient=True) as progress,
            progress.open(bundle, "rb", description="Uploading") as file,
        ):
            found = client.submit(file, note=note, proof=proof)
    except ServerRefusedError as refused:
        if refused.status < 500:
            raise
        tell_refusal(refused)
        raise typer.Exit(NOT_YOURS) from refused
    _tell_beforehand(found, bundle)
    return found


def _watch(client: Client, found: Submission, wait: float | None) -> Submission:
    """Tell each stage as it comes, until the end or as long as was asked."""
    columns = (
        SpinnerColumn(),
        "{task.description}",
        BarColumn(),
        TimeElapsedColumn(),
    )
    try:
        with Progress(*columns, console=console, transient=True) as progress:
            bar = progress.add_task("", total=None)
            for step in client.follow(found["id"], limit_seconds=wait):
                line = escape(f"{step['number']}: {progress_line(step)}")
                progress.update(bar, description=line)
                console.print(line)
                found = step
    except (KeyboardInterrupt, ServerUnreachableError) as gone:
        if isinstance(gone, ChallengeError):
            tell_refusal(gone)
        _tell_how_to_go_on(found)
        raise typer.Exit(NOT_YOURS) from gone
    return found


def _tell_how_to_go_on(found: Submission) -> None:
    name, again = found["number"], f"challenge status {found['id']}"
    console.print(f"Submission {name} is handed in and goes on there; `{again}` tells.")


def _tell_beforehand(found: Mapping[str, Any], bundle: Path) -> None:
    """Say what a team should know before its model runs."""
    if found["isolation"] == "trusted":
        console.print("[red]This server runs submissions without a sandbox.[/red]")
    if first := found.get("same_as"):
        told = f"You sent this bundle before, as submission {first}."
        told += " It uses up one of today's scores this time too."
        console.print(f"[yellow]{told}[/yellow]", soft_wrap=True)
    for warning in found["warnings"]:
        console.print(f"[yellow]{escape(warning)}[/yellow]")
    if _lacks_card(bundle):
        console.print(f"[yellow]{_NO_CARD}[/yellow]")


def _lacks_card(bundle: Path) -> bool:
    """Tell whether nobody can read of what is handed in what it is for."""
    try:
        with zipfile.ZipFile(bundle) as archive:
            return "CARD.md" not in archive.namelist()
    except zipfile.BadZipFile:
        return False  # what is no zip the server refuses, with its own reason


def _show(submissions: Sequence[Submission]) -> None:
    """Print the table; under it, where a line has room, why some were refused."""
    console.print(submission_table(submissions))
    for line in refusal_lines(submissions):
        # A terminal wraps by itself: what has to be typed stays whole.
        console.print(escape(line), soft_wrap=True)


def _tell_barred(client: Client) -> None:
    """Say why a team does not compete any more, as every page of its own does."""
    you = client.you()
    # A server of before this one does not say it.
    if you is not None and (why := you.get("barred")) is not None:
        told = f"Your team is disqualified: {escape(why)}"
        console.print(f"[red]{told}[/red]", soft_wrap=True)


def _tell_end(client: Client, found: Submission) -> None:
    _show([found])
    if found["state"] == "scored":
        console.print(score_line(client.scorecard(found["id"])))
        console.print(escape(ladder_line(found)))
    elif found["state"] == "proved":
        console.print(
            "It runs here. Leave out `--proof` to have it scored, once the challenge is"
            " open."
        )
    elif found["state"] not in EXITS:
        _tell_how_to_go_on(found)
    if found["repeats"]:
        console.print(found["repeats"]["told"]["en"])
    _tell_log(found)
    console.print(f"More at {client.site}/submissions/{found['id']}", soft_wrap=True)


def _tell_log(found: Submission) -> None:
    """Show the whole log of a proof run that was asked for, or the end of another."""
    lines = found["log"].splitlines()
    if not lines or found["state"] == "scored":
        return
    is_whole = found["proof_only"] or len(lines) <= LOG_LINES
    console.print("Its log:" if is_whole else "The end of its log:")
    console.print(escape("\n".join(lines if is_whole else lines[-LOG_LINES:])))
