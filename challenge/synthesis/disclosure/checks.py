"""What synthetic rows tell about the real rows they were learned from.

Real rows are split at random: one half is learned from, the other is held out. Both
come from the same families, so whatever synthetic rows have in common with people in
general they have in common with both halves. Only what they took from the learned
half makes them more like it. Every check but the last compares the halves:

====================  =======================================================  ======
risk                  what is measured                                         chance
====================  =======================================================  ======
``exact-copies``      of the real rows that occur among the synthetic ones,    1/2
                      the share that was learned from
``near-copies``       of the 2 % of real rows with the nearest synthetic row,  1/2
                      the share that was learned from
``closest-records``   share of synthetic rows whose nearest real row was       1/2
                      learned from
``membership``        AUROC of "this real row was learned from, because a      1/2
                      synthetic row is near"
``attributes``        how much more often the nearest synthetic row gives      0
                      away a sensitive value of a learned row than of a
                      held-out one
``small-cells``       fewest rows in a shown level or pair of levels           >= 10
====================  =======================================================  ======

Even figures on many rows betray a little about who was in them: the more columns and
the fewer rows, the more, as the root of columns / rows. So much is allowed beyond
chance, up to `MOST_ALLOWED`; the factors `ALLOWED` are what honest fits gave on
average. A check fails when the lower end of its 99 % interval lies above that.

References
----------
Platzer and Reutterer (2021), "Holdout-based empirical assessment of mixed-type
synthetic data", Frontiers in Big Data 4: closest records, training against holdout;
DCROverfitting of SDMetrics is the same share, rescaled.
Chen et al. (2020), "GAN-Leaks", CCS: membership by the nearest synthetic row.
Giomi et al. (2023), "A unified framework for quantifying privacy risk in synthetic
data", PoPETs 2023(2): attacks on held-out rows as the baseline.
Sankararaman et al. (2009), "Genomic privacy and limits of individual detection in a
pool", Nature Genetics 41: what figures betray grows as the root of columns / rows.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from challenge.synthesis.disclosure.attacks import (
    attributes,
    cells,
    closest_records,
    exact_copies,
    membership,
    near_copies,
)
from challenge.synthesis.disclosure.findings import Disclosure
from challenge.synthesis.disclosure.nearness import Distances, Nearness
from leaderboard.disclosure.suppression import round_count

ALLOWED: Mapping[str, float] = {
    "near-copies": 0.2,
    "closest-records": 0.15,
    "membership": 0.1,
    "attributes": 0.03,
}
"""What honest fits gave beyond chance, times the root of rows / columns: measured at 15
and 42 columns and 150 to 1,500 learned rows."""

MOST_ALLOWED = 0.05
"""Beyond chance, whatever the number of rows: the 0.9 of SDMetrics' DCROverfitting."""

REAL_ROWS = 2_000
SYNTHETIC_ROWS = 5_000
"""Most rows of each half, and most synthetic rows, that distances are taken of."""

BINS = 24


@dataclass(frozen=True, slots=True, eq=False)
class Halves:
    """Synthetic rows between the two halves of the real ones.

    Attributes
    ----------
    synthetic, training, holdout : DataFrame
        The same columns, without keys; floats, or str and None. Numbers of the real
        rows are rounded like those of the synthetic ones.
    """

    synthetic: pd.DataFrame
    training: pd.DataFrame
    holdout: pd.DataFrame


def disclosure(
    halves: Halves,
    *,
    sensitive: Sequence[str],
    described: Sequence[str],
    generator: np.random.Generator,
) -> Disclosure:
    """Run every check.

    Parameters
    ----------
    halves : Halves
        Synthetic, learned and held-out rows.
    sensitive : sequence of str
        Columns whose values must not be found out.
    described : sequence of str
        Columns of levels that describe people: no small cells there.
    generator : Generator
        Takes the sub-samples.

    Returns
    -------
    Disclosure
        With every figure that a decision rests on.
    """
    sample = _sample(halves, generator)
    real = pd.concat([sample.training, sample.holdout], ignore_index=True)
    nearness = Nearness.of(real, sample.synthetic)
    distances = nearness.distances()
    root = math.sqrt(real.shape[1] / len(halves.training))
    allowed = {
        risk: min(MOST_ALLOWED, factor * root) for risk, factor in ALLOWED.items()
    }
    findings = (
        exact_copies(halves.synthetic, halves.training, halves.holdout),
        near_copies(distances, allowed=allowed["near-copies"]),
        closest_records(distances, allowed=allowed["closest-records"]),
        membership(distances, allowed=allowed["membership"]),
        attributes(nearness, distances, sensitive, allowed=allowed["attributes"]),
        cells(halves.synthetic, described),
    )
    return Disclosure(findings=findings, **_histogram(distances, real.shape[1]))


def _sample(halves: Halves, generator: np.random.Generator) -> Halves:
    """Take equally many rows of both halves, and not too many of any."""
    size = min(REAL_ROWS, len(halves.training), len(halves.holdout))

    def some(frame: pd.DataFrame, most: int) -> pd.DataFrame:
        return frame.sample(min(most, len(frame)), random_state=generator)

    return Halves(
        some(halves.synthetic, SYNTHETIC_ROWS),
        some(halves.training, size),
        some(halves.holdout, size),
    )


def _histogram(distances: Distances, columns: int) -> dict[str, Any]:
    """Distances of synthetic rows to either half, per column, in bins."""
    size = len(distances) // 2
    to_training = distances[:size].min(axis=0) / columns
    to_holdout = distances[size:].min(axis=0) / columns
    top = float(max(to_training.max(), to_holdout.max(), 1e-6))
    edges = np.linspace(0, top, BINS + 1)
    return {
        "edges": tuple(np.round(edges, 5).tolist()),
        **{
            half: tuple(map(round_count, np.histogram(values, edges)[0].tolist()))
            for half, values in (("training", to_training), ("holdout", to_holdout))
        },
    }
