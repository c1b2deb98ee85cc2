"""The end: what counts is scored once, on rows that nobody has seen scores of."""

from __future__ import annotations

import json
from datetime import timedelta

import numpy as np
import pytest

from challenge.brief import read_brief
from challenge.rules.blockers import demands
from challenge.rules.finals import FinalScoring, transported
from challenge.rules.hidden import HiddenRows
from challenge.rules.picks import disqualify, pick
from challenge.rules.rescoring import Rescoring, ask
from challenge.rules.sealed import SealedScoring
from challenge.rules.standings import standings, state_of
from challenge.store import Database
from challenge.synthesis import Release
from leaderboard import Phase, Scorecard
from leaderboard.metrics import METRICS

from ...factories import NOON, QUICKSTART, RELEASE, Player

BRIEF = read_brief(QUICKSTART)


@pytest.fixture
def player(database: Database, release: Release, tmp_path) -> Player:
    made = Player(database, release, tmp_path)
    made.play("a", made.guess(), "Zwaluw")
    made.play("b", made.nudged(made.guess(), 1), "Zwaluw")
    made.play("c", made.guess(0.1), "Grutto")
    return made


@pytest.fixture
def finals(player: Player) -> FinalScoring:
    return FinalScoring(
        SealedScoring(player.database, player.release, BRIEF, player.home)
    )


def enter(database: Database, phase: str) -> None:
    with database.begin() as unit:
        unit.phases.change(phase, by="a test", now=NOON)


def waiting(database: Database) -> tuple[str, ...]:
    """Name what the end still has no scores of."""
    with database.read() as unit:
        found = demands(unit, BRIEF, RELEASE, Phase.CLOSED)
    return next(one.names for one in found if one.key == "finals")


def ranked(database: Database, rows: str):
    with database.read() as unit:
        return standings(unit, RELEASE, policy=BRIEF.policy, rows=rows)


@pytest.mark.parametrize("phase", ["open", "frozen"])
def test_nothing_is_scored_before_the_jury_begins(
    finals: FinalScoring, database: Database, phase: str
) -> None:
    enter(database, phase)
    assert finals.catch_up(now=lambda: NOON) == 0
    assert ranked(database, "final").results == {}


def test_what_counts_is_scored_on_both_sets_once(
    finals: FinalScoring, player: Player, database: Database
) -> None:
    enter(database, "jury")
    assert finals.catch_up(now=lambda: NOON) == 2
    assert finals.catch_up(now=lambda: NOON + timedelta(hours=1)) == 0
    hidden = HiddenRows.unseal(player.release)
    for rows in ("final", "external"):
        found = ranked(database, rows)
        assert set(found.results) == {"a", "c"}
        for key, result in found.results.items():
            card = Scorecard.from_json(result.scorecard)
            said = np.load(player.home / f"sealed/predictions/{key}.npy")
            expected = METRICS["scaled_brier"].function(
                hidden.sets[rows].labels, hidden.split(said)[rows]
            )
            assert card.metrics["scaled_brier"].value == pytest.approx(expected)
            assert result.scored_at == NOON


def test_who_comes_second_changes_nothing(
    finals: FinalScoring, player: Player, database: Database
) -> None:
    """As after `kill -9`: whatever was not recorded is done anew, and only that."""
    enter(database, "jury")
    left = iter([False, True])
    assert finals.catch_up(now=lambda: NOON, stops=lambda: next(left)) == 1
    again = FinalScoring(SealedScoring(database, player.release, BRIEF, player.home))
    assert again.catch_up(now=lambda: NOON + timedelta(hours=1)) == 1
    with database.begin() as unit:
        before = unit.finals.all(RELEASE, "final")["a"]
        assert not unit.finals.record(
            "a", {"final": "{}"}, release=RELEASE, scorer="x", now=NOON
        )
        assert unit.finals.all(RELEASE, "final")["a"] == before


def test_predictions_that_are_gone_hold_up_nobody_else(
    finals: FinalScoring, player: Player, database: Database, caplog
) -> None:
    enter(database, "jury")
    (player.home / "sealed/predictions/a.npy").unlink()
    assert finals.catch_up(now=lambda: NOON) == 1
    assert "Submission a" in caplog.text


def test_predictions_that_are_gone_are_told_once_not_every_second(
    finals: FinalScoring, player: Player, database: Database, caplog
) -> None:
    enter(database, "jury")
    kept = player.home / "sealed/predictions/a.npy"
    content = kept.read_bytes()
    kept.unlink()
    for _ in range(3):
        finals.catch_up(now=lambda: NOON)
    assert caplog.text.count("Submission a") == 1
    # Put back, it is scored at the next look.
    kept.write_bytes(content)
    assert finals.catch_up(now=lambda: NOON) == 1


