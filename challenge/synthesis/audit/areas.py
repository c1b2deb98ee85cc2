"""How much neighbourhoods differ, declared against got."""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.special import logit

from challenge.brief.definition import Brief
from challenge.brief.mechanism import Mechanism
from challenge.schema.associations import latent, rank_correlation
from challenge.schema.curves import Normal
from challenge.schema.partners import STANDING
from challenge.synthesis.audit.population import AuditRows
from challenge.synthesis.audit.ranks import weighted_ranks
from challenge.synthesis.audit.records import BetweenFinding
from challenge.synthesis.audit.samples import Sample
from challenge.synthesis.audit.truths import SpreadFinding
from leaderboard.estimates import Estimate

Vector = NDArray[np.float64]

LOGISTIC = math.pi**2 / 3
"""Variance of the standard logistic distribution: what chance adds to log-odds."""


def between_findings(
    rows: AuditRows, found: Mapping[str, Sample], brief: Brief
) -> tuple[BetweenFinding, ...]:
    """Hold against the rows how much of each column lies between neighbourhoods.

    Two households of one neighbourhood share its standing, so their normal scores
    correlate as the square of what was declared for the standing.

    Parameters
    ----------
    rows : AuditRows
        What is audited.
    found : mapping of str to Sample
        What was drawn, by column.
    brief : Brief
        Its partners declare associations with the standing.

    Returns
    -------
    tuple of BetweenFinding
        For columns of tables with one row per household.
    """
    neighbourhoods, _ = pd.factorize(rows.rows[brief.areas.neighbourhood])
    standing = Normal(distribution="normal", mean=0, sd=1, decimals=6)
    results = []
    for partner in brief.partners:
        for association in partner.associations:
            names = [name for name in association.names if name != STANDING]
            sample = found.get(names[0]) if len(names) == 1 else None
            if sample is None or sample.per != "household" or sample.is_held_back:
                continue
            is_first = association.names[0] == names[0]
            sides = (sample.marginal, standing)[:: 1 if is_first else -1]
            score = latent(association, *sides) or 0.0
            ranks = weighted_ranks(sample.values, sample.weights)
            results.append(
                BetweenFinding(
                    column=sample.column.name,
                    label=sample.column.label,
                    declared=rank_correlation(
                        score**2, sample.marginal, sample.marginal
                    ),
                    got=intraclass_correlation(ranks, neighbourhoods[sample.units]),
                )
            )
    return tuple(results)


def intraclass_correlation(values: Vector, clusters: NDArray[np.intp]) -> float:
    """Give the share of a variance that lies between clusters.

    Parameters
    ----------
    values : ndarray of float, shape (n,)
        Any numbers.
    clusters : ndarray of int, shape (n,)
        Cluster of each.

    Returns
    -------
    float
        At most 1; 0 where clusters differ no more than by chance, also below two.

    References
    ----------
    Donner (1986), "A review of inference procedures for the intraclass correlation
    coefficient in the one-way random effects model", International Statistical
    Review 54: the analysis of variance estimator for clusters of unequal size.
    """
    _, clusters = np.unique(clusters, return_inverse=True)
    sizes = np.bincount(clusters)
    total, count = len(values), len(sizes)
    if count < 2 or total <= count:
        return 0.0
    means = np.bincount(clusters, values) / sizes
    among = float(np.sum(sizes * (means - values.mean()) ** 2)) / (count - 1)
    inside = float(np.sum((values - means[clusters]) ** 2)) / (total - count)
    size = (total - float(np.sum(sizes**2)) / total) / (count - 1)
    between = max(0.0, (among - inside) / size)
    return between / (between + inside) if between > 0 else 0.0


def spread_findings(
    rows: AuditRows, brief: Brief, mechanism: Mechanism
) -> tuple[SpreadFinding, ...]:
    """Hold the effects of areas against the declared spreads.

    Parameters
    ----------
    rows : AuditRows
        What is audited.
    brief : Brief
        Names the area columns.
    mechanism : Mechanism
        Declares the spreads.

    Returns
    -------
    tuple of SpreadFinding
        Neighbourhoods within their municipality, then municipalities; a level with
        fewer than two areas is left out.
    """
    names = brief.areas.neighbourhood, brief.areas.municipality
    areas = rows.rows[list(names)].assign(effect=rows.area_effects)
    homes = areas.drop_duplicates(names[0])
    towns = homes.groupby(names[1])["effect"]
    centred = homes["effect"] - towns.transform("mean")
    free = len(homes) - towns.ngroups
    inside = float(np.sum(centred**2)) / max(free, 1)
    means, sizes = towns.mean(), towns.size()
    among = float(means.var()) if len(means) > 1 else 0.0
    noise = inside * float(np.mean(1 / sizes))
    declared = mechanism.areas
    results = []
    if free > 0:
        sd = _spread(inside, free)
        results.append(
            _finding("neighbourhood", len(homes), declared.neighbourhood_sd, sd)
        )
    if len(means) > 1:
        sd = _spread(among, len(means) - 1, noise)
        results.append(
            _finding("municipality", len(means), declared.municipality_sd, sd)
        )
    return tuple(results)


def target_correlation(rows: AuditRows, brief: Brief) -> float:
    """Give the share of the target's latent variance between neighbourhoods.

    Parameters
    ----------
    rows : AuditRows
        What is audited; the true risk, so that no label's chance is in it.
    brief : Brief
        Names the neighbourhood.

    Returns
    -------
    float
        In [0, 1), over the sets inside; what households and areas are like together.

    References
    ----------
    Snijders and Bosker (2012), "Multilevel Analysis", 17.2: the latent variable
    approach, with pi squared over three within.
    """
    here = rows.inside
    log_odds = logit(np.clip(rows.risk[here], 1e-9, 1 - 1e-9))
    codes, _ = pd.factorize(rows.rows[brief.areas.neighbourhood][here])
    share = intraclass_correlation(log_odds, codes)
    variance = float(log_odds.var())
    return share * variance / (variance + LOGISTIC)


def area_correlation(variance: float) -> float:
    """Give the share of the latent variance that area effects make up.

    Parameters
    ----------
    variance : float
        Of the area effects, in squared log-odds.

    Returns
    -------
    float
        In [0, 1), among what no column holds.

    Examples
    --------
    >>> round(area_correlation(0.35**2 + 0.1**2), 4)
    0.0387
    """
    return variance / (variance + LOGISTIC)


def _spread(variance: float, free: int, noise: float = 0.0) -> Estimate:
    """Give a standard deviation with its interval from the chi-square law."""
    from scipy.stats import chi2  # slow to import

    ends = [variance * free / chi2.ppf(p, free) for p in (0.975, 0.025)]
    low, high = (math.sqrt(max(0.0, end - noise)) for end in ends)
    return Estimate(math.sqrt(max(0.0, variance - noise)), low, high)


def _finding(level: str, areas: int, declared: float, got: Estimate) -> SpreadFinding:
    return SpreadFinding.model_validate(
        {"level": level, "areas": areas, "declared": declared, "got": got}
    )
