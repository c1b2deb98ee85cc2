"""The page of the data: check, report, what differs, and the commands to copy."""

from __future__ import annotations

import html
import json
import re
import shutil
from pathlib import Path

import pytest

from challenge.settings import Settings
from challenge.web.app import create_app

from .conftest import Ask, asking
from .room import Room

PAGE = "/organiser/data"


@pytest.fixture
def settings(settings: Settings, tmp_path: Path) -> Settings:
    """Settings of a content folder of its own, which a test may spoil."""
    content = tmp_path / "datasets"
    shutil.copytree(settings.content / "quickstart", content / "quickstart")
    return settings.model_copy(update={"content": content})


@pytest.fixture
def room(settings: Settings) -> Room:
    return Room(settings)


@pytest.fixture
def ask(settings: Settings) -> Ask:
    return asking(create_app(settings))


def copy_release(settings: Settings, version: str, **changes: object) -> Path:
    """Put another release beside the first one, unsigned, and say its folder."""
    folder = settings.home / "releases/quickstart"
    shutil.copytree(folder / "1", folder / version)
    (folder / version).chmod(0o700)
    (folder / version / "published.json").unlink()
    place = folder / version / "public/manifest.json"
    place.chmod(0o600)
    manifest = json.loads(place.read_text()) | {"version": version} | changes
    place.write_text(json.dumps(manifest))
    return folder / version


def shown(ask: Ask, room: Room, who: str = "Organisatie") -> str:
    [answer] = ask([room.get(PAGE, who)])
    assert answer.status_code == 200
    return html.unescape(answer.text)


def sections(text: str) -> dict[str, str]:
    """Cut a page at its sections, by the id of their heading."""
    found = re.findall(
        r'<section aria-labelledby="([\w-]+)">(.*?)</section>', text, re.S
    )
    return dict(found)


@pytest.mark.parametrize("who", ["Organisatie", "Accountant"])
def test_it_says_who_signed_and_what_was_found(ask: Ask, room: Room, who: str) -> None:
    parts = sections(shown(ask, room, who))

    assert "Vrijgegeven door a test" in parts["gate"]
    assert "mean true risk inside differs" in parts["report"]
    assert "Geen fouten." in parts["check"]
    assert "challenge build quickstart" in parts["next"]
    assert "teams krijgen deze" in parts["built"]


def test_a_built_release_stands_with_what_differs_and_the_command_to_sign_it(
    ask: Ask, room: Room, settings: Settings
) -> None:
    old = json.loads(
        (settings.home / "releases/quickstart/1/public/manifest.json").read_text()
    )
    rows = old["rows"] | {"train": 601}
    copy_release(settings, "2", rows=rows, features=old["features"][1:])

    part = sections(shown(ask, room))["sign-2"]

    cells = [
        re.sub(r"<[^>]+>|\s+", " ", row).split()
        for row in re.findall(r"<tr>(.*?)</tr>", part, re.S)[1:]
    ]
    assert cells == [
        ["kenmerk", old["features"][0], "weg"],
        ["aantal", "rijen", "train", "600", "601"],
    ]
    sign = "challenge publish quickstart/2 --by Organisatie --rehearsal"
    assert f"challenge report quickstart/2\n{sign}" in part


def test_an_auditor_is_not_put_into_the_command(
    ask: Ask, room: Room, settings: Settings
) -> None:
    copy_release(settings, "2")

    part = sections(shown(ask, room, "Accountant"))["sign-2"]

    assert "--by 'Voornaam Achternaam'" in part
    assert "Geen verschil." in part


def test_a_fault_stands_with_its_line_and_repair_and_makes_releases_outdated(
    ask: Ask, room: Room, settings: Settings
) -> None:
    copy_release(settings, "2")
    brief = settings.content / "quickstart/brief.toml"
    lines = brief.read_text("utf-8").splitlines()
    number = next(
        n for n, line in enumerate(lines) if line.startswith("scored_per_day")
    )
    lines[number] = 'scored_per_day = "many"'
    app = asking(create_app(settings))
    brief.write_text("\n".join(lines), "utf-8")

    parts = sections(shown(app, room))

    assert "Fouten: 1." in parts["check"]
    assert f"brief.toml:{number + 1}<" in parts["check"]
    assert "scored_per_day" in parts["check"]
    assert "oudere brief" in parts["built"]
    assert "sign-2" not in parts


def test_a_release_that_is_not_what_was_signed_is_named(
    ask: Ask, room: Room, settings: Settings
) -> None:
    place = copy_release(settings, "2", rehearsal=False)
    shutil.copy(settings.home / "releases/quickstart/1/published.json", place)
    # What is served was chosen before that.
    text = sections(shown(ask, room))["built"]

    assert "niet meer wat getekend is" in text
