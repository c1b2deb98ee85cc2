"""Getting the data."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.markup import escape
from rich.progress import Progress

from challenge.errors import TermsNotAcceptedError
from challenge.settings import Settings
from challenge.team.connection import connect
from challenge.terminal import console, explained

app = typer.Typer()


@app.command()
def download(
    folder: Annotated[Path, typer.Argument(help="Where the files go.")] = Path("data"),
    accept_terms: Annotated[
        bool, typer.Option("--accept-terms", help="You read the terms at /data.")
    ] = False,
) -> None:
    """Fetch your files of the release and check them; asks for the terms once.

    Example: `challenge download data`
    """
    with explained(), connect() as client:
        accepts = _agree(client.challenge()["terms"], is_accepted=accept_terms)
        with Progress(console=console, transient=True) as progress:
            bar = progress.add_task("Downloading")
            paths = client.download(
                folder,
                accept_terms=accepts,
                progress=lambda name, done, total: progress.update(
                    bar, completed=done, total=total, description=name
                ),
            )
    console.print(f"{len(paths)} files in {escape(str(folder))}/, checked.", end=" ")
    console.print(f"Next: train on {escape(str(folder / 'train.parquet'))}, then")
    console.print("`challenge submit BUNDLE`.")


def _agree(terms: dict[str, Any], *, is_accepted: bool) -> bool:
    """Show the terms to whoever has to accept them, and ask, unless they said so."""
    if not terms["required"]:
        return False
    console.print(f"The terms of release {terms['release']}:")
    for number, term in enumerate(terms["text"]["en"], start=1):
        console.print(f"{number}. {escape(term)}")
    place = f"{Settings().url}/data"
    console.print(f"In Dutch: {place}?lang=nl", soft_wrap=True)
    if is_accepted:
        console.print("Accepted with `--accept-terms`.")
    elif not sys.stdin.isatty():
        raise TermsNotAcceptedError(terms["release"], url=place)
    elif not typer.confirm("Do you accept them?", err=True):
        console.print("Not accepted; nothing was downloaded.")
        raise typer.Exit(1)
    return True
