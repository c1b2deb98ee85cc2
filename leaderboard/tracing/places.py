"""The municipalities of one submission."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from leaderboard.curves import Site, Summary
from leaderboard.groups.cells import MISSING, Cell
from leaderboard.resampling.measures import Sample
from leaderboard.tracing.numbers import rounded_estimate
from leaderboard.transport.municipalities import Forest, Predictions, forest


def measure_places(sample: Sample, places: Sequence[Cell]) -> Forest | None:
    """Measure the AUROC in each municipality.

    Parameters
    ----------
    sample : Sample
        The rows; its last cells are the municipalities.
    places : sequence of Cell
        Those cells.

    Returns
    -------
    Forest or None
        None where rows have no municipality, or no neighbourhood.
    """
    if not places or sample.names is None:
        return None
    members = sample.cells[:, len(sample.cells.T) - len(places) :]
    names = np.array([cell.level for cell in places], dtype=object)
    names[names == MISSING] = None
    rows = Predictions(
        labels=sample.labels,
        probabilities=sample.probabilities,
        areas=names[members.argmax(axis=1)],
        clusters=sample.clusters,
    )
    nowhere = np.full(len(sample.labels), None)
    return forest(rows, replace(rows, areas=nowhere))


def sites(places: Forest | None) -> tuple[Site, ...]:
    """List what was found in each municipality.

    Parameters
    ----------
    places : Forest or None
        From `measure_places`.

    Returns
    -------
    tuple of Site
        By name; empty for None.
    """
    return tuple(
        Site(
            place.name,
            place.estimate and rounded_estimate(place.estimate),
            place.clusters,
            held_out=place.held_out,
            imprecise=place.imprecise,
        )
        for place in (places.municipalities if places else ())
    )


def summary(places: Forest | None) -> Summary | None:
    """Say what the municipalities have in common.

    Parameters
    ----------
    places : Forest or None
        From `measure_places`.

    Returns
    -------
    Summary or None
        None below five municipalities with an interval.
    """
    if places is None or places.mean is None:
        return None
    return Summary(
        mean=rounded_estimate(places.mean),
        pooled=places.pooled,
        clusters=places.clusters,
        prediction=places.prediction and rounded_estimate(places.prediction),
    )
