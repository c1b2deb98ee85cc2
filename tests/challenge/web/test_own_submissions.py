"""What a team tells its own submissions apart by, and what a phase lets it read."""

from __future__ import annotations

import html
import re
from contextlib import closing
from datetime import timedelta

import pytest

from challenge.records import Stage, State
from challenge.settings import Settings
from challenge.store import Unit, open_database
from challenge.synthesis import Release
from leaderboard import Scorecard

from ...factories import NOON, Player
from .conftest import Ask
from .room import Room

NOTE = (
    "Zonder de bron Wijkteam,\nmet <b>meer</b> bomen en een lager tempo van leren erbij"
)


@pytest.fixture
def room(settings: Settings) -> Room:
    made = Room(settings)
    made.go("open")
    return made


def played(room: Room, settings: Settings, release: Release) -> Scorecard:
    """Give Zwaluw one score, and what it reached on practice rows."""
    with closing(open_database(settings.database)) as database:
        player = Player(database, release, settings.home)
        player.play("one", player.guess(0.1))
    found = []
    room.change(lambda unit: found.append(unit.results.get("one").practice))
    return Scorecard.from_json(found[0])


def add(room: Room, key: str, team: str = "Zwaluw", **values: object) -> None:
    def act(unit: Unit) -> None:
        facts: dict[str, object] = {
            "state": State.SCORED,
            "stage": Stage.SCORED,
            "title": "Eerste model",
            "created_at": NOON,
            "bundle_sha256": "",
        }
        unit.submissions.add(
            id=key,
            team_id=room.person(unit, team).id,
            release="quickstart/1",
            sources="all",
            updated_at=NOON,
            **(facts | values),
        )

    room.change(act)


def line_of(text: str, key: str) -> str:
    [line] = re.findall(
        rf'<tr><th scope="row"><a href="/submissions/{key}".*?</tr>', text
    )
    return html.unescape(line)


def test_the_list_shows_the_score_on_practice_rows_with_three_decimals(
    ask: Ask, room: Room, settings: Settings, release: Release
) -> None:
    reached = played(room, settings, release).metrics["scaled_brier"].value
    [shown] = ask([room.get("/submissions", "Zwaluw")])
    words = f"{reached:.3f}".replace(".", ",").replace("-", "\N{MINUS SIGN}")
    label = "Score op oefenrijen"
    assert f'<th scope="col">{label}</th>' in shown.text
    assert f'<td data-label="{label}">{words}</td>' in line_of(shown.text, "one")


def test_the_list_shows_the_start_of_a_note_and_the_whole_in_its_title(
    ask: Ask, room: Room
) -> None:
    add(room, "long", note=NOTE)
    add(room, "short", note="Kort")
    add(room, "none")
    [shown] = ask([room.get("/submissions", "Zwaluw")])
    said = line_of(shown.text, "long")
    [whole] = re.findall(r'<span title="(.*?)">', shown.text)
    [start] = re.findall(r'title=".*?">([^"]*?)…</span>', said)
    line = NOTE.replace("\n", " ")
    assert html.unescape(whole) == line
    assert line.startswith(start)
    assert 45 < len(start) < 60
    assert "<b>meer" not in shown.text
    assert "<span>Kort</span>" in line_of(shown.text, "short")
    assert "<br>" not in line_of(shown.text, "none")


def test_the_list_says_in_words_why_a_submission_was_refused(
    ask: Ask, room: Room
) -> None:
    refused = {"state": State.REFUSED, "stage": Stage.RECEIVED}
    add(room, "known", reason="not-a-zip", message="It is no zip.", **refused)
    add(room, "new", reason="unheard-of", message="Never seen.", **refused)
    [shown] = ask([room.get("/submissions", "Zwaluw")])
    assert "geen zip" in line_of(shown.text, "known")
    assert "It is no zip" not in line_of(shown.text, "known")
    assert '<span class="small muted" lang="en">Never seen.' in line_of(
        shown.text, "new"
    )


