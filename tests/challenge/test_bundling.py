"""From a trained model to a bundle, or a refusal before anything is uploaded."""

from __future__ import annotations

import platform
import subprocess
import sys
import threading
import time
import zipfile
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import lightgbm
import numpy as np
import pandas as pd
import pytest
from scipy.special import expit
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline

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
    return pd.DataFrame({"age": [30.0, None, 1.0, 2.0], "home": ["rent", None] * 2})


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
        (Fixed(1.5), "answers go from 1.5 to 1.5"),
        (Fixed(np.nan), "4 of 4 answers are missing or infinite"),
        (Three(0.3), r"an answer of shape \(4, 3\)"),
        (Fixed, "Fixed is a class"),
        (lambda frame: ["yes", "no"] * 2, r"class labels \(words\)"),
        (lambda frame: [0, 1, 0, 1], r"class labels \(only zeros and ones\)"),
        (lambda frame: [0.2], "1 answers for 4 rows"),
        (lambda frame: 0.2, "one answer for 4 rows"),
        (lambda frame: [object()] * 4, "an answer that is no numbers"),
        (lambda frame: frame["postcode"] > 0, "KeyError: 'postcode'"),
        (lightgbm.LGBMClassifier(), "is not trained"),
        (lightgbm.LGBMRegressor(), "has no predict_proba"),
    ],
    ids=[
        "no probabilities",
        "an error",
        "outside [0, 1]",
        "missing values",
        "three classes",
        "a class",
        "words",
        "zeros and ones",
        "too few",
        "a number",
        "things",
        "another column",
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


WEIGHT = 0.1
HERE = Path(__file__)
LOCK = threading.Lock()


def squash(age: pd.Series) -> pd.Series:
    return 1 / (1 + np.exp(-WEIGHT * age.fillna(0)))


def by_age(frame: pd.DataFrame) -> pd.Series:
    return squash(frame["age"])


class Aged:
    """A callable object, of a module that no sandbox has."""

    def __init__(self, weight: float) -> None:
        self.weight = weight

    def __call__(self, frame: pd.DataFrame) -> pd.Series:
        return squash(self.weight * frame["age"])


def by_a_ufunc(frame: pd.DataFrame) -> np.ndarray:
    return expit(WEIGHT * np.nan_to_num(frame["age"]))


def closing_over(weight: float) -> Callable[[pd.DataFrame], pd.Series]:
    def asked(frame: pd.DataFrame) -> pd.Series:
        return squash(weight * frame["age"])

    return asked


# As the guest loads it, in a process that has nothing of ours on its path.
ELSEWHERE = """
import sys
from pathlib import Path
sys.path[:] = [p for p in sys.path if "tests" not in p]
from challenge.sandbox.guest.loading import load_model
import pandas as pd
print(*load_model(Path(sys.argv[1]))(pd.DataFrame({"age": [30.0, None]})))
"""


@pytest.mark.parametrize(
    "model",
    [
        by_age,
        by_a_ufunc,
        Aged(1.0),
        closing_over(1.0),
        lambda frame: squash(frame["age"]),
    ],
    ids=["a function", "one with a ufunc", "an object", "a closure", "a lambda"],
)
def test_a_callable_travels_with_what_it_uses_of_its_own_module(
    model, frame: pd.DataFrame, tmp_path: Path
) -> None:
    path = package(model, frame[["age"]], tmp_path / "m.zip")
    again = package(model, frame[["age"]], tmp_path / "again.zip")

    facts = inspect_bundle(path)
    assert (facts.flavour, facts.loader) == ("python_function", Loader.PYFUNC)
    assert facts.warnings == ()
    assert again.read_bytes() == path.read_bytes()
    with zipfile.ZipFile(path) as archive:
        assert not any(
            str(HERE.parent).encode() in archive.read(n) for n in archive.namelist()
        )


@pytest.mark.full
def test_a_callable_is_loaded_by_a_process_that_lacks_its_module(
    frame: pd.DataFrame, tmp_path: Path
) -> None:
    path = package(Aged(1.0), frame[["age"]], tmp_path / "m.zip")
    with zipfile.ZipFile(path) as archive:
        archive.extractall(tmp_path / "model")
    command = [sys.executable, "-c", ELSEWHERE, str(tmp_path / "model")]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    expected = [float(value) for value in done.stdout.split()]
    assert expected == pytest.approx([1 / (1 + np.exp(-3)), 0.5])


def with_rows() -> Callable[[pd.DataFrame], pd.Series]:
    rows = pd.DataFrame({"age": np.arange(60.0)})
    return lambda frame: squash(frame["age"] - rows["age"].mean())


def with_our_own(frame: pd.DataFrame) -> pd.Series:
    from challenge.records import Loader

    return squash(frame["age"]) * len(Loader) / 3


def with_a_file(frame: pd.DataFrame) -> pd.Series:
    return squash(frame["age"]) * HERE.exists()


def with_a_lock(frame: pd.DataFrame) -> pd.Series:
    with LOCK:
        return squash(frame["age"])


def with_chance(frame: pd.DataFrame) -> np.ndarray:
    return np.random.default_rng().uniform(size=len(frame))


@pytest.mark.parametrize(
    ("model", "told"),
    [
        (with_rows(), "holds a table of 60 rows with the column 'age'"),
        (with_our_own, "uses 'challenge', which no sandbox has"),
        (with_a_file, f"holds a path of this machine: {HERE}"),
        (with_a_lock, "cannot be kept"),
        (with_chance, "gives other probabilities"),
    ],
    ids=["rows", "our modules", "a path", "a lock", "chance"],
)
def test_what_should_not_travel_or_cannot_is_refused(
    model, told: str, frame: pd.DataFrame, tmp_path: Path
) -> None:
    with pytest.raises(PackagingRefusedError, match=told) as refused:
        package(model, frame, tmp_path / "m.zip")
    assert refused.value.hint
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("sample", "told"),
    [
        (np.zeros((3, 1)), "of the type ndarray, not a frame"),
        (pd.DataFrame({"age": []}), "no rows or no columns"),
        (pd.DataFrame({0: [1.0]}), "called 0, which is no text"),
        (pd.DataFrame([[1.0, 2.0]], columns=["a", "a"]), "'a', which is there twice"),
        (pd.DataFrame({"a": pd.to_datetime(["2020-01-01"])}), "'a' .* datetime64"),
        (pd.DataFrame({"a": [["x"]]}), "'a' of the sample holds object"),
    ],
    ids=["an array", "empty", "a number", "twice", "a date", "lists"],
)
def test_a_sample_that_is_no_feature_frame_is_refused(
    sample, told: str, tmp_path: Path
) -> None:
    with pytest.raises(PackagingRefusedError, match=told) as refused:
        package(by_age, sample, tmp_path / "m.zip")
    assert refused.value.hint


