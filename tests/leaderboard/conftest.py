"""Rows to score, drawn from a known mechanism."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd
import pytest
from numpy.typing import NDArray
from scipy.special import expit

from leaderboard import FairnessPolicy, Scorecard, score


@dataclass(frozen=True)
class Households:
    """Rows whose true probability is known."""

    labels: NDArray[np.bool_]
    truth: NDArray[np.float64]
    noisy: NDArray[np.float64]
    groups: pd.DataFrame
    clusters: NDArray[np.str_]
    areas: NDArray[np.str_]

    def score(
        self,
        probabilities: NDArray[np.float64],
        *,
        policy: FairnessPolicy | None = None,
        reference: NDArray[np.float64] | None = None,
        replicates: int = 128,
        seed: int = 7,
    ) -> Scorecard:
        return score(
            self.labels,
            probabilities,
            groups=self.groups,
            clusters=self.clusters,
            areas=self.areas,
            policy=policy,
            reference=reference,
            replicates=replicates,
            seed=seed,
        )


def draw(n: int = 3000, *, n_clusters: int = 60, seed: int = 1) -> Households:
    random = np.random.default_rng(seed)
    strength = random.normal(size=n)
    truth = expit(-1.6 + 1.3 * strength)
    return Households(
        labels=random.random(n) < truth,
        truth=truth,
        noisy=expit(-1.6 + 0.8 * strength + 0.5 * random.normal(size=n)),
        groups=pd.DataFrame(
            {
                "home": random.choice(["x", "y", None], n, p=[0.6, 0.3, 0.1]),
                "single": random.choice([True, False], n),
            }
        ),
        clusters=np.char.add("buurt ", random.integers(0, n_clusters, n).astype(str)),
        areas=np.char.add("area ", random.integers(0, 4, n).astype(str)),
    )


@pytest.fixture
def households() -> Callable[..., Households]:
    return draw
