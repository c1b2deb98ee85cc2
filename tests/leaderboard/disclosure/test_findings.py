from __future__ import annotations

import pytest

from leaderboard.disclosure.findings import publish_verdict
from leaderboard.estimates import Estimate
from leaderboard.policy import OTHER
from leaderboard.records import GroupMeasure
from leaderboard.verdict import FairnessPolicy, Finding, Guard, PolicyState, Verdict


def finding(level: str, positives: int = 103, **changes: object) -> Finding:
    facts: dict[str, object] = {
        "gates": True,
        "state": PolicyState.MEETS,
        "value": 1.1,
        "low": 0.951,
        "high": 1.2345,
        "power": 0.87654,
        "excess": 0.0321,
        "excess_low": -0.0123,
        "excess_high": 0.0777,
    }
    return Finding("home", level, positives, **{**facts, **changes})  # type: ignore[arg-type]


def group(level: str, *, rates: bool = True, shown: bool = True) -> GroupMeasure:
    if not shown:
        return GroupMeasure("home", level, None, None, suppressed=True)
    rate = Estimate(0.6) if rates else None
    return GroupMeasure(
        "home", level, 1000, 105, false_negative_rate=rate, observed_expected=rate
    )


def verdict(*findings: Finding, guard: Guard | None = None) -> Verdict:
    policy = FairnessPolicy(gate=("home",))
    return Verdict(policy, PolicyState.MEETS, findings, guard)


def only(published: Verdict | None) -> Finding:
    assert published is not None
    assert len(published.findings) == 1
    return published.findings[0]


def test_no_verdict_stays_none() -> None:
    assert publish_verdict(None, ()) is None


def test_numbers_of_a_finding_go_to_steps_of_five_rows() -> None:
    shown = only(publish_verdict(verdict(finding("x")), [group("x")]))

    # 103 of 93.6 becomes 105 of 95; steps of 5 / 95 and of 5 / 105.
    assert (shown.positives, shown.value) == (105, 105 / 95)
    assert (shown.low, shown.high) == pytest.approx((90 / 95, 120 / 95))
    excess = (shown.excess, shown.excess_low, shown.excess_high)
    assert excess == pytest.approx((5 / 105, -5 / 105, 10 / 105))
    assert shown.power == 0.88
    assert (shown.gates, shown.state) == (True, PolicyState.MEETS)


def test_a_finding_without_bounds_or_excess_stays_without() -> None:
    bare = finding(
        "x", low=None, high=None, excess=None, excess_low=None, excess_high=None
    )

    shown = only(publish_verdict(verdict(bare), [group("x")]))

    assert (shown.low, shown.high, shown.excess) == (None, None, None)


def test_a_finding_leaves_only_with_its_group() -> None:
    both = verdict(finding("x"), finding("y"))

    shown = only(publish_verdict(both, [group("x"), group("y", shown=False)]))

    assert shown.level == "x"


def test_a_finding_that_expects_nobody_does_not_leave() -> None:
    for value in (None, 0.0, 500.0):
        published = publish_verdict(verdict(finding("x", value=value)), [group("x")])

        assert published is not None
        assert published.findings == ()


def test_an_excess_leaves_only_with_the_missed_of_its_group() -> None:
    hidden = GroupMeasure("home", "x", 1000, 105, observed_expected=Estimate(1.1))

    shown = only(publish_verdict(verdict(finding("x")), [hidden]))

    assert shown.value == 105 / 95
    assert (shown.excess, shown.excess_low, shown.excess_high) == (None, None, None)


def test_small_groups_together_leave_only_if_each_of_them_is_shown() -> None:
    pool = verdict(
        finding("x", 40, gates=False, merged=True),
        finding("y", 45, gates=False, merged=True),
        finding(OTHER, 85),
    )

    all_shown = publish_verdict(pool, [group("x"), group("y")])
    one_hidden = publish_verdict(pool, [group("x"), group("y", shown=False)])

    assert all_shown is not None
    assert one_hidden is not None
    assert [found.level for found in all_shown.findings] == ["x", "y", OTHER]
    assert [found.level for found in one_hidden.findings] == ["x"]


def test_a_guard_leaves_only_with_the_rate_of_every_group_it_may_be_about() -> None:
    guarded = verdict(finding("x"), finding("y", 58), guard=Guard(-0.03, -0.11, 0.04))

    shown = publish_verdict(guarded, [group("x"), group("y")])
    hidden = publish_verdict(guarded, [group("x"), group("y", rates=False)])

    # Steps of 5 / 60, since the worst-off group may be the smaller one.
    assert shown is not None
    assert hidden is not None
    guard = shown.guard
    assert guard is not None
    ends = (guard.value, guard.low, guard.high)
    assert ends == pytest.approx((0.0, -10 / 60, 5 / 60))
    assert hidden.guard is None


def test_a_guard_over_nobody_does_not_leave() -> None:
    published = publish_verdict(verdict(guard=Guard(-0.03, -0.11, 0.04)), [])

    assert published is not None
    assert published.guard is None
