"""Who is told what of the board rows: on the page, in JSON, in every phase."""

from __future__ import annotations

import asyncio
import json
import re
import shutil
from collections.abc import Iterable, Iterator
from contextlib import closing
from dataclasses import asdict, dataclass
from html import unescape
from itertools import product
from types import ModuleType
from typing import Any

import httpx
import numpy as np
import pytest
from fastapi import FastAPI

from challenge.brief import read_brief
from challenge.records import Principal, Role
from challenge.rules.registration import register
from challenge.rules.standings import Standings, standings
from challenge.settings import Settings
from challenge.store import Database, open_database
from challenge.synthesis import Release
from challenge.web import board, feedback, ranking
from challenge.web.access import Deployment
from challenge.web.app import create_app
from challenge.web.board import board_for
from leaderboard import Audience, Board, Phase, RowSet, Scorecard
from leaderboard.disclosure.rounding import live_score, released
from leaderboard.readers import Form, form_for

from ...factories import NOON, QUICKSTART, RELEASE, Player

READERS = {"visitor": None, "team": "Zwaluw", "juror": "Jurylid", "organiser": "Desk"}
LIVE = ("visitor", "team", "juror")


@dataclass(frozen=True)
class Played:
    """A home in which three teams had submissions scored, and everybody's token."""

    app: FastAPI
    tokens: dict[str, str]
    ranked: Standings
    cards: dict[str, Scorecard]

    def ask(
        self, requests: Iterable[httpx.Request], phase: Phase = Phase.OPEN
    ) -> list[httpx.Response]:
        """Send requests to the application in one phase."""
        return asyncio.run(self._send(requests, phase))

    async def _send(
        self, requests: Iterable[httpx.Request], phase: Phase
    ) -> list[httpx.Response]:
        app = self.app
        transport = httpx.ASGITransport(app)
        async with (
            app.router.lifespan_context(app),
            httpx.AsyncClient(transport=transport) as client,
        ):
            here: Deployment = app.state.deployment
            with here.database.begin() as unit:
                unit.phases.change(phase, by="a test", now=NOON)
            return [await client.send(request) for request in requests]

    def request(self, path: str, reader: str, **headers: str) -> httpx.Request:
        if (name := READERS[reader]) is not None:
            headers["Authorization"] = f"Bearer {self.tokens[name]}"
        return httpx.Request("GET", f"http://here{path}", headers=headers)

    def board(self, reader: str, phase: Phase = Phase.OPEN) -> list[dict[str, Any]]:
        [answer] = self.ask([self.request("/api/board", reader)], phase)
        return list(answer.json()["rows"])

    def page(self, path: str, reader: str, phase: Phase = Phase.OPEN) -> str:
        [answer] = self.ask([self.request(path, reader, Accept="text/html")], phase)
        assert answer.status_code == 200, answer.text
        return answer.text


@pytest.fixture(scope="module")
def played(
    release: Release,
    published_settings: Settings,
    tmp_path_factory: pytest.TempPathFactory,
) -> Played:
    home = tmp_path_factory.mktemp("played")
    (home / "releases").symlink_to(published_settings.home / "releases")
    shutil.copy(published_settings.home / "challenge.db", home)
    settings = published_settings.model_copy(update={"home": home})
    with closing(open_database(settings.database)) as database:
        tokens = register_everybody(database)
        player = Player(database, release, home)
        player.play("first", player.guess(0.02), "Zwaluw")
        player.play("kept", player.guess(0.01), "Zwaluw")
        player.play("better", player.guess(0.1), "Zwaluw")
        player.play("nudged", player.nudged(player.guess(0.1), 1), "Zwaluw")
        player.play("rival", player.guess(0.05), "Grutto")
        player.play("same", np.full(len(player.labels), 0.1), "Kievit")
        with database.read() as unit:
            policy = read_brief(QUICKSTART).policy
            ranked = standings(unit, RELEASE, policy=policy)
            found = unit.results.all(RELEASE)
    cards = {r.submission_id: Scorecard.from_json(r.scorecard) for r in found}
    return Played(create_app(settings), tokens, ranked, cards)


def register_everybody(database: Database) -> dict[str, str]:
    people = {
        **dict.fromkeys(("Zwaluw", "Grutto", "Kievit"), Role.TEAM),
        "Jurylid": Role.JUROR,
        "Desk": Role.ORGANISER,
    }
    with database.begin() as unit:
        return {
            name: register(unit, role, name, by="a test", now=NOON)[1]
            for name, role in people.items()
        }


