"""The reference model: found again by other means, sealed, and the same every time."""

from __future__ import annotations

import json
import shutil
import stat
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from sklearn.linear_model import LogisticRegression

from challenge.brief import read_brief
from challenge.errors import ContentRefusedError, ReleaseMissingError
from challenge.synthesis import Release, build, open_release
from challenge.synthesis.publication import objections
from challenge.synthesis.reference import plain_model, train_reference
from leaderboard import quantised

from ...factories import QUICKSTART, ROOT
from .conftest import digests

SETS = ("practice", "board", "final", "external")
DAYS = ROOT / "datasets" / "first-1000-days"
SIZES = {"train": 1_200, "practice": 200, "board": 300, "final": 300, "external": 200}


@pytest.fixture(scope="module")
def days(tmp_path_factory: pytest.TempPathFactory) -> Release:
    """The first 1000 days in small: four source sets, columns of every kind."""
    return build(DAYS, tmp_path_factory.mktemp("days"), seed=2, rows=SIZES)


def by_hand(train: pd.DataFrame, labels: np.ndarray, rows: pd.DataFrame) -> np.ndarray:
    """Predict rows without any of scikit-learn's preparation."""
    columns = [*_columns(train, rows)]
    design = np.column_stack([column for column, _ in columns])
    other = np.column_stack([column for _, column in columns])
    model = LogisticRegression(C=0.1, max_iter=5_000, tol=1e-8).fit(design, labels)
    return 1 / (1 + np.exp(-(other @ model.coef_[0] + model.intercept_[0])))


def _columns(
    train: pd.DataFrame, rows: pd.DataFrame
) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    for name in train:
        mine, theirs = train[name], rows[name]
        if mine.dtype == object:
            counts = mine.fillna("?").value_counts()
            rare = set(counts.index[counts < 20])
            for word in set(counts.index) - rare:
                yield tuple(
                    (c.fillna("?") == word).to_numpy(float) for c in (mine, theirs)
                )
            if rare:
                known = set(counts.index) - rare
                yield tuple(
                    (~c.fillna("?").isin(known)).to_numpy(float) for c in (mine, theirs)
                )
            continue
        middle = 0.0 if mine.isna().all() else mine.median()
        made = [(mine.fillna(middle), theirs.fillna(middle))]
        if mine.isna().any():
            made.append((mine.isna().astype(float), theirs.isna().astype(float)))
        for one, other in made:
            spread = one.std(ddof=0) or 1.0
            yield ((one - one.mean()) / spread, (other - one.mean()) / spread)


@pytest.mark.parametrize("source", ["all", "cz", "sterk-huis"])
def test_it_is_a_penalised_logistic_regression_on_what_the_set_sees(
    days: Release, source: str
) -> None:
    from challenge.synthesis.tables.frame import visible

    train = days.train(source)
    final = visible(days.sealed("final").features, source, read_brief(DAYS))

    expected = by_hand(train.features, train.labels, final)
    said = days.reference("final", source)
    np.testing.assert_allclose(said, expected, atol=6e-4)
    assert np.abs(said - expected).mean() < 2e-4


@pytest.mark.parametrize("name", SETS)
def test_its_predictions_stand_in_the_order_of_the_rows(
    release: Release, name: str
) -> None:
    train = release.train()
    rows = release.practice() if name == "practice" else release.sealed(name)

    model = plain_model().fit(train.features, train.labels)
    expected = quantised(model.predict_proba(rows.features)[:, 1])
    np.testing.assert_array_equal(release.reference(name), expected)


def test_each_source_set_has_a_model_of_its_own(days: Release) -> None:
    sources = read_brief(DAYS).source_names

    said = np.array([days.reference("board", source) for source in sources])
    assert said.shape == (4, SIZES["board"])
    assert len({row.tobytes() for row in said}) == 4
    assert np.array_equal(said, np.array([*map(quantised, said)]))


def test_of_hidden_rows_it_is_sealed_and_its_checksum_with_it(
    release: Release,
) -> None:
    names = {f"{name}_reference.parquet" for name in SETS if name != "practice"}

    assert names <= release.secrets().files.keys()
    for name in names:
        mode = stat.S_IMODE((release.path / "sealed" / name).stat().st_mode)
        assert mode & 0o077 == 0
    public = {p.name for p in (release.path / "public").rglob("*reference*")}
    assert public == {"practice_reference.parquet"}
    assert not (release.path / "sealed" / "practice_reference.parquet").exists()


