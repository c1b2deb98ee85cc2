"""Scoring anew: nothing changes before it is published, and the old stays readable."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from challenge.brief import read_brief
from challenge.errors import NotFoundError, RequestRefusedError
from challenge.rules.finals import FinalScoring
from challenge.rules.republishing import compare, publish
from challenge.rules.rescoring import Rescoring, ask
from challenge.rules.sealed import SealedScoring
from challenge.store import Database
from challenge.synthesis import Release
from leaderboard import Estimate, Scorecard, __version__

from ...factories import NOON, QUICKSTART, RELEASE, Player

BRIEF = read_brief(QUICKSTART)


@pytest.fixture
def player(database: Database, release: Release, tmp_path) -> Player:
    """A day on which an older scorer gave two teams each other's scores."""
    made = Player(database, release, tmp_path)
    made.play("a", made.guess(0.3), "Zwaluw")
    made.play("c", made.guess(), "Grutto")
    good, poor = made.result("a"), made.result("c")
    with database.begin() as unit:
        unit.results.replace("a", scorer="0.0.9", card=poor.scorecard)
        unit.results.replace("c", scorer="0.0.9", card=good.scorecard)
    made.good, made.poor = good.scorecard, poor.scorecard
    return made


@pytest.fixture
def rescoring(player: Player) -> Rescoring:
    return Rescoring(SealedScoring(player.database, player.release, BRIEF, player.home))


def asked(database: Database) -> int:
    with database.begin() as unit:
        return ask(unit, RELEASE, by="Wulp", reason="Ties were wrong.", now=NOON)


def changes(database: Database, number: int, rows: str = "board"):
    with database.read() as unit:
        return {
            c.team: c
            for c in compare(unit, RELEASE, number, policy=BRIEF.policy, rows=rows)
        }


def test_a_dry_run_tells_old_and_new_and_changes_nothing(
    rescoring: Rescoring, player: Player, database: Database
) -> None:
    number = asked(database)
    assert rescoring.catch_up(now=lambda: NOON) == 2
    assert rescoring.catch_up(now=lambda: NOON) == 0
    found = changes(database, number)
    assert found["Zwaluw"].new.score > found["Zwaluw"].old.score
    assert found["Zwaluw"].new == found["Grutto"].old
    assert found["Zwaluw"].moves
    assert player.result("a").scorecard == player.poor


def test_published_the_new_stands_and_the_old_stays_readable(
    rescoring: Rescoring, player: Player, database: Database
) -> None:
    number = asked(database)
    rescoring.catch_up(now=lambda: NOON)
    before = changes(database, number)
    for _ in range(2):  # sent twice, it happens once
        with database.begin() as unit:
            publish(unit, RELEASE, number, note="Ties count half.", by="Wulp", now=NOON)
    assert (player.result("a").scorecard, player.result("a").scorer) == (
        player.good,
        __version__,
    )
    assert changes(database, number) == before
    with database.read() as unit:
        assert unit.rescorings.cards(number)["a", "board"] == player.poor
        acts = [e["action"] for e in unit.audit.all()]
    assert acts.count("publish rescore") == 1


def test_a_second_re_score_leaves_the_story_of_the_first_as_it_was(
    rescoring: Rescoring, database: Database
) -> None:
    first = asked(database)
    rescoring.catch_up(now=lambda: NOON)
    with database.begin() as unit:
        publish(unit, RELEASE, first, note="Ties count half.", by="Wulp", now=NOON)
    before = changes(database, first)
    second = asked(database)
    rescoring.catch_up(now=lambda: NOON)
    assert not any(c.moves for c in changes(database, second).values())
    with database.begin() as unit:
        publish(unit, RELEASE, second, note="Once more.", by="Wulp", now=NOON)
    assert changes(database, first) == before


