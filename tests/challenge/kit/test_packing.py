"""The kit as a zip on a shelf: made once, and not taken away from who is sending it."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from challenge.kit.packing import Parcel, keep

HOUR = 3600


def parcel(digest: str, text: bytes = b"text") -> Parcel:
    return Parcel("quickstart-1", {"README.md": text}, {}, digest * 32)


def age(place: Path, hours: float) -> None:
    made = place.stat().st_mtime - hours * HOUR
    os.utime(place, (made, made))


def test_what_is_on_the_shelf_is_not_made_again(tmp_path: Path) -> None:
    place = keep(parcel("ab"), tmp_path)
    place.write_bytes(b"as it was")
    assert keep(parcel("ab"), tmp_path) == place
    assert place.read_bytes() == b"as it was"


def test_a_zip_that_another_server_gives_out_stays_for_a_day(tmp_path: Path) -> None:
    older, today = keep(parcel("ab"), tmp_path), keep(parcel("cd"), tmp_path)
    age(older, 25)
    age(today, 23)
    made = keep(parcel("ef"), tmp_path)
    assert {*tmp_path.iterdir()} == {today, made}


def test_a_kit_that_cannot_be_read_leaves_nothing_on_the_shelf(tmp_path: Path) -> None:
    gone = {"data/train.parquet": tmp_path / "gone"}
    with pytest.raises(FileNotFoundError):
        keep(Parcel("quickstart-1", {}, gone, "ab" * 32), tmp_path / "shelf")
    assert [*(tmp_path / "shelf").iterdir()] == []
