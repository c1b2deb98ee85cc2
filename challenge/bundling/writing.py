"""The files of a bundle: an MLflow Model, a card, and the zip around them."""

from __future__ import annotations

import logging
import os
import shutil
import tempfile
import warnings
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import yaml
from numpy.typing import NDArray

from challenge.bundling import loader
from challenge.bundling.answers import Model
from challenge.bundling.pickling import Pickled

# Fixed, so that the same model gives the same bytes (the zip epoch).
ZIP_TIME = (1980, 1, 1, 0, 0, 0)
# What MLflow writes of the moment and of this machine.
_VOLATILE = ("model_uuid", "utc_time_created", "model_size_bytes")
_LOADER = "kansrijk_function"


def write_model(
    model: Model,
    kept: Pickled | None,
    pins: Mapping[str, str],
    rows: pd.DataFrame,
    told: NDArray[np.float64],
    place: Path,
) -> None:
    """Write the folder of an MLflow Model.

    Parameters
    ----------
    model : Model
        From `challenge.bundling.answers.find_model`.
    kept : Pickled or None
        The model as bytes; None for a booster, which has a text of its own.
    pins : mapping of str to str
        Version of each package that it needs.
    rows : DataFrame
        Feature rows; only names and kinds of columns are kept.
    told : ndarray of float
        The model's answer; only its shape is kept.
    place : Path
        Does not exist yet.
    """
    # Telemetry would leave the machine.
    os.environ.setdefault("MLFLOW_DISABLE_TELEMETRY", "true")
    with warnings.catch_warnings():
        # About mlflow's own classes, at import; nothing a team could mend.
        warnings.filterwarnings("ignore", message=".*Any type hint is inferred")
        # Its example would be rows; the signature says what they look like.
        warnings.filterwarnings("ignore", message=".*input example was not provided")
        facts: dict[str, Any] = {
            "path": str(place),
            "signature": _signature(rows, told),
            # Named here, since inferring them takes half a minute.
            "pip_requirements": [f"{name}=={pins[name]}" for name in pins],
        }
        if kept is None:
            _save_booster(model.kept, facts)
        elif model.form == "estimator":
            _save_estimator(model.kept, kept, facts, place)
        else:
            _save_function(kept, facts)
    _settle(place / "MLmodel")


def _signature(rows: pd.DataFrame, told: NDArray[np.float64]) -> Any:
    """Say which columns go in, in the two kinds that a release has."""
    from mlflow.models import ModelSignature
    from mlflow.types import ColSpec, Schema, TensorSpec

    columns: list[ColSpec | TensorSpec] = [
        ColSpec("double" if rows[name].dtype.kind == "f" else "string", name)
        for name in rows
    ]
    shape = (-1, *told.shape[1:])
    return ModelSignature(Schema(columns), Schema([TensorSpec(told.dtype, shape)]))


def _save_booster(booster: Any, facts: Mapping[str, Any]) -> None:
    import mlflow.lightgbm

    mlflow.lightgbm.save_model(booster, **facts)


def _save_estimator(
    estimator: Any, kept: Pickled, facts: Mapping[str, Any], place: Path
) -> None:
    import mlflow.sklearn

    # It warns that pickles run code: here they run in the sandbox, and only there.
    logging.getLogger("mlflow.sklearn").setLevel(logging.ERROR)
    mlflow.sklearn.save_model(
        estimator,
        serialization_format="cloudpickle",
        pyfunc_predict_fn="predict_proba",
        **facts,
    )
    described = yaml.safe_load((place / "MLmodel").read_text(encoding="utf-8"))
    name = described["flavors"]["python_function"]["model_path"]
    (place / name).write_bytes(kept.data)


def _save_function(kept: Pickled, facts: Mapping[str, Any]) -> None:
    import mlflow.pyfunc

    with tempfile.TemporaryDirectory() as folder:
        data, code = Path(folder) / "function.pkl", Path(folder) / f"{_LOADER}.py"
        data.write_bytes(kept.data)
        shutil.copyfile(str(loader.__file__), code)
        mlflow.pyfunc.save_model(
            loader_module=_LOADER,
            data_path=str(data),
            code_paths=[str(code)],
            **facts,
        )


def _settle(file: Path) -> None:
    """Leave out what differs from one moment to the next."""
    facts = yaml.safe_load(file.read_text(encoding="utf-8"))
    left = {key: told for key, told in facts.items() if key not in _VOLATILE}
    file.write_text(yaml.safe_dump(left), encoding="utf-8")


def skeleton(title: str, *, features: list[str]) -> str:
    """Write a card to start from.

    Parameters
    ----------
    title : str
        How the board calls the model.
    features : list of str
        Columns that it was given.

    Returns
    -------
    str
        Text of ``CARD.md``.
    """
    from challenge.synthesis.notices import FORBIDDEN_USE

    front = {
        "title": title,
        "intended_use": "Learning, in this challenge.",
        "limits": "Trained on synthetic rows.",
        "features": features,
    }
    return (
        f"---\n{yaml.safe_dump(front, sort_keys=False, allow_unicode=True)}---\n\n"
        f"# {title}\n\nWrite here what the model does and for whom it works less well."
        f"\n\n{FORBIDDEN_USE['en']}\n"
    )


def write_zip(folder: Path, path: Path) -> Path:
    """Zip the files of a folder, with nothing of this machine or moment.

    Parameters
    ----------
    folder : Path
        What to zip.
    path : Path
        Where the zip goes.

    Returns
    -------
    Path
        `path`.
    """
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for file in sorted(p for p in folder.rglob("*") if p.is_file()):
            if "__pycache__" in file.parts:
                continue
            entry = zipfile.ZipInfo(file.relative_to(folder).as_posix(), ZIP_TIME)
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, file.read_bytes())
    return path
