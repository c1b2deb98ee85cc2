"""How often an interval holds what is true, on rows whose truth is worked out."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
import pytest
from scipy.special import ndtri
from scipy.stats import binom

from leaderboard import Estimate, Scorecard, score
from leaderboard.metrics.discrimination import CAPACITY

from .mechanism import APART, LEVELS, NEIGHBOURLY, Mechanism

PLACES = pytest.mark.parametrize(
    "mechanism",
    [
        pytest.param(NEIGHBOURLY, id="neighbours a little alike"),
        pytest.param(APART, id="neighbours much alike"),
    ],
)
LARGE, SMALL = LEVELS[:3], LEVELS[3]  # groups with 50 positives and more, and fewer
OF_GROUPS = (
    "selection_rate",
    "false_negative_rate",
    "observed_expected",
    "auroc",
    "brier",
)
FULL = 2000


class Question(NamedTuple):
    """A measure, of everybody or of one group."""

    group: str
    measure: str


def estimates(card: Scorecard) -> Iterator[tuple[Question, Estimate]]:
    for name, found in card.metrics.items():
        yield Question("everybody", name), found
    for group in card.groups:
        if group.attribute == "group":
            for name in (*OF_GROUPS, "bpsn", "bnsp"):
                if (found := getattr(group, name)) is not None:
                    yield Question(group.level, name), found
    yield Question("quarter", "gap"), card.gaps["quarter"]


def coverage(mechanism: Mechanism, *, runs: int) -> dict[Question, np.ndarray]:
    """Whether each interval holds the truth, in each run."""
    metrics, groups = mechanism.truth(CAPACITY)
    # Households live where they live: no quarter is found less than another.
    truth = {"everybody": metrics, "quarter": {"gap": 0.0}, **groups}
    held: defaultdict[Question, list[bool]] = defaultdict(list)
    for seed in range(runs):
        rows = mechanism.draw(seed)
        card = score(
            rows.labels,
            rows.probabilities,
            groups=rows.groups,
            clusters=rows.clusters,
            seed=seed,
        )
        for question, found in estimates(card):
            true = truth[question.group].get(question.measure)
            if true is not None and found.low is not None:
                held[question].append(found.low <= true <= found.high)
    return {question: np.array(each) for question, each in held.items()}


def asked() -> Iterator[Question]:
    """What has an interval that is promised to hold."""
    metrics = ("auroc", "brier", "recall_at_capacity", "precision_at_capacity")
    others = ("scaled_brier", "calibration_slope", "calibration_intercept", "log_loss")
    curves = ("observed_expected", "average_precision", "net_benefit")
    for name in (*metrics, *others, *curves):
        yield Question("everybody", name)
    for level in LARGE:
        for name in OF_GROUPS:
            yield Question(level, name)
    for name in ("selection_rate", "false_negative_rate"):
        yield Question(SMALL, name)


@PLACES
def test_the_truth_is_that_of_many_rows(mechanism: Mechanism) -> None:
    """A second route: the rows of fifty runs at once."""
    metrics, groups = mechanism.truth(CAPACITY)
    rows = mechanism.draw(0, n_clusters=50 * mechanism.n_clusters)
    card = score(
        rows.labels,
        rows.probabilities,
        groups=rows.groups,
        clusters=rows.clusters,
        replicates=128,
    )

    truth = {"everybody": metrics, "quarter": {}, **groups}
    for question, found in estimates(card):
        true = truth[question.group].get(question.measure)
        if true is not None:
            error = (found.high - found.low) / (2 * ndtri(0.975))
            # Of seventy questions one passes four errors in 0.4 % of draws.
            assert abs(found.value - true) < 4 * error, question


@PLACES
def test_an_interval_holds_the_truth_about_as_often_as_it_says(
    mechanism: Mechanism,
) -> None:
    """Fifty runs; by chance one question in 10,000 falls below the bound."""
    runs = 50
    held = coverage(mechanism, runs=runs)

    least = binom.ppf(1e-4, runs, 0.95)
    assert set(asked()) <= set(held)
    for question in (*asked(), Question("quarter", "gap")):
        assert held[question].sum() >= least, question


@pytest.mark.full
@PLACES
def test_95_in_100_intervals_hold_the_truth(mechanism: Mechanism) -> None:
    """Between 93 and 97 in each place, of everybody and of every group asked."""
    held = coverage(mechanism, runs=FULL)

    for question in asked():
        # Few draws have the positives of a group in fewer than five buurten: those
        # get no interval.
        assert len(held[question]) >= 0.99 * FULL, question
        assert 0.93 <= held[question].mean() <= 0.97, question
    # An interval of a largest difference is wider where more is compared.
    assert held[Question("quarter", "gap")].mean() >= 0.93
