"""What a juror sees of a model: final rows once there are, never practice rows."""

from __future__ import annotations

from contextlib import closing

import pytest

from challenge.settings import Settings
from challenge.store import open_database
from challenge.synthesis import Release
from challenge.web import pages

from ...factories import NOON, Player
from .conftest import Ask
from .juries import Jury


@pytest.fixture
def jury(settings: Settings, release: Release) -> Jury:
    """Give a jury before two teams, of which one has a score on board rows."""
    found = Jury(settings)
    with closing(open_database(settings.database)) as database:
        player = Player(database, release, settings.home)
        player.play("one", player.guess(0.1))
    return found


def finish(jury: Jury, settings: Settings) -> None:
    """Score the final and external rows, with the card of the board rows."""
    with closing(open_database(settings.database)) as base, base.begin() as unit:
        card = unit.results.get("one").scorecard
        cards = {"final": card, "external": card}
        unit.finals.record("one", cards, release="quickstart/1", scorer="1", now=NOON)


def test_before_final_rows_are_scored_the_board_line_stands_alone(
    ask: Ask, jury: Jury
) -> None:
    [shown] = ask([jury.get("/jury/Zwaluw")])
    assert shown.status_code == 200
    assert "Voorlopige score" in shown.text
    assert "plaats, van 1" in shown.text
    assert "Verwacht en waargenomen" not in shown.text
    assert "kan op getraind zijn" not in shown.text


def test_once_final_rows_are_scored_they_stand_with_gap_and_areas(
    ask: Ask, jury: Jury, settings: Settings
) -> None:
    finish(jury, settings)
    [shown] = ask([jury.get("/jury/Zwaluw")])
    assert shown.status_code == 200
    assert "gegevens die het team nooit zag" in shown.text
    assert "In andere gemeenten:" in shown.text
    assert "Verwacht en waargenomen" in shown.text
    assert "kan op getraind zijn" not in shown.text


def test_even_with_all_evidence_our_words_are_150_at_most(
    ask: Ask, jury: Jury, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    finish(jury, settings)
    used: list[str] = []

    class Heard(dict):
        def __getitem__(self, key: str) -> str:
            used.append(key)
            return super().__getitem__(key)

    texts = Heard(pages.texts("nl"))
    monkeypatch.setattr(pages, "texts", lambda _: texts)
    ask([jury.get("/jury/Zwaluw")])
    said = [dict.__getitem__(texts, key) for key in used if key.startswith("jury_")]
    assert 60 < len(" ".join(said).split()) <= 150
