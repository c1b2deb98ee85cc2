"""What a laptop fetches: the wheel for everybody, the kit for a team."""

from __future__ import annotations

import hashlib
import io
import json
import os
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from challenge.kit.folder import RECORD, SCRIPT
from challenge.kit.wheel import own_wheel
from challenge.settings import Settings
from challenge.synthesis import Release
from challenge.web import kit

from .conftest import Ask
from .room import Room

WHEEL = f"/kit/{own_wheel().name}"
KIT = "/kit/quickstart.zip"


@pytest.fixture
def room(settings: Settings) -> Room:
    made = Room(settings)
    made.go("open")
    return made


@pytest.fixture
def agree(ask: Ask, room: Room) -> Callable[[str], None]:
    """Accept the terms with somebody's token."""

    def accept(who: str) -> None:
        [told] = ask([room.get("/api/challenge", who)])
        sha256 = told.json()["terms"]["sha256"]
        [done] = ask([room.post("/data", who, sha256=sha256, accepted="true")])
        assert done.status_code == 303

    return accept


def unpacked(content: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert archive.testzip() is None
        return {name: archive.read(name) for name in archive.namelist()}


def test_everybody_gets_the_wheel_and_whoever_has_it_gets_it_once(
    ask: Ask, room: Room
) -> None:
    [first] = ask([room.get(WHEEL)])
    known = room.get(WHEEL)
    known.headers["If-None-Match"] = first.headers["etag"]
    again, other = ask([known, room.get("/kit/kansrijk-9.9-py3-none-any.whl")])
    assert first.content == own_wheel().content
    assert first.headers["x-sha256"] == hashlib.sha256(first.content).hexdigest()
    # A proxy of the venue may keep it; nothing in it is anybody's.
    assert first.headers["cache-control"] == "public, no-cache"
    assert (again.status_code, again.content) == (304, b"")
    assert other.status_code == 404


def test_the_page_lists_the_wheel_with_its_digest_and_the_kit_for_who_may(
    ask: Ask, room: Room
) -> None:
    visitor, team = ask([room.get("/kit/"), room.get("/kit/", "Zwaluw")])
    for page in (visitor, team):
        assert f'href="{WHEEL}#sha256={own_wheel().sha256}"' in page.text
        assert f"kansrijk[team] @ http://test{WHEEL}" in page.text.replace("&#34;", '"')
    assert KIT not in visitor.text
    assert f'href="{KIT}"' in team.text


def test_the_kit_is_the_folder_that_a_team_would_fetch(
    ask: Ask, room: Room, agree: Callable[[str], None], release: Release
) -> None:
    agree("Zwaluw")
    first, again = ask([room.get(KIT, "Zwaluw") for _ in range(2)])
    files = {
        name.partition("/")[2]: body for name, body in unpacked(first.content).items()
    }
    public = {f"data/{name}": release.public_file(name) for name in release.checksums}
    assert first.headers["content-type"] == "application/zip"
    assert first.content == again.content
    assert {name for name in files if name.startswith("data/")} == {*public}
    for name, path in public.items():
        assert files[name] == path.read_bytes()
    assert {SCRIPT, "README.md", "LEESMIJ.md", ".gitignore", RECORD} <= files.keys()
    for name, digest in json.loads(files[RECORD]).items():
        assert hashlib.sha256(files[name]).hexdigest() == digest


def test_a_kit_is_kept_once_and_an_old_one_makes_way(
    ask: Ask, room: Room, agree: Callable[[str], None], settings: Settings
) -> None:
    agree("Zwaluw")
    shelf: Path = settings.home / "kit"
    ask([room.get(KIT, "Zwaluw")])
    [kept] = shelf.iterdir()
    outdated = kept.rename(kept.with_name(f"{kept.name.partition('.')[0]}.old.zip"))
    os.utime(outdated, (0, 0))
    ask([room.get(KIT, "Zwaluw")])
    assert [path.name for path in shelf.iterdir()] == [kept.name]
    assert not outdated.exists()


@pytest.mark.parametrize(
    ("path", "who", "status"),
    [
        (KIT, None, 401),
        # The terms come first.
        (KIT, "Zwaluw", 403),
        ("/kit/first-1000-days.zip", "Organisatie", 404),
        (KIT, "Organisatie", 200),
    ],
)
def test_a_kit_is_given_as_the_data_are(
    ask: Ask, room: Room, path: str, who: str | None, status: int
) -> None:
    [answer] = ask([room.get(path, who)])
    assert answer.status_code == status


def test_a_kit_counts_as_a_download_and_a_part_of_it_once(
    ask: Ask, room: Room, agree: Callable[[str], None]
) -> None:
    agree("Zwaluw")
    part = room.get(KIT, "Zwaluw")
    part.headers["Range"] = "bytes=0-1"
    answers = ask(
        [room.get(KIT, "Zwaluw"), part, room.get("/api/downloads", "Organisatie")]
    )
    assert (answers[1].status_code, answers[1].content) == (206, b"PK")
    assert [row["file"] for row in answers[2].json()] == ["quickstart.zip"]


class Waiting:
    """A lock that nobody should come to wait for."""

    def __enter__(self) -> None:
        raise AssertionError("waited")

    def __exit__(self, *_: object) -> None:
        """Nothing was had."""


def test_a_kit_that_is_ready_waits_for_nobody(
    ask: Ask,
    room: Room,
    agree: Callable[[str], None],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """While one kit is made, the threads of all others would stand still."""
    agree("Zwaluw")
    [first] = ask([room.get(KIT, "Zwaluw")])
    monkeypatch.setattr(kit, "_MAKING", Waiting())
    [again] = ask([room.get(KIT, "Zwaluw")])
    assert again.content == first.content
