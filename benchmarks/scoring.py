"""Time one scorecard against what would otherwise be used, as ratios in one run.

Prints JSON; all seconds are of CPU, with one thread for linear algebra. For each number
of rows, with 18 groups (attributes of 2 and 5 levels, their 10 intersections, everyone)
and every row resampled by itself:

- ``scorecard``: all of `leaderboard.score`, the median of a few; ``replicates`` is the
  part that measures the replicates, with numba and in numpy alone, and with clusters
  resampled in place of rows; ``with_reference`` judges beside a reference model too;
- ``reading``: adding every weight up once per replicate, the least that any replicate
  needs, by numba from weights that are ready in memory;
- ``scikit_learn``: a loop that asks for what the scorecard holds and scikit-learn can,
  per replicate and group, timed for a few replicates and scaled up to all; ``_alone``
  asks for AUROC and Brier score, and for nothing else;
- ``fairlearn``: `MetricFrame` with ``n_boot`` on the measures that both know, over the
  10 intersections; timed for a few and scaled up likewise.

Last, scorecards are ranked from the replicates they keep. The defaults are small. The
figures in docs/performance.md come from::

    python benchmarks/scoring.py --rows 50000 200000 --teams 200
"""

from __future__ import annotations

import argparse
import json
import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numba
import numpy as np
import pandas as pd
from numpy.typing import NDArray
from rivals import fairlearn, scikit_learn
from threadpoolctl import threadpool_limits

from leaderboard import FairnessPolicy, Scorecard, rank, score
from leaderboard.metrics.discrimination import CAPACITY
from leaderboard.resampling import resample
from leaderboard.resampling.measures import Sample
from leaderboard.resampling.weights import LANES, Counts, draw_counts, row_keys
from leaderboard.rows import Vector

CLUSTERS, REPEATS, SEED = 200, 3, 7


@dataclass(frozen=True, eq=False)
class Rows:
    """Rows with a chance, a label, a cluster and three attributes each."""

    labels: Vector
    chances: Vector
    groups: pd.DataFrame
    clusters: NDArray[np.int64]

    @property
    def masks(self) -> list[NDArray[np.bool_]]:
        """Everyone, then each level of each attribute."""
        found = [np.ones(len(self.labels), dtype=bool)]
        for name in self.groups:
            column = self.groups[name].to_numpy(str)
            found += [column == level for level in np.unique(column)]
        return found

    def of(self, mask: NDArray[np.bool_]) -> tuple[Vector, Vector]:
        """Labels and chances of some rows."""
        return self.labels[mask], self.chances[mask]

    def sample(self, *, clusters: bool) -> Sample:
        """Give what the replicates are made of."""
        cells = np.column_stack(self.masks[1:])
        return Sample(
            labels=self.labels,
            probabilities=self.chances,
            clusters=self.clusters if clusters else np.arange(len(self.labels)),
            cells=cells,
            capacity=CAPACITY,
            ranked=range(cells.shape[1]),
            names=[str(name) for name in range(CLUSTERS)] if clusters else None,
        )


def main() -> None:
    """Measure everything and print it."""
    asked = _arguments()
    with threadpool_limits(1):
        found = {
            "replicates": asked.replicates,
            "groups": 18,
            "clusters": CLUSTERS,
            "sizes": [_measure(draw_rows(rows), asked) for rows in asked.rows],
            "ranking": _ranking(asked.teams, asked.replicates),
        }
    print(json.dumps(found, indent=2))


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rows", type=int, nargs="+", default=[20_000])
    parser.add_argument("--replicates", type=int, default=1024)
    parser.add_argument("--loops", type=int, default=4, help="of scikit-learn")
    parser.add_argument("--boots", type=int, default=2, help="of fairlearn")
    parser.add_argument("--teams", type=int, default=50)
    return parser.parse_args()


def draw_rows(rows: int) -> Rows:
    """Draw rows with a tenth of positives and an AUROC of about .8."""
    random = np.random.default_rng(SEED)
    chances = random.beta(0.5, 4.5, rows)
    groups = pd.DataFrame(
        {
            "a": random.choice(["a0", "a1"], rows),
            "b": random.choice([f"b{level}" for level in range(5)], rows),
        }
    )
    return Rows(
        labels=(random.random(rows) < chances).astype(float),
        chances=chances,
        groups=groups.assign(both=groups["a"] + groups["b"]),
        clusters=np.sort(random.integers(0, CLUSTERS, rows)),
    )


