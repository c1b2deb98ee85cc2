from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest
from scipy.stats import norm

from leaderboard.fairness import judge, ratio_power
from leaderboard.groups.tally import Tally
from leaderboard.policy import FairnessPolicy, PolicyState
from leaderboard.verdict import Finding, Verdict

MEETS, VIOLATES = PolicyState.MEETS, PolicyState.VIOLATES
UNDETERMINED = PolicyState.UNDETERMINED
POLICY = FairnessPolicy(gate=("home",))
REPLICATES = 4000


def group(
    level: str,
    positives: int,
    *,
    ratio: float = 1.0,
    error: float = 0.02,
    missed: float = 0.5,
    reference: float | None = None,
    spread: float = 0.01,
    attribute: str = "home",
    clusters: int = 40,
) -> Tally:
    """Counts of a group whose ratio and share missed have known standard errors."""
    random = np.random.default_rng([*level.encode(), *attribute.encode()])
    noise = np.hstack([np.zeros((2, 1)), random.normal(size=(2, REPLICATES))])
    full = np.full(1 + REPLICATES, float(positives))
    return Tally(
        attribute,
        level,
        clusters,
        rows=10 * full,
        positives=full,
        expected=full / (ratio * np.exp(error * noise[0])),
        found=full * (1 - missed + spread * noise[1]),
        reference=None if reference is None else full * (1 - reference),
    )


def judged(*tallies: Tally, policy: FairnessPolicy = POLICY) -> Verdict:
    return judge(policy, tallies)


def found(verdict: Verdict) -> dict[str, Finding]:
    return {finding.level: finding for finding in verdict.findings}


@pytest.mark.parametrize(
    ("groups", "state"),
    [
        ([("x", 500, 1.0, 0.02)], MEETS),
        ([("x", 500, 1.0, 0.02), ("y", 90, 1.1, 0.02)], MEETS),
        ([("x", 500, 1.0, 0.02), ("y", 90, 1.0, 0.2)], UNDETERMINED),
        ([("x", 500, 1.0, 0.02), ("y", 90, 1.6, 0.05)], VIOLATES),
        ([("x", 500, 1.0, 0.02), ("y", 90, 0.5, 0.05)], VIOLATES),
        ([("x", 500, 1.0, 0.2), ("y", 90, 0.5, 0.05)], VIOLATES),
        ([("x", 500, 1.0, 0.02), ("y", 49, 1.6, 0.05)], MEETS),
        ([("y", 49, 1.0, 0.02)], UNDETERMINED),
        ([], UNDETERMINED),
    ],
    ids=[
        "inside",
        "all inside",
        "one straddles a limit",
        "one far above",
        "one far below",
        "a violation outweighs a doubt",
        "a small group does not decide",
        "no group decides",
        "no group at all",
    ],
)
def test_three_states_of_observed_and_expected(
    groups: Sequence[tuple[str, int, float, float]], state: PolicyState
) -> None:
    verdict = judged(*(group(g[0], g[1], ratio=g[2], error=g[3]) for g in groups))

    assert verdict.state is state
    assert verdict.guard is None


def test_bounds_are_simultaneous_over_the_groups() -> None:
    """Two ratios, each asked whether it is too high and too low: four questions."""
    verdict = judged(group("x", 500, error=0.04), group("y", 500, error=0.04))

    half = norm.ppf((1 + 0.95**0.5) / 2) * 0.04
    for finding in verdict.findings:
        assert np.log(finding.high) == pytest.approx(half, rel=0.05)
        assert np.log(finding.low) == pytest.approx(-half, rel=0.05)