def spoken(text: str) -> str:
    """Read a page's words, without markup."""
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", text)).split())


def exact_numbers(card: Scorecard) -> set[str]:
    """Every number of a scorecard as JSON and Python write it, in full."""
    found = re.findall(r"-?\d+\.\d{5,}(?:e-\d+)?", card.to_json())
    assert found
    return set(found)


def test_a_visitor_reads_the_rounded_score_of_the_accepted_submission(
    played: Played,
) -> None:
    rows = {row["team"]: row for row in played.board("visitor")}
    row, exact = rows["Zwaluw"], played.cards["better"].metrics["scaled_brier"]
    result = played.ranked.results["better"]
    assert [
        row["scaled_brier"],
        row["scaled_brier_low"],
        row["scaled_brier_high"],
    ] == [*asdict(live_score(exact)).values()]
    assert row["scored_at"] == result.scored_at.isoformat().replace("+00:00", "Z")
    assert (row["place"], row["submissions"], row["findings"]) == ("1", 4, [])


@pytest.mark.parametrize(
    ("path", "module", "look"),
    [("/api/board", board, "state_of"), ("/", ranking, "version_of")],
)
def test_a_team_readmitted_during_a_ranking_is_back(
    played: Played,
    monkeypatch: pytest.MonkeyPatch,
    path: str,
    module: ModuleType,
    look: str,
) -> None:
    def bar(reason: str | None) -> None:
        with played.app.state.deployment.database.begin() as unit:
            unit.people.bar(unit.people.named(Role.TEAM, "Zwaluw"), reason)

    looks = getattr(module, look)

    def then_barred(*asked: object) -> object:
        found = looks(*asked)
        monkeypatch.setattr(module, look, looks)
        bar("The wrong button.")
        return found

    request = played.request(path, "visitor", Accept="text/html")

    def asked() -> Iterator[httpx.Request]:
        yield request
        bar(None)
        yield request

    monkeypatch.setattr(module, look, then_barred)
    answers = played.ask(asked())

    # Below the ranking a page lists who was disqualified.
    rankings = [answer.text.partition("</table>")[0] for answer in answers]
    assert ["Zwaluw" in ranking for ranking in rankings] == [False, True]


def test_no_row_holds_a_difference_or_a_margin(played: Played) -> None:
    assert {key for row in played.board("visitor") for key in row} == {
        *("team", "sources", "baseline", "title", "submissions", "scored_at"),
        *("place", "place_low", "place_high", "leading", "outside", "why"),
        *("scaled_brier", "scaled_brier_low", "scaled_brier_high"),
        *("policy", "findings", "reference"),
    }


def test_the_organiser_reads_exact_scores_and_what_the_policy_found(
    played: Played,
) -> None:
    rows = {row["team"]: row for row in played.board("organiser")}
    card = played.cards["better"]
    assert rows["Zwaluw"]["scaled_brier"] == card.metrics["scaled_brier"].value
    assert rows["Zwaluw"]["findings"] == [asdict(f) for f in card.policy.findings]
    page = spoken(played.page("/?lang=en", "organiser"))
    for sentence in card.policy.sentences("en"):
        assert sentence.lower() in page.lower()


@pytest.mark.parametrize("language", ["nl", "en"])
@pytest.mark.parametrize("reader", READERS)
def test_page_and_json_say_the_same_of_every_row(
    played: Played, reader: str, language: str
) -> None:
    page = spoken(played.page(f"/?lang={language}", reader))
    table = page[page.index({"nl": "Stand", "en": "Standing"}[language]) :]
    for row in played.board(reader):
        score = f"{row['scaled_brier']:z.3f}".replace("-", "\N{MINUS SIGN}")
        assert score.replace(".", "," if language == "nl" else ".") in table
        assert (row["place"] or "").replace("-", "\N{EN DASH}") in table
        assert row["team"] in table
        for sentence in row["why"][language]:
            assert sentence in table


@pytest.mark.parametrize("language", ["nl", "en"])
def test_each_row_explains_itself_without_a_script(
    played: Played, language: str
) -> None:
    page = played.page(f"/?lang={language}", "team")
    rows = played.board("team")
    for row in rows:
        assert len(row["why"][language]) == 4
    words = spoken(page)
    assert all(sentence in words for row in rows for sentence in row["why"][language])


