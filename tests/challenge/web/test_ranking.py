"""The part of the board that lives, and the board as a table."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator

import httpx

from challenge.records import Role
from challenge.settings import Settings

from .conftest import Ask
from .entrance import Desk, get, now
from .room import Room


def with_tag(answer: httpx.Response, **headers: str) -> httpx.Request:
    asked = get("/board/part")
    asked.headers["If-None-Match"] = answer.headers["etag"]
    asked.headers.update(headers)
    return asked


def test_a_board_that_did_not_change_is_not_sent_again(ask: Ask) -> None:
    [first] = ask([get("/board/part")])
    assert first.headers["cache-control"] == "private, no-cache"
    assert "<html" not in first.text
    same, english = ask([with_tag(first), with_tag(first, **{"Accept-Language": "en"})])
    assert (same.status_code, same.text) == (304, "")
    assert english.status_code == 200


def test_a_new_board_is_drawn_behind_who_has_the_one_before(
    ask: Ask, desk: Desk
) -> None:
    def polls(first: httpx.Response) -> Iterator[httpx.Request]:
        with desk.database.begin() as unit:
            unit.phases.change("practice", by="a test", now=now())
        # The drawing takes milliseconds; what changed is looked at once a second.
        for _ in range(50):
            yield with_tag(first)
            time.sleep(0.1)

    [first] = ask([get("/board/part")])
    answers = ask(polls(first))
    kept = [answer for answer in answers if answer.status_code == 304]
    new = [answer for answer in answers if answer.status_code == 200]
    assert kept
    assert {answer.headers["etag"] for answer in kept} == {first.headers["etag"]}
    assert len({answer.headers["etag"] for answer in new}) == 1
    assert answers.index(new[0]) == len(kept)


def test_each_team_has_a_board_of_its_own(ask: Ask, desk: Desk) -> None:
    _, token = desk.add(Role.TEAM, "Zwaluw")
    _, other = desk.add(Role.TEAM, "Grutto")
    answers = ask([get("/board/part", token=t) for t in ("", token, other)])
    assert len({answer.headers["etag"] for answer in answers}) == 3


def test_the_page_works_without_a_script_and_asks_for_its_part(ask: Ask) -> None:
    [board] = ask([get("/")])
    assert 'hx-get="/board/part"' in board.text
    assert "Nog geen inzending" in board.text


def test_a_pitch_counts_no_ballot_of_a_juror_who_is_recused_or_barred(
    ask: Ask, settings: Settings
) -> None:
    room = Room(settings)
    room.judge({("Ans", "Zwaluw"): 4, ("Bo", "Zwaluw"): 2, ("Voorzitter", "Zwaluw"): 0})
    room.go("jury")
    pages = []
    for reason in (None, "Te laat.", None):
        room.change(lambda u, r=reason: u.people.bar(room.person(u, "Bo"), r))
        pages += ask([get("/")])
    counts = [re.search(r"(\d beoordeling\w*) van de jury", p.text)[1] for p in pages]
    assert counts == ["2 beoordelingen", "1 beoordeling", "2 beoordelingen"]


def test_the_table_says_what_it_may_not_be_used_for(ask: Ask) -> None:
    [table] = ask([get("/board.csv")])
    assert "Niet voor besluiten over een gezin" in table.text
    assert "place,team,sources,scaled_brier" in table.text


def test_final_rows_are_not_there_before_the_end(ask: Ask) -> None:
    answers = ask([get(f"{path}?set=final") for path in ("/", "/board.csv")])
    assert [answer.status_code for answer in answers] == [404, 404]
