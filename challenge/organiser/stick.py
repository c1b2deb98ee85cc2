"""A USB stick for a venue without a network."""

from __future__ import annotations

import tempfile
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.markup import escape

from challenge.errors import NotFoundError
from challenge.organiser.desk import Desk, opened
from challenge.terminal import By, Json, console, explained, print_json

if TYPE_CHECKING:
    from challenge.kit.stick import Errand
    from challenge.web.access import Deployment

app = typer.Typer()
MADE = "make stick"
"""How the audit table calls it."""


@app.command()
def stick(
    folder: Annotated[Path, typer.Argument(help="Where the stick appears.")],
    by: By,
    wheels: Annotated[
        bool, typer.Option("--wheels", help="Also all that the program needs.")
    ] = False,
    sources: Annotated[
        list[str] | None,
        typer.Option(help="Only this source set; may be given more than once."),
    ] = None,
    as_json: Json = False,
) -> None:
    """Write program, starter kits and how to use them to a USB stick.

    The data go along: you take responsibility for who gets the stick, and the terms
    hold for whoever uses it. Each source set has a kit of its own; a team should get
    that of its own alone, so make a stick a set with `--sources`. With `--wheels` a
    laptop of the same system and Python installs without any network.

    Example: `challenge stick /media/usb --by "Your Name" --wheels`
    """
    from challenge.kit.stick import write_stick

    with explained(), opened() as desk, tempfile.TemporaryDirectory() as made:
        here = desk.deployment
        errand, sets = _errand(here, by, desk.now), _sets(here, sources or [])

        with console.status("Packing") as status:
            kits = _kits(here, sets)
            status.update("Fetching what the program needs" if wheels else "Writing")
            parts = _program(Path(made), whole=wheels)
            status.update("Writing")
            sign = partial(_sign, desk, errand, sets, wheels=wheels)
            target = write_stick(folder, parts, kits, errand, sign=sign)
    size = sum(path.stat().st_size for path in target.rglob("*") if path.is_file())
    if as_json:
        print_json({"folder": target, "bytes": size, "sources": sets})
        return
    console.print(
        f"Wrote {size / 1e6:,.0f} MB to {escape(str(target))}/; LEESMIJ.txt and"
        " README.txt there say how it works.",
        soft_wrap=True,
    )


def _sign(desk: Desk, errand: Errand, sets: list[str], *, wheels: bool) -> None:
    """Write in the audit table who answers for a stick."""
    with desk.database.begin() as unit:
        unit.audit.add(
            *(errand.by, MADE, errand.about.release),
            now=desk.now,
            sources=sets,
            wheels=wheels,
        )


def _errand(here: Deployment, by: str, now: datetime) -> Errand:
    from challenge.kit.folder import About
    from challenge.kit.stick import Errand

    title = here.brief.title.model_dump()
    is_rehearsal = here.release.manifest.rehearsal
    about = About(title, here.release.name, here.settings.address, is_rehearsal)
    return Errand(about, here.terms.text, by, now.date())


def _sets(here: Deployment, asked: list[str]) -> list[str]:
    """Name the source sets: those asked for, else those that teams have."""
    every = here.brief.source_names
    for name in asked:
        if name not in every:
            raise NotFoundError("source set", name)
    return asked or list(every[1:] or every)


def _kits(here: Deployment, sets: list[str]) -> dict[str, Path]:
    """Make the kit of each source set where the server keeps them."""
    from challenge.kit.packing import keep
    from challenge.web.kit import SHELF, parcel_for

    parcels = [parcel_for(here, name) for name in sets]
    shelf = here.settings.home / SHELF
    return {parcel.stem: keep(parcel, shelf) for parcel in parcels}


def _program(folder: Path, *, whole: bool) -> list[Path]:
    """Put our own wheel in a folder, and beside it what it needs if that goes along."""
    from challenge.kit.stick import fetch_wheels
    from challenge.kit.wheel import own_wheel

    own = own_wheel()
    if whole:
        return fetch_wheels(own, folder)
    (folder / own.name).write_bytes(own.content)
    return [folder / own.name]
