"""The hand-over of a team: what is in it, and that it is always the same."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

from challenge.records import Pitch
from challenge.rules.handover import Estate, pack
from challenge.store.verdicts import Decision

from ...factories import NOON, small_bundle


def packed(estate: Estate) -> bytes:
    file = io.BytesIO()
    pack(estate, file)
    return file.getvalue()


def estate(folder: Path, **more: object) -> Estate:
    base = {
        "team": "Zwaluw",
        "challenge": "Uitdaging",
        "release": "quickstart/1",
        "pitch": None,
        "interpretation": "",
        "terms": ["Houd je eraan."],
        "public": folder,
    }
    return Estate(**(base | more))


def test_it_says_what_it_is_and_what_it_is_not_for(tmp_path: Path) -> None:
    with zipfile.ZipFile(io.BytesIO(packed(estate(tmp_path)))) as archive:
        readme = archive.read("LEESMIJ.md").decode()
        names = archive.namelist()

    assert names == ["LEESMIJ.md", "gegevens/VOORWAARDEN.md"]
    assert "Synthetische gegevens op basis van aannames" in readme
    assert "Niet voor besluiten over een gezin" in readme


def test_everything_of_a_team_is_there_and_of_the_release_no_row(
    tmp_path: Path,
) -> None:
    for name in ("manifest.json", "DATASHEET.md", "train.parquet", "groups.parquet"):
        (tmp_path / name).write_text(name)
    bundle, pdf = tmp_path / "b.zip", tmp_path / "p.pdf"
    bundle.write_bytes(small_bundle("Mijn model"))
    pdf.write_bytes(b"%PDF-1.7")
    said = Pitch(
        "Zwaluw", "Titel", "Tekst.", NOON, "https://x.nl", "ab", 8, {"2": "Dit."}
    )
    verdict = Decision(("Zwaluw", "Grutto"), "Daarom.", "Anders.", "Vz", NOON)
    whole = estate(
        tmp_path,
        pitch=said,
        interpretation="Zo.",
        bundle=bundle,
        pdf=pdf,
        scorecards={"final": "{}"},
        verdict=verdict,
        notes=["Mooi."],
    )

    with zipfile.ZipFile(io.BytesIO(packed(whole))) as archive:
        texts = {name: archive.read(name) for name in archive.namelist()}

    assert set(texts) == {
        "LEESMIJ.md",
        "gegevens/DATASHEET.md",
        "gegevens/VOORWAARDEN.md",
        "gegevens/manifest.json",
        "jury/uitslag.md",
        "model/CARD.md",
        "model/bundel.zip",
        "model/scores-final.json",
        "pitch/canvas.md",
        "pitch/duiding.md",
        "pitch/pitch.md",
        "pitch/pitch.pdf",
    }
    assert b"Mijn model" in texts["model/CARD.md"]
    assert texts["model/bundel.zip"] == bundle.read_bytes()
    assert b"## 2 Het probleem" in texts["pitch/canvas.md"]
    assert b"- Mooi." in texts["jury/uitslag.md"]
    assert b"Vz" not in texts["jury/uitslag.md"]


def test_the_same_estate_gives_the_same_bytes(tmp_path: Path) -> None:
    whole = estate(tmp_path, scorecards={"final": "{}", "practice": "{}"})

    assert packed(whole) == packed(whole)