@pytest.mark.parametrize(
    ("missed", "spread", "state", "excess"),
    [
        ((0.50, 0.50), 0.01, MEETS, 0.0),
        ((0.56, 0.50), 0.01, MEETS, 0.06),
        ((0.65, 0.50), 0.01, VIOLATES, 0.15),
        ((0.65, 0.50), 0.05, UNDETERMINED, 0.15),
        ((0.59, 0.50), 0.03, UNDETERMINED, 0.09),
        ((0.35, 0.50), 0.01, MEETS, -0.15),
        ((0.50, 0.35), 0.01, MEETS, 0.0),
        ((0.70, 0.55), 0.01, VIOLATES, 0.15),
        ((0.45, 0.30), 0.01, MEETS, -0.05),
    ],
    ids=[
        "as the reference",
        "a small excess",
        "missed far more often",
        "far more, on little data",
        "about the limit",
        "missed less often",
        "others are found more, and nobody less",
        "all are missed more, one group most",
        "all are found more, one group least",
    ],
)
def test_three_states_of_the_excess(
    missed: tuple[float, float], spread: float, state: PolicyState, excess: float
) -> None:
    """The worst-off group of the reference model stays as it is."""
    verdict = judged(
        group("x", 500, missed=missed[0], spread=spread, reference=0.5),
        group("y", 500, missed=missed[1], spread=spread, reference=0.5),
        group("w", 90, attribute="age", missed=0.9, reference=0.9),
        policy=FairnessPolicy(gate=("home", "age")),
    )

    assert verdict.state is state
    assert found(verdict)["x"].state is state
    assert found(verdict)["x"].excess == pytest.approx(excess)
    assert not verdict.guard.fails


def test_a_true_gap_between_base_rates_is_no_excess() -> None:
    """A perfect model misses more where cases are rare: so does the reference."""
    verdict = judged(
        group("rare", 500, missed=0.7, reference=0.7),
        group("common", 500, missed=0.2, reference=0.2),
    )

    assert verdict.state is MEETS


def test_excess_by_hand() -> None:
    """Everybody else is the other groups of the attribute, by their positives."""
    verdict = judged(
        group("x", 100, missed=0.40, reference=0.30),
        group("y", 100, missed=0.50, reference=0.60),
        group("z", 300, missed=0.60, reference=0.62),
        policy=FairnessPolicy(gate=("home",), limit_gap=0.3),
    )

    # Loss of x .10; the others lose (-.10 * 100 - .02 * 300) / 400 = -.04.
    assert found(verdict)["x"].excess == pytest.approx(min(0.10, 0.10 + 0.04))
    # Loss of y -.10; the others lose (.10 * 100 - .02 * 300) / 400 = .01.
    assert found(verdict)["y"].excess == pytest.approx(min(-0.10, -0.10 - 0.01))
    # Loss of z -.02; the others lose (.10 - .10) / 2 = 0.
    assert found(verdict)["z"].excess == pytest.approx(-0.02)


def test_excess_bounds_are_one_sided_and_shared_with_the_ratios() -> None:
    """Of one group with nobody beside it: too high, too low, and the loss."""
    [finding] = judged(
        group("x", 500, error=0.02, missed=0.5, spread=0.02, reference=0.5)
    ).findings

    # The gap never moves and is 0; the loss has an upper bound above 0.
    critical = np.log(finding.high) / 0.02
    assert finding.excess_high == 0
    assert finding.excess_low == pytest.approx(-critical * 0.02, rel=0.05)
    # P(|z1| <= c, z2 <= c) = .95.
    reached = (2 * norm.cdf(critical) - 1) * norm.cdf(critical)
    assert reached == pytest.approx(0.95, abs=0.01)


def test_the_reference_model_itself_has_no_excess() -> None:
    tallies = [group(level, 500, missed=0.3) for level in "xy"]
    same = [
        Tally(
            t.attribute, t.level, 9, t.rows, t.positives, t.expected, t.found, t.found
        )
        for t in tallies
    ]

    verdict = judged(*same)

    assert verdict.state is MEETS
    for finding in verdict.findings:
        assert (finding.excess, finding.excess_high) == (0, 0)
    assert verdict.guard.value == 0
    assert not verdict.guard.fails


def test_making_the_best_group_worse_never_gains() -> None:
    """Closing a gap by finding fewer of the best group: each step is no better."""
    order = {MEETS: 0, UNDETERMINED: 1, VIOLATES: 2}
    states = [
        judged(
            group("worst", 500, missed=0.7, reference=0.7),
            group("best", 500, missed=0.3 + worse, reference=0.3),
        ).state
        for worse in (0.0, 0.03, 0.09, 0.1, 0.15, 0.2, 0.4)
    ]

    assert states[0] is MEETS
    assert states[-1] is VIOLATES
    ranks = [order[state] for state in states]
    assert ranks == sorted(ranks)


def test_making_everybody_worse_has_no_gap_and_fails_the_guard() -> None:
    verdict = judged(
        group("x", 500, missed=0.65, reference=0.6),
        group("y", 500, missed=0.35, reference=0.3),
    )

    assert [finding.state for finding in verdict.findings] == [MEETS, MEETS]
    assert verdict.guard.fails
    assert verdict.guard.value == pytest.approx(-0.05)
    assert verdict.state is VIOLATES


