"""A downloaded folder opens as the release has it, or says what to do."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from challenge.brief import read_brief
from challenge.errors import DataMissingError, DataUnusableError
from challenge.practice import open_data
from challenge.practice.data import Data
from challenge.practice.evaluating import require_rules
from challenge.synthesis import Release

from ...factories import QUICKSTART


def test_a_folder_gives_the_rows_that_the_release_has(
    data: Data, release: Release
) -> None:
    for mine, theirs in (
        (data.train, release.train()),
        (data.practice, release.practice()),
    ):
        pd.testing.assert_frame_equal(mine.features, theirs.features)
        pd.testing.assert_frame_equal(mine.groups, theirs.groups)
        pd.testing.assert_series_equal(mine.clusters, theirs.clusters)
        np.testing.assert_array_equal(mine.labels, theirs.labels)
    assert (data.name, data.source) == ("quickstart/1", "all")


def test_it_says_how_rows_are_scored_as_the_brief_does(
    data: Data, release: Release
) -> None:
    brief = read_brief(QUICKSTART)
    assert data.policy == brief.policy
    assert data.capacity == brief.capacity
    assert data.rules.title == brief.title
    np.testing.assert_array_equal(data.reference, release.reference("practice"))


@pytest.mark.parametrize("language", ["nl", "en"])
def test_it_has_a_word_for_every_group(data: Data, language: str) -> None:
    words = data.rules.labels[language]
    for name in data.practice.groups:
        levels = {*data.practice.groups[name].dropna()} - {"missing"}
        assert {name, *(f"{name}.{level}" for level in levels)} <= words.keys()


def test_what_is_not_there_is_downloaded(folder: Path, tmp_path: Path) -> None:
    nowhere = tmp_path / "nowhere"
    with pytest.raises(DataMissingError, match="no folder") as refused:
        open_data(nowhere)
    assert refused.value.hint.startswith(f"Type `challenge download {nowhere}`")
    for name in ("groups.parquet", "train.parquet", "manifest.json"):
        (folder / name).unlink()
        with pytest.raises(DataMissingError, match=f"no {name}"):
            open_data(folder)
    assert issubclass(DataMissingError, FileNotFoundError)


@pytest.mark.parametrize(
    ("name", "reads"),
    [
        ("train.parquet", open_data),
        ("practice.parquet", lambda folder: open_data(folder).practice),
        ("groups.parquet", lambda folder: open_data(folder).train),
        ("scoring.json", lambda folder: open_data(folder).rules),
        ("practice_reference.parquet", lambda folder: open_data(folder).reference),
    ],
)
def test_a_damaged_file_is_named_the_moment_that_it_is_read(
    folder: Path, name: str, reads
) -> None:
    place = folder / name
    content = bytearray(place.read_bytes())
    content[len(content) // 2] ^= 1
    place.write_bytes(content)
    with pytest.raises(DataUnusableError, match=f"{name} is not as") as refused:
        reads(folder)
    assert "challenge download" in refused.value.hint


def test_a_manifest_that_is_none_is_damaged(folder: Path) -> None:
    (folder / "manifest.json").write_text("{}", "utf-8")
    with pytest.raises(DataUnusableError, match=r"manifest\.json is not as"):
        open_data(folder)


def test_rows_of_an_older_release_open_and_are_not_scored(folder: Path) -> None:
    place = folder / "manifest.json"
    document = json.loads(place.read_text("utf-8"))
    del document["files"]["scoring.json"]
    place.write_text(json.dumps(document), "utf-8")
    found = open_data(folder)
    assert len(found.train.features)
    with pytest.raises(DataUnusableError, match="was built before") as refused:
        require_rules(found)
    assert "hand in your bundle" in refused.value.hint


def test_files_of_two_downloads_are_no_release(folder: Path, release: Release) -> None:
    rows = pd.read_parquet(folder / "train.parquet")
    rows.iloc[:-1].to_parquet(folder / "train.parquet")
    with pytest.raises(DataUnusableError):
        open_data(folder)