def test_a_row_that_misses_a_value_is_tried_however_late_it_comes(
    tmp_path: Path,
) -> None:
    rows = pd.DataFrame({"a": [*np.zeros(300), np.nan], "b": np.arange(301)})
    model = LogisticRegression().fit(rows[["a", "b"]].fillna(0), rows["b"] > 150)

    with pytest.raises(PackagingRefusedError, match="NaN"):
        package(model, rows, tmp_path / "m.zip")


HERE_TOO = {"cloudpickle", "lightgbm", "numpy", "pandas", "scikit-learn", "scipy"}


def runtime(**changed: str | None) -> dict:
    """Tell what a server has: the same as here, but for what is named."""
    from importlib.metadata import version

    python = changed.pop("python", platform.python_version())
    found = {name: version(name) for name in HERE_TOO}
    found |= {name.replace("_", "-"): told for name, told in changed.items()}
    return {"python": python, "packages": {n: v for n, v in found.items() if v}}


@pytest.fixture
def trained(numbers: pd.DataFrame) -> LogisticRegression:
    return make_pipeline(LogisticRegression()).fit(numbers, numbers["a"] > 0)


def test_a_runtime_like_ours_is_nothing_to_warn_of(
    trained, numbers: pd.DataFrame, tmp_path: Path
) -> None:
    package(trained, numbers, tmp_path / "m.zip", runtime=runtime())


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"scikit_learn": "1.0"}, "The server has scikit-learn 1.0"),
        ({"python": "3.99.1"}, "The server has Python 3.99.1"),
    ],
    ids=["a package", "Python"],
)
def test_another_version_on_the_server_is_warned_for(
    changed: dict, told: str, trained, numbers: pd.DataFrame, tmp_path: Path
) -> None:
    with pytest.warns(UserWarning, match=told):
        package(trained, numbers, tmp_path / "m.zip", runtime=runtime(**changed))


