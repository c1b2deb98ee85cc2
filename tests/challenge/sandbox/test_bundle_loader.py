"""What loads a model, of bundles as MLflow really writes them."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from pathlib import Path

import lightgbm
import numpy as np
import pandas as pd
import pytest
from sklearn.linear_model import LogisticRegression

from challenge.records import Loader
from challenge.sandbox import inspect_bundle

# MLflow's own, while importing and while saving.
pytestmark = pytest.mark.filterwarnings("ignore")

ROWS = pd.DataFrame(np.random.default_rng(1).normal(size=(60, 2)), columns=["a", "b"])
LABELS = (ROWS["a"] > 0).astype(int)


def zipped(folder: Path) -> io.BytesIO:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for path in sorted(p for p in folder.rglob("*") if p.is_file()):
            archive.write(path, path.relative_to(folder))
    return file


def save_estimator(folder: Path, kind: str, **options: object) -> None:
    import mlflow.sklearn

    mlflow.sklearn.save_model(
        LogisticRegression().fit(ROWS, LABELS),
        folder,
        serialization_format=kind,
        pip_requirements=["scikit-learn"],
        **options,
    )


def save_with_code(folder: Path) -> None:
    helper = folder.with_name("helper.py")
    helper.write_text("x = 1\n")
    save_estimator(folder, "cloudpickle", code_paths=[str(helper)])


def save_trees(folder: Path, *, bare: bool) -> None:
    import mlflow.lightgbm

    model = lightgbm.LGBMClassifier(n_estimators=2, verbose=-1).fit(ROWS, LABELS)
    mlflow.lightgbm.save_model(
        model.booster_ if bare else model, folder, pip_requirements=["lightgbm"]
    )


def save_function(folder: Path) -> None:
    import mlflow.pyfunc

    source = folder.with_name("source.py")
    source.write_text(
        "import mlflow.pyfunc\n"
        "import pandas as pd\n"
        "class Model(mlflow.pyfunc.PythonModel):\n"
        "    def predict(self, context, model_input: pd.DataFrame, params=None):\n"
        "        return [0.25] * len(model_input)\n"
        "mlflow.models.set_model(Model())\n"
    )
    mlflow.pyfunc.save_model(
        folder, python_model=str(source), pip_requirements=["mlflow"]
    )


@pytest.mark.parametrize(
    ("save", "loader"),
    [
        (lambda folder: save_estimator(folder, "skops"), Loader.SKLEARN),
        (lambda folder: save_estimator(folder, "pickle"), Loader.SKLEARN),
        (lambda folder: save_estimator(folder, "cloudpickle"), Loader.SKLEARN),
        (save_with_code, Loader.PYFUNC),
        (lambda folder: save_trees(folder, bare=True), Loader.BOOSTER),
        (lambda folder: save_trees(folder, bare=False), Loader.SKLEARN),
        (save_function, Loader.PYFUNC),
    ],
    ids=["skops", "pickle", "cloudpickle", "code", "booster", "classifier", "function"],
)
def test_the_loader_that_needs_least_is_chosen(
    save: Callable[[Path], None], loader: Loader, tmp_path: Path
) -> None:
    save(tmp_path / "model")

    assert inspect_bundle(zipped(tmp_path / "model")).loader is loader


BOOSTER = """
flavors:
  lightgbm: {code: null, data: model.lgb, model_class: lightgbm.basic.Booster}
  python_function: {data: model.lgb, loader_module: mlflow.lightgbm}
is_signature_from_type_hint: false
"""
ESTIMATOR = """
flavors:
  python_function: {loader_module: mlflow.sklearn, model_path: model.pkl}
  sklearn: {code: null, pickled_model: model.pkl, serialization_format: pickle}
metadata: null
"""


def loader_of(model: str) -> Loader:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("MLmodel", model)
    return inspect_bundle(file).loader


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("loader_module: mlflow", "loader_module: mine.mlflow"),
        ("loader_module: mlflow", "code: code, loader_module: mlflow"),
        ("loader_module: mlflow", "config: {a: b}, loader_module: mlflow"),
        ("loader_module: mlflow", "predict_fn: score, loader_module: mlflow"),
        ("{loader_module: mlflow.sklearn, model_path: model.pkl}", "a text"),
        ("serialization_format: pickle", "serialization_format: joblib"),
        ("metadata: null", "metadata: {a: b}"),
        ("metadata: null", f"signature: {{inputs: '{'[' * 100_000}'}}"),
        ("metadata: null", "signature: {inputs: '[{}]'}"),
        ("hint: false", "hint: true"),
    ],
)
def test_anything_unusual_is_left_to_mlflow(old: str, new: str) -> None:
    assert loader_of(BOOSTER) is Loader.BOOSTER
    assert loader_of(ESTIMATOR) is Loader.SKLEARN

    changed = [text.replace(old, new) for text in (BOOSTER, ESTIMATOR) if old in text]
    assert changed
    for text in changed:
        assert loader_of(text) is Loader.PYFUNC
