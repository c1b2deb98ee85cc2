"""The end as everybody sees it: what counted, what moved, what it is held against."""

from __future__ import annotations

import csv
import io
import json
import re
import shutil
import zipfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from html import unescape

import httpx
import pytest
from fastapi import FastAPI

from challenge.brief import read_brief
from challenge.records import Role
from challenge.rules.finals import FinalScoring
from challenge.rules.picks import disqualify, pick
from challenge.rules.registration import register
from challenge.rules.sealed import SealedScoring
from challenge.rules.tokens import make_token
from challenge.settings import Settings
from challenge.store import Unit, open_database
from challenge.synthesis import Release
from challenge.web.app import create_app
from leaderboard import Estimate, Scorecard, publish

from ...factories import NOON, QUICKSTART, RELEASE, Player
from .conftest import asking

BRIEF = read_brief(QUICKSTART)
PEOPLE = {
    **dict.fromkeys(("Zwaluw", "Grutto", "Kievit", "Wulp"), Role.TEAM),
    "Jurylid": Role.JUROR,
    "Desk": Role.ORGANISER,
}
REFERENCES = {"board": 0.37, "final": 0.41, "external": 0.43}
"""Scores of the reference model that stand nowhere else."""


@contextmanager
def opened(settings: Settings) -> Iterator[Unit]:
    """One writing transaction beside the application."""
    with (
        closing(open_database(settings.database)) as database,
        database.begin() as unit,
    ):
        yield unit


@dataclass(frozen=True)
class End:
    """A day on which a team picked, one lost its first pick, and one was barred."""

    app: FastAPI
    settings: Settings
    tokens: dict[str, str]

    def get(self, path: str, who: str | None = None) -> httpx.Response:
        accept = "application/json" if path.startswith("/api") else "text/html"
        head = {"Accept": accept, "Accept-Language": "nl"}
        if who:
            head["Authorization"] = f"Bearer {self.tokens[who]}"
        request = httpx.Request("GET", f"http://here{path}", headers=head)
        [answer] = asking(self.app)([request])
        return answer

    def go(self, phase: str) -> None:
        with opened(self.settings) as unit:
            unit.phases.change(phase, by="a test", now=NOON)

    def exact(self, key: str, rows: str) -> Scorecard:
        with opened(self.settings) as unit:
            return Scorecard.from_json(unit.finals.all(RELEASE, rows)[key].scorecard)


@pytest.fixture(scope="module")
def end(
    release: Release,
    published_settings: Settings,
    tmp_path_factory: pytest.TempPathFactory,
) -> End:
    home = tmp_path_factory.mktemp("ended")
    (home / "releases").symlink_to(published_settings.home / "releases")
    shutil.copy(published_settings.home / "challenge.db", home)
    settings = published_settings.model_copy(update={"home": home})
    with closing(open_database(settings.database)) as database:
        with database.begin() as unit:
            made = {
                name: register(unit, role, name, by="a test", now=NOON)
                for name, role in PEOPLE.items()
            }
        player = Player(database, release, home)
        for key, knowing, team in (
            *(("z-poor", 0.05, "Zwaluw"), ("z-good", 0.3, "Zwaluw")),
            *(("g-first", 0.15, "Grutto"), ("g-second", 0.1, "Grutto")),
            *(("k-only", 0.2, "Kievit"), ("w-barred", 0.4, "Wulp")),
        ):
            player.play(key, player.guess(knowing), team)
        with database.begin() as unit:
            for team, key, choice in (
                ("Zwaluw", "z-poor", 1),
                ("Grutto", "g-first", 1),
                ("Grutto", "g-second", 2),
            ):
                whose = made[team][0]
                told = {"choice": choice, "release": RELEASE, "now": NOON}
                pick(unit, BRIEF, whose, key, **told)
            unit.people.bar(made["Wulp"][0], "Twee teams onder één naam.")
            disqualify(unit, "g-first", reason="Postcode.", by="Desk", now=NOON)
            unit.phases.change("jury", by="a test", now=NOON)
            for rows, score in REFERENCES.items():
                told = {"scorer": "a test", "now": NOON}
                unit.references.keep(RELEASE, rows, {"all": score}, **told)
        sealed = SealedScoring(database, release, BRIEF, home)
        FinalScoring(sealed).catch_up(now=lambda: NOON)
    tokens = {name: token for name, (_, token) in made.items()}
    return End(create_app(settings), settings, tokens)