@pytest.mark.parametrize(
    ("model", "changed", "told"),
    [
        (None, {"scikit_learn": None}, "needs scikit-learn, which the server has not"),
        (by_age, {"python": "3.99.1"}, "carries functions of Python"),
    ],
    ids=["a package", "another Python"],
)
def test_what_the_server_cannot_load_is_refused(
    model, changed: dict, told: str, trained, frame, numbers, tmp_path: Path
) -> None:
    rows = frame if model else numbers
    with pytest.raises(PackagingRefusedError, match=told):
        package(model or trained, rows, tmp_path / "m.zip", runtime=runtime(**changed))
    assert list(tmp_path.iterdir()) == []


def test_a_bundle_that_is_too_large_is_refused(
    frame: pd.DataFrame, tmp_path: Path
) -> None:
    noise = np.random.default_rng(0).bytes(2**20 + 1)
    with pytest.raises(PackagingRefusedError, match="and the server takes 1 MiB"):
        package(
            lambda frame: np.full(len(frame), len(noise) / 2**30),
            frame,
            tmp_path / "m.zip",
            limit_mib=1,
        )


def test_a_model_that_takes_its_time_for_each_row_is_warned_for(
    tmp_path: Path,
) -> None:
    rows = pd.DataFrame({"age": np.arange(40.0)})

    def slowly(frame: pd.DataFrame) -> pd.Series:
        time.sleep(0.01 * len(frame))
        return squash(frame["age"])

    with pytest.warns(UserWarning, match="ms a row here"):
        package(slowly, rows, tmp_path / "m.zip")


def test_whole_numbers_are_tried_and_declared_as_the_server_sends_them(
    numbers: pd.DataFrame, tmp_path: Path
) -> None:
    whole = (10 * numbers).round().astype(int).assign(d=numbers["a"] > 0)
    model = LogisticRegression().fit(whole, whole["d"])

    path = package(model, whole, tmp_path / "m.zip")

    with zipfile.ZipFile(path) as archive:
        described = archive.read("MLmodel").decode()
    assert described.count('"type": "double"') == 4
    assert "long" not in described


def test_the_example_of_the_docs_is_packaged(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = (HERE.parents[2] / "docs" / "baselines.md").read_text("utf-8")
    code = page.split("```python\n")[1].split("```")[0]
    features = pd.DataFrame({"low_income_4y": [0.0, 1.0], "debt_problem": [None, 1.0]})
    data = SimpleNamespace(train=SimpleNamespace(features=features))
    monkeypatch.chdir(tmp_path)
    exec(code, {"__name__": "__main__", "data": data})
    assert inspect_bundle(tmp_path / "model.zip").title == "Two weights"


def of_a_kind(weight: float) -> type:
    class Own:
        """One class of many that a function makes."""

        def give(self, frame: pd.DataFrame) -> pd.Series:
            return squash(weight * frame["age"])

    return Own


def test_two_classes_that_one_function_made_stay_two(
    tmp_path: Path, frame: pd.DataFrame
) -> None:
    def written(name: str) -> bytes:
        low, high = of_a_kind(0.1)(), of_a_kind(1.0)()
        model = lambda rows: (low.give(rows) + 3 * high.give(rows)) / 4  # noqa: E731
        return package(model, frame, tmp_path / name, title="Two").read_bytes()

    assert written("one.zip") == written("other.zip")


def test_a_file_that_is_called_part_is_left_alone(
    tmp_path: Path, frame: pd.DataFrame
) -> None:
    theirs = tmp_path / "model.zip.part"
    theirs.write_text("of another")
    package(by_age, frame, tmp_path / "model.zip", title="Age")
    assert theirs.read_text() == "of another"
    assert {place.name for place in tmp_path.iterdir()} == {"model.zip", theirs.name}
