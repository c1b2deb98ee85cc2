"""Files grow block by block, and say who may have them."""

from __future__ import annotations

import hashlib
import io
import stat
import tracemalloc
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest

from challenge.synthesis.manifest import FileFacts
from challenge.synthesis.tables.files import PublicFiles, SealedFiles
from challenge.synthesis.tables.linking import Linked, link
from challenge.synthesis.tables.postcodes import area_tables

from .blocks import SECRET, a_block, places_of, small_brief, with_sources

BRIEF = with_sources(small_brief())
SIZE = 400
SETS = ("train", "train", "practice", "board", "board")
BLOCKS = [
    a_block(BRIEF, SIZE, name=name, first=SIZE * number, seed=number)
    for number, name in enumerate(SETS)
]
PLACES = pd.concat([places_of(block) for block in BLOCKS]).drop_duplicates("postcode")
NOBODY = PLACES.iloc[:1].assign(postcode="0999")
AREAS = area_tables(pd.concat([PLACES, NOBODY]), BRIEF, SECRET)
LINKED = [link(block, BRIEF, SECRET, AREAS) for block in BLOCKS]
LABELS = [np.arange(SIZE) % 7 == number for number in range(len(SETS))]


Written = tuple[Path, dict[str, FileFacts]]


def write_public(folder: Path, blocks: list[Linked]) -> dict[str, FileFacts]:
    with PublicFiles(folder, BRIEF, AREAS) as files:
        for linked, labels in zip(blocks, LABELS, strict=False):
            files.add(linked, labels)
        return files.close()


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Written:
    """Public files of two parts to train on and one to practise on."""
    folder = tmp_path_factory.mktemp("files") / "public"
    return folder, write_public(folder, LINKED[:3])


@pytest.fixture
def folder(written: Written) -> Path:
    return written[0]


@pytest.fixture
def facts(written: Written) -> dict[str, FileFacts]:
    return written[1]


def read(folder: Path, name: str) -> pd.DataFrame:
    return pq.read_table(folder / name).to_pandas()


def test_the_folder_holds_what_the_facts_say(
    folder: Path, facts: dict[str, FileFacts]
) -> None:
    found = {p.relative_to(folder).as_posix() for p in folder.rglob("*.*")}

    assert found == set(facts)
    for name, told in facts.items():
        data = (folder / name).read_bytes()
        assert told.sha256 == hashlib.sha256(data).hexdigest()
        assert told.bytes == len(data)
        if name.endswith(".parquet"):
            assert told.rows == pq.read_metadata(folder / name).num_rows


def test_files_say_which_source_sets_may_have_them(
    facts: dict[str, FileFacts],
) -> None:
    assert {name: told.sources for name, told in facts.items()} == {
        "train.parquet": ("all",),
        "practice.parquet": ("all",),
        "groups.parquet": (),
        **{
            f"sources/{source}/{name}.parquet": (source,)
            for source in ("survey-only", "everything-else")
            for name in ("train", "practice")
        },
        **{
            f"tables/{name}.{kind}": ("all", *more)
            for name, more in {
                "cases": ("everything-else",),
                "parents": ("survey-only", "everything-else"),
                "streets": ("everything-else",),
                "survey": ("survey-only",),
                "visits": ("everything-else",),
            }.items()
            for kind in ("csv", "parquet")
        },
    }


def test_parts_stand_below_one_another_in_the_order_given(
    folder: Path, facts: dict[str, FileFacts]
) -> None:
    train = read(folder, "train.parquet")
    parts = pd.concat([LINKED[0].flat, LINKED[1].flat], ignore_index=True)

    pd.testing.assert_frame_equal(train.drop(columns="shortage"), parts)
    assert train["shortage"].tolist() == [*LABELS[0], *LABELS[1]]
    assert train["shortage"].dtype == np.bool_
    assert pq.read_metadata(folder / "train.parquet").num_row_groups == 2
    assert facts["groups.parquet"].rows == 3 * SIZE


def test_tables_hold_public_households_alone(folder: Path) -> None:
    public = {key for part in LINKED[:3] for key in part.flat["child_id"]}

    parents = read(folder, "tables/parents.parquet")
    assert set(parents["child_id"]) == public
    for name in ("cases", "survey", "visits"):
        assert set(read(folder, f"tables/{name}.parquet")["hh_id"]) <= set(
            parents["hh_id"]
        )


