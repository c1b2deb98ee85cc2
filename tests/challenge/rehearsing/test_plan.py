"""A rehearsed day is drawn beforehand, the same for the same seed."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from challenge.rehearsing.kinds import EXPECTED, MISTAKES, Fault, Kind
from challenge.rehearsing.plan import Plan, Size, make_plan

RUBRIC = ("bruikbaarheid", "gezinnen")
QUOTA = 10

sizes = st.builds(
    Size,
    teams=st.integers(1, 40),
    jurors=st.integers(1, 6),
    submissions=st.integers(1, 15),
    hours=st.floats(0.1, 9),
    faults=st.booleans(),
    seed=st.integers(0, 2**32),
)


def draw(size: Size) -> Plan:
    return make_plan(size, sources=["cz", "liss-whooz"], rubric=RUBRIC, quota=QUOTA)


@settings(max_examples=25, deadline=None)
@given(size=sizes)
def test_a_seed_gives_one_day(size: Size) -> None:
    assert draw(size) == draw(size)
    assert draw(size).teams != draw(replace(size, seed=size.seed + 1)).teams


@settings(max_examples=25, deadline=None)
@given(size=sizes)
def test_one_team_more_leaves_the_others_as_they_are(size: Size) -> None:
    more = draw(replace(size, teams=size.teams + 1))
    assert more.teams[:-1] == draw(size).teams


@settings(max_examples=25, deadline=None)
@given(size=sizes)
def test_everything_planned_comes_before_the_deadline_and_in_order(size: Size) -> None:
    plan = draw(size)
    for team in plan.teams:
        times = [team.comes_at, *(act.at for act in team.acts)]
        assert times[1:] == sorted(times[1:])
        assert 0 <= times[0] <= times[1]
        assert times[-1] < plan.freezes_at < plan.seconds
    for before, after in pairwise(plan.faults):
        assert 0 < before[0] < after[0] < plan.freezes_at


@settings(max_examples=25, deadline=None)
@given(size=sizes)
def test_nobody_hands_in_more_than_the_quota_but_who_wants_to(size: Size) -> None:
    for team in draw(size).teams:
        kinds = [act.kind for act in team.acts]
        counted = sum(EXPECTED[kind].state == "scored" for kind in kinds)
        assert 1 <= counted <= QUOTA
        assert counted == QUOTA or Kind.TOO_MANY not in kinds


def test_a_day_of_thirty_teams_has_every_mistake_and_every_fault() -> None:
    plan = draw(Size(teams=30))
    kinds = {act.kind for team in plan.teams for act in team.acts}
    assert {Kind.HONEST, Kind.TOO_MANY, *MISTAKES} <= kinds
    assert any(team.is_late for team in plan.teams)
    assert {fault for _, fault in plan.faults} == {*Fault}
    assert {team.sources for team in plan.teams} == {"cz", "liss-whooz"}


def test_without_faults_nothing_breaks() -> None:
    assert draw(Size(faults=False)).faults == ()


def test_a_juror_thinks_something_of_every_team() -> None:
    plan = draw(Size(teams=40, jurors=6))
    names = {team.name for team in plan.teams}
    for juror in plan.jurors:
        assert juror.points.keys() == names
        assert all(said.keys() == {*RUBRIC} for said in juror.points.values())


@pytest.mark.parametrize("count", [1, 32, 33, 100])
def test_every_team_has_a_name_of_its_own(count: int) -> None:
    teams = draw(Size(teams=count, jurors=1, submissions=1)).teams
    assert len({team.name for team in teams}) == count