@pytest.mark.parametrize("reader", LIVE)
def test_sentences_say_nothing_that_was_withheld(played: Played, reader: str) -> None:
    """Each is made from the row as it leaves: an exact figure cannot be in it."""
    rows = played.board(reader)
    ranked = sum(row["outside"] is None for row in rows)
    for row in rows:
        shown = {row["scaled_brier"], row["scaled_brier_low"], row["scaled_brier_high"]}
        places = {row["place_low"], row["place_high"]}
        counts = {(row["place_low"] or 1) - 1, ranked - (row["place_high"] or 0)}
        for number in re.findall(r"\d+(?:\.\d+)?", " ".join(row["why"]["en"])):
            known = {*shown, *places, *counts, 95} - {None}
            assert any(abs(float(number)) == abs(round(k, 3)) for k in known), number


@pytest.mark.parametrize(("reader", "phase"), [*product(READERS, Phase)])
def test_no_answer_shows_more_than_the_reader_may_see(
    played: Played, reader: str, phase: Phase
) -> None:
    audience = Audience(reader)
    board = form_for(audience, phase, RowSet.BOARD)
    practice = form_for(audience, phase, RowSet.PRACTICE)
    rows = played.board(reader, phase)
    page = played.page("/", reader, phase)

    rounded = {Form.LIVE: live_score, Form.TABLE: released, Form.EXACT: lambda e: e}
    kept = [row.key for row in played.ranked.boards["all"].rows]
    if board is Form.NOTHING:
        assert rows == []
        kept = []
    for key, row in zip(kept, rows, strict=True):
        exact = played.cards[key].metrics["scaled_brier"]
        assert row["scaled_brier"] == rounded[board](exact).value
        assert (row["scaled_brier_low"], row["scaled_brier_high"]) == (
            rounded[board](exact).low,
            rounded[board](exact).high,
        )
        assert bool(row["findings"]) <= (board is Form.EXACT)
    if board is not Form.EXACT:
        numbers = {n for card in played.cards.values() for n in exact_numbers(card)}
        told = json.dumps(rows) + page
        assert not {number for number in numbers if number in told}
    tags = ("oefenrijen: kan op getraind zijn", "practice rows: may have been")
    assert any(tag in page for tag in tags) == (
        practice is not Form.NOTHING
        and board is not Form.NOTHING
        # At the end a table of the rows themselves takes their place.
        and phase is not Phase.CLOSED
    )


@pytest.mark.parametrize("phase", Phase)
def test_final_and_external_rows_are_not_there_until_they_are_scored(
    played: Played, phase: Phase
) -> None:
    asked = list(product(READERS, ("final", "external")))
    documents, tables = (
        played.ask(
            [played.request(f"{path}?set={rows}", r) for r, rows in asked], phase
        )
        for path in ("/api/board", "/board.csv")
    )
    for document, table in zip(documents, tables, strict=True):
        assert document.status_code == table.status_code
        assert document.status_code == 404 or document.json()["rows"] == []
    if phase not in (Phase.JURY, Phase.CLOSED):
        assert {answer.status_code for answer in documents} == {404}


@pytest.mark.parametrize("phase", Phase)
def test_a_submission_tells_its_team_what_the_ladder_says_and_no_score(
    played: Played, phase: Phase
) -> None:
    keys = ("first", "kept", "better", "nudged")
    answers = played.ask(
        [played.request(f"/api/submissions/{key}", "team") for key in keys], phase
    )
    told = {key: answer.json() for key, answer in zip(keys, answers, strict=True)}
    if form_for("team", phase, "board") is Form.NOTHING:
        assert all(document["told"] is None for document in told.values())
        return
    assert {key: document["step"] for key, document in told.items()} == {
        "first": "first",
        "kept": "kept",
        "better": "better",
        "nudged": "kept",
    }
    assert told["nudged"]["told"] == {
        "nl": "niet meetbaar beter dan je beste",
        "en": "not measurably better than your best",
    }
    assert [key for key in keys if told[key]["why"]] == ["better"]
    own = next(row for row in played.board("team", phase) if row["team"] == "Zwaluw")
    assert told["better"]["why"] == own["why"]


