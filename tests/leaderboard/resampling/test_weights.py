from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import chisquare, poisson

from leaderboard.errors import SettingRefusedError
from leaderboard.resampling import compiled, passes
from leaderboard.resampling.weights import (
    GOLDEN,
    LANES,
    POISSON,
    cluster_keys,
    draw_counts,
    mix,
    row_keys,
)


def drawn(units: int, blocks: int, *, seed: int = 0) -> np.ndarray:
    keys = row_keys(units, seed=seed)
    return np.hstack([draw_counts(keys, block) for block in range(blocks)])


def test_the_generator_gives_the_published_numbers() -> None:
    """The stream of seed 1234567, as printed for SplitMix64 at Rosetta Code."""
    numbers = np.uint64(1234567) + GOLDEN * np.arange(1, 6, dtype=np.uint64)

    assert mix(numbers).tolist() == [
        6457827717110365317,
        3203168211198807973,
        9817491932198370423,
        4593380528125082431,
        16408922859458223821,
    ]


def test_the_table_of_counts_is_poisson_with_mean_exactly_one() -> None:
    counts = POISSON.astype(float)

    assert counts.mean() == 1
    assert counts.var() == pytest.approx(1, abs=1e-4)
    for count in range(9):
        share = np.mean(counts == count)
        assert share == pytest.approx(poisson.pmf(count, 1), abs=2**-16)


def test_counts_follow_the_poisson_distribution() -> None:
    counts = drawn(2000, 16).ravel()
    seen = np.bincount(np.minimum(counts, 6))
    chances = [*poisson.pmf(range(6), 1), poisson.sf(5, 1)]

    assert chisquare(seen, np.array(chances) * counts.size).pvalue > 1e-4


@pytest.mark.parametrize("of", ["units", "replicates"])
def test_neighbours_have_nothing_in_common(of: str) -> None:
    """Neighbours in the generator: next rows, next replicates and next blocks."""
    counts = drawn(500, 32) if of == "replicates" else drawn(2048, 8).T
    pairs = counts.shape[0] * (counts.shape[1] - LANES)

    for step in (1, 2, 4, LANES):
        here, there = counts[:, :-step].ravel(), counts[:, step:].ravel()
        assert abs(np.corrcoef(here, there)[0, 1]) < 5 / np.sqrt(pairs)


def test_a_clusters_counts_do_not_depend_on_the_other_clusters() -> None:
    few = draw_counts(cluster_keys(["b", "d"], seed=3), 2)
    many = draw_counts(cluster_keys(["d", "a", "c", "b"], seed=3), 2)

    np.testing.assert_array_equal(few, many[[3, 0]])


def test_a_rows_counts_do_not_depend_on_the_number_of_rows() -> None:
    few, many = (draw_counts(row_keys(rows, seed=3), 0) for rows in (5, 50))

    np.testing.assert_array_equal(few, many[:5])


def test_a_block_is_drawn_without_the_ones_before_it() -> None:
    np.testing.assert_array_equal(
        drawn(10, 3)[:, 2 * LANES :], draw_counts(row_keys(10, seed=0), 2)
    )


@pytest.mark.parametrize("seed", [1, 2**255, 2**3000], ids=["1", "256", "3000 bits"])
def test_another_seed_draws_other_counts(seed: int) -> None:
    labels = [f"buurt {number}" for number in range(50)]

    assert (drawn(50, 1, seed=seed) != drawn(50, 1)).any()
    assert set(cluster_keys(labels, seed=seed)).isdisjoint(cluster_keys(labels, seed=0))


def test_a_seed_below_zero_is_refused() -> None:
    with pytest.raises(SettingRefusedError):
        row_keys(5, seed=-1)
    with pytest.raises(SettingRefusedError):
        cluster_keys(["a"], seed=-1)


def test_both_ways_draw_the_same_counts() -> None:
    keys = row_keys(3000, seed=9)
    one, other = np.empty((3000, LANES), np.uint8), np.empty((3000, LANES), np.uint8)

    passes.draw(one, keys, 5)
    compiled.draw(other, keys, 5)

    np.testing.assert_array_equal(one, draw_counts(keys, 5))
    np.testing.assert_array_equal(one, other)