def spoken(text: str) -> str:
    """Read a page's words, without markup."""
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", text)).split())


@pytest.mark.parametrize("rows", ["final", "external"])
def test_what_counts_stands_in_the_final_table_and_nothing_else(
    end: End, rows: str
) -> None:
    """A pick before the ladder's, a second for a first that fell away, none barred."""
    end.go("closed")
    found = end.get(f"/api/board?set={rows}").json()["rows"]
    by_team = {row["team"]: row for row in found}
    assert set(by_team) == {"Zwaluw", "Grutto", "Kievit"}
    for team, key in (
        ("Zwaluw", "z-poor"),
        ("Grutto", "g-second"),
        ("Kievit", "k-only"),
    ):
        exact = end.exact(key, rows).metrics["scaled_brier"].value
        assert by_team[team]["scaled_brier"] == round(exact, 3)


def test_the_shake_up_names_each_team_with_both_places(end: End) -> None:
    end.go("closed")
    page = end.get("/?set=final").text
    [part] = re.findall(
        r'<section aria-labelledby="shake-up">.*?</section>', page, re.S
    )
    board = {r["team"]: r["place"] for r in end.get("/api/board").json()["rows"]}
    final = {
        r["team"]: r["place"] for r in end.get("/api/board?set=final").json()["rows"]
    }
    cells = re.findall(
        r'<tr><th scope="row">(.*?)</th><td>(.*?)</td><td>(.*?)</td></tr>', part
    )
    assert [name for name, _, _ in cells] == ["Grutto", "Kievit", "Zwaluw"]
    for name, before, after in cells:
        assert before.replace("–", "-") == (board[name] or "-")
        assert after.replace("–", "-") == (final[name] or "-")
    assert "van de 3 teams" in spoken(part)
    # Inside against outside, of each of them and of nobody else.
    beyond = re.findall(r'<section aria-labelledby="beyond">.*', page, re.S)[0]
    assert re.findall(r"<details><summary>(\w+)</summary>", beyond)[:3] == [
        *("Grutto", "Kievit", "Zwaluw")
    ]
    assert "Wulp" not in part


@pytest.mark.parametrize(
    ("rows", "phase", "who", "says"),
    [
        ("board", "jury", None, "openbare oefenrijen"),
        ("board", "closed", None, "gesloten bordrijen"),
        ("final", "jury", "Jurylid", "gesloten eindrijen"),
        ("final", "closed", None, "gesloten eindrijen"),
        ("external", "closed", "Zwaluw", "gemeenten die apart zijn gehouden"),
    ],
)
def test_gaps_and_areas_are_of_hidden_rows_as_soon_as_those_may_leave(
    end: End, rows: str, phase: str, who: str | None, says: str
) -> None:
    end.go(phase)
    part = end.get(f"/?set={rows}", who).text.partition('id="working-measure"')[2]
    assert "Deze figuren gebruiken" in spoken(part)
    assert says in spoken(part)
    assert ("kan op getraind zijn" in part) == ("oefenrijen" in says)


def test_a_team_reads_one_table_of_the_final_rows_about_what_counted(
    end: End,
) -> None:
    end.go("closed")
    exact = end.exact("z-poor", "final")
    path = "/submissions/z-poor/scorecard"
    page = spoken(end.get(f"{path}?rows=final", "Zwaluw").text)
    assert "eindrijen: daar kon niemand op trainen" in page
    assert "kan op getraind zijn" not in page
    told = end.get(f"/api{path}?rows=final", "Zwaluw").json()
    assert told["rows"] == "final"
    assert told["scorecard"] == json.loads(publish(exact, live=False).to_json())
    assert end.get(f"{path}.csv?rows=final", "Zwaluw").status_code == 200
    assert f"{path}?rows=final" in end.get(path, "Zwaluw").text
    # Neither what did not count, nor another team's, nor before the end.
    assert end.get("/submissions/z-good/scorecard?rows=final", "Zwaluw").is_error
    assert end.get(f"{path}?rows=final", "Grutto").status_code == 404
    end.go("jury")
    assert end.get(f"{path}?rows=final", "Zwaluw").status_code == 404
    assert "rows=final" not in end.get(path, "Zwaluw").text


