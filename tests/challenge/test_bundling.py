"""From a trained model to a bundle, or a refusal before anything is uploaded."""

from __future__ import annotations

import zipfile
from pathlib import Path

import lightgbm
import numpy as np
import pandas as pd
import pytest

from challenge.bundling import package
from challenge.errors import PackagingRefusedError
from challenge.records import Loader
from challenge.sandbox import inspect_bundle


class Fixed:
    """A model that answers what it is told to."""

    columns = 2

    def __init__(self, answer) -> None:
        self.answer = answer

    def predict_proba(self, frame: pd.DataFrame) -> np.ndarray:
        if isinstance(self.answer, Exception):
            raise self.answer
        return np.full((len(frame), self.columns), self.answer)


class Three(Fixed):
    """A model of three classes."""

    columns = 3


@pytest.fixture
def frame() -> pd.DataFrame:
    return pd.DataFrame({"age": [30.0, None], "home": ["rent", None]})


def test_the_same_model_gives_the_same_card_and_passes_inspection(
    bundle: Path,
) -> None:
    facts = inspect_bundle(bundle)
    assert (facts.flavour, facts.title, facts.baseline) == ("sklearn", "Honest", None)
    assert "intended_use" in facts.card


@pytest.mark.parametrize(
    ("model", "told"),
    [
        (object(), "has no predict_proba"),
        (Fixed(ValueError("no such column")), "no such column"),
        (Fixed(1.5), "one probability in"),
        (Fixed(np.nan), "one probability in"),
        (Three(0.3), "one probability in"),
        (lightgbm.LGBMClassifier(), "fails on the feature frame"),
        (lightgbm.LGBMRegressor(), "has no predict_proba"),
    ],
    ids=[
        "no probabilities",
        "an error",
        "outside [0, 1]",
        "missing values",
        "three classes",
        "not trained",
        "a regressor",
    ],
)
def test_what_the_server_would_refuse_is_refused_before_upload(
    model, told: str, frame: pd.DataFrame, tmp_path: Path
) -> None:
    with pytest.raises(PackagingRefusedError, match=told) as refused:
        package(model, frame, tmp_path / "model.zip")
    assert refused.value.hint
    assert list(tmp_path.iterdir()) == []


def test_a_card_of_ones_own_is_put_in_unchanged(
    train, pipeline, tmp_path: Path
) -> None:
    features, labels = train
    card = "---\ntitle: Own\nbaseline: example\n---\n\nWords.\n"
    path = package(
        pipeline().fit(features, labels), features, tmp_path / "m.zip", card=card
    )
    facts = inspect_bundle(path)
    assert facts.card == card
    assert (facts.title, facts.baseline) == ("Own", "example")


@pytest.fixture
def numbers() -> pd.DataFrame:
    drawn = np.random.default_rng(0).normal(size=(300, 3))
    return pd.DataFrame(drawn, columns=["a", "b", "c"])


def read_trees(bundle: Path) -> lightgbm.Booster:
    """Read the trees as LightGBM does, without MLflow."""
    with zipfile.ZipFile(bundle) as archive:
        return lightgbm.Booster(model_str=archive.read("model.lgb").decode())


def test_trees_of_a_classifier_are_kept_as_text_and_give_its_probabilities(
    numbers: pd.DataFrame, tmp_path: Path
) -> None:
    labels = np.where(numbers["a"] > 0.5, "alarm", "quiet")
    model = lightgbm.LGBMClassifier(n_estimators=5, verbose=-1).fit(numbers, labels)

    path = package(model, numbers, str(tmp_path / "m.zip"))

    assert inspect_bundle(path).loader is Loader.BOOSTER
    expected = model.predict_proba(numbers)[:, 1]
    np.testing.assert_array_equal(read_trees(path).predict(numbers), expected)


def test_a_booster_is_packaged_as_it_is(numbers: pd.DataFrame, tmp_path: Path) -> None:
    rows = lightgbm.Dataset(numbers, numbers["a"] > 0)
    booster = lightgbm.train({"objective": "binary", "verbose": -1}, rows, 5)

    path = package(booster, numbers, tmp_path / "m.zip")

    facts = inspect_bundle(path)
    assert (facts.flavour, facts.loader) == ("lightgbm", Loader.BOOSTER)
    np.testing.assert_array_equal(
        read_trees(path).predict(numbers), booster.predict(numbers)
    )


def test_a_booster_without_probabilities_is_refused(
    numbers: pd.DataFrame, tmp_path: Path
) -> None:
    rows = lightgbm.Dataset(numbers, 100 * numbers["a"])
    booster = lightgbm.train({"objective": "regression", "verbose": -1}, rows, 5)

    with pytest.raises(PackagingRefusedError, match="Booster does not give one"):
        package(booster, numbers, tmp_path / "m.zip")


def test_a_column_of_another_type_than_the_release_has_is_refused(
    train, pipeline, tmp_path: Path
) -> None:
    features, labels = train
    words = next(c for c in features if features[c].dtype == object)
    changed = features.astype({words: "category"})

    with pytest.raises(PackagingRefusedError, match=f"'{words}' .* category") as no:
        package(pipeline().fit(features, labels), changed, tmp_path / "m.zip")
    assert "as it was downloaded" in no.value.hint


def test_a_card_that_the_server_would_refuse_is_refused_before_upload(
    train, pipeline, tmp_path: Path
) -> None:
    features, labels = train
    model = pipeline().fit(features, labels)

    with pytest.raises(PackagingRefusedError, match="front matter has no end"):
        package(model, features, tmp_path / "m.zip", card="---\ntitle: Own\n")
    assert list(tmp_path.iterdir()) == []


def test_what_a_model_is_made_of_is_declared_and_is_what_is_installed_here(
    train, pipeline, tmp_path: Path
) -> None:
    features, labels = train
    model = pipeline()
    model.steps[-1] = ("trees", lightgbm.LGBMClassifier(n_estimators=2, verbose=-1))

    path = package(model.fit(features, labels), features, tmp_path / "m.zip")

    with zipfile.ZipFile(path) as archive:
        declared = archive.read("requirements.txt").decode()
    assert {f"lightgbm=={lightgbm.__version__}"} < set(declared.split())
    assert {"cloudpickle", "lightgbm", "mlflow", "numpy", "scikit-learn"} == {
        line.partition("==")[0] for line in declared.split()
    }
    facts = inspect_bundle(path)
    assert (facts.loader, facts.warnings) == (Loader.SKLEARN, ())
