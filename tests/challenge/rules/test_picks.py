"""What a team lets count at the end, and what takes its place if it falls away."""

from __future__ import annotations

from datetime import timedelta

import pytest

from challenge.brief import Brief, read_brief
from challenge.brief.event import Phase as Written
from challenge.errors import (
    NotFoundError,
    PhaseClosedError,
    RequestRefusedError,
    TooManyPicksError,
)
from challenge.records import Principal, Role, Stage, State
from challenge.rules.picks import (
    CHANGES_A_DAY,
    Counting,
    counting,
    disqualify,
    on_live_board,
    pick,
    stand_in,
    to_score,
)
from challenge.rules.quota import day_around
from challenge.store import Database, Ladder
from leaderboard import Phase

from ...factories import NOON, QUICKSTART, RELEASE, record_nothing

BRIEF = read_brief(QUICKSTART)


@pytest.fixture
def team(database: Database) -> Principal:
    """A team with three scored submissions, of which the ladder holds the first."""
    with database.begin() as unit:
        found = unit.people.add(Role.TEAM, "Zwaluw", token_hash="z", now=NOON)
        for key in ("a", "b", "c"):
            add(unit, found, key)
            record_nothing(unit, key)
        unit.ladders.keep(found.id, RELEASE, Ladder("a", 3), held=None)
        return found


def add(unit, team: Principal, key: str, **facts: object) -> None:
    known = {
        "state": State.SCORED,
        "stage": Stage.SCORED,
        "release": RELEASE,
        "bundle_sha256": "ab",
        "created_at": NOON,
        "updated_at": NOON,
    }
    unit.submissions.add(id=key, team_id=team.id, **(known | facts))


def choose(unit, team: Principal, key: str, choice: int | None, now=NOON, brief=BRIEF):
    return pick(unit, brief, team, key, choice=choice, release=RELEASE, now=now)


def counted(unit) -> Counting | None:
    return next(iter(counting(unit, RELEASE).values()), None)


def test_without_a_pick_the_one_on_the_board_counts(
    database: Database, team: Principal
) -> None:
    with database.read() as unit:
        assert counted(unit) == Counting("a", "accepted")


def test_a_submission_stands_in_the_picks_once(
    database: Database, team: Principal
) -> None:
    with database.begin() as unit:
        choose(unit, team, "b", 1)
        choose(unit, team, "c", 2)
        assert choose(unit, team, "c", 1) == {1: "c"}
        assert counted(unit) == Counting("c", "first")
        assert choose(unit, team, "c", None) == {}
        assert counted(unit) == Counting("a", "accepted")


def test_the_same_pick_again_is_no_second_entry(
    database: Database, team: Principal
) -> None:
    with database.begin() as unit:
        choose(unit, team, "b", 1)
        choose(unit, team, "b", 1)
        assert [e["action"] for e in unit.audit.all()] == ["pick submission"]


def test_a_team_changes_its_picks_fifty_times_a_day_and_no_more(
    database: Database, team: Principal
) -> None:
    midnight = day_around(NOON, BRIEF.event.clock)[1]
    with database.begin() as unit:
        for number in range(CHANGES_A_DAY):
            choose(unit, team, "b", 1 + number % 2)
        # What is picked already is no change.
        choose(unit, team, "b", 2)
        with pytest.raises(TooManyPicksError, match="Team Zwaluw has changed"):
            choose(unit, team, "b", 1)
        namesake = unit.people.add(Role.TEAM, "Zwaluw 2", token_hash="z2", now=NOON)
        add(unit, namesake, "d")
        choose(unit, namesake, "d", 1)
        assert choose(unit, team, "b", 1, now=midnight) == {1: "b"}


def test_the_second_counts_only_if_the_first_falls_away(
    database: Database, team: Principal
) -> None:
    with database.begin() as unit:
        choose(unit, team, "b", 1)
        choose(unit, team, "c", 2)
        disqualify(unit, "b", reason="Uses the postcode.", by="Wulp", now=NOON)
        assert counted(unit) == Counting("c", "second")
        assert to_score(unit, RELEASE) == ["c", "a"]
        disqualify(unit, "c", reason="That one too.", by="Wulp", now=NOON)
        assert counted(unit) is None
        disqualify(unit, "b", reason=None, by="Wulp", now=NOON)
        assert counted(unit) == Counting("b", "first")


def test_a_second_pick_alone_stands_behind_the_one_on_the_board(
    database: Database, team: Principal
) -> None:
    with database.begin() as unit:
        choose(unit, team, "c", 2)
        assert counted(unit) == Counting("a", "accepted")
        disqualify(unit, "a", reason="Uses the postcode.", by="Wulp", now=NOON)
        assert counted(unit) == Counting("c", "second")


def test_what_stands_in_is_what_counts_once_the_other_is_disqualified(
    database: Database, team: Principal
) -> None:
    with database.begin() as unit:
        assert stand_in(unit, RELEASE, team.id) is None
        choose(unit, team, "c", 2)
        for first in (None, "b"):
            if first:
                choose(unit, team, first, 1)
            foretold, now = stand_in(unit, RELEASE, team.id), counted(unit)
            disqualify(unit, now.submission_id, reason="x", by="Wulp", now=NOON)
            assert counted(unit) == foretold == Counting("c", "second")
            disqualify(unit, now.submission_id, reason=None, by="Wulp", now=NOON)


def test_nothing_stands_in_on_the_live_board(
    database: Database, team: Principal
) -> None:
    with database.begin() as unit:
        choose(unit, team, "c", 2)
        assert on_live_board(unit, RELEASE, team.id) == "a"
        disqualify(unit, "b", reason="x", by="Wulp", now=NOON)
        assert on_live_board(unit, RELEASE, team.id) == "a"
        disqualify(unit, "a", reason="x", by="Wulp", now=NOON)
        assert on_live_board(unit, RELEASE, team.id) == ""
        assert on_live_board(unit, RELEASE, team.id + 1) == ""


@pytest.mark.parametrize("phase", [p for p in Phase if p is not Phase.OPEN])
def test_picks_are_fixed_outside_open(
    database: Database, team: Principal, phase: Phase
) -> None:
    with database.begin() as unit:
        unit.phases.change(phase, by="Wulp", now=NOON)
        with pytest.raises(PhaseClosedError):
            choose(unit, team, "b", 1)


def test_picks_are_fixed_from_the_set_moment_though_nobody_enacted_it(
    database: Database, team: Principal
) -> None:
    phases = (Written(name="open"), Written(name="frozen", starts_at=NOON))
    brief: Brief = BRIEF.model_copy(update={"phases": phases})
    with database.begin() as unit:
        choose(unit, team, "b", 1, NOON - timedelta(seconds=1), brief)
        with pytest.raises(PhaseClosedError):
            choose(unit, team, "c", 1, NOON, brief)


def test_only_a_scored_submission_of_ones_own_is_picked(
    database: Database, team: Principal
) -> None:
    with database.begin() as unit:
        other = unit.people.add(Role.TEAM, "Grutto", token_hash="g", now=NOON)
        add(unit, other, "x")
        add(unit, team, "waits", state=State.QUEUED, stage=Stage.RECEIVED)
        add(unit, team, "old", release="quickstart/0")
        for key in ("x", "old", "none"):
            with pytest.raises(NotFoundError):
                choose(unit, team, key, 1)
        with pytest.raises(RequestRefusedError, match="no score"):
            choose(unit, team, "waits", 1)
        with pytest.raises(RequestRefusedError, match="two picks"):
            choose(unit, team, "b", 3)
