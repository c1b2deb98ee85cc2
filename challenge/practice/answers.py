"""What a model answers: one probability per row, or why that is none."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from challenge.errors import ModelRefusedError
from challenge.records import Reason, Stage


def predict(model: Any, rows: pd.DataFrame) -> NDArray[np.float64]:
    """Let a model in this process answer, and hold its answer to the server's rules.

    Parameters
    ----------
    model : estimator or callable
        What has ``predict_proba``, a LightGBM `Booster`, or a callable.
    rows : DataFrame of shape (n_rows, n_features)
        Features.

    Returns
    -------
    ndarray of float64, shape (n_rows,)
        Probabilities in [0, 1].

    Raises
    ------
    ModelRefusedError
        If the answer is not one probability per row.
    TypeError
        If it is neither an estimator with probabilities nor a callable.
    """
    # With the extra `team`; opening data does without.
    from challenge.sandbox.verdict import find_fault

    try:
        found = np.asarray(_asking(model)(rows), dtype=np.float64)
    except ValueError as error:
        if "convert" not in str(error):
            raise
        raise _refused(Reason.LABELS) from error
    if found.ndim == 2 and found.shape[1] in (1, 2):
        found = found[:, -1]
    if found.shape != (len(rows),):
        raise _refused(Reason.WRONG_COUNT)
    if fault := find_fault(found):
        raise _refused(fault)
    return found


def _asking(model: Any) -> Callable[[pd.DataFrame], Any]:
    """Find how a model is asked."""
    for name in ("predict_proba", "predict"):
        # Of what has no probabilities, only LightGBM's own trees predict some.
        is_booster = type(model).__module__.startswith("lightgbm.")
        if hasattr(model, name) and (name == "predict_proba" or is_booster):
            asked: Callable[[pd.DataFrame], Any] = getattr(model, name)
            return asked
    if not callable(model) or isinstance(model, type):
        raise TypeError(
            f"{type(model).__name__} has no predict_proba and is no callable: give a"
            " classifier with probabilities, or the path of a bundle."
        )
    called: Callable[[pd.DataFrame], Any] = model
    return called


def _refused(reason: Reason) -> ModelRefusedError:
    from challenge.sandbox.verdict import refuse

    told = refuse(Stage.PROOF, reason)
    return ModelRefusedError(reason, told.message, hint=told.hint)
