"""How often the policy is wrong, on rows whose true gaps are known."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import numpy as np
import pandas as pd
import pytest
from scipy.special import expit

from leaderboard import FairnessPolicy, PolicyState, Scorecard, score

# Of three groups: share of the rows, base rate, and the share of positives that the
# model and the reference model miss.
SHARES = np.array([0.3, 0.3, 0.4])
BASE_RATES = np.array([0.2, 0.2, 0.1])
REFERENCE = np.array([0.40, 0.45, 0.60])
ROWS = 2000
CAPACITY = 0.2
FULL = 1000
RUNS = pytest.mark.parametrize(
    "runs",
    [
        pytest.param(30, id="small"),
        pytest.param(FULL, id="full", marks=pytest.mark.full),
    ],
)


def simulate(change: Sequence[float], *, seed: int) -> Scorecard:
    """Draw rows of which the model misses that much more of each group's positives.

    Both models say one of two chances to the rows of a group: a high one inside
    the capacity, a low one outside, each the share of positives among them.
    """
    random = np.random.default_rng(seed)
    group = random.choice(3, ROWS, p=SHARES)
    labels = random.random(ROWS) < BASE_RATES[group]
    # The models find others than each other in a third of the rows.
    luck = random.random((2, ROWS))
    luck[1] = np.where(random.random(ROWS) < 1 / 3, luck[1], luck[0])
    coin = random.choice(["heads", "tails"], ROWS)
    return score(
        labels,
        _say(REFERENCE + change, group, labels, luck[0]),
        reference=_say(REFERENCE, group, labels, luck[1]),
        groups=pd.DataFrame({"group": group.astype(str), "coin": coin}),
        clusters=random.integers(0, 100, ROWS),
        capacity=CAPACITY,
        policy=FairnessPolicy(gate=("group",), report=("coin",)),
        replicates=256,
        seed=seed,
    )


def _say(
    missed: np.ndarray, group: np.ndarray, labels: np.ndarray, luck: np.ndarray
) -> np.ndarray:
    found = BASE_RATES * (1 - missed)
    negatives = (CAPACITY - SHARES @ found) / (SHARES @ (1 - BASE_RATES))
    inside = found + (1 - BASE_RATES) * negatives
    high, low = found / inside, (BASE_RATES - found) / (1 - inside)
    chosen = labels & (luck < 1 - missed[group])
    # Exactly the capacity, so that no group is first in line at its boundary.
    others = np.flatnonzero(~labels)
    room = round(CAPACITY * ROWS) - chosen.sum()
    chosen[others[np.argsort(luck[others])[:room]]] = True
    return np.where(chosen, high[group], low[group]) + 1e-7 * luck


@pytest.mark.parametrize(
    "change",
    [
        (0.10, -0.02, -0.05),
        # The others miss .06 / (.06 + .04) of 1 / 30 more; the worst-off as many.
        (0.12, 1 / 30, 0.0),
    ],
    ids=["the loss is at the limit", "the gap is at the limit"],
)
@RUNS
def test_an_excess_at_the_limit_violates_in_at_most_6_5_percent(
    runs: int, change: Sequence[float]
) -> None:
    cards = [simulate(change, seed=seed) for seed in range(runs)]
    states = Counter(card.policy.state for card in cards)

    # 65 of 1,000 would still be as asked. It comes out in 1 and in 4: an excess is the
    # smaller of two, and shares its critical value with eleven other questions.
    assert states[PolicyState.VIOLATES] <= (15 if runs == FULL else 1)


@RUNS
def test_a_gap_that_is_not_there_is_covered_in_at_least_93_percent(runs: int) -> None:
    """Of the model itself, and in excess of a reference model that finds as many."""
    cards = [simulate((0, 0, 0), seed=seed) for seed in range(runs)]

    gaps = [card.gaps["coin"] for card in cards]
    findings = [finding for card in cards for finding in card.policy.findings]
    # Of 30 at 95 %, fewer than 25 come out in 0.3 %.
    least = 0.93 if runs == FULL else 0.83
    assert np.mean([gap.low <= 0 <= gap.high for gap in gaps]) >= least
    # The policy asks more at once, so each of its bounds is wider: 99 % and more.
    least = 0.98 if runs == FULL else 0.96
    assert np.mean([f.excess_low <= 0 <= f.excess_high for f in findings]) >= least
    assert np.mean([card.policy.guard.high >= 0 for card in cards]) >= least
    violates = [card.policy.state is PolicyState.VIOLATES for card in cards]
    assert np.mean(violates) <= 1 - least


@pytest.mark.parametrize("worse", [0.3, 0.6, 1.0])
def test_making_the_best_group_worse_gains_neither_state_nor_score(
    worse: float,
) -> None:
    """The best group's predictions are blurred; the rest keeps every digit."""
    random = np.random.default_rng(9)
    group = random.choice(["best", "worst"], 8000, p=[0.4, 0.6])
    strength = random.normal(size=8000)
    best = group == "best"
    level = np.where(best, -1.2, -2.2)
    truth = expit(level + 1.5 * strength)
    simple = expit(level + 1.2 * strength + 0.5 * random.normal(size=8000))
    labels = random.random(8000) < truth
    clusters = random.integers(0, 100, 8000)
    shuffled = truth.copy()
    shuffled[best] = random.permutation(truth[best])
    blurred = (1 - worse) * truth + worse * shuffled

    honest, levelled = (
        score(
            labels,
            probabilities,
            reference=simple,
            groups=pd.DataFrame({"group": group}),
            clusters=clusters,
            policy=FairnessPolicy(gate=("group",)),
            replicates=256,
        )
        for probabilities in (truth, blurred)
    )

    order = [PolicyState.MEETS, PolicyState.UNDETERMINED, PolicyState.VIOLATES]
    before, after = (order.index(card.policy.state) for card in (honest, levelled))
    assert before <= after
    assert _found(honest, "best") > _found(levelled, "best")
    primary = [card.metrics["scaled_brier"].value for card in (honest, levelled)]
    assert primary[0] > primary[1]


def _found(card: Scorecard, level: str) -> float:
    [group] = [group for group in card.groups if group.level == level]
    return 1 - group.false_negative_rate.value
