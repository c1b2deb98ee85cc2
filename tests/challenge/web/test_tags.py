"""Parts that are polled: sent again when something changed, and only then."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import httpx
import pytest
from fastapi import FastAPI

from challenge.records import Stage, State
from challenge.settings import Settings
from challenge.store import Unit
from challenge.web import board_part, desk, start

from .conftest import Ask
from .room import Room

NOW = datetime.now(UTC)


@pytest.fixture
def room(settings: Settings) -> Room:
    return Room(settings)


def hand_in(room: Room) -> Callable[[Unit], None]:
    def act(unit: Unit) -> None:
        unit.submissions.add(
            id="one",
            team_id=room.person(unit, "Zwaluw").id,
            state=State.QUEUED,
            stage=Stage.RECEIVED,
            release="quickstart/1",
            sources="all",
            bundle_sha256="ab",
            created_at=NOW,
            updated_at=NOW,
        )

    return act


def pitch(room: Room) -> Callable[[Unit], None]:
    return lambda unit: unit.pitches.put(
        room.person(unit, "Zwaluw"), title="Titel", text="Tekst.", now=NOW
    )


def claim(_: Room) -> Callable[[Unit], None]:
    def act(unit: Unit) -> None:
        until = NOW + timedelta(hours=1)
        assert unit.queue.claim("w", release="quickstart/1", now=NOW, lease_until=until)

    return act


def polled(
    room: Room, path: str, who: str | None, answer: httpx.Response
) -> httpx.Request:
    asked = room.get(path, who)
    asked.headers["If-None-Match"] = answer.headers["etag"]
    return asked


@pytest.mark.parametrize(
    ("path", "who", "change"),
    [
        ("/start/live", "Zwaluw", pitch),
        ("/submissions/one/live", "Zwaluw", claim),
        ("/organiser/live", "Organisatie", claim),
    ],
)
def test_a_part_is_sent_again_only_once_something_changed(
    ask: Ask,
    room: Room,
    monkeypatch: pytest.MonkeyPatch,
    path: str,
    who: str,
    change: Callable[[Room], Callable[[Unit], None]],
) -> None:
    for module in (desk, start):
        monkeypatch.setattr(module, "datetime", SimpleNamespace(now=lambda _: NOW))
    room.change(hand_in(room))
    [first] = ask([room.get(path, who)])

    def polls() -> Iterator[httpx.Request]:
        yield polled(room, path, who, first)
        room.change(change(room))
        yield polled(room, path, who, first)

    same, new = ask(polls())

    assert first.headers["cache-control"] == "private, no-cache"
    assert (same.status_code, same.text) == (304, "")
    assert same.headers["etag"] == first.headers["etag"]
    assert new.status_code == 200
    assert new.headers["etag"] != first.headers["etag"]


def test_the_desk_says_every_ten_seconds_what_its_machine_has_left(
    ask: Ask, room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    at = [NOW]
    monkeypatch.setattr(desk, "datetime", SimpleNamespace(now=lambda _: at[0]))
    [first] = ask([room.get("/organiser/live", "Organisatie")])
    at[0] += timedelta(seconds=10)

    [later] = ask([polled(room, "/organiser/live", "Organisatie", first)])

    assert later.status_code == 200


def test_a_poll_of_the_board_is_at_most_a_second_late(
    app: FastAPI, ask: Ask, room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    at, looked = [100.2], []
    clock = SimpleNamespace(monotonic=lambda: at[0], time=lambda: at[0])
    monkeypatch.setattr(board_part, "time", clock)
    version_of = board_part.version_of
    monkeypatch.setattr(
        board_part, "version_of", lambda here: looked.append(at[0]) or version_of(here)
    )
    [first] = ask([room.get("/board/part")])
    looked.clear()

    def polls() -> Iterator[httpx.Request]:
        yield polled(room, "/board/part", None, first)
        room.go("open")
        at[0] = 100.9
        yield polled(room, "/board/part", None, first)
        at[0] = 101.0
        yield room.get("/board/part")

    *answers, new = ask(polls())

    assert [answer.status_code for answer in answers] == [304, 304]
    assert new.headers["etag"] != first.headers["etag"]
    assert looked == [100.2, 101.0]
