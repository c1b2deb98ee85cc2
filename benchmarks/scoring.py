"""Time one scorecard against a plain scikit-learn loop, as a ratio in one run.

Run ``make bench``; prints JSON. The loop computes AUROC and Brier score overall and per
group for a few replicates and is scaled up to all of them.
"""

from __future__ import annotations

import json
import time

import numpy as np
import pandas as pd
from sklearn.metrics import brier_score_loss, roc_auc_score

from leaderboard import score

ROWS, CLUSTERS, REPLICATES, LOOPED = 20_000, 200, 1024, 8


def rows() -> tuple[np.ndarray, np.ndarray, pd.DataFrame, pd.Series, pd.Series]:
    """Draw rows of the size of the board, with clusters and three attributes."""
    rng = np.random.default_rng(7)
    chance = rng.beta(1, 9, ROWS)
    groups = pd.DataFrame(
        {
            name: rng.choice([f"{name}{i}" for i in range(levels)], ROWS)
            for name, levels in (("a", 2), ("b", 3), ("c", 2))
        }
    )
    clusters = pd.Series(rng.integers(0, CLUSTERS, ROWS).astype(str))
    areas = pd.Series(rng.integers(0, 8, ROWS).astype(str))
    return rng.random(ROWS) < chance, chance, groups, clusters, areas


def loop(
    labels: np.ndarray, chance: np.ndarray, groups: pd.DataFrame, clusters: pd.Series
) -> None:
    """Do what a notebook would do: resample, and ask scikit-learn for everything."""
    rng = np.random.default_rng(0)
    codes = clusters.astype(int).to_numpy()
    masks = [groups[c].to_numpy() == v for c in groups for v in groups[c].unique()]
    for _ in range(LOOPED):
        weights = rng.poisson(1, CLUSTERS)[codes].astype(float)
        for mask in (np.ones(ROWS, dtype=bool), *masks):
            for metric in (roc_auc_score, brier_score_loss):
                metric(labels[mask], chance[mask], sample_weight=weights[mask])


def main() -> None:
    """Measure both and print the ratio."""
    labels, chance, groups, clusters, areas = rows()
    started = time.process_time()
    score(
        labels,
        chance,
        groups=groups,
        clusters=clusters,
        areas=areas,
        replicates=REPLICATES,
    )
    ours = time.process_time() - started
    started = time.process_time()
    loop(labels, chance, groups, clusters)
    theirs = (time.process_time() - started) * REPLICATES / LOOPED
    print(
        json.dumps(
            {
                "rows": ROWS,
                "clusters": CLUSTERS,
                "replicates": REPLICATES,
                "scorecard_cpu_seconds": round(ours, 2),
                "scikit_learn_loop_cpu_seconds": round(theirs, 1),
                "ratio": round(theirs / ours, 1),
            },
            indent=2,
        )
    )


if __name__ == "__main__":
    main()
