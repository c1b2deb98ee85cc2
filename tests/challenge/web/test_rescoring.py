"""Scoring anew over HTTP, and who reads final rows when."""

from __future__ import annotations

import re
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest

from challenge.brief import read_brief
from challenge.records import Role
from challenge.rules.finals import FinalScoring
from challenge.rules.registration import register
from challenge.rules.rescoring import Rescoring
from challenge.rules.sealed import SealedScoring
from challenge.settings import Settings
from challenge.store import Database, open_database
from challenge.synthesis import Release
from leaderboard import Estimate, Scorecard

from ...factories import NOON, QUICKSTART, RELEASE, Player
from .conftest import Ask

HERE = "http://here"
BRIEF = read_brief(QUICKSTART)
CANARY = 0.4321
"""A final score that stands nowhere else."""


@pytest.fixture
def store(settings: Settings) -> Database:
    with closing(open_database(settings.database)) as opened:
        yield opened


@pytest.fixture
def player(store: Database, release: Release, settings: Settings) -> Player:
    made = Player(store, release, settings.home)
    made.play("a", made.guess(0.2), "Zwaluw")
    return made


@pytest.fixture
def call(store: Database, player: Player):
    people = {
        Role.ORGANISER: "Wulp",
        Role.JUROR: "Kievit",
        Role.AUDITOR: "IJsvogel",
        Role.TEAM: "Grutto",
    }
    with store.begin() as unit:
        tokens = {
            role: register(unit, role, name, by="a test", now=NOON)[1]
            for role, name in people.items()
        }

    def make(method: str, path: str, role: str | None = "organiser", **given):
        head = {"authorization": f"Bearer {tokens[role]}"} if role else {}
        accept = "application/json" if path.startswith("/api") else "text/html"
        head |= {"accept": accept, "accept-language": "en"}
        return httpx.Request(method, HERE + path, headers=head, **given)

    return make


def enter(store: Database, phase: str) -> None:
    with store.begin() as unit:
        unit.phases.change(phase, by="a test", now=datetime.now(UTC))


def score_finals(player: Player) -> None:
    """Score final and external rows, and plant a value that stands nowhere else."""
    FinalScoring(
        SealedScoring(player.database, player.release, BRIEF, Path(player.home))
    ).catch_up(now=lambda: NOON)
    with player.database.begin() as unit:
        for rows in ("final", "external"):
            card = Scorecard.from_json(unit.finals.all(RELEASE, rows)["a"].scorecard)
            marked = card.metrics | {
                "scaled_brier": Estimate(CANARY, CANARY - 0.01, CANARY + 0.01)
            }
            planted = Scorecard.from_json(card.to_json())
            object.__setattr__(planted, "metrics", marked)
            unit.finals.replace("a", rows, scorer="0", card=planted.to_json())


@pytest.mark.parametrize(
    ("phase", "readers"),
    [
        ("open", set()),
        ("frozen", set()),
        ("jury", {"juror", "organiser", "auditor"}),
        ("closed", {"juror", "organiser", "auditor", "team", None}),
    ],
)
def test_final_rows_are_there_for_the_jury_first_and_for_all_at_the_end(
    ask: Ask, call, player: Player, phase: str, readers: set
) -> None:
    enter(player.database, "jury")
    score_finals(player)
    enter(player.database, phase)
    everybody = ("juror", "organiser", "auditor", "team", None)
    asked = [(role, rows) for role in everybody for rows in ("final", "external")]
    answers = ask([call("GET", f"/api/board?set={s}", role) for role, s in asked])
    for (role, _), answer in zip(asked, answers, strict=True):
        assert answer.status_code == (200 if role in readers else 404)
        if role in readers:
            [row] = answer.json()["rows"]
            exact = role in ("organiser", "auditor")
            assert row["scaled_brier"] == (CANARY if exact else 0.432)


@pytest.mark.parametrize("role", ["team", None])
def test_no_page_of_a_running_challenge_holds_a_final_score(
    ask: Ask, call, player: Player, role: str | None
) -> None:
    enter(player.database, "jury")
    score_finals(player)
    paths = ["/", "/api/board", "/api/challenge", "/api/phase", "/challenge"]
    paths += ["/api/submissions", "/submissions"] if role else []
    paths += ["/api/rescore", "/api/rescore/1", "/organiser/rescoring"]
    for answer in ask([call("GET", path, role) for path in paths]):
        # Not the seconds of a moment.
        assert not re.search(r"(?<!\d)0\.432|(?<![\d:])43\.2", answer.text)


def test_a_round_is_asked_for_compared_and_published(
    ask: Ask, call, player: Player
) -> None:
    [asked] = ask([call("POST", "/organiser/rescoring", data={"reason": "Ties."})])
    Rescoring(
        SealedScoring(player.database, player.release, BRIEF, player.home)
    ).catch_up(now=lambda: NOON)
    dry, empty, published, page, read, none = ask(
        [
            call("GET", "/organiser/rescoring"),
            call("POST", "/organiser/rescoring/1/publish", data={"note": ""}),
            call("POST", "/organiser/rescoring/1/publish", data={"note": "Half."}),
            call("GET", "/organiser/rescoring", "auditor"),
            call("GET", "/api/rescore/1"),
            call("GET", "/api/rescore/9"),
        ]
    )
    assert asked.status_code == published.status_code == 303
    assert "Dry run" in dry.text
    assert "No place changes." in dry.text
    assert empty.status_code == 422
    assert "Half." in page.text
    assert "<form" not in page.text.partition("<main")[2].partition("</main>")[0]
    [change] = read.json()["changes"]["board"]
    assert (change["team"], change["old"]) == ("Zwaluw", change["new"])
    assert none.status_code == 404


def test_only_the_desk_reads_and_only_organisers_ask(ask: Ask, call) -> None:
    answers = ask(
        [
            call("GET", "/api/rescore", "team"),
            call("GET", "/api/rescore", None),
            call("GET", "/api/rescore", "auditor"),
            call("POST", "/api/rescore", "auditor", json={"reason": "Ties."}),
            call("POST", "/api/rescore", json={"reason": "Ties."}),
        ]
    )
    assert [answer.status_code for answer in answers] == [403, 401, 200, 403, 202]