def test_of_practice_rows_a_team_gets_those_of_its_own_set(days: Release) -> None:
    practice = pd.read_parquet(days.path / "public" / "practice.parquet")
    for source in read_brief(DAYS).source_names:
        beside = "" if source == "all" else f"sources/{source}/"
        name = f"{beside}practice_reference.parquet"
        assert days.manifest.files[name].sources == (source,)

        told = pd.read_parquet(days.path / "public" / name)
        assert list(told) == ["child_id", "probability"]
        assert told["child_id"].tolist() == practice["child_id"].tolist()
        said = days.reference("practice", source)
        np.testing.assert_array_equal(told["probability"], said)


def test_anybody_with_the_public_rows_can_make_those_of_practice_rows(
    days: Release,
) -> None:
    """Why they may be published: they tell nothing that the rows do not."""
    for source in ("all", "cz"):
        train, practice = days.train(source), days.practice(source)
        made = plain_model().fit(train.features, train.labels)
        expected = quantised(made.predict_proba(practice.features)[:, 1])
        np.testing.assert_allclose(
            days.reference("practice", source), expected, atol=1e-3
        )


def test_a_release_of_before_keeps_them_sealed_and_is_read_all_the_same(
    release: Release, tmp_path: Path
) -> None:
    shutil.copytree(release.path, tmp_path / "quickstart" / "1")
    place = tmp_path / "quickstart" / "1"
    told = pd.read_parquet(place / "public" / "practice_reference.parquet")
    sealed = pd.DataFrame({"all": told["probability"]})
    sealed.to_parquet(place / "sealed" / "practice_reference.parquet")
    for name in ("public/manifest.json", "sealed/secret.json"):
        document = json.loads((place / name).read_text("utf-8"))
        if name.startswith("public"):
            del document["files"]["practice_reference.parquet"]
        else:
            document["files"]["practice_reference.parquet"] = "0" * 64
        (place / name).write_text(json.dumps(document), "utf-8")

    before = open_release(place)
    np.testing.assert_array_equal(
        before.reference("practice"), release.reference("practice")
    )


def test_other_predictions_are_noticed_before_publishing(
    days: Release, tmp_path: Path
) -> None:
    shutil.copytree(days.path, tmp_path / "first-1000-days" / "1")
    copied = open_release(tmp_path / "first-1000-days" / "1")
    place = copied.path / "sealed" / "final_reference.parquet"
    frame = pd.read_parquet(place)
    frame.assign(all=0.5).to_parquet(place)

    reasons = [reason for reason, _ in objections(copied, by="me", rehearsal=True)]
    assert any("final_reference.parquet" in reason for reason in reasons)


# In small `test_partitions.py` holds two processes against one.
@pytest.mark.full
def test_another_process_makes_the_same_bytes(days: Release, tmp_path: Path) -> None:
    with ProcessPoolExecutor(2) as executor:
        again = build(DAYS, tmp_path, seed=2, rows=SIZES, executor=executor)

    assert digests(again) == digests(days)


def test_a_release_says_when_predictions_are_gone(
    days: Release, tmp_path: Path
) -> None:
    shutil.copytree(days.path, tmp_path / "first-1000-days" / "1")
    copied = open_release(tmp_path / "first-1000-days" / "1")
    with pytest.raises(ReleaseMissingError, match="reference for nobody"):
        copied.reference("final", "nobody")
    (copied.path / "sealed" / "final_reference.parquet").unlink()
    with pytest.raises(ReleaseMissingError, match=r"final_reference\.parquet"):
        copied.reference("final", "all")


def test_a_brief_without_a_reference_has_none(tmp_path: Path) -> None:
    folder = tmp_path / "quickstart"
    shutil.copytree(QUICKSTART, folder)
    brief = folder / "brief.toml"
    text = brief.read_text("utf-8").replace('reference = "logistic"\n', "")
    brief.write_text(text, "utf-8")
    told: list[str] = []

    made = build(
        folder, tmp_path / "out", seed=1, progress=lambda stage, *_: told.append(stage)
    )

    assert "reference" not in told
    assert [made.reference(name) for name in SETS] == [None] * 4
    verdicts = json.loads((made.path / "sealed/audit.json").read_text())["verdicts"]
    assert [g["excess"] for v in verdicts for g in v["groups"]].count(None) > 0


@pytest.mark.parametrize("label", [True, False])
def test_rows_that_teach_nothing_are_refused(days: Release, label: bool) -> None:
    rows = days.train().features

    with pytest.raises(ContentRefusedError) as refused:
        train_reference(rows, np.full(len(rows), label), read_brief(DAYS))
    [fault] = refused.value.faults
    assert (fault.key, fault.slug) == ("sets.train", "set-too-small")