def test_the_guard_compares_smallest_with_smallest() -> None:
    """Groups swap: the group found least is another one, and found as much."""
    verdict = judged(
        group("x", 500, missed=0.6, reference=0.5),
        group("y", 500, missed=0.5, reference=0.6),
    )

    assert verdict.guard.value == pytest.approx(0)
    assert verdict.guard.low < 0 < verdict.guard.high


def test_a_worse_worst_group_on_little_data_does_not_fail_the_guard() -> None:
    verdict = judged(
        group("x", 500, missed=0.65, reference=0.6, spread=0.05),
        group("y", 500, missed=0.3, reference=0.3, spread=0.05),
    )

    assert verdict.guard.value == pytest.approx(-0.05)
    assert not verdict.guard.fails
    assert verdict.state is UNDETERMINED


def test_without_a_reference_only_observed_and_expected_decide() -> None:
    verdict = judged(group("x", 500, missed=0.9), group("y", 500, missed=0.1))

    assert verdict.state is MEETS
    assert verdict.guard is None
    assert {finding.excess for finding in verdict.findings} == {None}
    assert verdict.sentences()[-1] == (
        "The share not recognised is not judged here: there is no reference model,"
        " or numbers are too small to show it."
    )


def test_a_small_group_never_decides() -> None:
    small = group("y", 49, ratio=9.0, missed=1.0, reference=0.0)

    verdict = judged(group("x", 500, reference=0.5), small)

    assert verdict.state is MEETS
    assert not found(verdict)["y"].gates
    assert found(verdict)["y"].state is UNDETERMINED
    assert found(verdict)["y"].low is None


def test_small_groups_decide_together() -> None:
    small = [group(level, 30, ratio=1.6) for level in "yz"]

    verdict = judged(group("x", 500), *small)

    assert verdict.state is VIOLATES
    pool = found(verdict)["other small groups"]
    assert (pool.gates, pool.positives, pool.state) == (True, 60, VIOLATES)
    assert pool.value == pytest.approx(1.6)
    assert found(verdict)["y"].merged


def test_an_attribute_that_does_not_gate_decides_nothing() -> None:
    verdict = judged(group("x", 500, ratio=3.0, attribute="single"))

    assert verdict.state is UNDETERMINED
    assert verdict.findings == ()
    assert verdict.power is None


def test_a_group_in_few_clusters_leaves_the_policy_undetermined() -> None:
    near = group("near", 90, clusters=4, reference=0.5)

    verdict = judged(group("far", 500, reference=0.5), near)

    assert verdict.state is UNDETERMINED
    assert found(verdict)["far"].state is MEETS
    assert found(verdict)["near"].value == 1.0
    assert found(verdict)["near"].excess is None
    assert verdict.power == 0.0
    assert verdict.sentences()[2] == (
        "home near: no interval can be given; too little data to say, which does not"
        " mean that all is well."
    )


def test_a_group_that_most_replicates_miss_says_nothing_about_anybody() -> None:
    rare = group("rare", 60, reference=0.5)
    rare.positives[1:3000] = 0

    verdict = judged(group("x", 500, reference=0.5), rare)

    assert verdict.state is UNDETERMINED
    assert {finding.low for finding in verdict.findings} == {None}
    assert verdict.guard is None


def test_power_agrees_with_simulated_calibrated_models() -> None:
    error = 0.08
    centres = np.random.default_rng(0).normal(0, error, 100_000)
    inside = np.abs(centres) + norm.ppf(0.975) * error < np.log(1.25)

    assert ratio_power(error, limit_ratio=1.25) == pytest.approx(
        inside.mean(), abs=0.005
    )
    assert ratio_power(0.0, limit_ratio=1.25) == 1.0
    assert ratio_power(1.0, limit_ratio=1.25) == 0.0


def test_the_weakest_deciding_group_sets_the_power() -> None:
    alone = judged(group("y", 90, error=0.06))
    verdict = judged(
        group("x", 500), group("y", 90, error=0.06), group("z", 9, error=0.5)
    )

    assert alone.power == pytest.approx(ratio_power(0.06, limit_ratio=1.25), abs=0.02)
    # More questions, wider bounds, less power.
    assert verdict.power == min(f.power for f in verdict.findings[:2]) < alone.power
