"""Every curve of one submission."""

from __future__ import annotations

from leaderboard.curves import Curves
from leaderboard.groups.intake import Intake
from leaderboard.metrics.discrimination import auroc
from leaderboard.tracing.benefits import benefits
from leaderboard.tracing.bins import calibration_bins, probability_bars
from leaderboard.tracing.numbers import rounded
from leaderboard.tracing.places import measure_places, sites, summary
from leaderboard.tracing.points import roc_points


def trace(intake: Intake, *, replicates: int, seed: int) -> Curves:
    """Trace the curves of one submission.

    Intervals come from the same resampled clusters as those of the scorecard; the
    ends of bins stay where they are.

    Parameters
    ----------
    intake : Intake
        The rows, and those of the reference model.
    replicates : int
        Number of bootstrap replicates, at least 2.
    seed : int
        At least 0.

    Returns
    -------
    Curves
        Exact but for rounding to four decimals.
    """
    sample, reference = intake.sample, intake.reference
    places = measure_places(sample, intake.places)
    return Curves(
        roc=roc_points(sample.labels, sample.probabilities),
        bins=calibration_bins(sample, replicates=replicates, seed=seed),
        bars=probability_bars(sample.probabilities),
        decision=benefits(sample, reference, replicates=replicates, seed=seed),
        sites=sites(places),
        summary=summary(places),
        reference_roc=()
        if reference is None
        else roc_points(reference.labels, reference.probabilities),
        reference_auroc=None
        if reference is None
        else rounded(auroc(reference.labels, reference.probabilities)),
    )