@pytest.mark.parametrize("reader", ["team", "organiser"])
def test_a_list_of_submissions_says_of_each_what_its_own_document_says(
    played: Played, reader: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[Principal | None] = []

    def counted(here: Deployment, ranked: Standings, *, reader: Principal) -> Board:
        made.append(reader)
        return board_for(here, ranked, reader=reader)

    monkeypatch.setattr(feedback, "board_for", counted)
    [answer] = played.ask([played.request("/api/submissions", reader)])
    listed, boards = answer.json(), len(made)
    own = [played.request(f"/api/submissions/{one['id']}", reader) for one in listed]
    documents = [answer.json() for answer in played.ask(own)]
    for one, document in zip(listed, documents, strict=True):
        used = document.keys() - one.keys()
        assert used == {"cpu_seconds", "memory_mib", "same_as"}
        assert one | {key: document[key] for key in used} == document
    assert len(listed) > 1
    assert boards == 1  # not one for every submission


@pytest.mark.parametrize("language", ["nl", "en"])
def test_a_submissions_page_says_the_same_as_its_json(
    played: Played, language: str
) -> None:
    for key in ("kept", "better"):
        [answer] = played.ask([played.request(f"/api/submissions/{key}", "team")])
        document = answer.json()
        page = spoken(played.page(f"/submissions/{key}?lang={language}", "team"))
        assert document["told"][language] in page
        for sentence in (document["why"] or {language: []})[language]:
            assert sentence in page


def test_a_submission_that_did_not_climb_says_no_figure_of_hidden_rows(
    played: Played,
) -> None:
    """Two submissions that both did not climb cannot be told apart by their answers."""
    same = []
    for key in ("kept", "nudged"):
        [answer] = played.ask([played.request(f"/api/submissions/{key}", "team")])
        document = answer.json()
        for fact in ("id", "number", "created_at", "updated_at"):
            document.pop(fact)
        same.append(document)
    assert same[0] == same[1]


def test_a_team_reads_practice_rows_in_its_report_and_an_organiser_the_board(
    played: Played,
) -> None:
    path = "/api/submissions/kept/scorecard"
    team, desk = (
        played.ask([played.request(path, reader)])[0].json()
        for reader in ("team", "organiser")
    )
    assert (team["rows"], desk["rows"]) == ("practice", "board")
    assert desk["scorecard"] == json.loads(played.cards["kept"].to_json())
    numbers = exact_numbers(played.cards["kept"])
    assert not {n for n in numbers if n in json.dumps(team)}


def test_a_draft_gives_a_team_no_report_yet(played: Played) -> None:
    [answer] = played.ask(
        [played.request("/api/submissions/kept/scorecard", "team")], Phase.DRAFT
    )
    assert answer.status_code == 404


def test_an_attack_by_small_changes_sees_a_frozen_board_and_one_sentence(
    settings: Settings, release: Release
) -> None:
    """Everything that the attacker and a visitor can read, after every try."""
    with closing(open_database(settings.database)) as database:
        tokens = register_everybody(database)
        player = Player(database, release, settings.home)
        player.play("rival", player.guess(0.05), "Grutto")
        player.play("0", player.guess(0.02))
        played = Played(create_app(settings), tokens, Standings({}, {}, {}, {}), {})
        before = everything(played, "0")
        seen = []
        for key in map(str, range(1, 9)):
            tried = player.nudged(player.guess(0.02), int(key), by=0.02)
            player.play(key, tried)
            seen.append(everything(played, key))
    boards, told = zip(*seen, strict=True)
    assert set(boards) == {before[0]}
    assert len(set(told)) == 1
    assert "niet meetbaar beter dan je beste" in told[0]


def everything(played: Played, key: str) -> tuple[str, str]:
    """What the board says to anybody, and what a submission says to its team.

    Without what the team knows by itself: which try it was, and when.
    """
    own = [f"/api/submissions/{key}", f"/submissions/{key}"]
    own += [f"{path}/scorecard" for path in own]
    answers = played.ask(
        [
            played.request("/api/board", "visitor"),
            played.request("/", "visitor"),
            played.request("/api/board", "team"),
            played.request("/", "team"),
            *(played.request(path, "team") for path in own),
        ]
    )
    texts = [answer.text.replace(f"/{key}", "/KEY") for answer in answers]
    known = r'"(id|number|updated_at|submissions)":("[^"]*"|\d+)|\d+×|Inzending \d+'
    known += r'|<span class="num">\d+</span><small>van 10 scores'
    known += r'|(?s:<select id="with".*?</select>)|\?with=\d+|met inzending \d+'
    known += r"|stand van [^<]*"
    texts = [re.sub(known, "KNOWN", text) for text in texts]
    return "".join(texts[:4]), "".join(texts[4:])
