"""All that can be done before a model is there: import its stack and exercise it.

Importing alone is not enough: much is imported when a first model is loaded and a
first row predicted, and that takes longer than the rest (measured: 1.4 s for a
logistic regression through MLflow, 0.1 s the second time).
"""

from __future__ import annotations

import importlib
import json
import os
import pickle
import shutil
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .answering import answer_rows
from .loading import BOOSTER, PYFUNC, SKLEARN, load_model

if TYPE_CHECKING:
    import pandas as pd


_COLUMNS = (
    {"name": "a", "type": "double"},
    {"name": "b", "type": "long"},
    {"name": "c", "type": "string"},
)


# What every model of a loader needs; reading them is not the model's time.
_MODULES = {
    BOOSTER: ("pyarrow", "pandas", "yaml", "lightgbm"),
    SKLEARN: ("pyarrow", "pandas", "yaml", "sklearn.pipeline"),
    PYFUNC: ("pyarrow", "pandas", "yaml", "mlflow.pyfunc"),
}


def warm_up(loader: str, *, thoroughly: bool) -> None:
    """Import what a loader needs.

    Parameters
    ----------
    loader : str
        One of those in `guest.loading`.
    thoroughly : bool
        Whether there is time to import what only many models need, to load a small
        model and to let it predict.
    """
    if loader == BOOSTER:
        # LightGBM takes scikit-learn if it finds it, for classes a booster is not of.
        sys.modules["sklearn"] = None  # type: ignore[assignment]
    for name in _MODULES[loader]:
        importlib.import_module(name)
    if thoroughly:
        folder = Path.cwd() / "warm"
        folder.mkdir()
        _PREPARE[loader](folder)
        _exercise(folder)
        shutil.rmtree(folder)


def _prepare_booster(folder: Path) -> None:
    import lightgbm

    rows = _make_rows()
    options = {"objective": "binary", "min_data_in_leaf": 1, "verbose": -1}
    data = lightgbm.Dataset(rows[["a", "b"]], rows["a"] > 2, params={"verbose": -1})
    lightgbm.train(options, data, num_boost_round=1).save_model(folder / "model")
    flavors = {
        "python_function": {"loader_module": "mlflow.lightgbm"},
        "lightgbm": {"data": "model"},
    }
    _describe(folder, flavors, _COLUMNS[:2])


def _prepare_sklearn(folder: Path) -> None:
    import cloudpickle  # noqa: F401 (most bundles are its pickles)
    import lightgbm  # noqa: F401 (costs little beside scikit-learn)
    import skops.io

    model = _fit_pipeline()
    skops.io.dump(model, folder / "model")
    _describe_sklearn(folder, "skops")
    _exercise(folder)
    (folder / "model").write_bytes(pickle.dumps(model))
    _describe_sklearn(folder, "pickle")


def _prepare_pyfunc(folder: Path) -> None:
    import cloudpickle
    import lightgbm  # noqa: F401
    import mlflow.pyfunc

    class Small(mlflow.pyfunc.PythonModel):  # type: ignore[misc,name-defined]
        """Like a team's own."""

        def __init__(self, model: Any) -> None:
            self.model = model

        def predict(
            self, context: Any, model_input: pd.DataFrame, params: Any = None
        ) -> Any:
            return self.model.predict_proba(model_input)

    (folder / "model").write_bytes(cloudpickle.dumps(Small(_fit_pipeline())))
    function = {
        "loader_module": "mlflow.pyfunc.model",
        "cloudpickle_version": cloudpickle.__version__,
        "python_model": "model",
    }
    _describe(folder, {"python_function": function}, _COLUMNS)


_PREPARE: dict[str, Callable[[Path], None]] = {
    BOOSTER: _prepare_booster,
    SKLEARN: _prepare_sklearn,
    PYFUNC: _prepare_pyfunc,
}


def _fit_pipeline() -> Any:
    """Fit what most bundles hold, and import what many others do."""
    import sklearn.calibration
    import sklearn.ensemble  # noqa: F401
    from sklearn.compose import make_column_transformer
    from sklearn.impute import SimpleImputer
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import OneHotEncoder, StandardScaler

    rows = _make_rows()
    prepare = make_column_transformer(
        (make_pipeline(SimpleImputer(), StandardScaler()), ["a", "b"]),
        (OneHotEncoder(handle_unknown="ignore"), ["c"]),
    )
    return make_pipeline(prepare, LogisticRegression()).fit(rows, rows["a"] > 2)


def _exercise(folder: Path) -> None:
    """Load the model and let it predict, as a team's model is."""
    import pyarrow as pa

    table = pa.Table.from_pandas(_make_rows(), preserve_index=False)
    with pa.ipc.new_file(str(folder / "rows"), table.schema) as writer:
        writer.write_table(table)
    answer_rows(load_model(folder), os.open(folder / "rows", os.O_RDONLY))


def _describe_sklearn(folder: Path, form: str) -> None:
    function = {
        "loader_module": "mlflow.sklearn",
        "model_path": "model",
        "predict_fn": "predict_proba",
    }
    flavor = {"serialization_format": form, "skops_trusted_types": ["numpy.dtype"]}
    _describe(folder, {"python_function": function, "sklearn": flavor}, _COLUMNS)


def _describe(
    folder: Path, flavors: dict[str, Any], columns: tuple[dict[str, str], ...]
) -> None:
    facts = {"flavors": flavors, "signature": {"inputs": json.dumps(columns)}}
    # JSON is YAML.
    (folder / "MLmodel").write_text(json.dumps(facts))


def _make_rows() -> pd.DataFrame:
    import pandas as pd

    return pd.DataFrame(
        {"a": [1.0, None, 3.0, 4.0], "b": [4, 3, 2, 1], "c": ["x", "y", None, "x"]}
    )