def test_before_it_is_closed_a_team_reads_neither_places_nor_references_of_the_end(
    end: End,
) -> None:
    end.go("jury")
    for who in (None, "Zwaluw"):
        for path in ("/", "/api/board", "/board.csv", "/board/part"):
            told = end.get(path, who).text
            assert "shake-up" not in told
            # Not of a moment: 10.41 CET, or microseconds.
            assert not re.search(r"(?<!\d)0[.,]4[13](?! CES?T)", told)
        for path in ("/", "/api/board", "/board.csv"):
            assert end.get(f"{path}?set=final", who).status_code == 404


@pytest.mark.parametrize(
    ("rows", "phase", "who", "says"),
    [
        ("board", "open", None, "referentie 0,37"),
        ("final", "jury", "Jurylid", "referentie 0,41"),
        ("external", "jury", "Desk", "referentie 0,43"),
        ("final", "closed", None, "referentie 0,41"),
        ("external", "closed", "Zwaluw", "referentie 0,43"),
    ],
)
def test_each_table_stands_beside_the_reference_on_its_own_rows(
    end: End, rows: str, phase: str, who: str | None, says: str
) -> None:
    end.go(phase)
    page = spoken(end.get(f"/?set={rows}", who).text)
    assert says in page
    document = end.get(f"/api/board?set={rows}", who).json()
    assert [one["reference"] for one in document["sources"]] == [REFERENCES[rows]]
    assert {row["reference"] for row in document["rows"]} == {REFERENCES[rows]}
    sheet = end.get(f"/board.csv?set={rows}", who).text
    lines = [line for line in sheet.lstrip("\ufeff").splitlines() if line]
    start = next(i for i, line in enumerate(lines) if line.startswith("place,"))
    table = list(csv.DictReader(io.StringIO("\n".join(lines[start:]))))
    assert {row["reference"] for row in table} == {str(REFERENCES[rows])}


@pytest.mark.parametrize("phase", ["draft", "practice"])
def test_as_long_as_nothing_ranks_there_is_no_reference_either(
    end: End, phase: str
) -> None:
    end.go(phase)
    for path in ("/", "/api/board", "/board.csv"):
        told = end.get(path).text
        assert not re.search(r"(?<!\d)0[.,]37(?! CES?T)", told)


@pytest.mark.parametrize(
    ("rows", "says"), [("final", "Eindstand op de eindrijen"), ("external", "externe")]
)
def test_the_page_says_which_rows_rank(end: End, rows: str, says: str) -> None:
    end.go("closed")
    [lead] = re.findall(
        r'<h2 id="standing">.*?</p>', end.get(f"/?set={rows}").text, re.S
    )
    assert says in spoken(lead)


@pytest.mark.parametrize("phase", ["open", "jury", "closed"])
@pytest.mark.parametrize("rows", ["board", "final", "external"])
def test_no_juror_ever_reads_practice_figures(end: End, phase: str, rows: str) -> None:
    end.go(phase)
    page = end.get(f"/?set={rows}", "Jurylid").text
    assert "kan op getraind zijn" not in page


