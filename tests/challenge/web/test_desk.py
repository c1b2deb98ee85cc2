"""The organiser's desk over the application itself."""

from __future__ import annotations

import html
import re
from contextlib import closing
from datetime import UTC, datetime, timedelta

import pytest

from challenge.records import Isolation, Stage, State, WorkerFacts
from challenge.settings import Settings
from challenge.store import Unit, open_database
from challenge.web.policy import POLICY

from ...factories import enqueue_counting
from .conftest import Ask
from .room import PEOPLE, Room


@pytest.fixture
def room(settings: Settings) -> Room:
    return Room(settings)


def submitted(room: Room, state: State, team: str = "Zwaluw") -> None:
    """Put a submission in the database."""

    def act(unit: Unit) -> None:
        now = datetime.now(UTC)
        unit.submissions.add(
            id=f"{team}-{state}",
            team_id=room.person(unit, team).id,
            state=state,
            stage=Stage.RECEIVED,
            release="quickstart/1",
            sources="all",
            bundle_sha256="ab",
            created_at=now,
            updated_at=now,
        )

    room.change(act)


def figures(text: str) -> list[str]:
    return re.findall(r'<span class="num">(\d+)</span>', text)


def test_it_counts_what_waits_runs_and_failed(ask: Ask, room: Room) -> None:
    for state in (State.QUEUED, State.FAILED, State.SCORED):
        submitted(room, state)

    [answer] = ask([room.get("/organiser", "Organisatie")])

    assert answer.status_code == 200
    assert figures(answer.text)[-5:] == ["1", "0", "1", "1", "0"]
    assert "mislukt aan onze kant" in answer.text


def test_of_teams_with_a_score_it_counts_those_that_compete(
    ask: Ask, room: Room
) -> None:
    for team in ("Zwaluw", "Grutto"):
        submitted(room, State.SCORED, team)
    room.change(lambda unit: unit.people.bar(room.person(unit, "Grutto"), "Vals."))

    [answer] = ask([room.get("/organiser", "Organisatie")])

    assert figures(answer.text)[-3] == "2"
    assert "1 van 2 teams" in answer.text


def test_of_many_questions_it_shows_the_oldest_and_says_where_all_are(
    ask: Ask, room: Room
) -> None:
    def ask_much(unit: Unit) -> None:
        team, now = room.person(unit, "Zwaluw"), datetime.now(UTC)
        for number in range(51):
            known = {"text": f"Vraag {number}.", "submission_id": None, "now": now}
            unit.help_requests.add(team, code=f"Q{number}", **known)

    room.change(ask_much)

    [answer] = ask([room.get("/organiser", "Organisatie")])

    assert figures(answer.text)[-1] == "51"
    assert "Vraag 49." in answer.text
    assert "Vraag 50." not in answer.text
    assert '<a href="/organiser/help">Alle 51 vragen</a>' in answer.text


def test_without_a_worker_it_says_first_what_to_start(ask: Ask, room: Room) -> None:
    [answer] = ask([room.get("/organiser?lang=en", "Organisatie")])

    assert "There is no worker" in answer.text


def above_the_table(text: str) -> str:
    return text.partition('id="demands"')[0]


def test_its_headline_counts_a_step_that_is_blocked(ask: Ask, room: Room) -> None:
    [free] = ask([room.get("/organiser", "Organisatie")])
    room.judge({("Ans", "Zwaluw"): 4})
    room.go("frozen")

    [blocked] = ask([room.get("/organiser", "Organisatie")])

    found = [
        "kan nog niet beginnen" in above_the_table(a.text) for a in (free, blocked)
    ]
    assert found == [False, True]


def test_its_headline_counts_that_nobody_is_left_to_place(ask: Ask, room: Room) -> None:
    room.go("jury")

    [answer] = ask([room.get("/organiser", "Organisatie")])

    assert "sluit zonder uitslag van de jury" in above_the_table(answer.text)
    assert "kan nog niet beginnen" not in answer.text


