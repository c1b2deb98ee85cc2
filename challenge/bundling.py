"""Make a bundle of a trained model: the zip that a team hands in.

The second door to MLflow: this runs on a team's machine, with mlflow-skinny.
"""

from __future__ import annotations

import logging
import os
import tempfile
import warnings
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import yaml

from challenge.errors import PackagingRefusedError

# The model sees these rows while packaging; enough to infer each column's type.
SAMPLE_ROWS = 200
# Fixed, so that the same model gives the same bytes (the zip epoch).
ZIP_TIME = (1980, 1, 1, 0, 0, 0)


def package(
    model: Any,
    sample: pd.DataFrame,
    path: Path,
    *,
    title: str = "Untitled model",
    card: str | None = None,
) -> Path:
    """Make a bundle of a trained estimator.

    Parameters
    ----------
    model : estimator
        Anything with ``predict_proba`` that takes the feature frame, such as a
        scikit-learn `Pipeline`.
    sample : DataFrame of shape (n_rows, n_features)
        Feature rows to infer the signature from, missing values included; the first
        200 are used and none is stored.
    path : Path
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
        something else than one probability in [0, 1] per row.
    """
    sample = sample.head(SAMPLE_ROWS)
    probabilities = _probabilities(model, sample)
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder) / "bundle"
        _save(model, sample, probabilities, place)
        text = card or _skeleton(title, features=list(sample.columns))
        (place / "CARD.md").write_text(text, encoding="utf-8")
        path.parent.mkdir(parents=True, exist_ok=True)
        _zip(place, path)
    return path


def _probabilities(model: Any, sample: pd.DataFrame) -> np.ndarray[Any, Any]:
    if not hasattr(model, "predict_proba"):
        raise PackagingRefusedError(
            f"{type(model).__name__} has no predict_proba.",
            hint="Hand in a classifier that gives probabilities.",
        )
    try:
        found = np.asarray(model.predict_proba(sample))
    except Exception as error:
        raise PackagingRefusedError(
            f"{type(model).__name__} fails on the feature frame: {error}",
            hint="Fit it on the frame as it is, missing values and text included.",
        ) from error
    last = found[:, -1] if found.ndim == 2 else found
    if len(last) != len(sample) or not ((last >= 0) & (last <= 1)).all():
        raise PackagingRefusedError(
            f"{type(model).__name__} does not give one probability in [0, 1] per row.",
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
        import sklearn
        from mlflow.models import infer_signature

        # It warns that pickles run code: here they run in the sandbox, and only there.
        logging.getLogger("mlflow.sklearn").setLevel(logging.ERROR)
        mlflow.sklearn.save_model(
            model,
            str(place),
            signature=infer_signature(sample, found),
            serialization_format="cloudpickle",
            pyfunc_predict_fn="predict_proba",
            # Named here, since inferring them takes half a minute.
            pip_requirements=[f"scikit-learn=={sklearn.__version__}"],
        )


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


def _zip(folder: Path, path: Path) -> None:
    draft = path.with_name(f"{path.name}.part")
    with zipfile.ZipFile(draft, "w", zipfile.ZIP_DEFLATED) as archive:
        for file in sorted(p for p in folder.rglob("*") if p.is_file()):
            entry = zipfile.ZipInfo(str(file.relative_to(folder)), ZIP_TIME)
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, file.read_bytes())
    draft.replace(path)
