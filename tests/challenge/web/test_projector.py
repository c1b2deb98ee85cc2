"""What hangs on the wall."""

from __future__ import annotations

from datetime import timedelta

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


def test_the_clock_shows_the_order_before_the_first_pitch(ask: Ask) -> None:
    [clock] = ask([get("/clock")])
    assert "5 minuten vertellen, 3 minuten vragen" in clock.text
    assert "Volgorde" in clock.text
