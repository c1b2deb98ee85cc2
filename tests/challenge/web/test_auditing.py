"""The audit table: filter, pages, sheet and JSON."""

from __future__ import annotations

import csv
import io
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from challenge.settings import Settings
from challenge.web.auditing import Filter

from .conftest import Ask
from .room import Room


@pytest.fixture
def room(settings: Settings) -> Room:
    made = Room(settings)

    def act(unit) -> None:
        for day in (1, 2, 3):
            now = datetime(2026, 3, day, 12, tzinfo=UTC)
            unit.audit.add("Merel", "test thing", f"ding {day}%", now=now, number=day)
        unit.audit.add("=cmd()", "test thing", "formule", now=now)

    made.change(act)
    return made


def subjects(room: Room, ask: Ask, query: str) -> list[str]:
    [answer] = ask([room.get(f"/api/audit?{query}", "Accountant")])
    return [entry["subject"] for entry in answer.json()["entries"]]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("actor=merel", ["ding 3%", "ding 2%", "ding 1%"]),
        ("actor=Merel&subject=2", ["ding 2%"]),
        ("subject=%25", ["ding 3%", "ding 2%", "ding 1%"]),
        ("action=test&since=2026-03-02&until=2026-03-02", ["ding 2%"]),
        ("actor=niemand", []),
        ("actor=merel&limit=1&offset=1", ["ding 2%"]),
    ],
    ids=["actor", "both", "a percent sign is itself", "one day", "none", "a part"],
)
def test_one_reads_what_one_asks_for_newest_first(
    ask: Ask, room: Room, query: str, expected: list[str]
) -> None:
    assert subjects(room, ask, query) == expected


def test_an_act_stands_in_the_readers_words_beside_what_is_kept(
    ask: Ask, room: Room
) -> None:
    def act(unit) -> None:
        unit.audit.add("Ans", "submit ballot", "Zwaluw", now=datetime.now(UTC))

    room.change(act)
    dutch, english = ask(
        [
            room.get("/organiser/audit", "Organisatie"),
            room.get("/organiser/audit?lang=en", "Organisatie"),
        ]
    )
    assert "diende een beoordeling in<br>" in dutch.text
    assert dutch.text.count("submit ballot") == 1
    assert english.text.count("submit ballot") == 1
    assert ">test thing<" in dutch.text  # no words for it: as it is kept


def test_a_day_that_is_none_asks_for_everything(ask: Ask, room: Room) -> None:
    [answer] = ask(
        [room.get("/organiser/audit?since=morgen&actor=merel", "Organisatie")]
    )

    assert answer.status_code == 200
    assert "ding 1%" in answer.text


def test_long_tables_come_in_pages(ask: Ask, room: Room) -> None:
    def act(unit) -> None:
        for number in range(60):
            unit.audit.add("Veel", "test", f"regel-{number:02}", now=datetime.now(UTC))

    room.change(act)

    first, last, beyond = ask(
        [
            room.get(f"/organiser/audit?actor=Veel&page={n}", "Organisatie")
            for n in (1, 2, 9)
        ]
    )

    assert "regel-59" in first.text
    assert "regel-09" not in first.text
    assert "page=2" in first.text
    assert "regel-09" in last.text
    assert "regel-00" in beyond.text


def test_the_sheet_has_the_same_rows_and_no_formula(ask: Ask, room: Room) -> None:
    [answer] = ask([room.get("/organiser/audit.csv?action=test", "Organisatie")])

    rows = list(csv.reader(io.StringIO(answer.text.lstrip("\ufeff"))))
    assert rows[2] == ["id", "at", "actor", "action", "subject", "detail"]
    assert rows[3][2] == "'=cmd()"
    assert rows[4][5] == '{"number": 3}'


@pytest.mark.parametrize("who", [None, "Zwaluw", "Ans"])
def test_only_the_desk_reads_it(ask: Ask, room: Room, who: str | None) -> None:
    paths = ("/api/audit", "/organiser/audit", "/organiser/audit.csv")

    answers = ask([room.get(path, who) for path in paths])

    assert {a.status_code for a in answers} == {403 if who else 401}


@pytest.mark.parametrize(
    ("zone", "begins"),
    [("Europe/Amsterdam", (1, 23)), ("Pacific/Auckland", (1, 11)), ("UTC", (2, 0))],
)
def test_a_day_begins_on_the_clock_of_the_event(
    zone: str, begins: tuple[int, int]
) -> None:
    wanted = Filter(since="2026-03-02", until="2026-03-02").wanted_in(ZoneInfo(zone))

    start = datetime(2026, 3, *begins, tzinfo=UTC)
    assert (wanted.since, wanted.until) == (start, start + timedelta(days=1))
