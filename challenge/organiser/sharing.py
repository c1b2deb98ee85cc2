"""What a partner gets at the end: what is public, and where its own figures came from.

No text that a team keeps to itself, no row of a household and no label is in it.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from challenge.organiser.desk import Desk

if TYPE_CHECKING:
    from challenge.rules.standings import Rows
    from challenge.schema import PartnerSchema
    from challenge.schema.columns import Source

COLUMNS = ("cijfer", "wat", "status", "bron", "datum")
BOARDS: tuple[Rows, ...] = ("board", "final", "external")
_README = """# Wat er uit de dag kwam

{title}, gegevens {release}

**{notice}**

**{forbidden}**

Wat hierin zit:

- `schema/`: {names}, zoals gebruikt. `herkomst-*.csv` zegt van elk cijfer waar het
  vandaan komt: gepubliceerd, aangenomen, of samen berekend zonder rijen te delen.
- `gegevens/`: wat de gegevens zijn, kolom voor kolom, en hoe ze gemaakt zijn. Er zit
  geen rij van een gezin in, ook geen synthetische.
- `uitslag/`: het bord zoals iedereen het ziet, per set rijen.
- `verdict.json`: de uitslag van de jury, zoals iedereen haar leest.
- `lessons.csv`: wat er geleerd is, zonder namen. Lees het door voor je het doorgeeft.

Het bord laat alleen getallen zien die openbaar zijn: afgerond, met hun onzekerheid, en
niets over groepen die te klein zijn.
"""


def write_share(desk: Desk, tables: Sequence[str], place: Path) -> None:
    """Write what a partner gets; the challenge is closed.

    Parameters
    ----------
    desk : Desk
        The challenge.
    tables : sequence of str
        Names of the partner's own tables; `tables_of` has them.
    place : Path
        An empty folder.

    """
    from challenge.rules.handover import RELEASE_FILES
    from challenge.synthesis.notices import FORBIDDEN_USE, NOTICE

    (place / "schema").mkdir()
    for name in tables:
        _write_schema(desk, name, place / "schema")
    (place / "gegevens").mkdir()
    public = desk.release.path / "public"
    for name in RELEASE_FILES:
        if (public / name).is_file():
            shutil.copyfile(public / name, place / "gegevens" / name)
    (place / "uitslag").mkdir()
    _write_boards(desk, place / "uitslag")
    readme = _README.format(
        title=desk.brief.title.nl,
        release=desk.release.name,
        notice=NOTICE["nl"],
        forbidden=FORBIDDEN_USE["nl"],
        names=", ".join(tables),
    )
    (place / "LEESMIJ.md").write_text(readme, "utf-8")


def tables_of(desk: Desk) -> list[str]:
    """Name the tables that partners of the challenge described."""
    return sorted(path.stem for path in _partners(desk).glob("*.yaml"))


def _partners(desk: Desk) -> Path:
    return desk.settings.content / desk.brief.slug / "partners"


def _write_schema(desk: Desk, name: str, folder: Path) -> None:
    """Copy one schema, and list where its figures come from."""
    from challenge.rules.sheet import write_sheet
    from challenge.schema import read_partner

    file = _partners(desk) / f"{name}.yaml"
    shutil.copyfile(file, folder / file.name)
    sheet = write_sheet(COLUMNS, [*_provenance(read_partner(file))])
    (folder / f"herkomst-{name}.csv").write_text(sheet, "utf-8", newline="")


def _provenance(schema: PartnerSchema) -> Iterator[tuple[str, ...]]:
    for column in schema.columns:
        sources = [("column", column.source)]
        sources += [("shift", shift.source) for shift in column.shifts]
        for what, source in sources:
            yield _line(column.name, what, source)
    for pair in schema.associations:
        yield _line(" x ".join(pair.columns), pair.measure, pair.source)


def _line(figure: str, what: str, source: Source) -> tuple[str, ...]:
    return figure, what, source.status, source.reference, str(source.date or "")


def _write_boards(desk: Desk, folder: Path) -> None:
    """Write each board as a visitor gets it once all is closed."""
    from challenge.web.board import current_standings
    from challenge.web.board_document import board_document

    here = desk.deployment
    for rows in BOARDS:
        ranked = current_standings(here, rows)
        document = board_document(here, ranked, reader=None, rows=rows)
        told = json.dumps(document, indent=2, ensure_ascii=False, default=str)
        (folder / f"{rows}.json").write_text(f"{told}\n", "utf-8")