def _measure(rows: Rows, asked: argparse.Namespace) -> dict[str, Any]:
    """Time everything for one number of rows, and compare."""
    seconds = _seconds(rows, asked)

    def over(one: str, other: str) -> float:
        return _short(seconds[one] / seconds[other])

    return {
        "rows": len(rows.labels),
        "cpu_seconds": {name: _short(value) for name, value in seconds.items()},
        "scaled_up_from": {"scikit_learn": asked.loops, "fairlearn": asked.boots + 1},
        "scikit_learn_over_scorecard": over("scikit_learn", "scorecard"),
        "scikit_learn_alone_over_scorecard": over("scikit_learn_alone", "scorecard"),
        "fairlearn_over_scorecard": over("fairlearn", "scorecard"),
        "reference_over_scorecard": over(
            "scorecard_with_reference", "scorecard_of_clusters"
        ),
        "scorecard_over_reading": over("scorecard", "reading"),
        "replicates_over_reading": over("replicates", "reading"),
        "numpy_over_numba": over("replicates_numpy", "replicates"),
        "numpy_over_numba_of_clusters": over(
            "replicates_of_clusters_numpy", "replicates_of_clusters"
        ),
    }


def _seconds(rows: Rows, asked: argparse.Namespace) -> dict[str, float]:
    total = asked.replicates
    seconds = {
        "scorecard": _cpu(lambda: _score(rows, total)),
        "scorecard_of_clusters": _cpu(lambda: _score(rows, total, clusters=True)),
        "scorecard_with_reference": _cpu(
            lambda: _score(rows, total, clusters=True, judged=True)
        ),
        "reading": _reading(len(rows.labels), total),
        "fairlearn": _cpu(fairlearn(rows, SEED, asked.boots), 1)
        * total
        / (asked.boots + 1),
    }
    for name, everything in (("scikit_learn", True), ("scikit_learn_alone", False)):
        loop = scikit_learn(rows, SEED, everything=everything)
        seconds[name] = _cpu(loop, asked.loops) * total
    for way, compiled in (("", True), ("_numpy", False)):
        for unit, clusters in (("", False), ("_of_clusters", True)):
            seconds[f"replicates{unit}{way}"] = _replicates(
                rows, total, compiled=compiled, clusters=clusters
            )
    return seconds


def _short(value: float) -> float:
    return float(f"{value:.3g}")


def _cpu(act: Callable[[], object], repeats: int = REPEATS) -> float:
    """Median CPU seconds of doing something."""
    seconds = []
    for _ in range(repeats):
        started = time.process_time()
        act()
        seconds.append(time.process_time() - started)
    return statistics.median(seconds)


# --- ours -----------------------------------------------------------------------------


def _score(
    rows: Rows, replicates: int, *, clusters: bool = False, judged: bool = False
) -> Scorecard:
    return score(
        rows.labels,
        rows.chances,
        groups=rows.groups,
        clusters=rows.clusters.astype(str) if clusters else None,
        policy=FairnessPolicy(gate=("a", "b")) if judged else None,
        reference=np.sqrt(rows.chances) if judged else None,
        replicates=replicates,
        seed=SEED,
    )


def _replicates(
    rows: Rows, replicates: int, *, compiled: bool, clusters: bool
) -> float:
    sample = rows.sample(clusters=clusters)
    return _cpu(
        lambda: resample(sample, replicates=replicates, seed=SEED, compiled=compiled)
    )


def _reading(rows: int, replicates: int) -> float:
    keys = row_keys(rows, seed=SEED)
    blocks = [draw_counts(keys, block) for block in range(replicates // LANES)]
    _read(blocks[0])
    return _cpu(lambda: [_read(block) for block in blocks])


@numba.njit(nogil=True)
def _read(counts: Counts) -> NDArray[np.int64]:
    total = np.zeros(LANES, np.int64)
    for unit in range(len(counts)):
        for lane in range(LANES):
            total[lane] += counts[unit, lane]
    return total


# --- a board --------------------------------------------------------------------------


def _ranking(teams: int, replicates: int) -> dict[str, Any]:
    """Time ranking teams anew from the replicates that their scorecards keep."""
    cards = draw_cards(teams, replicates)
    return {"teams": teams, "cpu_seconds": _short(_cpu(lambda: rank(cards)))}


def draw_cards(teams: int, replicates: int) -> dict[str, Scorecard]:
    """Score as many teams, each with the true chances and some noise."""
    rows = draw_rows(2_000)
    random = np.random.default_rng(SEED)
    cards = {}
    for team in range(teams):
        noise = np.exp(0.3 * random.random() * random.normal(size=len(rows.labels)))
        blurred = Rows(
            rows.labels, np.clip(rows.chances * noise, 0, 1), rows.groups, rows.clusters
        )
        cards[f"team {team}"] = _score(blurred, replicates, clusters=True)
    return cards


if __name__ == "__main__":
    main()