def test_what_is_not_worked_out_or_not_the_latest_is_not_published(
    rescoring: Rescoring, database: Database
) -> None:
    first = asked(database)
    assert asked(database) == first
    with database.begin() as unit:
        with pytest.raises(RequestRefusedError, match="not worked out"):
            publish(unit, RELEASE, first, note="x", by="Wulp", now=NOON)
        with pytest.raises(NotFoundError):
            publish(unit, RELEASE, 99, note="x", by="Wulp", now=NOON)
    rescoring.catch_up(now=lambda: NOON)
    second = asked(database)
    assert second != first
    with (
        database.begin() as unit,
        pytest.raises(RequestRefusedError, match="came after"),
    ):
        publish(unit, RELEASE, first, note="x", by="Wulp", now=NOON)


def test_who_was_stopped_halfway_goes_on_where_it_was(
    rescoring: Rescoring, player: Player, database: Database
) -> None:
    number = asked(database)
    left = iter([False, True])
    assert rescoring.catch_up(now=lambda: NOON, stops=lambda: next(left)) == 1
    again = Rescoring(SealedScoring(database, player.release, BRIEF, player.home))
    assert again.catch_up(now=lambda: NOON) == 1
    assert set(changes(database, number)) == {"Zwaluw", "Grutto"}


def test_who_is_slower_than_the_publication_leaves_the_old_scorecards(
    rescoring: Rescoring, player: Player, database: Database
) -> None:
    number = asked(database)

    class Slow(SealedScoring):
        """While it scores its first one, another is done and that is published."""

        def cards(self, key, source, sets):
            found = super().cards(key, source, sets)
            assert rescoring.catch_up(now=lambda: NOON) == 2
            with database.begin() as unit:
                publish(unit, RELEASE, number, note="Ties.", by="Wulp", now=NOON)
            return found

    slow = Rescoring(Slow(database, player.release, BRIEF, player.home))
    assert slow.catch_up(now=lambda: NOON + timedelta(hours=1)) == 0
    with database.read() as unit:
        kept = unit.rescorings.cards(number)
        [round_] = unit.rescorings.all(RELEASE)
    assert kept == {("a", "board"): player.poor, ("c", "board"): player.good}
    assert round_.done_at == NOON


def test_final_rows_are_scored_anew_too_and_what_counts_stays(
    rescoring: Rescoring, player: Player, database: Database
) -> None:
    with database.begin() as unit:
        unit.phases.change("jury", by="a test", now=NOON)
    FinalScoring(SealedScoring(database, player.release, BRIEF, player.home)).catch_up(
        now=lambda: NOON
    )
    with database.begin() as unit:
        right = unit.finals.all(RELEASE, "final")["a"].scorecard
        card = Scorecard.from_json(right)
        wrong = replace(card, metrics=card.metrics | {"scaled_brier": Estimate(0.9)})
        unit.finals.replace("a", "final", scorer="0.0.9", card=wrong.to_json())
    number = asked(database)
    rescoring.catch_up(now=lambda: NOON)
    change = changes(database, number, "final")["Zwaluw"]
    assert change.old.score == 0.9 > change.new.score
    with database.begin() as unit:
        ladders = unit.ladders.all(RELEASE)
        publish(unit, RELEASE, number, note="Ties count half.", by="Wulp", now=NOON)
        assert unit.finals.all(RELEASE, "final")["a"].scorecard == right
        assert unit.ladders.all(RELEASE) == ladders


def test_while_open_the_ladder_is_climbed_again(
    rescoring: Rescoring, player: Player, database: Database
) -> None:
    player.play("b", player.guess(0.25), "Zwaluw")
    # By the older scorer's score of "a" it rose; by the right one it does not.
    assert {held.submission_id for held in player.ladders().values()} == {"b", "c"}
    number = asked(database)
    rescoring.catch_up(now=lambda: NOON)
    with database.begin() as unit:
        publish(unit, RELEASE, number, note="Ties count half.", by="Wulp", now=NOON)
    assert {held.submission_id for held in player.ladders().values()} == {"a", "c"}