def test_an_area_table_holds_the_areas_of_public_households(folder: Path) -> None:
    streets = read(folder, "tables/streets.parquet")
    lived_in = {code for part in LINKED[:3] for code in part.postcodes}

    assert set(streets["postcode"]) == lived_in
    assert "0999" in set(AREAS["streets"]["postcode"]) - lived_in


def test_another_source_sets_columns_are_empty_and_the_rest_byte_equal(
    folder: Path,
) -> None:
    whole = pq.read_table(folder / "train.parquet")
    mine = pq.read_table(folder / "sources/survey-only/train.parquet")

    assert mine.schema == whole.schema
    table_of = {feature.name: feature.table for feature in BRIEF.features}
    for name in whole.column_names:
        if table_of.get(name, "parents") in {"parents", "survey"}:
            assert mine[name].equals(whole[name])
        else:
            assert mine[name].null_count == len(mine)


def test_what_the_reference_says_stands_beside_the_rows_of_each_set(
    tmp_path: Path,
) -> None:
    said = {
        source: np.linspace(0.1, 0.9, SIZE) + number / 100
        for number, source in enumerate(BRIEF.source_names)
    }
    with PublicFiles(tmp_path / "public", BRIEF, AREAS) as files:
        files.add(LINKED[2], LABELS[2])
        files.add_reference(LINKED[2], said)
        told = files.close()
    for source, values in said.items():
        beside = "" if source == "all" else f"sources/{source}/"
        name = f"{beside}practice_reference.parquet"
        rows = read(tmp_path / "public", name)
        assert told[name].sources == (source,)
        assert rows["probability"].tolist() == values.tolist()
        assert rows["child_id"].tolist() == LINKED[2].flat["child_id"].tolist()


def test_a_csv_says_its_forbidden_use_and_holds_the_same_rows(folder: Path) -> None:
    text = (folder / "tables/visits.csv").read_text("utf-8")
    comments = [line for line in text.splitlines() if line.startswith("#")]

    assert text.startswith("# ")
    assert any("Niet voor besluiten over een gezin" in line for line in comments)
    again = pd.read_csv(io.StringIO(text), comment="#")
    table = read(folder, "tables/visits.parquet")
    assert list(again) == list(table)
    for name in table:
        values = again[name].astype(table[name].dtype)
        pd.testing.assert_series_equal(values, table[name], check_dtype=False)


def test_the_same_blocks_give_the_same_bytes(
    facts: dict[str, FileFacts], tmp_path: Path
) -> None:
    assert write_public(tmp_path / "again", LINKED[:3]) == facts


def test_an_interrupted_folder_leaves_no_file_open(tmp_path: Path) -> None:
    def write_and_stop() -> None:
        with PublicFiles(tmp_path / "public", BRIEF, AREAS) as files:
            files.add(LINKED[0], LABELS[0])
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write_and_stop()

    assert pq.read_metadata(tmp_path / "public" / "train.parquet").num_rows == SIZE


def test_sealed_files_hold_features_and_truth_apart(tmp_path: Path) -> None:
    risk = np.linspace(0.01, 0.99, SIZE)
    with SealedFiles(tmp_path / "sealed") as files:
        for number in (3, 4):
            files.add(LINKED[number], LABELS[number], risk)
        facts = files.close()

    assert set(facts) == {"board.parquet", "board_labels.parquet"}
    features = read(tmp_path / "sealed", "board.parquet")
    truth = read(tmp_path / "sealed", "board_labels.parquet")
    assert list(features) == ["child_id", *BRIEF.feature_names]
    assert list(truth)[:3] == ["child_id", "label", "true_risk"]
    assert "set" not in truth
    assert features["child_id"].equals(truth["child_id"])
    assert truth["true_risk"].tolist() == [*risk, *risk]
    assert stat.S_IMODE((tmp_path / "sealed").stat().st_mode) == 0o700
    for name in facts:
        assert stat.S_IMODE((tmp_path / "sealed" / name).stat().st_mode) == 0o600


def test_memory_is_bounded_by_the_part_and_not_by_the_whole(tmp_path: Path) -> None:
    def peak(parts: int) -> int:
        tracemalloc.start()
        with PublicFiles(tmp_path / f"{parts}", BRIEF, AREAS) as files:
            for _ in range(parts):
                files.add(LINKED[0], LABELS[0])
            files.close()
        _, most = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        return most

    peak(1)
    assert peak(12) < 1.5 * peak(2)
