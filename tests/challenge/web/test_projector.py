"""What hangs on the wall."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import httpx
import pytest

from challenge.records import Role
from challenge.web import projector

from .conftest import Ask
from .entrance import Desk, get, now


def test_the_wall_shows_the_board_with_a_code_for_phones(ask: Ask) -> None:
    [wall] = ask([get("/board/big")])
    assert wall.status_code == 200
    assert 'data-theme="light"' in wall.text
    assert "Code voor de ranglijst op je telefoon" in wall.text
    assert "Generale repetitie" in wall.text


def test_a_wall_that_did_not_change_is_not_sent_again(ask: Ask) -> None:
    polled = get("/board/big?page=1")
    polled.headers["HX-Request"] = "true"
    [first] = ask([polled])
    polled.headers["If-None-Match"] = first.headers["etag"]
    [same] = ask([polled])
    assert "<html" not in first.text
    assert (same.status_code, same.text) == (304, "")


def test_what_the_wall_polls_has_the_phase_and_its_countdown_and_no_button(
    ask: Ask, desk: Desk
) -> None:
    """A button that is polled loses what somebody pressed."""
    polled = get("/board/big")
    polled.headers["HX-Request"] = "true"
    with desk.database.begin() as unit:
        unit.phases.change("open", by="a test", now=now())
        soon = now() + timedelta(hours=1)
        unit.phases.plan("frozen", soon, by="a test", now=now())
    [part] = ask([polled])
    assert "data-countdown" in part.text
    assert "<h1>Ranglijst</h1>" in part.text
    assert "Code voor de ranglijst op je telefoon" in part.text
    assert "data-turn" not in part.text
    with desk.database.begin() as unit:
        unit.phases.change("frozen", by="a test", now=now())
    polled.headers["If-None-Match"] = part.headers["etag"]
    [later] = ask([polled])
    assert later.status_code == 200
    assert "data-countdown" not in later.text


def test_polls_within_a_second_ask_the_database_once(
    ask: Ask, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    polled, moment = get("/clock"), {"second": 1000}
    polled.headers["HX-Request"] = "true"
    monkeypatch.setattr(projector, "_second", lambda: moment["second"])
    team, _ = desk.add(Role.TEAM, "Grutto")

    def polls() -> Iterator[httpx.Request]:
        yield polled
        with desk.database.begin() as unit:
            unit.pitches.put(team, title="Titel", text="Tekst.", now=now())
        with monkeypatch.context() as away:
            away.setattr("challenge.store.Database.read", None)
            yield polled
        moment["second"] += 1
        yield polled

    first, same, later = ask(polls())
    assert "<html" not in first.text
    assert (same.status_code, same.text) == (200, first.text)
    assert same.headers["vary"] == first.headers["vary"]
    assert ("Grutto" in same.text, "Grutto" in later.text) == (False, True)


def test_the_clock_shows_the_order_before_the_first_pitch(ask: Ask) -> None:
    [clock] = ask([get("/clock")])
    assert "5 minuten vertellen, 3 minuten vragen" in clock.text
    assert "Volgorde" in clock.text
