"""A USB stick for a venue without a network: whole, checkable, and somebody's word."""

from __future__ import annotations

import hashlib
import re
import shutil
import zipfile
from collections import namedtuple
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from click.testing import Result
from typer.testing import CliRunner

from challenge.cli import app
from challenge.kit.folder import SCRIPT
from challenge.kit.steps import WINDOWS
from challenge.kit.wheel import own_wheel, wheel_name
from challenge.settings import Settings
from challenge.store import open_database
from challenge.synthesis import Release
from challenge.synthesis.notices import FORBIDDEN_USE, NOTICE

KIT = "kits/quickstart-1-all.zip"
Usage = namedtuple("Usage", "total used free")


@pytest.fixture
def usb(tmp_path: Path) -> Path:
    place = tmp_path / "usb"
    place.mkdir()
    return place


@pytest.fixture
def run(settings: Settings) -> Callable[..., Result]:
    """Call a command with the home of the published release."""

    def call(*words: object) -> Result:
        typed = [*map(str, words), "--by", "Naam"]
        return CliRunner().invoke(app, typed, env=settings.environment())

    return call


def files(place: Path) -> dict[str, Path]:
    found = (path for path in place.rglob("*") if path.is_file())
    return {path.relative_to(place).as_posix(): path for path in found}


def audited(settings: Settings) -> list[dict]:
    with closing(open_database(settings.database)) as database, database.read() as unit:
        return [entry for entry in unit.audit.all() if entry["action"] == "make stick"]


def test_a_stick_holds_the_program_the_kit_the_terms_and_how_it_works(
    run: Callable[..., Result], usb: Path, settings: Settings, release: Release
) -> None:
    done = run("stick", usb)
    assert done.exit_code == 0, done.output
    [place] = usb.iterdir()
    found = {
        path.relative_to(place).as_posix()
        for path in place.rglob("*")
        if path.is_file()
    }
    texts = {"LEESMIJ.txt": "nl", "README.txt": "en"}
    terms = {"VOORWAARDEN.txt", "TERMS.txt"}
    assert place.name == "kansrijk-quickstart-1"
    assert found == {KIT, f"program/{wheel_name()}", "SHA256SUMS", *texts, *terms}
    with zipfile.ZipFile(place / KIT) as archive:
        names = {*archive.namelist()}
    assert f"quickstart-1-all/{SCRIPT}" in names
    for name in release.checksums:
        assert f"quickstart-1-all/data/{name}" in names
    for name, language in texts.items():
        words = " ".join((place / name).read_text("utf-8").split())
        assert NOTICE[language] in words
        assert FORBIDDEN_USE[language] in words
        assert "Naam" in words
        assert 'pip install "../program/' in words
        assert KIT in words
    assert (place / f"program/{wheel_name()}").read_bytes() == own_wheel().content
    [entry] = audited(settings)
    assert (entry["actor"], entry["subject"]) == ("Naam", "quickstart/1")
    assert entry["detail"] == {"sources": ["all"], "wheels": False}


def test_its_sums_are_those_of_its_files(run: Callable[..., Result], usb: Path) -> None:
    run("stick", usb)
    [place] = usb.iterdir()
    lines = (place / "SHA256SUMS").read_text().splitlines()
    sums = dict(re.fullmatch(r"(\w{64})  (.+)", line).group(2, 1) for line in lines)
    assert sums == {
        path.relative_to(place).as_posix(): hashlib.sha256(
            path.read_bytes()
        ).hexdigest()
        for path in place.rglob("*")
        if path.is_file() and path.name != "SHA256SUMS"
    }


@pytest.mark.parametrize("name", ["LEESMIJ.txt", "README.txt"])
def test_it_says_what_windows_and_macos_type_instead(
    run: Callable[..., Result], usb: Path, name: str
) -> None:
    run("stick", usb)
    [place] = usb.iterdir()
    lines = [line.strip() for line in (place / name).read_text("utf-8").splitlines()]
    [unix] = [line for line in lines if line.startswith("python3 -m zipfile")]
    first = lines.index(unix.replace("python3", "py"))
    assert lines[first + 1 : first + 3] == [*WINDOWS]
    before = " ".join(lines[first - 3 : first])
    assert "Windows" in before
    assert "cmd" in before
    whole = " ".join(lines)
    assert "sha256sum -c SHA256SUMS" in whole
    assert "shasum -a 256 -c SHA256SUMS" in whole
    [look] = [line for line in lines if line.startswith("certutil -hashfile ")]
    named = look.split()[2].replace("\\", "/")
    assert named in (place / "SHA256SUMS").read_text("utf-8")


def test_made_again_it_takes_the_place_of_the_one_before_and_of_nothing_else(
    run: Callable[..., Result], usb: Path
) -> None:
    (usb / "holiday.jpg").write_text("a picture")
    run("stick", usb)
    (usb / "kansrijk-quickstart-1/stray").touch()
    assert run("stick", usb).exit_code == 0
    assert {path.name for path in usb.iterdir()} == {
        "holiday.jpg",
        "kansrijk-quickstart-1",
    }
    assert not (usb / "kansrijk-quickstart-1/stray").exists()


def test_what_does_not_fit_is_refused_with_both_sizes_and_leaves_nothing(
    run: Callable[..., Result],
    usb: Path,
    settings: Settings,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda _: Usage(10**6, 0, 10**6))
    done = run("stick", usb)
    told = " ".join(done.stderr.split())
    assert done.exit_code == 1
    assert "has 1 MB free, and this takes" in told
    assert "take a larger stick" in told
    assert [*usb.iterdir()] == []
    assert audited(settings) == []


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["stick", "nowhere"], "There is no folder nowhere."),
        (["stick", ".", "--sources", "schools"], "There is no source set schools"),
    ],
)
def test_a_wrong_place_or_set_is_refused(
    run: Callable[..., Result], words: list[str], told: str
) -> None:
    done = run(*words)
    assert done.exit_code == 1
    assert told in " ".join(done.stderr.split())
