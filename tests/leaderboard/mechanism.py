"""Households in neighbourhoods, and what is true of a model that scores them.

The truth of every measure is an integral over the score, worked out on a grid: it owes
nothing to the library, and nothing to a draw.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.optimize import brentq, root
from scipy.special import expit, logit

STRENGTH = np.linspace(-8, 8, 40_001)
STEP = STRENGTH[1] - STRENGTH[0]
LEVELS = "abcd"


@dataclass(frozen=True)
class Drawn:
    """Rows with a label, what the model says, and where they belong."""

    labels: np.ndarray
    probabilities: np.ndarray
    groups: pd.DataFrame
    clusters: np.ndarray


@dataclass(frozen=True)
class Mechanism:
    """A row of group g has strength x ~ N(mean g, 1); neighbours are alike.

    The chance of its label is expit(level g + slope x + u), where u ~ N(0, spread)
    belongs to the neighbourhood and no model knows it. The model says
    expit(says[0] + says[1] x).
    """

    shares: tuple[float, ...]
    means: tuple[float, ...]
    levels: tuple[float, ...]
    says: tuple[float, float]
    spread: float  # of the neighbourhoods' own effects, in log odds
    alike: float  # share of the variance of the strength between neighbourhoods
    mixing: float  # of groups over neighbourhoods: the less, the more they live apart
    n_clusters: int
    size: int = 20
    slope: float = 1.2

    def draw(self, seed: int, *, n_clusters: int | None = None) -> Drawn:
        random = np.random.default_rng(seed)
        clusters = n_clusters or self.n_clusters
        sizes = 5 + random.poisson(random.gamma(2, (self.size - 5) / 2, clusters))
        place = np.repeat(np.arange(clusters), sizes)

        def live(shares: tuple[float, ...]) -> np.ndarray:
            mixed = random.dirichlet(self.mixing * np.array(shares), clusters)
            drawn = random.random((len(place), 1)) > mixed.cumsum(axis=1)[place]
            return np.minimum(drawn.sum(axis=1), len(shares) - 1)

        group, quarter = live(self.shares), live((0.5, 0.35, 0.15))
        near, own = random.normal(size=clusters), random.normal(size=len(place))
        strength = np.sqrt(self.alike) * near[place] + np.sqrt(1 - self.alike) * own
        strength += np.array(self.means)[group]
        effect = self.spread * random.normal(size=clusters)[place]
        chance = expit(np.array(self.levels)[group] + self.slope * strength + effect)
        return Drawn(
            labels=random.random(len(place)) < chance,
            probabilities=self.say(strength),
            groups=pd.DataFrame(
                {"group": np.array(list(LEVELS))[group], "quarter": quarter.astype(str)}
            ),
            clusters=place,
        )

    def say(self, strength: np.ndarray) -> np.ndarray:
        return expit(self.says[0] + self.says[1] * strength)

    def truth(self, capacity: float) -> tuple[dict[str, float], dict[str, dict]]:
        """Of everybody, and of each group: every measure by its name."""
        nodes, weights = np.polynomial.hermite_e.hermegauss(61)
        weights = weights / weights.sum()
        rows = [
            share * np.exp(-((STRENGTH - mean) ** 2) / 2) / np.sqrt(2 * np.pi) * STEP
            for share, mean in zip(self.shares, self.means, strict=True)
        ]
        hits = [
            mass * (expit(base + self.spread * nodes) @ weights)
            for mass, level in zip(rows, self.levels, strict=True)
            for base in [(level + self.slope * STRENGTH)[:, None]]
        ]
        # The last point inside is let in as far as there is room.
        down = np.cumsum(sum(rows)[::-1])[::-1]
        inside = np.clip((capacity - down + sum(rows)) / sum(rows), 0, 1)
        everybody = Density(sum(rows), sum(hits), self.say(STRENGTH), inside)
        groups = {}
        for level, mass, found in zip(LEVELS, rows, hits, strict=True):
            group = Density(mass, found, self.say(STRENGTH), inside)
            groups[level] = group.measures() | {
                "bpsn": won(everybody.hits - group.hits, group.misses),
                "bnsp": won(group.hits, everybody.misses - group.misses),
            }
        return everybody.measures() | everybody.fits(), groups


@dataclass(frozen=True)
class Density:
    """Rows and positives at each strength, what is said there, and who is inside."""

    rows: np.ndarray
    hits: np.ndarray
    said: np.ndarray
    inside: np.ndarray

    @property
    def misses(self) -> np.ndarray:
        return self.rows - self.hits

    def measures(self) -> dict[str, float]:
        total, positive = self.rows.sum(), self.hits.sum()
        share = positive / total
        loss = self.hits * (1 - self.said) ** 2 + self.misses * self.said**2
        found, selected = self.hits @ self.inside, self.rows @ self.inside
        return {
            "brier": loss.sum() / total,
            "scaled_brier": 1 - loss.sum() / total / (share * (1 - share)),
            "auroc": won(self.hits, self.misses),
            "observed_expected": positive / (self.rows @ self.said),
            "selection_rate": selected / total,
            "false_negative_rate": 1 - found / positive,
            "recall_at_capacity": found / positive,
            "precision_at_capacity": found / selected,
        }

    def fits(self) -> dict[str, float]:
        """What asks for the whole: curves, and fits on the log odds."""
        odds = logit(self.said)
        upward = [np.cumsum(x[::-1])[::-1] - x / 2 for x in (self.hits, self.rows)]
        offered = np.clip((odds - logit(0.1)) / (odds[1] - odds[0]) + 0.5, 0, 1)
        surprise = self.hits * np.log(self.said) + self.misses * np.log1p(-self.said)

        def left(line: np.ndarray) -> np.ndarray:
            off = self.hits - self.rows * expit(line[0] + line[1] * odds)
            return np.array([off.sum(), off @ odds])

        return {
            "average_precision": self.hits @ (upward[0] / upward[1]) / self.hits.sum(),
            "net_benefit": self.hits @ offered - self.misses @ offered / 9,
            "log_loss": -surprise.sum(),
            "calibration_slope": root(left, [0, 1]).x[1],
            "calibration_intercept": brentq(lambda a: left([a, 1])[0], -3, 3),
        }


def won(hits: np.ndarray, misses: np.ndarray) -> float:
    """Chance that a positive stands above a negative."""
    below = np.cumsum(misses) - misses / 2
    return float(hits @ below / hits.sum() / misses.sum())


# The second is what intervals find hard: neighbours much alike, groups apart.
NEIGHBOURLY = Mechanism(
    shares=(0.58, 0.27, 0.11, 0.04),
    means=(0.0, 0.25, 0.4, 0.4),
    levels=(-2.5, -2.4, -2.3, -2.2),
    says=(-2.45, 1.0),
    spread=0.5,
    alike=0.1,
    mixing=10,
    n_clusters=200,
)
APART = Mechanism(
    shares=(0.53, 0.30, 0.14, 0.03),
    means=(0.0, 0.2, -0.1, 0.4),
    levels=(-2.9, -2.7, -3.0, -2.6),
    says=(-2.6, 1.1),
    spread=1.0,
    alike=0.2,
    mixing=3,
    n_clusters=250,
)
