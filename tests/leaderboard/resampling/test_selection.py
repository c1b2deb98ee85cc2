"""The short way to what a reference model finds, beside the long one."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from leaderboard.errors import SettingRefusedError
from leaderboard.resampling import kernel as kernel_module
from leaderboard.resampling import resample, resample_found
from leaderboard.resampling.measures import Sample


def sample_of(households, decimals: int, *, rows: bool) -> Sample:
    names, codes = np.unique(households.clusters, return_inverse=True)
    order = np.argsort(codes, kind="stable")
    home = households.groups["home"].to_numpy() == "y"
    single = households.groups["single"].to_numpy().astype(bool)
    return Sample(
        labels=households.labels[order].astype(float),
        probabilities=households.noisy[order].round(decimals),
        clusters=np.arange(len(codes)) if rows else codes[order],
        cells=np.column_stack([home, single, home & single])[order],
        capacity=0.1,
        names=None if rows else names.tolist(),
    )


@pytest.mark.parametrize("compiled", [False, True], ids=["numpy", "numba"])
@pytest.mark.parametrize("rows", [False, True], ids=["clusters", "rows"])
@pytest.mark.parametrize("decimals", [1, 12], ids="to {} decimals".format)
def test_it_counts_what_the_whole_measurement_counts(
    households, decimals: int, rows: bool, compiled: bool
) -> None:
    sample = sample_of(households(900), decimals, rows=rows)
    asked = {"replicates": 100, "seed": 3, "compiled": compiled}

    found = resample_found(sample, **asked)

    whole = resample(sample, **asked)
    expected = np.hstack([whole.point.found, whole.replicates.found])
    np.testing.assert_allclose(found, expected, rtol=1e-12)


def test_groups_that_cut_too_finely_are_counted_all_the_same(
    households, monkeypatch: pytest.MonkeyPatch
) -> None:
    sample = sample_of(households(900), 12, rows=False)
    found = resample_found(sample, replicates=64, seed=3)
    monkeypatch.setattr(kernel_module, "MOST_ADDED", 2)

    spread_out = resample_found(sample, replicates=64, seed=3)

    np.testing.assert_allclose(spread_out, found, rtol=1e-12)


def test_no_cell_is_no_count(households) -> None:
    sample = sample_of(households(900), 12, rows=False)
    without = replace(sample, cells=sample.cells[:, :0])

    assert resample_found(without, replicates=10, seed=3).shape == (0, 11)


def test_a_single_replicate_is_refused(households) -> None:
    with pytest.raises(SettingRefusedError):
        resample_found(sample_of(households(900), 1, rows=True), replicates=1, seed=3)
