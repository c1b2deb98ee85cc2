"""The command that gives an auditor what recomputing the board takes."""

from __future__ import annotations

import shlex
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Literal

import typer

from challenge.settings import Settings
from challenge.terminal import console, explained

app = typer.Typer()


@app.command()
def export(
    folder: Annotated[Path, typer.Argument(help="New folder.")],
    audience: Annotated[Literal["auditor"], typer.Option("--for", help="Who gets it.")],
    by: Annotated[str, typer.Option(help="Who takes responsibility.")],
    while_running: Annotated[
        bool,
        typer.Option(
            "--while-running", help="Before the end: it tells every hidden label."
        ),
    ] = False,
) -> None:
    """Write everything that recomputes the board without this service.

    Rows without ids or features, labels, predictions, the seed of the replicates, the
    brief, and the board as visitors see it; `python -m leaderboard FOLDER` reads it.

    Example: `challenge export audit --for auditor --by "Your Name"`
    """
    with explained():
        count = _write(folder, by=by, while_running=while_running)
    if while_running:
        warning = (
            "This folder tells every hidden label, and the challenge may still run."
            " Give it to nobody but the auditor."
        )
        console.print(f"[bold red]{warning}[/bold red]", soft_wrap=True)
    console.print(f"Wrote {count} submissions for the {audience}; recompute with:")
    place = shlex.quote(str(folder))
    typer.echo(f"python -m leaderboard {place} --html board.html", err=True)


def _write(folder: Path, *, by: str, while_running: bool) -> int:
    """Write the folder; tell how many submissions are in it."""
    from challenge.brief import read_brief
    from challenge.rules.auditing import Auditing
    from challenge.rules.publication import published_release
    from challenge.rules.terms import terms_of
    from challenge.store import open_database
    from challenge.web.access import Deployment
    from challenge.web.board import board_document
    from challenge.web.recent import Recent

    settings = Settings()
    brief = read_brief(settings.content / settings.challenge)
    release = published_release(settings)
    terms = terms_of(brief, release)
    with closing(open_database(settings.database)) as database:
        here = Deployment(settings, database, brief, release, terms, Recent(1))
        return Auditing(
            database,
            settings,
            release,
            brief=brief,
            phase=here.phase,
            describe=lambda ranked: board_document(here, ranked, reader=None),
        ).export(folder, by=by, while_running=while_running, now=datetime.now(UTC))
