"""Rows as files: what a proof run meets, and who may read what."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from challenge.brief import read_brief
from challenge.rules.feature_files import FeatureFiles, proof_rows
from challenge.rules.hidden import HiddenRows
from challenge.sandbox.handoff import read_rows
from challenge.shelf import Folder
from challenge.synthesis import Release

from ...factories import QUICKSTART


@pytest.fixture
def files(release: Release, tmp_path: Path) -> FeatureFiles:
    return FeatureFiles(release, read_brief(QUICKSTART), Folder(tmp_path))


def test_the_hidden_file_has_the_features_of_every_hidden_row_and_nothing_else(
    files: FeatureFiles, release: Release, tmp_path: Path
) -> None:
    place = files.hidden("all")
    rows = read_rows(tmp_path / place)
    assert not place.is_absolute()
    assert list(rows.columns) == list(release.manifest.features)
    assert rows.equals(HiddenRows.unseal(release).features)


def test_a_proof_run_meets_the_practice_rows_first_and_as_many_as_are_hidden(
    files: FeatureFiles, release: Release, tmp_path: Path
) -> None:
    rows = read_rows(tmp_path / files.proof("all"))
    hidden = HiddenRows.unseal(release).features
    practice = release.practice().features
    assert len(rows) == len(hidden)
    assert rows.iloc[: len(practice)].equals(practice)
    assert list(rows.dtypes) == list(hidden.dtypes)


def test_nobody_else_can_read_them_and_they_are_made_once(
    files: FeatureFiles, tmp_path: Path
) -> None:
    places = [tmp_path / files.hidden("all"), tmp_path / files.proof("all")]
    before = [place.stat().st_mtime_ns for place in places]
    files.hidden("all"), files.proof("all")
    folders = [tmp_path / "sealed", places[0].parent]
    assert [place.stat().st_mtime_ns for place in places] == before
    assert all(place.stat().st_mode & 0o077 == 0 for place in [*places, *folders])
    assert len([*places[0].parent.iterdir()]) == 2


@pytest.mark.parametrize("left", [0, 100, 0.5], ids=["nothing", "a little", "half"])
def test_a_file_of_which_the_end_is_missing_is_made_again(
    files: FeatureFiles, tmp_path: Path, left: float
) -> None:
    """Every run of the release once ended as our fault, until somebody removed it."""
    for make in (files.hidden, files.proof):
        whole = (place := tmp_path / make("all")).read_bytes()
        place.write_bytes(whole[: int(left if left >= 1 else left * len(whole))])
        assert (tmp_path / make("all")).read_bytes() == whole


def test_gaps_that_only_hidden_rows_have_are_met_in_the_copies() -> None:
    """A model that breaks on a gap should break where its team can read why."""
    practice = pd.DataFrame(
        {"age": [1.0, 2.0], "home": ["a", "b"], "gaps": [np.nan, 1.0], "full": [1.0, 2]}
    )
    hidden = pd.DataFrame(
        {
            "age": [np.nan] + [3.0] * 24,
            "home": [None] + ["a"] * 24,
            "gaps": [np.nan] * 25,
            "full": [4.0] * 25,
        }
    )
    rows = proof_rows(practice, hidden)
    gaps = rows.iloc[2:].isna().mean()
    assert len(rows) == 25
    assert rows.iloc[:2].equals(practice)
    assert list(rows.dtypes) == list(hidden.dtypes)
    assert 0 < gaps["age"] < 0.5
    assert 0 < gaps["home"] < 0.5
    assert gaps["full"] == 0
    assert rows["full"].tolist() == [1.0, 2.0] * 12 + [1.0]


def test_few_hidden_rows_still_leave_a_row_for_the_gaps() -> None:
    practice = pd.DataFrame({"age": [1.0, 2.0, 3.0]})
    rows = proof_rows(practice, pd.DataFrame({"age": [np.nan]}))
    assert rows["age"].isna().tolist() == [False, False, False, True]
