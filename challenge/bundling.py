"""Make a bundle of a trained model: the zip that a team hands in.

The second door to MLflow: this runs on a team's machine, with mlflow-skinny.
"""

from __future__ import annotations

import contextlib
import importlib.metadata
import logging
import os
import pickletools
import shutil
import tempfile
import warnings
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import yaml

from challenge.errors import BundleRefusedError, PackagingRefusedError

# The model sees these rows while packaging; enough to infer each column's type.
SAMPLE_ROWS = 200
# Fixed, so that the same model gives the same bytes (the zip epoch).
ZIP_TIME = (1980, 1, 1, 0, 0, 0)
_ANY_SIZE = 1 << 20  # MiB
# Packages that are called otherwise than the modules they bring.
_DISTRIBUTIONS = {"imblearn": "imbalanced-learn", "sklearn": "scikit-learn"}


def package(
    model: Any,
    sample: pd.DataFrame,
    path: str | Path,
    *,
    title: str = "Untitled model",
    card: str | None = None,
) -> Path:
    """Make a bundle of a trained estimator.

    Trees of LightGBM on their own, a `Booster` or an `LGBMClassifier`, are kept in
    LightGBM's own text, which loads quickest and gives probabilities. Everything
    else is pickled.

    Parameters
    ----------
    model : estimator
        Anything with ``predict_proba`` that takes the feature frame, such as a
        scikit-learn `Pipeline`; or a LightGBM `Booster` whose predictions are
        probabilities, as those of the objective ``binary`` are.
    sample : DataFrame of shape (n_rows, n_features)
        Feature rows to infer the signature from, missing values included; the first
        200 are used and none is stored.
    path : str or Path
        Where the zip goes; its folder is made.
    title : str
        How the board calls this model, when there is no `card`.
    card : str or None
        Text of ``CARD.md``: front matter (title, intended_use, limits, features) and
        what a reader should know. None writes a skeleton to start from.

    Returns
    -------
    Path
        `path`.

    Raises
    ------
    PackagingRefusedError
        If the model has no ``predict_proba``, fails on the sample, or gives
        something else than one probability in [0, 1] per row; or if any server
        would refuse the bundle, for instance for its card. How large a bundle may
        be is a setting of the server's, which is not known here.
    """
    path, sample = Path(path), sample.head(SAMPLE_ROWS)
    _check_sample(sample)
    booster = _find_booster(model)
    kept = model if booster is None else booster
    predict = _find_predict(model) if booster is None else booster.predict
    probabilities = _probabilities(type(model).__name__, predict, sample)
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder) / "bundle"
        _save(kept, sample, probabilities, place)
        text = card or _skeleton(title, features=list(sample.columns))
        (place / "CARD.md").write_text(text, encoding="utf-8")
        draft = _zip(place, Path(folder) / "bundle.zip")
        _inspect(draft)
        path.parent.mkdir(parents=True, exist_ok=True)
        part = path.with_name(f"{path.name}.part")
        shutil.copyfile(draft, part)
        part.replace(path)
    return path


def _check_sample(sample: pd.DataFrame) -> None:
    """Refuse columns of another kind than the release has; the server sends those."""
    for column, kind in sample.dtypes.items():
        if isinstance(kind, pd.CategoricalDtype):
            raise PackagingRefusedError(
                f"The column {column!r} of the sample is of the type category.",
                hint="Give the frame as it was downloaded, with words in it, and put"
                " the conversion in the model, as a step of a Pipeline.",
            )


def _find_booster(model: Any) -> Any | None:
    """Find the trees of a LightGBM model for two classes; None if it is another."""
    kind = type(model)
    if not kind.__module__.startswith("lightgbm."):
        return None
    if kind.__name__ == "Booster":
        return model
    # Neither an untrained classifier nor a regressor has counted its classes.
    return model.booster_ if getattr(model, "n_classes_", 0) == 2 else None


def _find_predict(model: Any) -> Callable[[pd.DataFrame], Any]:
    if not hasattr(model, "predict_proba"):
        raise PackagingRefusedError(
            f"{type(model).__name__} has no predict_proba.",
            hint="Hand in a classifier that gives probabilities.",
        )
    predict: Callable[[pd.DataFrame], Any] = model.predict_proba
    return predict


def _probabilities(
    name: str, predict: Callable[[pd.DataFrame], Any], sample: pd.DataFrame
) -> np.ndarray[Any, Any]:
    try:
        found = np.asarray(predict(sample))
    except Exception as error:
        raise PackagingRefusedError(
            f"{name} fails on the feature frame: {error}",
            hint="Fit it on the frame as it is, missing values and text included.",
        ) from error
    last = found[:, -1] if found.ndim == 2 and found.shape[1] in (1, 2) else found
    if last.shape != (len(sample),) or not ((last >= 0) & (last <= 1)).all():
        raise PackagingRefusedError(
            f"{name} does not give one probability in [0, 1] per row.",
            hint="Return an array of shape (n_rows,), (n_rows, 1) or (n_rows, 2).",
        )
    return found


def _save(
    model: Any, sample: pd.DataFrame, found: np.ndarray[Any, Any], place: Path
) -> None:
    # Telemetry would leave the machine.
    os.environ.setdefault("MLFLOW_DISABLE_TELEMETRY", "true")
    with warnings.catch_warnings():
        # About mlflow's own classes, at import; nothing a team could mend.
        warnings.filterwarnings("ignore", message=".*Any type hint is inferred")
        import mlflow.sklearn
        from mlflow.models import infer_signature

        # It warns that pickles run code: here they run in the sandbox, and only there.
        logging.getLogger("mlflow.sklearn").setLevel(logging.ERROR)
        facts = {
            "path": str(place),
            "signature": infer_signature(sample, found),
            # Named here, since inferring them takes half a minute.
            "pip_requirements": _requirements(model),
        }
        if _find_booster(model) is model:
            import mlflow.lightgbm

            mlflow.lightgbm.save_model(model, **facts)
        else:
            mlflow.sklearn.save_model(
                model,
                serialization_format="cloudpickle",
                pyfunc_predict_fn="predict_proba",
                **facts,
            )


def _requirements(model: Any) -> list[str]:
    """Pin the packages that the parts of a model come from."""
    import cloudpickle

    # The second protocol names every class in one place, as "module name".
    pickled = cloudpickle.dumps(model, protocol=2)
    modules = {
        str(told).partition(" ")[0].partition(".")[0]
        for operation, told, _ in pickletools.genops(pickled)
        if operation.name == "GLOBAL"
    }
    pins = []
    for module in sorted(modules | {"cloudpickle"}):
        name = _DISTRIBUTIONS.get(module, module)
        with contextlib.suppress(importlib.metadata.PackageNotFoundError):
            pins.append(f"{name}=={importlib.metadata.version(name)}")
    return pins


def _inspect(bundle: Path) -> None:
    """Look at a bundle as the server will."""
    try:
        from challenge.sandbox import inspect_bundle
    except ModuleNotFoundError:  # no sandboxes on this system: the server looks anyway
        return
    try:
        inspect_bundle(bundle, limit_mib=_ANY_SIZE)
    except BundleRefusedError as refused:
        raise PackagingRefusedError(refused.message, hint=refused.hint) from refused


def _skeleton(title: str, *, features: list[str]) -> str:
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


def _zip(folder: Path, path: Path) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for file in sorted(p for p in folder.rglob("*") if p.is_file()):
            entry = zipfile.ZipInfo(file.relative_to(folder).as_posix(), ZIP_TIME)
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, file.read_bytes())
    return path
