"""The decision curve of one submission, with its intervals."""

from __future__ import annotations

import numpy as np

from leaderboard.curves import NetBenefit
from leaderboard.metrics.utility import decision_curve
from leaderboard.resampling import estimate
from leaderboard.resampling.measures import Sample
from leaderboard.tracing.chance import replicate
from leaderboard.tracing.numbers import rounded, rounded_estimate

# From nearly everyone to one in three: beyond that no offer of help is weighed.
THRESHOLDS = tuple(step / 100 for step in range(1, 31))


def benefits(
    sample: Sample, reference: Sample | None, *, replicates: int, seed: int
) -> tuple[NetBenefit, ...]:
    """Weigh an offer to all from each threshold on.

    Parameters
    ----------
    sample : Sample
        The rows.
    reference : Sample or None
        The same rows with the reference model's probabilities.
    replicates : int
        Number of bootstrap replicates, at least 2.
    seed : int
        At least 0.

    Returns
    -------
    tuple of NetBenefit
        By threshold, from 1 to 30 %.

    References
    ----------
    Vickers & Elkin (2006), Medical Decision Making 26(6), 565-574.
    """
    y = sample.labels
    found = decision_curve(y, sample.probabilities, THRESHOLDS)
    plain = None
    if reference is not None:
        plain = decision_curve(y, reference.probabilities, THRESHOLDS)
    steps = np.array(THRESHOLDS)[:, None]
    worth = np.where(y == 1, 1.0, -steps / (1 - steps))
    drawn = replicate(
        sample,
        np.vstack([(sample.probabilities >= steps) * worth, np.ones_like(y)]),
        replicates=replicates,
        seed=seed,
    )
    with np.errstate(invalid="ignore"):
        drawn_benefits = drawn[:-1] / drawn[-1]
    clusters = int(sample.clusters.max()) + 1
    return tuple(
        NetBenefit(
            threshold,
            rounded_estimate(estimate(value, drawn_benefits[k], n_clusters=clusters)),
            rounded(float(found.everyone[k])),
            None if plain is None else rounded(float(plain.model[k])),
        )
        for k, (threshold, value) in enumerate(
            zip(THRESHOLDS, found.model.tolist(), strict=True)
        )
    )
