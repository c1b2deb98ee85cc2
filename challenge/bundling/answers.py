"""What a model is asked here, and whether its answer is one that can be scored."""

from __future__ import annotations

import time
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from challenge.errors import PackagingRefusedError

Predict = Callable[[pd.DataFrame], Any]
# As many as first-1000-days has hidden rows, and what a sandbox gives them by default:
# `datasets/first-1000-days/brief.toml` and `challenge.records.Limits`.
HIDDEN_ROWS, LIMIT_SECONDS = 70_000, 120
_WORTH_MEASURING = 0.3  # seconds: below it, a fixed cost hides what a row costs


@dataclass(frozen=True, slots=True)
class Model:
    """A model, and how it is asked.

    Attributes
    ----------
    name : str
        What to call it in a refusal.
    kept : object
        What goes into the bundle.
    predict : callable
        Takes the feature frame.
    form : str
        ``"booster"``, ``"estimator"`` or ``"function"``.
    """

    name: str
    kept: Any
    predict: Predict
    form: Literal["booster", "estimator", "function"]


def find_model(model: Any) -> Model:
    """Find out what was handed in, and how to ask it.

    Parameters
    ----------
    model : object
        An estimator, a LightGBM model, or any callable.

    Returns
    -------
    Model
        Not asked anything yet.

    Raises
    ------
    PackagingRefusedError
        If it is none of these.
    """
    if isinstance(model, type):
        raise PackagingRefusedError(
            f"{model.__name__} is a class, not a trained model.",
            hint=f"Make one and train it: `{model.__name__}().fit(features, labels)`.",
        )
    name = getattr(model, "__name__", type(model).__name__)
    booster = _find_booster(model)
    if booster is not None:
        return Model(name, booster, booster.predict, "booster")
    if hasattr(model, "predict_proba"):
        return Model(name, model, model.predict_proba, "estimator")
    if callable(model) and not hasattr(model, "predict"):
        return Model(name, model, model, "function")
    raise PackagingRefusedError(
        f"{name} has no predict_proba.",
        hint="Hand in a classifier that gives probabilities, or a function of the"
        " frame that does: `package(lambda frame: model.predict(frame), ...)`.",
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


def answer(model: Model, rows: pd.DataFrame) -> NDArray[np.float64]:
    """Ask a model for probabilities, and check them as the sandbox's parent does.

    Parameters
    ----------
    model : Model
        From `find_model`.
    rows : DataFrame
        From `challenge.bundling.sample.pick_rows`.

    Returns
    -------
    ndarray of float, shape (n_rows,), (n_rows, 1) or (n_rows, 2)
        Of two columns, the last counts.

    Raises
    ------
    PackagingRefusedError
        If it is not trained, fails, or gives no probability for each row.
    """
    try:
        told = model.predict(rows.copy())
    except Exception as error:
        raise _failure(model, error) from error
    values = _numbers(model, told)
    if values.ndim > 2 or (values.ndim == 2 and values.shape[1] not in (1, 2)):
        raise _shape(model, f"an answer of shape {values.shape}")
    if values.ndim == 0 or len(values) != len(rows):
        count = "one answer" if values.ndim == 0 else f"{len(values)} answers"
        raise _shape(model, f"{count} for {len(rows)} rows")
    _check_range(model, values[:, -1] if values.ndim == 2 else values)
    return values


def warn_if_slow(model: Model, rows: pd.DataFrame) -> None:
    """Warn when all hidden rows would take longer than one pass may.

    Parameters
    ----------
    model : Model
        That answered before, so that what is done once is done.
    rows : DataFrame
        What it answered.
    """
    few = rows.head(max(1, len(rows) // 2))
    if (all_seconds := _seconds(model, rows)) < _WORTH_MEASURING or len(few) == len(
        rows
    ):
        return
    a_row = (all_seconds - _seconds(model, few)) / (len(rows) - len(few))
    if a_row * HIDDEN_ROWS > LIMIT_SECONDS:
        warnings.warn(
            f"{model.name} takes {1000 * a_row:.1f} ms a row here, so about"
            f" {a_row * HIDDEN_ROWS:.0f} seconds for {HIDDEN_ROWS:,} rows; the sandbox"
            f" stops a model after {LIMIT_SECONDS} seconds. Predict all rows at once,"
            " not one by one.",
            UserWarning,
            stacklevel=3,
        )


def _seconds(model: Model, rows: pd.DataFrame) -> float:
    start = time.perf_counter()
    model.predict(rows.copy())
    return time.perf_counter() - start


def _failure(model: Model, error: Exception) -> PackagingRefusedError:
    # By name: scikit-learn, which has the class, may not be there.
    if any(kind.__name__ == "NotFittedError" for kind in type(error).__mro__):
        return PackagingRefusedError(
            f"{model.name} is not trained.",
            hint="Train it before it is packaged: `model.fit(features, labels)`.",
        )
    told = f"{type(error).__name__}: {error}"
    return PackagingRefusedError(
        f"{model.name} fails on the feature frame: {told}",
        hint="Train it on the frame as it was downloaded, missing values and words"
        " included, and put every conversion in the model, as a step of a Pipeline.",
    )


def _numbers(model: Model, told: Any) -> NDArray[np.float64]:
    try:
        values = np.asarray(told)
        if values.dtype.kind in "US":
            raise _labels(model, "words")
        return values.astype(np.float64)
    except (TypeError, ValueError) as error:
        if isinstance(error, PackagingRefusedError):
            raise
        words = np.asarray(told, dtype=object).ravel()
        if len(words) and all(isinstance(value, str) for value in words):
            raise _labels(model, "words") from error
        raise _shape(model, "an answer that is no numbers") from error


def _check_range(model: Model, values: NDArray[np.float64]) -> None:
    """Refuse what is no probability, by the rules of `challenge.sandbox.verdict`."""
    bad = int((~np.isfinite(values)).sum())
    if bad:
        raise PackagingRefusedError(
            f"{model.name} does not give one probability in [0, 1] per row: {bad} of"
            f" {len(values)} answers are missing or infinite.",
            hint="Fill missing features inside the model, for instance with a"
            " SimpleImputer as the first step of a Pipeline.",
        )
    low, high = values.min(), values.max()
    if low < 0 or high > 1:
        raise PackagingRefusedError(
            f"{model.name} does not give one probability in [0, 1] per row: its"
            f" answers go from {low:.3g} to {high:.3g}.",
            hint="Give probabilities, not margins or logits. A classifier has"
            " predict_proba; for LightGBM, train with the objective binary.",
        )
    if np.array_equal(np.unique(values), [0.0, 1.0]):
        raise _labels(model, "only zeros and ones")


def _labels(model: Model, which: str) -> PackagingRefusedError:
    return PackagingRefusedError(
        f"{model.name} gives class labels ({which}), not probabilities.",
        hint="Give the chance of the outcome: `model.predict_proba(frame)[:, 1]`.",
    )


def _shape(model: Model, what: str) -> PackagingRefusedError:
    return PackagingRefusedError(
        f"{model.name} does not give one probability in [0, 1] per row: it gives"
        f" {what}.",
        hint="Return an array of shape (n_rows,), (n_rows, 1) or (n_rows, 2), a row for"
        " each row of the frame, in order; drop no rows with missing values.",
    )
