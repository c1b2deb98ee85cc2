"""Phases over HTTP: the organiser's page, the API, and what a phase closes."""

from __future__ import annotations

import html
from contextlib import closing
from datetime import UTC, datetime, timedelta

import httpx
import pytest

from challenge.records import Role
from challenge.rules.registration import register
from challenge.settings import Settings
from challenge.store import Database, open_database

from ...factories import NOON, small_bundle
from .conftest import Ask

HERE = "http://here"


@pytest.fixture
def store(settings: Settings) -> Database:
    with closing(open_database(settings.database)) as opened:
        yield opened


@pytest.fixture
def tokens(store: Database) -> dict[str, str]:
    roles = (Role.ORGANISER, Role.TEAM, Role.JUROR, Role.AUDITOR)
    with store.begin() as unit:
        return {
            role: register(unit, role, f"Wulp {role}", by="a test", now=NOON)[1]
            for role in roles
        }


@pytest.fixture
def call(tokens: dict[str, str]):
    def make(method: str, path: str, role: str | None = "organiser", **given):
        head = {"authorization": f"Bearer {tokens[role]}"} if role else {}
        accept = "application/json" if path.startswith("/api") else "text/html"
        head |= {"accept": accept, "accept-language": "en"}
        return httpx.Request(method, HERE + path, headers=head, **given)

    return make


def enter(store: Database, phase: str) -> None:
    with store.begin() as unit:
        unit.phases.change(phase, by="a test", now=datetime.now(UTC))


def audited(store: Database, action: str) -> list[str]:
    with store.read() as unit:
        return [e["subject"] for e in unit.audit.all() if e["action"] == action]


def local(ahead: timedelta) -> str:
    return (
        (datetime.now(UTC) + ahead).replace(tzinfo=None).isoformat(timespec="minutes")
    )


def test_everybody_reads_the_clock_and_only_the_desk_blockers_and_advice(
    ask: Ask, call
) -> None:
    seen, desk = ask([call("GET", "/api/phase", None), call("GET", "/api/phase")])
    assert (seen.json()["phase"], seen.json()["next"]) == ("open", "frozen")
    assert seen.json().keys().isdisjoint({"blockers", "advice"})
    assert (desk.json()["blockers"], desk.json()["advice"]) == ([], [])


def test_the_desk_reads_that_nobody_is_left_to_place(ask: Ask, call, store) -> None:
    enter(store, "jury")
    with store.begin() as unit:
        unit.panels.change(is_open=False, by="a test", now=NOON)
    [found] = ask([call("GET", "/api/phase")])
    [known] = found.json()["advice"]
    assert (found.json()["blockers"], known["key"]) == ([], "verdict_nobody")
    assert known["link"] == "/jury/verdict"


def test_a_step_is_asked_for_made_once_and_shown(
    ask: Ask, call, store: Database
) -> None:
    step = {"to": "frozen", "reason": "It is four."}
    asked, first, second, page = ask(
        [
            call("GET", "/organiser/phase?to=frozen"),
            call("POST", "/organiser/phase", data=step),
            call("POST", "/organiser/phase", data=step),
            call("GET", "/organiser/phase"),
        ]
    )
    assert "Nothing more comes in." in asked.text
    assert (first.status_code, second.status_code) == (303, 303)
    assert "It is four." in page.text
    assert audited(store, "change phase") == ["frozen"]


def test_a_step_that_is_blocked_says_what_is_left(ask: Ask, call, store) -> None:
    enter(store, "jury")
    page, api = ask(
        [
            call("POST", "/organiser/phase", data={"to": "closed"}),
            call("POST", "/api/phase", json={"phase": "closed"}),
        ]
    )
    assert page.status_code == 422
    assert "The jury has not recorded its verdict yet." in page.text
    assert (api.status_code, api.json()["slug"]) == (409, "phase-blocked")


def test_a_step_that_is_blocked_is_not_asked_for(ask: Ask, call, store) -> None:
    enter(store, "jury")
    step = call("GET", "/organiser/phase?to=closed")
    [blocked] = ask([step])
    with store.begin() as unit:
        unit.panels.change(is_open=False, by="a test", now=NOON)
    [free] = ask([step])
    assert "The jury has not recorded its verdict yet." in blocked.text
    yes = "Yes, go to Result"
    assert (yes in blocked.text, yes in free.text) == (False, True)


def test_with_nobody_to_place_closing_promises_no_verdict(
    ask: Ask, call, store
) -> None:
    enter(store, "jury")
    with store.begin() as unit:
        unit.panels.change(is_open=False, by="a test", now=NOON)
    [page] = ask([call("GET", "/organiser/phase?to=closed")])
    told = html.unescape(page.text)
    assert "Everybody sees the final scores." in told
    assert "closes without a verdict" in told
    assert "the jury's verdict" not in told


def test_going_back_without_a_reason_asks_for_one(ask: Ask, call, store) -> None:
    enter(store, "frozen")
    [page] = ask([call("POST", "/organiser/phase", data={"to": "open"})])
    assert page.status_code == 422
    assert page.text.count("Write in one sentence why") == 2
    assert audited(store, "change phase") == []