def test_nothing_of_another_team_stands_in_the_list(
    ask: Ask, room: Room, settings: Settings, release: Release
) -> None:
    played(room, settings, release)
    add(room, "secret", note="KANARIE")
    [other] = ask([room.get("/submissions", "Grutto")])
    assert "KANARIE" not in other.text
    assert "data-label" not in other.text


def test_six_submissions_with_one_title_differ_in_the_list_of_picks(
    ask: Ask, room: Room
) -> None:
    for hour in range(3):
        note = f"poging {hour} met een heel lange uitleg over wat er anders is"
        at = NOON + timedelta(hours=hour)
        add(room, f"try-{hour}", note=note, created_at=at)
    [shown] = ask([room.get("/picks", "Zwaluw")])
    options = dict(re.findall(r'<option value="try-(\d)">(.*?)</option>', shown.text))
    for hour, words in options.items():
        assert f": Eerste model · poging {hour} met" in words
        # Noon UTC is one o'clock in the Dutch winter.
        assert f" {13 + int(hour)}.00" in words
        assert len(words) < 110
    assert len(options) == 3


INVITES = (
    "Stuur hier je bundel in",
    "Vandaag heb je nog",
    "challenge submit",
    "/api/runtime.txt",
)


@pytest.mark.parametrize(
    ("phase", "comes_in"),
    [("practice", True), ("open", True), ("frozen", False), ("closed", False)],
)
def test_a_team_is_asked_for_bundles_only_while_they_come_in(
    ask: Ask, room: Room, phase: str, comes_in: bool
) -> None:
    room.go(phase)
    [shown] = ask([room.get("/submissions", "Zwaluw")])
    assert [words in shown.text for words in INVITES] == [comes_in] * len(INVITES)
    assert ("In deze fase kun je niets inzenden" in shown.text) != comes_in


@pytest.mark.parametrize(("phase", "may"), [("frozen", True), ("jury", False)])
def test_a_team_is_told_that_it_can_keep_its_pitch_only_while_it_can(
    ask: Ask, room: Room, phase: str, may: bool
) -> None:
    room.go(phase)
    [shown] = ask([room.get("/pitch", "Zwaluw")])
    assert ("Je kunt altijd bewaren" in shown.text) == may
    assert ("Bewaar eerst je tekst" in shown.text) == may
    assert ("Je pitch verandert niet meer" in shown.text) != may


def test_the_list_of_steps_ticks_when_a_team_says_what_its_figures_mean(
    ask: Ask, room: Room
) -> None:
    def step(text: str) -> str:
        [found] = re.findall(r'<li id="step-interpretation">(.*?)</li>', text, re.S)
        return found

    before, _, after, other = ask(
        [
            room.get("/start", "Zwaluw"),
            room.post("/interpretation", "Zwaluw", text="Wij missen jonge gezinnen."),
            room.get("/start/live", "Zwaluw"),
            room.get("/start/live", "Grutto"),
        ]
    )
    assert 'href="/interpretation"' in step(before.text)
    assert "Duiding geschreven" in step(before.text)
    assert "klaar" in step(after.text)
    assert "klaar" not in step(other.text)


def test_the_same_bundle_once_more_is_told_to_its_team(ask: Ask, room: Room) -> None:
    add(room, "proof", bundle_sha256="ab", proof_only=True, state=State.PROVED)
    add(room, "ours", bundle_sha256="ab", state=State.FAILED)
    add(room, "theirs", team="Grutto", bundle_sha256="ab")
    for key, digest in {"first": "ab", "other": "cd", "again": "ab"}.items():
        add(room, key, bundle_sha256=digest)
    add(room, "third", bundle_sha256="ab")
    add(room, "refused", state=State.REFUSED, stage=Stage.RECEIVED)
    add(room, "empty", state=State.REFUSED, stage=Stage.RECEIVED)

    keys = ("first", "other", "again", "third", "empty")
    told = ask([room.get(f"/submissions/{key}", "Zwaluw") for key in keys])
    words = '<a href="/submissions/first">Deze bundel stuurde je al in als inzending 4.'
    assert [words in one.text for one in told] == [False, False, True, True, False]
    assert "stuurde je al in" not in told[0].text + told[1].text + told[4].text
