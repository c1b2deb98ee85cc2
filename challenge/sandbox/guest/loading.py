"""A bundle in, something that predicts out: without MLflow where that makes no odds.

Importing MLflow costs more than scikit-learn and LightGBM together. What MLflow does
with a model of these two is little, and done here as it does it: read the file that
``MLmodel`` names, pick the declared columns in the declared order, call the declared
function. One thing is left out: column types are not enforced, so whole numbers where
``MLmodel`` says double reach the model as they are, and missing values where it says
long are the model's to deal with and no error. Whatever looks odd goes through MLflow.
"""

from __future__ import annotations

import json
import os
import pickle
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas as pd

Predict = Callable[["pd.DataFrame"], Any]

BOOSTER, SKLEARN, PYFUNC = "booster", "sklearn", "pyfunc"

# What of mlflow.sklearn's `pyfunc_predict_fn` gives an answer per row.
_FUNCTIONS = ("predict", "predict_proba", "predict_log_proba")
_FORMATS = ("pickle", "cloudpickle", "skops")
_COLUMN_TYPES = {"boolean", "integer", "long", "float", "double", "string", "datetime"}


def load_bundle(file: int) -> Predict:
    """Unpack and load a bundle: the first moment that a model's code runs.

    Parameters
    ----------
    file : int
        Descriptor of the zip; it is closed.

    Returns
    -------
    callable
        Takes the rows, gives the model's answer.
    """
    folder = Path.cwd() / "model"
    with os.fdopen(file, "rb") as opened, zipfile.ZipFile(opened) as archive:
        archive.extractall(folder)
    return load_model(folder)


def load_model(folder: Path) -> Predict:
    """Load an unpacked bundle.

    Parameters
    ----------
    folder : Path
        With ``MLmodel`` in it.

    Returns
    -------
    callable
        Takes the rows, gives the model's answer.
    """
    import yaml

    facts = yaml.safe_load((folder / "MLmodel").read_text(encoding="utf-8"))
    loader = find_loader(facts)
    if loader != BOOSTER:
        _admit_sklearn()
    if loader == PYFUNC:
        import mlflow.pyfunc

        predict: Predict = mlflow.pyfunc.load_model(str(folder)).predict
        return predict
    load = _load_booster if loader == BOOSTER else _load_estimator
    return _on_declared_columns(load(folder, facts["flavors"]), _read_columns(facts))


def find_loader(facts: Any) -> str:
    """Decide what loads a model; it takes nobody's word for it.

    Parameters
    ----------
    facts : object
        What ``MLmodel`` holds.

    Returns
    -------
    str
        `BOOSTER`, `SKLEARN`, or `PYFUNC` for whatever is not plainly one of them.
    """
    try:
        return _find_native(facts) if _is_plain(facts) else PYFUNC
    except (AttributeError, KeyError, TypeError, ValueError):
        return PYFUNC


def _is_plain(facts: Any) -> bool:
    """Whether nothing in it asks for what only MLflow does."""
    function = facts["flavors"]["python_function"]
    asks = (
        *(function.get(name) for name in ("code", "config")),
        *(facts.get(name) for name in ("metadata", "is_signature_from_type_hint")),
        facts.get("type_hint_from_example"),
        (facts.get("signature") or {}).get("params"),
    )
    known = (c["name"] and c["type"] in _COLUMN_TYPES for c in _read_columns(facts))
    return all(known) and not any(asks)


def _find_native(facts: Any) -> str:
    flavors = facts["flavors"]
    function = flavors["python_function"]
    called = function.get("predict_fn", "predict")
    if function["loader_module"] == "mlflow.sklearn":
        known = flavors["sklearn"].get("serialization_format", "pickle") in _FORMATS
        return SKLEARN if known and called in _FUNCTIONS else PYFUNC
    if function["loader_module"] != "mlflow.lightgbm" or called != "predict":
        return PYFUNC
    flavor = flavors["lightgbm"]
    if flavor.get("model_class", "lightgbm.basic.Booster") == "lightgbm.basic.Booster":
        return BOOSTER
    known = flavor.get("serialization_format", "cloudpickle") in _FORMATS
    return SKLEARN if known else PYFUNC


def _load_booster(folder: Path, flavors: dict[str, Any]) -> Predict:
    import lightgbm

    predict: Predict = lightgbm.Booster(
        model_file=folder / flavors["lightgbm"]["data"]
    ).predict
    return predict


def _load_estimator(folder: Path, flavors: dict[str, Any]) -> Predict:
    function = flavors["python_function"]
    if function["loader_module"] == "mlflow.sklearn":
        flavor, file, form = flavors["sklearn"], function["model_path"], "pickle"
    else:
        flavor = flavors["lightgbm"]
        file, form = flavor["data"], "cloudpickle"
    form = flavor.get("serialization_format", form)
    model = _read_estimator(folder / file, form, flavor.get("skops_trusted_types"))
    predict: Predict = getattr(model, function.get("predict_fn", "predict"))
    return predict


def _read_estimator(path: Path, form: str, trusted: list[str] | None) -> Any:
    if form == "skops":
        import skops.io

        # The list is the team's own. That is no hole: here anything may run.
        return skops.io.load(path, trusted=trusted)
    # What cloudpickle writes, pickle reads, if cloudpickle can be imported.
    with path.open("rb") as file:
        return pickle.load(file)  # noqa: S301 (the sandbox is there for this)


def _read_columns(facts: Any) -> list[dict[str, Any]]:
    inputs = (facts.get("signature") or {}).get("inputs")
    found: list[dict[str, Any]] = json.loads(inputs) if inputs else []
    return found


def _on_declared_columns(predict: Predict, columns: list[dict[str, Any]]) -> Predict:
    """Give a model the columns that it declares, in that order."""

    def pick(rows: pd.DataFrame) -> Any:
        names = [c["name"] for c in columns if c["name"] in rows]
        for column in columns:
            if column["name"] not in rows and column.get("required", True):
                raise KeyError(f"The rows have no column {column['name']!r}.")
        return predict(rows[names])

    return pick if columns else predict


def _admit_sklearn() -> None:
    """Undo what `guest.warming` does to keep scikit-learn out for a booster."""
    if sys.modules.get("sklearn", sys) is None:
        for name in list(sys.modules):
            if name.partition(".")[0] in ("sklearn", "lightgbm"):
                del sys.modules[name]
