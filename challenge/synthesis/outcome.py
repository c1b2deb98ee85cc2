"""The target, drawn on top of finished rows.

The mechanism is applied after the copula: a label that goes through a Gaussian
copula loses its interactions and most of its effects (measured). Nothing in the
rows is drawn from the label, so there is nothing to look ahead to.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.special import expit, logit

from challenge.brief.definition import Brief
from challenge.brief.mechanism import Mechanism
from challenge.synthesis.link import Population
from challenge.synthesis.secret import Secret


@dataclass(frozen=True, slots=True, eq=False)
class Outcome:
    """Labels and the truth behind them.

    Attributes
    ----------
    labels : ndarray of bool, shape (n_rows,)
        Drawn once from the risk.
    risk : ndarray of float, shape (n_rows,)
        True probability of the label.
    effects : ndarray of float, shape (n_terms,)
        Log-odds that hold in this build.
    intercept : float
        Log-odds that give the declared prevalence inside.
    """

    labels: NDArray[np.bool_]
    risk: NDArray[np.float64]
    effects: NDArray[np.float64]
    intercept: float


def draw_outcome(
    population: Population, brief: Brief, mechanism: Mechanism, secret: Secret
) -> Outcome:
    """Draw effects, calibrate inside and outside, and draw the labels.

    Parameters
    ----------
    population : Population
        Complete households.
    brief : Brief
        Prevalence and external shift.
    mechanism : Mechanism
        Declared effects.
    secret : Secret
        Decides the effects, the areas and the labels.

    Returns
    -------
    Outcome
        In the order of the rows.
    """
    effects = mechanism.draw(secret.generator("effects"))
    internal = population.sets != "external"
    log_odds = mechanism.log_odds(population.rows, effects)
    shift = brief.external.shift
    log_odds[~internal] *= shift.strength
    log_odds += area_effects(population.rows, brief, mechanism, secret)
    prevalence = brief.target.prevalence
    outside = expit(logit(prevalence) + np.log(shift.prevalence_odds))
    intercept = calibrate(log_odds[internal], prevalence)
    log_odds[internal] += intercept
    log_odds[~internal] += calibrate(log_odds[~internal], outside)
    risk = np.asarray(expit(log_odds), dtype=np.float64)
    labels = secret.generator("labels").random(len(risk)) < risk
    return Outcome(labels, risk, effects, intercept)


def area_effects(
    rows: pd.DataFrame, brief: Brief, mechanism: Mechanism, secret: Secret
) -> NDArray[np.float64]:
    """Draw what each neighbourhood and municipality adds.

    Parameters
    ----------
    rows : DataFrame
        With the area columns.
    brief : Brief
        Names the area columns.
    mechanism : Mechanism
        How much areas differ.
    secret : Secret
        Decides the effects.

    Returns
    -------
    ndarray of float, shape (n_rows,)
        Log-odds.
    """
    total = np.zeros(len(rows))
    for column, spread in (
        (brief.areas.neighbourhood, mechanism.areas.neighbourhood_sd),
        (brief.areas.municipality, mechanism.areas.municipality_sd),
    ):
        codes, names = pd.factorize(rows[column], sort=True)
        drawn = secret.generator(f"effects of {column}").normal(0, spread, len(names))
        total += drawn[codes]
    return total


def calibrate(log_odds: NDArray[np.float64], prevalence: float) -> float:
    """Find the intercept that gives a prevalence, by bisection.

    Parameters
    ----------
    log_odds : ndarray of float, shape (n_rows,)
        Without intercept.
    prevalence : float
        Wanted mean risk, in (0, 1).

    Returns
    -------
    float
        To within 1e-9.

    Examples
    --------
    >>> round(calibrate(np.zeros(3), 0.1), 4)
    -2.1972
    """
    low, high = -50.0, 50.0
    while high - low > 1e-9:
        middle = (low + high) / 2
        is_low = float(np.mean(expit(middle + log_odds))) < prevalence
        low, high = (middle, high) if is_low else (low, middle)
    return (low + high) / 2
