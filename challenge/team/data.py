"""Getting the data."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.markup import escape
from rich.progress import (
    BarColumn,
    DownloadColumn,
    Progress,
    TextColumn,
    TimeRemainingColumn,
    TransferSpeedColumn,
)

from challenge.errors import PhaseClosedError, TermsNotAcceptedError
from challenge.team.connection import connect
from challenge.terminal import Json, console, explained, print_json

if TYPE_CHECKING:
    from challenge.client import Client

app = typer.Typer()


@app.command()
def download(
    folder: Annotated[Path, typer.Argument(help="Where the files go.")] = Path("data"),
    accept_terms: Annotated[
        bool, typer.Option("--accept-terms", help="You read the terms at /data.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Fetch your files of the release and check them; asks for the terms once.

    What broke off goes on where it was, and what is right already is left alone.

    Example: `challenge download data`
    """
    with explained(), connect() as client:
        paths = bring(client, folder, is_accepted=accept_terms)
    if as_json:
        print_json({"folder": folder, "files": paths})
        return
    console.print(f"{len(paths)} files in {escape(str(folder))}/, checked.", end=" ")
    console.print(f"Next: train on {escape(str(folder / 'train.parquet'))}, then")
    console.print("`challenge submit BUNDLE`.")


def bring(client: Client, folder: Path, *, is_accepted: bool) -> list[Path]:
    """Fetch the data with a bar; ask for the terms where that was not done yet.

    Parameters
    ----------
    client : Client
        Of whoever types.
    folder : Path
        Where the files go.
    is_accepted : bool
        Whether the terms were accepted while typing.

    Returns
    -------
    list of Path
        The files, checked.

    Raises
    ------
    PhaseClosedError
        If the organiser still drafts the challenge.
    TermsNotAcceptedError
        If they have to be accepted and nobody can be asked.
    Exit
        With code 1, if they are not accepted.
    """
    facts = client.challenge()
    if facts["terms"]["required"]:
        _require_files(client, facts["you"]["role"])
    accepts = _agree(facts["terms"], client.site, is_accepted=is_accepted)
    return _fetch(client, folder, accepts=accepts)


def _require_files(client: Client, role: str) -> None:
    """Stop before anybody accepts terms for files that the server refuses next."""
    # An auditor reads along from the beginning.
    if role != "auditor" and (phase := client.phase()) == "draft":
        raise PhaseClosedError("download", phase)


def _fetch(client: Client, folder: Path, *, accepts: bool) -> list[Path]:
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        DownloadColumn(),
        TransferSpeedColumn(),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=console, transient=True) as progress:
        bar = progress.add_task("Downloading", total=None)

        def show(name: str, done: int, total: int) -> None:
            progress.update(
                bar, completed=done, total=total or None, description=escape(name)
            )

        return client.download(folder, accept_terms=accepts, progress=show)


def _agree(terms: dict[str, Any], site: str, *, is_accepted: bool) -> bool:
    """Show the terms to whoever has to accept them, and ask, unless they said so."""
    if not terms["required"]:
        return False
    console.print(f"The terms of release {terms['release']}:")
    for number, term in enumerate(terms["text"]["en"], start=1):
        console.print(f"{number}. {escape(term)}")
    place = f"{site}/data"
    console.print(f"In Dutch: {place}?lang=nl", soft_wrap=True)
    if is_accepted:
        console.print("Accepted with `--accept-terms`.")
    elif not sys.stdin.isatty():
        raise TermsNotAcceptedError(terms["release"], url=place)
    elif not typer.confirm("Do you accept them?", err=True):
        console.print("Not accepted; nothing was downloaded.")
        raise typer.Exit(1)
    return True