def test_before_the_jury_begins_nothing_of_the_end_is_counted_or_to_be_mended(
    ask: Ask, room: Room, settings: Settings
) -> None:
    with closing(open_database(settings.database)) as database:
        enqueue_counting(database, "a", "Zwaluw")
    alarms = ("diskwalificeer", "De jury geeft nog punten", "haar oordeel nog niet")
    room.judge({("Ans", "Zwaluw"): 4})

    tables = []
    for phase in ("open", "frozen", "jury"):
        room.go(phase, is_open=True)
        [answer] = ask([room.get("/organiser", "Organisatie")])
        text = html.unescape(answer.text).partition('id="demands"')[2]
        tables.append(text.partition("</section>")[0])

    for early in tables[:2]:
        assert not [alarm for alarm in alarms if alarm in early]
        assert early.count("vanaf de fase Jury") == 3
        assert "/jury/verdict" not in early
    assert [alarm for alarm in alarms if alarm in tables[2]] == [*alarms]
    assert "kwartier" in tables[2]


def test_it_says_what_the_next_phase_waits_for(ask: Ask, room: Room) -> None:
    room.judge({("Ans", "Zwaluw"): 4})
    room.go("jury")

    [answer] = ask([room.get("/organiser", "Organisatie")])

    assert "De jury heeft haar oordeel nog niet vastgelegd." in html.unescape(
        answer.text
    )
    assert "/organiser/phase?to=closed" in answer.text


def test_it_says_what_every_phase_to_come_asks_for(ask: Ask, room: Room) -> None:
    def act(unit: Unit) -> None:
        now, team = datetime.now(UTC), room.person(unit, "Zwaluw")
        unit.pitches.put(team, title="Titel", text="Tekst.", now=now)

    room.change(act)

    [answer] = ask([room.get("/organiser", "Organisatie")])

    table = answer.text.partition('id="demands"')[2].partition("</section>")[0]
    rows = re.findall(r"<tr>(.*?)</tr>", table)[1:]
    states = [re.search(r"#i-(\w+)", row)[1] for row in rows]
    # Freezing: nobody has a score. Jury: there is no submission, but interests and
    # notes are missing. Verdict: nothing to score, an open panel, nothing recorded.
    assert states == ["todo"] * len(rows)
    assert [n for n, row in enumerate(rows) if "nog niemand" in row] == [0, 1, 4]
    assert "klaar" not in table


@pytest.mark.parametrize(("ahead", "warned"), [(0, False), (40, True), (3600, True)])
def test_it_warns_of_a_clock_that_is_ahead(
    ask: Ask, room: Room, ahead: int, warned: bool
) -> None:
    now = datetime.now(UTC)
    worker = WorkerFacts(
        name="one",
        release="quickstart/1",
        isolation=Isolation.BUBBLEWRAP,
        engine="",
        slots=1,
        pool_size=0,
        pool_ready=0,
        started_at=now,
        seen_at=now + timedelta(seconds=ahead),
    )
    room.change(lambda unit: unit.workers.seen(worker))

    [answer] = ask([room.get("/organiser", "Organisatie")])

    assert ("loopt niet gelijk" in answer.text) is warned


def test_the_part_that_lives_comes_alone(ask: Ask, room: Room) -> None:
    [whole, part] = ask(
        [room.get(path, "Organisatie") for path in ("/organiser", "/organiser/live")]
    )

    assert 'hx-get="/organiser/live"' in whole.text
    assert "<html" not in part.text
    assert "Wachtrij" in part.text


def test_an_auditor_reads_it_without_buttons(ask: Ask, room: Room) -> None:
    answers = ask(
        [
            room.get(path, "Accountant")
            for path in ("/organiser", "/organiser/announcements", "/organiser/live")
        ]
    )

    for answer in answers:
        assert answer.status_code == 200
        main = answer.text.partition("<main")[2] or answer.text
        assert 'method="post"' not in main
        assert "/organiser/phase?to=" not in main


@pytest.mark.parametrize("who", [None, "Zwaluw", "Ans"])
def test_nobody_else_opens_it(ask: Ask, room: Room, who: str | None) -> None:
    paths = ("/organiser", "/organiser/live", "/organiser/script", "/organiser/audit")

    answers = ask([room.get(path, who) for path in paths])

    assert {a.status_code for a in answers} == {403 if who else 401}


