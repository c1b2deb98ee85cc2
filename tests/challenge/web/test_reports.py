"""A score report: what it stands beside, what it gives away, and its sheet."""

from __future__ import annotations

import csv
import io
import re
from contextlib import closing

import pytest

from challenge.records import Role
from challenge.settings import Settings
from challenge.store import Unit, open_database
from challenge.synthesis import Release
from leaderboard import Scorecard

from ...factories import Player
from .conftest import Ask
from .room import Room

PATH = "/submissions/one/scorecard"


@pytest.fixture
def room(settings: Settings, release: Release) -> Room:
    """Let one team have one score."""
    made = Room(settings)
    play(settings, release, "one", 0.1)
    made.go("open")
    return made


def play(
    settings: Settings, release: Release, key: str, knowing: float, team: str = "Zwaluw"
) -> None:
    with closing(open_database(settings.database)) as database:
        player = Player(database, release, settings.home)
        player.play(key, player.guess(knowing), team=team)


def practice_of(room: Room, key: str) -> Scorecard:
    found = []
    room.change(lambda unit: found.append(unit.results.get(key).practice))
    return Scorecard.from_json(found[0])


def dutch(value: float, digits: int) -> str:
    return f"{value:.{digits}f}".replace(".", ",").replace("-", "\N{MINUS SIGN}")


def compared(text: str) -> str:
    """Cut out the table of a comparison."""
    [table] = re.findall(
        r'<section aria-labelledby="compared">(.*?)</section>', text, re.S
    )
    return table


def test_an_earlier_submission_stands_beside_a_report(
    ask: Ask, room: Room, settings: Settings, release: Release
) -> None:
    play(settings, release, "two", 0.2)
    plain, beside = ask(
        [room.get(PATH, "Zwaluw"), room.get(PATH + "?with=two", "Zwaluw")]
    )
    assert 'id="compared"' not in plain.text
    assert f'href="{PATH}?with=two"' in plain.text
    shown = compared(beside.text)
    for key in ("one", "two"):
        card = practice_of(room, key)
        assert dutch(card.metrics["scaled_brier"].value, 3) in shown
    assert "oefenrijen: kan op getraind zijn" in shown


def test_the_reference_model_and_no_model_stand_beside_a_report(
    ask: Ask, room: Room
) -> None:
    reference, nothing = ask(
        [
            room.get(f"{PATH}?with={kind}", "Zwaluw")
            for kind in ("reference", "no-model")
        ]
    )
    curves = practice_of(room, "one").curves
    assert curves is not None
    assert curves.reference_auroc is not None
    assert dutch(curves.reference_auroc, 3) in compared(reference.text)
    assert "0,000" in compared(nothing.text)
    assert "0,500" in compared(nothing.text)


def test_nothing_of_another_team_stands_beside_a_report(
    ask: Ask, room: Room, settings: Settings, release: Release
) -> None:
    play(settings, release, "theirs", 0.3, team="Grutto")
    others = ["theirs", "absent", "../one", "<i>"]
    answers = ask([room.get(f"{PATH}?with={other}", "Zwaluw") for other in others])
    assert [answer.status_code for answer in answers] == [404] * 4
    assert "<i>" not in answers[-1].text


def test_the_sheet_holds_the_numbers_of_the_practice_rows_with_points(
    ask: Ask, room: Room
) -> None:
    [answer] = ask([room.get(f"{PATH}.csv", "Zwaluw")])
    assert answer.headers["content-disposition"].endswith('"scorecard-one.csv"')
    _, _, head, *rows = csv.reader(io.StringIO(answer.text.removeprefix("\ufeff")))
    assert head == ["rows", "what", "group", "measure", "value", "low", "high"]
    assert {row[0] for row in rows} == {"practice"}
    card = practice_of(room, "one")
    [score] = [row for row in rows if row[1:4] == ["all", "", "scaled_brier"]]
    assert float(score[4]) == card.metrics["scaled_brier"].value
    kinds = {row[1] for row in rows}
    assert {"area", "roc model", "roc reference", "calibration"} <= kinds
    assert {"decision model", "decision everyone", "decision reference"} <= kinds
    # What is suppressed is empty, not 0.
    hidden = [g for g in card.groups if g.false_negative_rate is None]
    for group in hidden:
        place = [group.attribute, group.level, "false_negative_rate"]
        assert [row[4:] for row in rows if row[1:4] == place] == [["", "", ""]]


def test_the_json_of_a_report_is_the_published_scorecard(ask: Ask, room: Room) -> None:
    own, other = ask(
        [room.get(f"/api{PATH}", "Zwaluw"), room.get(f"/api{PATH}", "Grutto")]
    )
    answer = own.json()
    assert answer["rows"] == "practice"
    assert answer["scorecard"]["replicates"] == []
    shown = answer["scorecard"]["metrics"]["auroc"]["value"]
    assert shown == practice_of(room, "one").metrics["auroc"].value
    assert other.status_code == 404


def test_what_the_team_says_stands_beside_the_calibration_until_the_jury_began(
    ask: Ask, room: Room
) -> None:
    before, kept, after, desk = ask(
        [
            room.get(PATH, "Zwaluw"),
            room.post("/interpretation", "Zwaluw", text="planted <b>note</b>"),
            room.get(PATH, "Zwaluw"),
            room.get(PATH, "Organisatie"),
        ]
    )
    assert "Jullie schreven nog niet op" in before.text
    assert kept.status_code == 303
    [meaning] = [
        part
        for part in re.findall(r"<figcaption.*?</figcaption>", after.text, re.S)
        if "Jullie duiding" in part
    ]
    assert "planted &lt;b&gt;note&lt;/b&gt;" in meaning
    assert 'href="/interpretation"' in meaning
    assert "planted" not in desk.text
    room.go("jury")
    [shown] = ask([room.get(PATH, "Zwaluw")])
    assert "Jullie duiding" in shown.text
    assert 'href="/interpretation"' not in shown.text


def test_every_picture_of_a_report_says_what_it_means_and_has_its_numbers(
    ask: Ask, room: Room
) -> None:
    [shown] = ask([room.get(PATH, "Zwaluw")])
    figures = re.findall(r'<figure class="chart".*?</figure>', shown.text, re.S)
    assert len(figures) > 3
    for figure in figures:
        assert "Wat betekent dit?" in figure
        assert "<table" in figure
        assert "oefenrijen: kan op getraind zijn" in figure


def test_a_report_for_teams_holds_no_board_row(ask: Ask, room: Room) -> None:
    exact = []

    def read(unit: Unit) -> None:
        assert unit.people.named(Role.TEAM, "Zwaluw")
        exact.append(Scorecard.from_json(unit.results.get("one").scorecard))

    room.change(read)
    [shown] = ask([room.get(PATH, "Zwaluw")])
    value = exact[0].metrics["scaled_brier"].value
    assert value != practice_of(room, "one").metrics["scaled_brier"].value
    assert repr(value) not in shown.text
    assert "bordrijen, precieze cijfers" not in shown.text
