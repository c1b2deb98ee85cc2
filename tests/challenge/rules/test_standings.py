"""Who stands where: places worked out by hand for scores that one can do in the head.

Three teams of one source set and one of another. Their scorecards have replicates that
leave no doubt or all of it, so that places do not hang on luck.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from challenge.brief import read_brief
from challenge.records import Principal, Role, Stage, State
from challenge.rules.picks import disqualify
from challenge.rules.standings import standings, state_of
from challenge.store import Database, Ladder, Unit
from leaderboard import Estimate, Scorecard
from leaderboard.verdict import PolicyState, Verdict

from ...factories import NOON, QUICKSTART, RELEASE

BRIEF = read_brief(QUICKSTART)
REPLICATES = 1024
STEADY = 0.001
"""Spread of a score of which nobody doubts where it is."""
SHAKY = 0.2


def card(
    score: float,
    spread: float = STEADY,
    seed: int | None = None,
    state: PolicyState = PolicyState.MEETS,
) -> Scorecard:
    """A scorecard whose score lies as far from others as its spread lets it."""
    # Equal noise would cancel out of a paired difference.
    drawn = np.random.default_rng(round(score * 1000) if seed is None else seed)
    noise = drawn.normal(0, spread, REPLICATES)
    return Scorecard(
        rows=20_000,
        positives=2_000,
        clusters=200,
        capacity=0.1,
        metrics={
            "scaled_brier": Estimate(score, score - 2 * spread, score + 2 * spread)
        },
        replicates=score + noise,
        pairing="the same rows and seed",
        policy=Verdict(BRIEF.policy, state, ()),
    )


def enter(
    unit: Unit,
    team: str,
    scores: dict[str, Scorecard],
    *,
    holds: str,
    sources: str = "all",
) -> Principal:
    """Let a team have these scores, of which its ladder holds one."""
    found = unit.people.add(Role.TEAM, team, token_hash=team, now=NOON)
    for key, scored in scores.items():
        unit.submissions.add(
            id=key,
            team_id=found.id,
            state=State.SCORED,
            stage=Stage.SCORED,
            release=RELEASE,
            sources=sources,
            bundle_sha256="ab",
            created_at=NOON,
            updated_at=NOON,
        )
        unit.results.record(
            submission_id=key,
            scorer="0",
            scorecard=scored.to_json(),
            practice=card(0.9).without_replicates().to_json(),
            cpu_seconds=1,
            memory_mib=1,
            scored_at=NOON,
            step="none",
        )
    unit.ladders.keep(found.id, RELEASE, Ladder(holds, len(scores)), held=None)
    return found


def places(database: Database, rows: str = "board") -> dict[str, tuple]:
    """Tell the places of each team on some rows, by source set."""
    with database.read() as unit:
        ranked = standings(unit, RELEASE, policy=BRIEF.policy, rows=rows)
    return {
        (source, ranked.results[row.key].team): (row.place_low, row.place_high)
        for source, board in ranked.boards.items()
        for row in board.rows
    }


@pytest.fixture
def teams(database: Database) -> dict[str, Principal]:
    """Zwaluw clearly first, Grutto and Kievit too close to call, Wulp elsewhere."""
    with database.begin() as unit:
        return {
            "Zwaluw": enter(unit, "Zwaluw", {"z": card(0.30)}, holds="z"),
            "Grutto": enter(
                unit, "Grutto", {"g": card(0.20, SHAKY, 1), "g2": card(0.9)}, holds="g"
            ),
            "Kievit": enter(unit, "Kievit", {"k": card(0.19, SHAKY, 2)}, holds="k"),
            "Wulp": enter(unit, "Wulp", {"w": card(0.05)}, holds="w", sources="other"),
        }


def test_who_is_clearly_better_goes_first_and_who_is_not_shares_places(
    database: Database, teams: dict[str, Principal]
) -> None:
    """With spreads of .001 and 0.2 a difference of 0.1 is not clear: 1 to 3 for all."""
    assert places(database) == {
        ("all", "Zwaluw"): (1, 3),
        ("all", "Grutto"): (1, 3),
        ("all", "Kievit"): (1, 3),
        ("other", "Wulp"): (1, 1),
    }


def test_scores_that_leave_no_doubt_give_each_a_place_of_its_own(
    database: Database,
) -> None:
    with database.begin() as unit:
        for team, score in {"Grutto": 0.1, "Zwaluw": 0.3, "Kievit": 0.2}.items():
            enter(unit, team, {team: card(score)}, holds=team)
    assert places(database) == {
        ("all", "Zwaluw"): (1, 1),
        ("all", "Kievit"): (2, 2),
        ("all", "Grutto"): (3, 3),
    }


def test_who_violates_the_policy_takes_no_place_and_undetermined_takes_one(
    database: Database,
) -> None:
    states = {"Zwaluw": PolicyState.VIOLATES, "Grutto": PolicyState.UNDETERMINED}
    with database.begin() as unit:
        for team, score in {"Zwaluw": 0.3, "Grutto": 0.2, "Kievit": 0.1}.items():
            state = states.get(team, PolicyState.MEETS)
            enter(unit, team, {team: card(score, state=state)}, holds=team)
    assert places(database) == {
        ("all", "Grutto"): (1, 1),
        ("all", "Kievit"): (2, 2),
        ("all", "Zwaluw"): (None, None),
    }


def test_the_ladder_decides_which_submission_stands_there_and_not_the_highest(
    database: Database, teams: dict[str, Principal]
) -> None:
    with database.read() as unit:
        ranked = standings(unit, RELEASE, policy=BRIEF.policy)
    assert set(ranked.results) == {"z", "g", "k", "w"}
    assert ranked.counts == {"z": 1, "g": 2, "k": 1, "w": 1}
    assert {key: c.rows for key, c in ranked.practice.items()} == dict.fromkeys(
        "zgkw", 20_000
    )


@pytest.mark.parametrize("phase", ["open", "frozen", "closed"])
def test_a_barred_team_leaves_its_place_to_the_next_and_gets_it_back(
    database: Database, phase: str
) -> None:
    with database.begin() as unit:
        first = enter(unit, "Zwaluw", {"z": card(0.3)}, holds="z")
        enter(unit, "Grutto", {"g": card(0.2)}, holds="g")
        unit.phases.change(phase, by="a test", now=NOON)
        unit.people.bar(first, "Twee teams onder één naam.")
    assert places(database) == {("all", "Grutto"): (1, 1)}
    with database.begin() as unit:
        unit.people.bar(first, None)
    assert places(database) == {
        ("all", "Zwaluw"): (1, 1),
        ("all", "Grutto"): (2, 2),
    }


def test_a_disqualified_submission_is_gone_and_its_team_with_it(
    database: Database, teams: dict[str, Principal]
) -> None:
    with database.begin() as unit:
        before = state_of(unit, RELEASE)
        disqualify(unit, "z", reason="Uses the postcode.", by="Wulp", now=NOON)
        assert state_of(unit, RELEASE) != before
    assert ("all", "Zwaluw") not in places(database)


@pytest.mark.parametrize(
    ("picked", "gone", "stands"),
    [
        ({}, (), "g"),
        ({1: "g2"}, (), "g2"),
        ({2: "g2"}, (), "g"),
        ({2: "g2"}, ("g",), "g2"),
        ({1: "g2", 2: "g"}, ("g2",), "g"),
        ({1: "g2"}, ("g2",), None),
    ],
    ids=[
        "no pick: the ladder's",
        "the first pick",
        "a second alone waits behind the ladder's",
        "the second, for the ladder's that fell away",
        "the second, for the first that fell away",
        "a first that fell away, and no second",
    ],
)
def test_at_the_end_what_counts_stands_on_each_set_of_rows(
    database: Database,
    teams: dict[str, Principal],
    picked: dict[int, str],
    gone: tuple[str, ...],
    stands: str | None,
) -> None:
    with database.begin() as unit:
        unit.picks.keep(teams["Grutto"].id, RELEASE, picked, now=NOON)
        for key in gone:
            unit.picks.disqualify(key, "Uses the postcode.")
        for key, score in {"z": 0.1, "g": 0.2, "g2": 0.4, "k": 0.3, "w": 0.1}.items():
            told = {rows: card(score).to_json() for rows in ("final", "external")}
            unit.finals.record(key, told, release=RELEASE, scorer="0", now=NOON)
        unit.phases.change("closed", by="a test", now=NOON)
    for rows in ("board", "final", "external"):
        with database.read() as unit:
            ranked = standings(unit, RELEASE, policy=BRIEF.policy, rows=rows)
        mine = {k for k, r in ranked.results.items() if r.team == "Grutto"}
        assert mine == ({stands} if stands else set())
    assert places(database, "final")["all", "Kievit"][0] == (2 if stands == "g2" else 1)


def test_final_rows_rank_by_their_own_scores_with_the_time_of_those(
    database: Database, teams: dict[str, Principal]
) -> None:
    later = NOON.replace(hour=18)
    with database.begin() as unit:
        for key, score in {"z": 0.1, "g": 0.2, "k": 0.3, "w": 0.1}.items():
            unit.finals.record(
                key,
                {"final": card(score).to_json()},
                release=RELEASE,
                scorer="0",
                now=later,
            )
        unit.phases.change("jury", by="a test", now=NOON)
    assert places(database, "final") == {
        ("all", "Kievit"): (1, 1),
        ("all", "Grutto"): (2, 2),
        ("all", "Zwaluw"): (3, 3),
        ("other", "Wulp"): (1, 1),
    }
    assert places(database, "external") == {}
    with database.read() as unit:
        ranked = standings(unit, RELEASE, policy=BRIEF.policy, rows="final")
    assert {r.scored_at for r in ranked.results.values()} == {later}


def test_the_champion_is_the_best_of_the_firsts_and_never_outside_the_ranking(
    database: Database, teams: dict[str, Principal]
) -> None:
    with database.read() as unit:
        ranked = standings(unit, RELEASE, policy=BRIEF.policy)
    assert ranked.champion.team == "Zwaluw"
    out = {
        source: replace(
            board, rows=tuple(replace(row, outside="constant") for row in board.rows)
        )
        for source, board in ranked.boards.items()
    }
    assert replace(ranked, boards=out).champion is None


def test_a_readers_own_source_set_is_listed_first(
    database: Database, teams: dict[str, Principal]
) -> None:
    with database.read() as unit:
        ranked = standings(unit, RELEASE, policy=BRIEF.policy)
    assert [r.key for r in ranked.in_order(("all", "other")).rows][-1] == "w"
    own = ranked.in_order(("all", "other"), first="other")
    assert own.rows[0].key == "w"
    assert len(own.rows) == 4