@pytest.mark.parametrize(
    ("language", "words"),
    [("nl", "De wifi valt uit"), ("en", "The Wi-Fi fails")],
)
def test_the_run_sheet_follows_from_brief_and_people(
    ask: Ask, room: Room, language: str, words: str
) -> None:
    [answer] = ask([room.get(f"/organiser/script?lang={language}", "Organisatie")])

    assert answer.status_code == 200
    assert words in answer.text
    for name in ("Zwaluw", "Grutto", "Kievit", "Ans", "Voorzitter"):
        assert name in answer.text
    # Three teams of five and three minutes.
    assert "24 min" in answer.text


def test_the_run_sheet_gives_every_team_its_moment(ask: Ask, room: Room) -> None:
    # 14.00 on the clock of the event, in winter.
    begins = datetime(2100, 1, 5, 13, 0, tzinfo=UTC)

    def act(unit: Unit) -> None:
        now = datetime.now(UTC)
        unit.phases.plan("jury", begins, by="a test", now=now)
        teams = [room.person(unit, name) for name in ("Kievit", "Zwaluw")]
        unit.clocks.set_order(teams)

    room.change(act)

    [answer] = ask([room.get("/organiser/script", "Organisatie")])

    table = answer.text.partition('id="pitches"')[2].partition("</section>")[0]
    rows = re.findall(r'<th scope="row">(\w+)</th><td><time[^>]*>([\d.]+)<', table)
    # As it was put, then whoever has no place yet.
    assert rows == [("Kievit", "14.00"), ("Zwaluw", "14.08"), ("Grutto", "14.16")]


# What is no page that one goes to from the desk: parts, sheets, ways in, own account.
_NOT_FOR_THE_DESK = {
    "/account",
    "/board/part",
    "/clock",
    # Only where the brief has an example; the jury's list leads to it.
    "/jury/example",
    # The lists of ballots lead to it, in phase jury alone.
    "/jury/panel",
    "/login",
    # For Prometheus.
    "/metrics",
    "/organiser/invitations/cards",
    # The start page and the data page lead to it.
    "/kit/",
    "/organiser/live",
    "/submissions",
    "/verdict",
}


def links_in(page: str) -> set[str]:
    """Find the links of a page that stay on this site, without their fragment."""
    found = re.findall(r'href="(/[^"]*)"', page)
    return {html.unescape(link).partition("#")[0] for link in found}


def pages_for(who: str) -> set[str]:
    """Name every page without a parameter that the table of who may what admits to."""
    return {
        path
        for (method, path), roles in POLICY.routes.items()
        if method == "GET" and PEOPLE[who] in roles and "{" not in path
        if not path.startswith(("/api", "/health"))
        if not path.endswith((".csv", ".json"))
    } - _NOT_FOR_THE_DESK


@pytest.mark.parametrize("who", ["Organisatie", "Accountant"])
def test_every_page_of_theirs_is_reached_from_the_desk(
    ask: Ask, room: Room, who: str
) -> None:
    [answer] = ask([room.get("/organiser", who)])

    assert pages_for(who) <= links_in(answer.text) | {"/organiser"}


def test_every_link_on_every_page_of_an_organiser_answers(ask: Ask, room: Room) -> None:
    submitted(room, State.SCORED)
    room.judge({("Ans", "Zwaluw"): 4})
    room.go("jury")
    paths = sorted(
        path for path in pages_for("Organisatie") if path.startswith(("/org", "/jury"))
    )

    drawn = ask([room.get(path, "Organisatie") for path in paths])
    linked = set().union(*(links_in(answer.text) for answer in drawn))
    # MLflow is not there in tests; files are asked for by a test of theirs.
    linked = {link for link in linked if not link.startswith(("/static", "/mlflow"))}
    ends = ask([room.get(link, "Organisatie") for link in sorted(linked)])

    codes = dict(zip(sorted(linked), (end.status_code for end in ends), strict=True))
    assert {path: code for path, code in codes.items() if code != 200} == {}
