"""What a program hands in twice: the same with its key is one submission."""

from __future__ import annotations

from pathlib import Path

import httpx
import pytest

from challenge.errors import QuotaExceededError
from challenge.settings import Settings

from .conftest import Ask
from .entrance import SITE
from .room import Room


def keyed(
    room: Room, content: bytes, key: str = "een", proof: str = "no"
) -> httpx.Request:
    made = httpx.Request(
        "POST",
        f"{SITE}/api/submissions",
        headers={
            "Authorization": f"Bearer {room.tokens['Zwaluw']}",
            "Idempotency-Key": key,
        },
        files={"bundle": ("model.zip", content)},
        data={"proof": proof},
    )
    made.read()
    return made


@pytest.fixture
def room(settings: Settings) -> Room:
    made = Room(settings)
    made.go("open")
    return made


@pytest.mark.parametrize("is_full", [False, True], ids=["room left", "quota used"])
def test_a_key_with_another_body_is_refused_and_with_the_same_answered_again(
    ask: Ask,
    room: Room,
    bundle: Path,
    monkeypatch: pytest.MonkeyPatch,
    is_full: bool,
) -> None:
    def no_more(*_: object, **__: object) -> None:
        raise QuotaExceededError(team="Zwaluw", limit=1, kind="uploads")

    content = bundle.read_bytes()
    [first] = ask([keyed(room, content)])
    if is_full:
        monkeypatch.setattr("challenge.rules.intake.check_quota", no_more)
    same, other, proof, listed = ask(
        [
            keyed(room, content),
            keyed(room, content + b"more"),
            keyed(room, content, proof="yes"),
            room.get("/api/submissions", "Zwaluw"),
        ]
    )
    assert (first.status_code, same.status_code) == (202, 202)
    assert same.json()["id"] == first.json()["id"]
    for refused in (other, proof):
        assert refused.status_code == 422
        assert refused.json()["slug"] == "request-refused"
        assert refused.json()["detail"].startswith("Idempotency-Key: ")
        assert "new key" in refused.json()["hint"]
    assert [one["id"] for one in listed.json()] == [first.json()["id"]]


def test_a_key_that_is_too_long_is_refused_rather_than_cut(
    ask: Ask, room: Room, bundle: Path
) -> None:
    [longest, longer] = ask(
        [keyed(room, bundle.read_bytes(), "k" * length) for length in (64, 65)]
    )
    assert (longest.status_code, longer.status_code) == (202, 422)
    assert "64" in longer.json()["hint"]
