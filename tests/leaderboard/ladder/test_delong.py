from __future__ import annotations

import numpy as np
import pytest
from MLstatkit import Delong_test
from scipy.special import expit
from sklearn.metrics import roc_auc_score

from leaderboard.errors import LabelsRefusedError, ProbabilitiesRefusedError
from leaderboard.ladder.delong import delong


def models(n: int = 400, seed: int = 0) -> tuple[np.ndarray, list[np.ndarray]]:
    """Draw labels and three models of different quality that share their rows."""
    random = np.random.default_rng(seed)
    strength = random.normal(size=n)
    labels = random.random(n) < expit(strength - 1)
    return labels, [expit(strength + s * random.normal(size=n)) for s in (0.2, 1, 4)]


def by_definition(labels: np.ndarray, probabilities: list[np.ndarray]) -> np.ndarray:
    """Compare every positive with every negative, as the paper of 1988 does."""
    wins = []
    for p in probabilities:
        gap = p[labels][:, None] - p[~labels][None, :]
        wins.append((gap > 0) + 0.5 * (gap == 0))
    found = np.cov([w.mean(axis=1) for w in wins]) / labels.sum()
    return found + np.cov([w.mean(axis=0) for w in wins]) / (~labels).sum()


def test_six_rows_by_hand() -> None:
    # Positives .8 .4 .3, negatives .5 .4 .1: wins 3, 1.5, 1 of 3.
    result = delong([1, 1, 1, 0, 0, 0], [0.8, 0.4, 0.3, 0.5, 0.4, 0.1])

    assert result.auroc.tolist() == pytest.approx([5.5 / 9])
    # Placements of the positives 1, .5, 1/3 and of the negatives 1/3, .5, 1: the
    # variance of each is 13/108, and each counts for a third.
    assert result.covariance[0, 0] == pytest.approx(2 * 13 / 108 / 3)


def test_values_are_those_of_scikit_learn_with_many_ties() -> None:
    labels, probabilities = models()
    rounded = [p.round(1) for p in probabilities]

    result = delong(labels, *rounded)

    expected = [roc_auc_score(labels, p) for p in rounded]
    np.testing.assert_allclose(result.auroc, expected, rtol=0, atol=1e-12)


@pytest.mark.parametrize("digits", [1, 9], ids=["many ties", "no ties"])
def test_the_covariance_is_the_one_of_the_definition(digits: int) -> None:
    labels, probabilities = models()
    rounded = [p.round(digits) for p in probabilities]

    result = delong(labels, *rounded)

    expected = by_definition(labels, rounded)
    np.testing.assert_allclose(result.covariance, expected, rtol=0, atol=1e-15)


def test_the_paired_test_is_the_one_of_mlstatkit() -> None:
    labels, (first, second, _) = models(seed=3)

    result = delong(labels, first, second)

    z, _ = Delong_test(labels, first, second, return_ci=False, return_auc=False)
    ours = (result.auroc[1] - result.auroc[0]) / result.standard_error(0, 1)
    assert ours == pytest.approx(z, abs=1e-10)


def test_the_paired_error_is_the_one_of_the_bootstrap() -> None:
    labels, (first, _, third) = models(seed=4)
    random = np.random.default_rng(5)
    differences = []
    for _ in range(400):
        rows = random.integers(0, len(labels), len(labels))
        drawn = labels[rows]
        both = delong(drawn, first[rows], third[rows]).auroc
        differences.append(both[0] - both[1])

    error = delong(labels, first, third).standard_error(0, 1)

    assert error == pytest.approx(np.std(differences), rel=0.1)


def test_models_are_joined_in_their_order() -> None:
    labels, probabilities = models()

    three = delong(labels, *probabilities)
    pair = delong(labels, probabilities[2], probabilities[0])

    assert three.standard_error(0, 2) == pytest.approx(pair.standard_error(0, 1))
    assert three.auroc[[2, 0]].tolist() == pair.auroc.tolist()


def test_only_the_order_of_the_rows_counts() -> None:
    labels, (first, second, _) = models()

    plain = delong(labels, first, second)
    bent = delong(labels, first**3, second)

    assert plain.standard_error(0, 1) == bent.standard_error(0, 1)
    assert delong(labels, first, first**3).standard_error(0, 1) == 0


def test_duplicating_everyone_leaves_the_value_and_shrinks_the_error() -> None:
    labels, (first, second, _) = models(1000)

    once = delong(labels, first, second)
    twice = delong(*(np.tile(v, 2) for v in (labels, first, second)))

    np.testing.assert_allclose(twice.auroc, once.auroc, atol=1e-12)
    ratio = once.standard_error(0, 1) / twice.standard_error(0, 1)
    assert ratio == pytest.approx(np.sqrt(2), rel=0.01)


@pytest.mark.parametrize("labels", [[0, 0, 1], [1, 1, 0]])
def test_a_class_of_one_row_has_no_spread(labels: list[int]) -> None:
    with pytest.raises(LabelsRefusedError, match="a class of one row"):
        delong(labels, [0.1, 0.2, 0.3])


def test_what_is_no_probability_is_refused() -> None:
    with pytest.raises(ProbabilitiesRefusedError, match="1 values outside"):
        delong([0, 0, 1, 1], [0.1, 0.2, 0.3, 0.4], [0.1, 0.2, 0.3, 4])
