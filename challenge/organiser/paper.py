"""What lets somebody in, once it is made: as cards, as a sheet, or as JSON."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer
from rich.markup import escape

from challenge.errors import RequestRefusedError
from challenge.organiser.desk import Desk
from challenge.terminal import console, print_json
from challenge.writing import whole

if TYPE_CHECKING:
    from challenge.web.cards import Made

Cards = Annotated[
    Path | None,
    typer.Option("--cards", help="New HTML file with cards to print; with links."),
]
Days = Annotated[int, typer.Option(min=1, max=60, help="How long the links work.")]
Language = Annotated[Literal["nl", "en"], typer.Option(help="Of the cards.")]
Paper = Annotated[
    Literal["a4", "a6"], typer.Option(help="Four cards a sheet to cut, or one.")
]
Site = Annotated[
    str,
    typer.Option(help="Address that phones reach; default: CHALLENGE_ADDRESS."),
]


@dataclass(frozen=True, slots=True)
class Sheet:
    """How cards are written.

    Attributes
    ----------
    file : Path or None
        Where they go; None: links are printed instead.
    site : str
        Address that links begin with; empty: that of the settings.
    language : {"nl", "en"}
        Of the cards.
    paper : {"a4", "a6"}
        What they are printed on.
    """

    file: Path | None = None
    site: str = ""
    language: Literal["nl", "en"] = "nl"
    paper: Literal["a4", "a6"] = "a4"


@contextmanager
def handing_out(
    desk: Desk, made: Sequence[Made], sheet: Sheet, *, as_json: bool
) -> Iterator[None]:
    """Show what was made, once, when what happens inside went well.

    Parameters
    ----------
    desk : Desk
        The challenge.
    made : sequence of tuple of Invitation and str
        Filled when the block inside has ended.
    sheet : Sheet
        How cards are written.
    as_json : bool
        Whether a program reads it.

    Yields
    ------
    None
        To a block that keeps the invitations.

    Raises
    ------
    RequestRefusedError
        If the file of the cards is there already, or the address is none.
    """
    site = site_of(desk, sheet.site)
    if sheet.file is not None and sheet.file.exists():
        raise RequestRefusedError(
            "--cards",
            f"{sheet.file} is there already.",
            hint="Name a new file: cards that were printed from that one still work.",
        )
    yield
    if sheet.file is None:
        _print(made, site, as_json=as_json)


def site_of(desk: Desk, site: str) -> str:
    """Say which address links begin with.

    Parameters
    ----------
    desk : Desk
        Has the settings.
    site : str
        As it was typed; empty: as it was set.

    Returns
    -------
    str
        Without a slash at its end.

    Raises
    ------
    RequestRefusedError
        If what was typed is no address.
    """
    from pydantic import ValidationError

    from challenge.settings import Settings

    here = desk.settings
    try:
        typed = Settings(address=site).address if site else here.address
    except ValidationError as error:
        raise RequestRefusedError(
            "--site",
            f"{site} is no address.",
            hint="Write scheme and host, such as https://kansrijk.example.",
        ) from error
    return typed or f"http://{here.host}:{here.port}"


def write_file(desk: Desk, made: Sequence[Made], sheet: Sheet) -> None:
    """Write the cards, for their owner's eyes alone; whole or not at all.

    Parameters
    ----------
    desk : Desk
        The challenge.
    made : sequence of tuple of Invitation and str
        What is on them.
    sheet : Sheet
        Its file is new.
    """
    from challenge.web.card_file import is_local, write_cards

    if sheet.file is None:
        return
    site = site_of(desk, sheet.site)
    text = write_cards(
        made,
        brief=desk.brief,
        site=site,
        language=sheet.language,
        paper=sheet.paper,
    )
    # Its codes let people in: nobody else of this machine may read them.
    with whole(sheet.file, is_private=True) as file:
        file.write(text.encode())
    console.print(
        f"Cards in {escape(str(sheet.file))}: print them, then remove the file."
        " Whoever has it can come in.",
        soft_wrap=True,
    )
    if is_local(site):
        console.print(
            "[yellow]The links work on this machine alone; give `--site` the address"
            " that phones reach.[/yellow]",
            soft_wrap=True,
        )


def print_sheet(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Print rows as CSV on standard output, without formulas.

    Parameters
    ----------
    columns : sequence of str
        Names, for the first row.
    rows : sequence of sequence of str
        As many cells each.
    """
    from challenge.rules.sheet import safe_cell

    written = io.StringIO()
    writer = csv.writer(written, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows([safe_cell(cell) for cell in row] for row in rows)
    typer.echo(written.getvalue(), nl=False)


def _print(made: Sequence[Made], site: str, *, as_json: bool) -> None:
    found = [
        {
            "name": invitation.name,
            "link": f"{site}/invitation/{code}",
            "works_until": invitation.expires_at.isoformat(),
        }
        for invitation, code in made
    ]
    console.print("Links, shown only now; each lets one in, once:")
    if as_json:
        print_json(found)
    else:
        print_sheet(("name", "link", "works_until"), [[*one.values()] for one in found])
