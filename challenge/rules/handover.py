"""The hand-over of one team: everything that the next pilot needs, in one zip.

Only what may leave: the team's own work, the public side of the release, the verdict
that everybody reads. No hidden row, no token, nothing of another team.
"""

from __future__ import annotations

import zipfile
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

from challenge.records import Pitch
from challenge.store.verdicts import Decision
from challenge.synthesis.notices import FORBIDDEN_USE, NOTICE

RELEASE_FILES = (
    "manifest.json",
    "datapackage.json",
    "croissant.json",
    "dictionary.json",
    "dictionary.nl.md",
    "dictionary.en.md",
    "DATASHEET.md",
    "report.html",
)
"""Of the release: what describes it; rows are fetched with the terms accepted."""
_EPOCH = (1980, 1, 1, 0, 0, 0)  # the first moment that a zip knows
_CARD_BYTES = 1 << 20  # nobody writes more about a model
_STORED = {".zip", ".pdf"}  # are packed already
_SECTIONS = {
    "1": "Beeld van de doelgroep, met wie gesproken",
    "2": "Het probleem",
    "3": "Veel ideeën",
    "4": "Keuze samen met de doelgroep",
    "5": "Test",
}


@dataclass(frozen=True, slots=True)
class Estate:
    """What there is of one team.

    Attributes
    ----------
    team, challenge, release : str
        Whose, of which challenge, made on which data.
    pitch : Pitch or None
        With its canvas; None before it pitched.
    interpretation : str
        What the team says that its figures mean; may be empty.
    terms : sequence of str
        Of the release, in Dutch.
    public : Path
        Folder with the public files of the release.
    bundle : Path or None
        What counts for the team; None without a submission.
    pdf : Path or None
        Of the pitch.
    scorecards : mapping of str to str
        Set of rows to the scorecard as it is published, as JSON.
    verdict : Decision or None
        None before it is public.
    notes : sequence of str
        What jurors tell this team.
    """

    team: str
    challenge: str
    release: str
    pitch: Pitch | None
    interpretation: str
    terms: Sequence[str]
    public: Path
    bundle: Path | None = None
    pdf: Path | None = None
    scorecards: Mapping[str, str] = field(default_factory=dict)
    verdict: Decision | None = None
    notes: Sequence[str] = ()


def pack(estate: Estate, file: BinaryIO) -> None:
    """Write the hand-over; the same estate gives the same bytes.

    Parameters
    ----------
    estate : Estate
        What there is.
    file : binary file
        Open for writing.
    """
    texts, files = _texts(estate), _files(estate)
    with zipfile.ZipFile(file, "w") as archive:
        for name in sorted(texts.keys() | files.keys()):
            entry = zipfile.ZipInfo(name, _EPOCH)
            packed = Path(name).suffix in _STORED
            entry.compress_type = zipfile.ZIP_STORED if packed else zipfile.ZIP_DEFLATED
            entry.external_attr = 0o644 << 16
            if name in files:
                with files[name].open("rb") as source, archive.open(entry, "w") as to:
                    while block := source.read(1 << 20):
                        to.write(block)
            else:
                archive.writestr(entry, texts[name])


def _files(estate: Estate) -> dict[str, Path]:
    """Files that are copied as they are."""
    found = {f"gegevens/{name}": estate.public / name for name in RELEASE_FILES}
    if estate.bundle:
        found["model/bundel.zip"] = estate.bundle
    if estate.pdf:
        found["pitch/pitch.pdf"] = estate.pdf
    return {name: path for name, path in found.items() if path.is_file()}


def _texts(estate: Estate) -> dict[str, str]:
    """Files that are written here."""
    said = estate.pitch
    found = {"LEESMIJ.md": _readme(estate), "gegevens/VOORWAARDEN.md": _terms(estate)}
    if said:
        link = f"\n<{said.link}>\n" if said.link else ""
        found["pitch/pitch.md"] = f"# {said.title}\n\n{said.text}\n{link}"
    if said and any(said.canvas.values()):
        found["pitch/canvas.md"] = _canvas(said.canvas)
    if estate.interpretation:
        found["pitch/duiding.md"] = f"# Duiding\n\n{estate.interpretation}\n"
    if estate.verdict:
        found["jury/uitslag.md"] = _verdict(estate, estate.verdict)
    for rows, scores in estate.scorecards.items():
        found[f"model/scores-{rows}.json"] = scores
    if card := _card(estate.bundle):
        found["model/CARD.md"] = card
    return found


def _readme(estate: Estate) -> str:
    return f"""# Overdracht van team {estate.team}

{estate.challenge}, gegevens {estate.release}

**{NOTICE["nl"]}**

**{FORBIDDEN_USE["nl"]}**

Wat hierin zit:

- `model/`: wat het team instuurde en telt, de kaart van het model, en de scores zoals
  ze gepubliceerd zijn. Een model is programmacode: draai het alleen in een afgesloten
  omgeving.
- `gegevens/`: wat de gegevens zijn, kolom voor kolom, hoe ze gemaakt zijn en onder
  welke voorwaarden. De rijen zelf zitten er niet in: `manifest.json` noemt elk bestand
  met zijn controlegetal, en wie de voorwaarden aanvaardt haalt het bij de organisatie.
- `pitch/`: pitch, canvas en de duiding van het team.
- `jury/`: de uitslag van de jury en wat de jury dit team meegeeft.

Wat er niet in zit bestond niet, of was nog niet openbaar toen dit gemaakt werd.
"""


def _terms(estate: Estate) -> str:
    lines = "\n".join(f"- {line}" for line in estate.terms)
    return f"# Voorwaarden van {estate.release}\n\n{lines}\n"


def _canvas(canvas: Mapping[str, str]) -> str:
    parts = [
        f"## {number} {_SECTIONS.get(number, '')}\n\n{canvas[number]}\n"
        for number in sorted(canvas)
        if canvas[number]
    ]
    return "# Canvas\n\n" + "\n".join(parts)


def _verdict(estate: Estate, verdict: Decision) -> str:
    order = "\n".join(f"{n}. {team}" for n, team in enumerate(verdict.places, start=1))
    other = f"\nAnders dan de punten, want: {verdict.deviation}\n"
    notes = "\n".join(f"- {note}" for note in estate.notes) or "Niets opgeschreven."
    return f"""# Uitslag van de jury

{order}

{verdict.reasons}
{other if verdict.deviation else ""}
## Wat de jury dit team meegeeft

{notes}
"""


def _card(bundle: Path | None) -> str | None:
    """Read the card out of the bundle, which only the sandbox may run."""
    with suppress(OSError, KeyError, zipfile.BadZipFile, UnicodeDecodeError):
        if bundle:
            with zipfile.ZipFile(bundle) as archive:
                if archive.getinfo("CARD.md").file_size <= _CARD_BYTES:
                    return archive.read("CARD.md").decode("utf-8")
    return None
