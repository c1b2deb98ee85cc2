"""The best that a model can do on what it sees, found with the truth at hand.

An additive model with bends, and with the mechanism's own steps and interactions, is
fitted to the true risk without area effects, on rows of other neighbourhoods. A team
has labels instead of risks, and does not know the mechanism, so it comes near this
and not past it. On the first 1000 days 300 boosted trees, fitted to the same risks,
reach no higher AUROC (docs/audit.md).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit, logit

from challenge.brief.definition import Brief
from challenge.brief.mechanism import Mechanism
from challenge.synthesis.audit.basis import Basis, basis
from challenge.synthesis.audit.expectation import fold_of
from challenge.synthesis.audit.logistic import Fit, fit_logistic
from challenge.synthesis.audit.population import AuditRows
from leaderboard.metrics.calibration import recalibrate

Vector = NDArray[np.float64]
Places = NDArray[np.intp]

_CALIBRATED = 10_000  # rows that two numbers are fitted to


@dataclass(frozen=True, slots=True, eq=False)
class Seen:
    """What is fitted once, to be solved for any features.

    Attributes
    ----------
    rows : AuditRows
        What is audited.
    basis : Basis
        Its feature frame as numbers.
    folds : ndarray of int, shape (n_rows,)
        Fold of each row; -1 for external rows, which are never fitted on.
    fits : tuple of Fit
        On fold 0, and on fold 1.
    """

    rows: AuditRows
    basis: Basis
    folds: NDArray[np.intp]
    fits: tuple[Fit, Fit]

    def visible_risk(self, features: Places) -> Vector:
        """Predict rows as well as some features allow.

        Parameters
        ----------
        features : ndarray of int
            Places of features.

        Returns
        -------
        ndarray of float, shape (n_rows,)
            From the fold that a row is not in; external rows get the mean of both.
            Without features one number for all rows.
        """
        if not len(features):
            # Two folds with a mean each would tell rows apart, the wrong way round.
            return np.full(len(self.folds), self.rows.plain[self.folds >= 0].mean())
        columns = self.basis.columns_of(features)
        matrix = self.basis.matrix[:, columns]
        result = np.zeros(len(self.folds))
        for fold, fit in enumerate(self.fits):
            scores = matrix @ fit.solve(columns).astype(np.float32)
            mine = np.flatnonzero(self.folds == fold)[:_CALIBRATED]
            start, slope = calibration(
                self.rows.plain[mine], scores[mine].astype(np.float64)
            )
            away = np.where(self.folds == -1, 0.5, self.folds != fold)
            result += expit(start + slope * scores) * away
        return result


def see(
    rows: AuditRows, brief: Brief, mechanism: Mechanism, generator: np.random.Generator
) -> Seen:
    """Fit the additive model with every feature, once per fold.

    Parameters
    ----------
    rows : AuditRows
        What is audited.
    brief : Brief
        Its features.
    mechanism : Mechanism
        Which steps and interactions there are.
    generator : Generator
        Decides the folds.

    Returns
    -------
    Seen
        To be solved for any features.
    """
    clusters = rows.rows[brief.areas.neighbourhood].to_numpy(dtype=object)
    folds = np.where(rows.inside, fold_of(clusters, generator), -1)
    made = basis(rows.frame, brief, mechanism)
    first, second = (
        fit_logistic(made.matrix[folds == fold], rows.plain[folds == fold], steps=3)
        for fold in (0, 1)
    )
    return Seen(rows, made, folds, (first, second))


def places_of(brief: Brief, tables: Sequence[str]) -> Places:
    """List the places of the features of some tables.

    Parameters
    ----------
    brief : Brief
        Its features.
    tables : sequence of str
        Names of tables.

    Returns
    -------
    ndarray of int
        Rising.
    """
    return np.array(
        [k for k, feature in enumerate(brief.features) if feature.table in tables],
        dtype=np.intp,
    )


def calibration(risk: Vector, scores: Vector) -> tuple[float, float]:
    """Stretch log-odds so that they fit.

    Parameters
    ----------
    risk : ndarray of float, shape (n_rows,)
        Probability that is to be met.
    scores : ndarray of float, shape (n_rows,)
        Log-odds.

    Returns
    -------
    start, slope : float
        Of the line over log-odds; the mean risk, where these are all the same.
    """
    fitted = recalibrate(risk, expit(scores))
    if not np.isfinite(fitted).all():
        return float(logit(risk.mean())), 0.0
    return float(fitted[0]), float(fitted[1])