def test_times_are_kept_on_the_clock_of_the_event(ask: Ask, call, store) -> None:
    day = {"frozen": "2099-07-01T16:00", "jury": "2099-07-01T16:30", "closed": ""}
    kept, page, api = ask(
        [
            call("POST", "/organiser/phase/schedule", data=day),
            call("GET", "/organiser/phase"),
            call("GET", "/api/phase", None),
        ]
    )
    assert kept.status_code == 303
    assert 'value="2099-07-01T16:00"' in page.text
    assert api.json()["ends"].startswith("2099-07-01T14:00:00")
    assert audited(store, "schedule phase") == ["frozen", "jury"]


@pytest.mark.parametrize(
    "wrong",
    ["2099-03-29T02:30", "2001-01-01T12:00", "2099-07-01T17:00", "tomorrow"],
)
def test_a_time_that_cannot_be_stays_typed_and_nothing_is_kept(
    ask: Ask, call, store, wrong: str
) -> None:
    day = {"frozen": wrong, "jury": "2099-07-01T16:30"}
    [page] = ask([call("POST", "/organiser/phase/schedule", data=day)])
    assert page.status_code == 422
    assert f'value="{wrong}"' in page.text
    assert "This time is not possible" in page.text
    assert audited(store, "schedule phase") == []


def test_the_api_sets_and_clears_a_time(ask: Ask, call) -> None:
    at = "2099-07-01T14:00:00+00:00"
    set_, cleared, twice = ask(
        [
            call("PUT", "/api/phase/frozen", json={"starts_at": at}),
            call("PUT", "/api/phase/frozen", json={"starts_at": None}),
            call("PUT", "/api/phase/frozen", json={"starts_at": "2099-10-25T02:30"}),
        ]
    )
    assert (set_.json()["ends"], cleared.json()["ends"]) == (
        "2099-07-01T14:00:00Z",
        None,
    )
    assert twice.status_code == 422


def test_whoever_reads_a_page_enacts_what_is_due(ask: Ask, call, store) -> None:
    with store.begin() as unit:
        unit.phases.plan("frozen", NOON, by="a test", now=NOON)
    [found] = ask([call("GET", "/api/phase", None)])
    assert found.json()["phase"] == "frozen"
    assert audited(store, "change phase") == ["frozen"]


@pytest.mark.parametrize(
    ("phase", "proof", "status"),
    [
        ("draft", True, 409),
        ("practice", True, 202),
        ("practice", False, 409),
        ("open", False, 202),
        ("frozen", True, 409),
        ("jury", True, 409),
        ("closed", True, 409),
    ],
)
def test_bundles_come_in_only_when_it_is_time(
    ask: Ask, call, store, phase: str, proof: bool, status: int
) -> None:
    enter(store, phase)
    form = {"data": {"proof": "yes" if proof else "no"}}
    files = {"bundle": ("b.zip", small_bundle())}
    [answer] = ask([call("POST", "/api/submissions", "team", files=files, **form)])
    assert answer.status_code == status
    if status == 409:
        assert answer.json()["slug"] == "phase-closed"


def test_nothing_is_downloaded_from_a_draft(ask: Ask, call, store) -> None:
    enter(store, "draft")
    accept = call("GET", "/api/challenge", "team")
    [found] = ask([accept])
    sha256 = found.json()["terms"]["sha256"]
    _, refused = ask(
        [
            call("POST", "/api/terms", "team", json={"sha256": sha256}),
            call("GET", "/api/releases/1/files/train.parquet", "team"),
        ]
    )
    assert refused.json()["slug"] == "phase-closed"


def test_a_team_reads_what_it_has_left_today(ask: Ask, call) -> None:
    visitor, _, team = ask(
        [
            call("GET", "/api/challenge", None),
            call(
                "POST",
                "/api/submissions",
                "team",
                files={"bundle": ("b.zip", small_bundle())},
            ),
            call("GET", "/api/challenge", "team"),
        ]
    )
    assert "scored_left" not in visitor.json()["quota"]
    quota = team.json()["quota"]
    assert (quota["scored_left"], quota["uploads_left"]) == (9, 99)
    # Midnight of the Dutch clock, in winter or summer.
    assert quota["starts_again_at"][-10:] in ("T23:00:00Z", "T22:00:00Z")


def test_a_team_picks_over_http_and_others_do_not(ask: Ask, call) -> None:
    sent, other = ask(
        [
            call(
                "POST",
                "/api/submissions",
                "team",
                files={"bundle": ("b.zip", small_bundle())},
            ),
            call("PUT", "/api/submissions/none/final", "juror", json={"choice": 1}),
        ]
    )
    [unscored] = ask(
        [
            call(
                "PUT",
                f"/api/submissions/{sent.json()['id']}/final",
                "team",
                json={"choice": 1},
            )
        ]
    )
    assert other.status_code == 403
    assert unscored.status_code == 422
