"""How good scores are when every row's true probability is known.

Nothing is left to the draw of the labels: each row counts as positive for as much as
its probability says. What remains uncertain is which neighbourhoods there are, and
that is what the intervals show.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from leaderboard.estimates import Estimate
from leaderboard.resampling import estimate, poisson_weights
from leaderboard.resampling.measures import ratio

Vector = NDArray[np.float64]

REPLICATES = 1_024


@dataclass(frozen=True, slots=True, eq=False)
class Expectation:
    """One model on one set, cluster by cluster.

    Attributes
    ----------
    auroc : float
        In [0, 1].
    influence : ndarray of float, shape (n_clusters,)
        How much each cluster moves it; they sum to 0.
    deviance : ndarray of float, shape (n_clusters,)
        Expected, of the model.
    null : ndarray of float, shape (n_clusters,)
        The same, of the mean said for every row.
    """

    auroc: float
    influence: Vector
    deviance: Vector
    null: Vector

    @property
    def explained(self) -> float:
        """Share of the deviance explained, at most 1."""
        return float(1 - self.deviance.sum() / self.null.sum())


class Resampler:
    """The same replicates of one set's neighbourhoods for every model.

    Parameters
    ----------
    clusters : ndarray, shape (n_rows,)
        Neighbourhood of each row.
    seed : int
        Of the replicates.
    """

    def __init__(self, clusters: NDArray[np.object_], seed: int) -> None:
        names, self._place = np.unique(clusters.astype(str), return_inverse=True)
        self._weights = np.hstack(
            list(poisson_weights(len(names), replicates=REPLICATES, seed=seed))
        )

    def expect(self, risk: Vector, probability: Vector) -> Expectation:
        """Measure one model.

        Parameters
        ----------
        risk : ndarray of float, shape (n_rows,)
            True probability.
        probability : ndarray of float, shape (n_rows,)
            What the model says.

        Returns
        -------
        Expectation
            To be turned into estimates, alone or against another.
        """
        auroc, influence = soft_auroc(risk, probability)
        null = _deviance(risk, np.full(len(risk), risk.mean()))
        return Expectation(
            auroc=auroc,
            influence=self._sum(influence),
            deviance=self._sum(_deviance(risk, probability)),
            null=self._sum(null),
        )

    def auroc(self, model: Expectation, other: Expectation | None = None) -> Estimate:
        """Estimate an AUROC, or how much larger it is than another's.

        Parameters
        ----------
        model, other : Expectation
            On the same rows.

        Returns
        -------
        Estimate
            With the interval of the replicates, paired.

        References
        ----------
        Obuchowski (1997), "Nonparametric analysis of clustered ROC curve data",
        Biometrics 53: the AUROC's placement values, summed by cluster.
        """
        value, influence = model.auroc, model.influence
        if other is not None:
            value, influence = value - other.auroc, influence - other.influence
        return estimate(value, value + influence @ self._weights)

    def explained(
        self, model: Expectation, other: Expectation | None = None
    ) -> Estimate:
        """Estimate the share of deviance explained, or how much more it is.

        Parameters
        ----------
        model, other : Expectation
            On the same rows.

        Returns
        -------
        Estimate
            With the interval of the replicates, paired.
        """
        null = model.null @ self._weights
        replicates = 1 - ratio(model.deviance @ self._weights, null)
        value = model.explained
        if other is not None:
            value -= other.explained
            replicates -= 1 - ratio(other.deviance @ self._weights, null)
        return estimate(value, replicates)

    def _sum(self, column: Vector) -> Vector:
        """Add up a column by cluster."""
        return np.bincount(self._place, column).astype(np.float64)


def soft_auroc(risk: Vector, scores: Vector) -> tuple[float, Vector]:
    """Give the AUROC in which a row is positive for as much as its risk.

    Parameters
    ----------
    risk : ndarray of float, shape (n_rows,)
        True probability, or labels.
    scores : ndarray of float, shape (n_rows,)
        Higher comes first; ties count for a half.

    Returns
    -------
    auroc : float
        In [0, 1].
    influence : ndarray of float, shape (n_rows,)
        How much each row moves it, summing to 0.

    References
    ----------
    As `sklearn.metrics.roc_auc_score` of every row twice, positive with weight
    `risk` and negative with the rest. DeLong, DeLong and Clarke-Pearson (1988),
    Biometrics 44: placement values.
    """
    _, tie = np.unique(scores, return_inverse=True)
    below, above = 1 - risk, risk
    worse, better = np.bincount(tie, below), np.bincount(tie, above)
    negatives, positives = float(below.sum()), float(above.sum())
    under = ((np.cumsum(worse) - worse / 2) / negatives)[tie]
    over = ((positives - np.cumsum(better) + better / 2) / positives)[tie]
    value = float(above @ under / positives)
    influence = above * (under - value) / positives + below * (over - value) / negatives
    return value, influence


def expected_scaled_brier(risk: Vector, probability: Vector) -> float:
    """Give the scaled Brier score, expected over all draws of the labels.

    Parameters
    ----------
    risk : ndarray of float, shape (n_rows,)
        True probability.
    probability : ndarray of float, shape (n_rows,)
        What a model says.

    Returns
    -------
    float
        At most 1; 0 is as good as the prevalence said for everyone.

    References
    ----------
    As `leaderboard.metrics.scaled_brier`.
    """
    loss = risk * (1 - probability) ** 2 + (1 - risk) * probability**2
    mean = float(risk.mean())
    return float(1 - loss.mean() / (mean * (1 - mean)))


def fold_of(clusters: NDArray[np.object_], generator: np.random.Generator) -> Vector:
    """Split rows into two folds, no neighbourhood over both.

    Parameters
    ----------
    clusters : ndarray, shape (n_rows,)
        Neighbourhood of each row.
    generator : Generator
        Decides.

    Returns
    -------
    ndarray of int, shape (n_rows,)
        0 or 1; both occur if there are two clusters.
    """
    names, place = np.unique(clusters.astype(str), return_inverse=True)
    return np.asarray((generator.permutation(len(names)) % 2)[place])


def _deviance(risk: Vector, probability: Vector) -> Vector:
    p = np.clip(probability, 1e-9, 1 - 1e-9)
    return np.asarray(-2 * (risk * np.log(p) + (1 - risk) * np.log1p(-p)))