@pytest.mark.parametrize(
    ("who", "phase", "is_there"),
    [
        ("Desk", "jury", True),
        ("Jurylid", "jury", True),
        (None, "closed", True),
        ("Zwaluw", "closed", True),
        (None, "jury", False),
        ("Zwaluw", "jury", False),
    ],
)
def test_gaps_of_final_rows_are_told_when_tables_of_them_are(
    end: End, who: str | None, phase: str, is_there: bool
) -> None:
    with opened(end.settings) as unit:
        card = Scorecard.from_json(
            unit.finals.all(RELEASE, "final")["k-only"].scorecard
        )
        if "KANARIE" not in card.gaps:
            levels = [
                replace(
                    group,
                    attribute="KANARIE",
                    rows=4000,
                    positives=800,
                    false_negative_rate=Estimate(rate, rate - 0.02, rate + 0.02),
                )
                for group, rate in zip(card.groups[:2], (0.51, 0.83), strict=True)
            ]
            marked = replace(
                card,
                gaps={**card.gaps, "KANARIE": Estimate(0.32, 0.29, 0.35)},
                groups=(*card.groups, *levels),
            )
            unit.finals.replace("k-only", "final", scorer="a", card=marked.to_json())
    end.go(phase)
    whole = end.get("/", who).text
    if is_there:
        whole = end.get("/?set=final", who).text
        [part] = re.findall(
            r'<section aria-labelledby="final-gaps">.*?</section>', whole, re.S
        )
        assert "KANARIE" in part
        assert "Rekenmaat: niemand wordt geselecteerd" in part
        assert "32 (" in part
        assert "Wulp" not in part
    else:
        assert "KANARIE" not in whole
        assert "final-gaps" not in whole


def test_the_hand_over_at_the_end_holds_tables_without_small_cells(end: End) -> None:
    end.go("closed")
    answer = end.get("/organiser/handover/Grutto.zip", "Desk")
    with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
        cards = {
            found[1]: archive.read(found[0]).decode()
            for name in archive.namelist()
            if (found := re.match(r".*/scores-(\w+)\.json", name))
        }
    assert set(cards) == {*REFERENCES, "practice"}
    for rows in ("final", "external"):
        exact = end.exact("g-second", rows)
        told = json.loads(cards[rows])
        assert told == json.loads(publish(exact, live=False).to_json())
        assert told["positives"] % 5 == 0 == told["rows"] % 5
        assert str(exact.metrics["scaled_brier"].value) not in cards[rows]


def test_an_empty_board_has_the_reference_to_begin_with(
    end: End, settings: Settings
) -> None:
    with opened(settings) as unit:
        unit.references.keep(RELEASE, "board", {"all": 0.37}, scorer="x", now=NOON)
    empty = End(create_app(settings), settings, {})
    page = spoken(empty.get("/").text)
    assert "referentie 0,37" in page
    assert "Nog geen inzending met een score." in page
    assert [s["reference"] for s in empty.get("/api/board").json()["sources"]] == [0.37]


def test_the_shake_up_marks_the_readers_own_team_and_nobody_who_is_called_like_it(
    end: End,
) -> None:
    end.go("closed")
    with opened(end.settings) as unit:
        # As two could be called alike before names were one person's.
        namesake = unit.people.add(Role.JUROR, "Grutto", now=NOON)
        token = make_token(unit, namesake, label="", by="a test", now=NOON)
    end.tokens["Grutto of the jury"] = token
    for who, own in (("Grutto", {"Grutto"}), ("Grutto of the jury", set())):
        page = end.get("/?set=final", who).text
        [part] = re.findall(
            r'<section aria-labelledby="shake-up">.*?</section>', page, re.S
        )
        assert set(re.findall(r'<li class="own"><span>(\w+)', part)) == own


def test_without_what_tells_inside_from_outside_the_final_table_stands_all_the_same(
    settings: Settings, release: Release
) -> None:
    with closing(open_database(settings.database)) as database:
        with database.begin() as unit:
            register(unit, Role.TEAM, "Zwaluw", by="a test", now=NOON)
        player = Player(database, release, settings.home)
        player.play("one", player.guess(0.1))
        card = player.result("one").scorecard
        with database.begin() as unit:
            cards = {"final": card, "external": card}
            unit.finals.record("one", cards, release=RELEASE, scorer="1", now=NOON)
            unit.phases.change("closed", by="a test", now=NOON)
    shown = End(create_app(settings), settings, {}).get("/?set=final")
    assert shown.status_code == 200
    assert 'id="shake-up"' in shown.text
    assert 'id="beyond"' not in shown.text
