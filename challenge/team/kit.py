"""Getting the starter kit: the data, and what to begin with."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.markup import escape

from challenge.team.connection import connect
from challenge.team.data import bring
from challenge.terminal import Json, console, explained, print_json

if TYPE_CHECKING:
    from challenge.kit.folder import Laid

app = typer.Typer()


@app.command()
def kit(
    folder: Annotated[Path, typer.Argument(help="Where the kit goes.")] = Path(),
    accept_terms: Annotated[
        bool, typer.Option("--accept-terms", help="You read the terms at /data.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Fetch the data, a first model and how to begin; what you changed stays.

    Run it again whenever you like: it brings what is new, and says which files it left
    alone since you changed them.

    Example: `challenge kit`
    """
    from challenge.kit.folder import DATA

    with explained(), connect() as client:
        # Before the rest: who does not accept the terms gets no folder.
        paths = bring(client, folder / DATA, is_accepted=accept_terms)
        console.print(f"{len(paths)} files in {escape(str(folder / DATA))}, checked.")
        laid = _lay_out(folder, client.challenge(), client.site)
        if as_json:
            print_json({"folder": folder, "files": paths, **laid._asdict()})


def _lay_out(folder: Path, facts: Mapping[str, Any], site: str) -> Laid:
    """Write what is not data, and say what to do with it."""
    from challenge.kit.folder import SCRIPT, About, kit_files, lay_out

    release = f"{facts['slug']}/{facts['release']['version']}"
    is_rehearsal = facts["release"].get("rehearsal", False)
    about = About(facts["title"], release, site, is_rehearsal)
    laid = lay_out(folder, kit_files(about))
    for name in laid.kept:
        console.print(f"Kept {escape(str(folder / name))}: you changed it.")
    where = f"The kit is in {escape(str(folder))}/; README.md tells more"
    console.print(f"{where} (in Dutch: LEESMIJ.md).")
    console.print(f"Next: `python {escape(str(folder / SCRIPT))}`")
    return laid