def test_predictions_that_are_cut_short_hold_up_nobody(
    finals: FinalScoring, player: Player, database: Database, caplog
) -> None:
    enter(database, "jury")
    kept = player.home / "sealed/predictions/a.npy"
    kept.write_bytes(kept.read_bytes()[:200])
    assert finals.catch_up(now=lambda: NOON) == 1
    assert "Submission a cannot be scored now: Its predictions" in caplog.text
    with database.begin() as unit:
        ask(unit, RELEASE, by="Wulp", reason="A new scorer.", now=NOON)
    sealed = SealedScoring(database, player.release, BRIEF, player.home)
    Rescoring(sealed).catch_up(now=lambda: NOON)
    with database.read() as unit:
        [again] = unit.rescorings.all(RELEASE)
    assert again.done_at == NOON


def test_a_submission_that_does_not_count_keeps_nothing_from_closing(
    finals: FinalScoring, player: Player, database: Database
) -> None:
    enter(database, "jury")
    lost, late = (player.home / f"sealed/predictions/{key}.npy" for key in "ac")
    lost.unlink()
    late = late.rename(player.home / "later.npy")
    finals.catch_up(now=lambda: NOON)
    assert waiting(database) == ("Grutto 3", "Zwaluw 1")
    with database.begin() as unit:
        disqualify(unit, "a", reason="Lost.", by="Wulp", now=NOON)
        grutto = unit.people.named("team", "Grutto")
        unit.people.bar(grutto, "Left at noon.")
    assert waiting(database) == ()
    # Whoever competes again is scored then.
    with database.begin() as unit:
        unit.people.bar(grutto, None)
    late.rename(player.home / "sealed/predictions/c.npy")
    assert waiting(database) == ("Grutto 3",)
    assert finals.catch_up(now=lambda: NOON) == 1
    assert waiting(database) == ()


def test_a_pick_counts_and_the_second_only_if_the_first_falls_away(
    finals: FinalScoring, database: Database
) -> None:
    with database.begin() as unit:
        team = next(t for t in unit.people.all("team") if t.name == "Zwaluw")
        for key, choice in (("b", 1), ("a", 2)):
            pick(unit, BRIEF, team, key, choice=choice, release=RELEASE, now=NOON)
    enter(database, "jury")
    # Both, so that nothing is to be scored when one falls away later.
    assert finals.catch_up(now=lambda: NOON) == 3
    assert set(ranked(database, "final").results) == {"b", "c"}
    with database.begin() as unit:
        disqualify(unit, "b", reason="Uses the postcode.", by="Wulp", now=NOON)
    assert set(ranked(database, "final").results) == {"a", "c"}


def test_the_board_shows_what_counts_once_it_is_closed(
    finals: FinalScoring, database: Database
) -> None:
    with database.begin() as unit:
        team = next(t for t in unit.people.all("team") if t.name == "Zwaluw")
        pick(unit, BRIEF, team, "b", choice=1, release=RELEASE, now=NOON)
    enter(database, "frozen")
    assert set(ranked(database, "board").results) == {"a", "c"}
    with database.read() as unit:
        before = state_of(unit, RELEASE)
    enter(database, "closed")
    assert set(ranked(database, "board").results) == {"b", "c"}
    with database.read() as unit:
        assert state_of(unit, RELEASE) != before


def test_inside_and_outside_are_told_by_municipality(
    finals: FinalScoring, player: Player, database: Database
) -> None:
    enter(database, "jury")
    finals.catch_up(now=lambda: NOON)
    with database.read() as unit:
        found = transported(unit, RELEASE)["a"]
        stored = unit.finals.all(RELEASE, "transport")["a"].scorecard
    plain = json.dumps([f.to_dict() for f in found.forests])
    assert plain == stored
    outside = {
        line.name for f in found.forests for line in f.municipalities if line.held_out
    }
    assert outside == set(BRIEF.areas.held_out)
    assert found.internal.rows == BRIEF.sets["final"]


def test_a_team_that_does_not_compete_stands_on_no_board(
    finals: FinalScoring, database: Database
) -> None:
    with database.begin() as unit:
        team = next(t for t in unit.people.all("team") if t.name == "Grutto")
        unit.people.bar(team, "Two teams under one name.")
    enter(database, "jury")
    finals.catch_up(now=lambda: NOON)
    assert set(ranked(database, "board").results) == {"a"}
    assert set(ranked(database, "final").results) == {"a"}
