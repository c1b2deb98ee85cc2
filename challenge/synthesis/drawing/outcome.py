"""The target, drawn on top of finished rows.

The mechanism is applied after the copula: a label that goes through a Gaussian
copula loses its interactions and most of its effects (measured). Nothing in the
rows is drawn from the label, so there is nothing to look ahead to.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.special import expit

from challenge.brief.definition import Brief
from challenge.brief.mechanism import Mechanism
from challenge.schema.chances import calibrate
from challenge.synthesis.drawing.areas import municipalities
from challenge.synthesis.secret import Secret


@dataclass(frozen=True, slots=True, eq=False)
class Outcome:
    """The truth of one build, beside the effects of its areas.

    Attributes
    ----------
    effects : ndarray of float, shape (n_terms,)
        Log-odds that hold in this build.
    intercept : float
        Log-odds that give the declared prevalence inside.
    outside : float
        The same for the external set, whose prevalence the brief shifts.
    """

    effects: NDArray[np.float64]
    intercept: float
    outside: float

    def risk(self, log_odds: NDArray[np.float64], name: str) -> NDArray[np.float64]:
        """Give the true risk of households of one set.

        Parameters
        ----------
        log_odds : ndarray of float, shape (n_rows,)
            Without intercept.
        name : str
            Of the set.

        Returns
        -------
        ndarray of float, shape (n_rows,)
            Probability of the label, in (0, 1).
        """
        start = self.outside if name == "external" else self.intercept
        return np.asarray(expit(start + log_odds), dtype=np.float64)


def calibrated(
    effects: NDArray[np.float64],
    inside: NDArray[np.float64],
    outside: NDArray[np.float64],
    brief: Brief,
) -> Outcome:
    """Find the intercepts that give the declared prevalences.

    Parameters
    ----------
    effects : ndarray of float, shape (n_terms,)
        Log-odds that hold in this build.
    inside, outside : ndarray of float
        Log-odds without intercept of every internal and every external household.
    brief : Brief
        Prevalence and external shift.

    Returns
    -------
    Outcome
        Without external households, `outside` is the intercept inside.
    """
    intercept = calibrate(inside, brief.target.prevalence)
    if not len(outside):
        return Outcome(effects, intercept, intercept)
    beyond = calibrate(outside, brief.prevalence_in("external"))
    return Outcome(effects, intercept, beyond)


def draw_labels(
    risk: NDArray[np.float64], stream: Callable[[str], np.random.Generator]
) -> NDArray[np.bool_]:
    """Draw the labels of a partition; no feature depends on them.

    Parameters
    ----------
    risk : ndarray of float, shape (n_rows,)
        True probability of the label.
    stream : callable
        Streams of the partition.

    Returns
    -------
    ndarray of bool, shape (n_rows,)
        The same every time.
    """
    return np.asarray(stream("labels").random(len(risk)) < risk)


def area_effects(
    places: pd.DataFrame,
    brief: Brief,
    mechanism: Mechanism,
    secret: Secret,
    stream: Callable[[str], np.random.Generator],
) -> NDArray[np.float64]:
    """Draw what each neighbourhood of a partition adds, with its municipality.

    Parameters
    ----------
    places : DataFrame
        Rows of `challenge.synthesis.drawing.areas.plan_areas` of this partition.
    brief : Brief
        Names the municipality column.
    mechanism : Mechanism
        How much areas differ.
    secret : Secret
        Decides the effects of municipalities, which all partitions share.
    stream : callable
        Streams of this partition, which decide the effects of neighbourhoods.

    Returns
    -------
    ndarray of float, shape (n_places,)
        Log-odds.
    """
    towns, spread = list(municipalities(brief)), mechanism.areas
    shared = secret.generator("effects of municipality").normal(
        0, spread.municipality_sd, len(towns)
    )
    own = stream("effects of neighbourhood").normal(
        0, spread.neighbourhood_sd, len(places)
    )
    return np.asarray(
        own + shared[pd.Index(towns).get_indexer(places[brief.areas.municipality])]
    )
