"""What a run's end is called: values checked, reasons worded, figures coarsened.

The parent chooses every word. Figures about the hidden pass leave in powers of
two, since memory and time can be made to spell rows.
"""

from __future__ import annotations

import signal

import numpy as np
from numpy.typing import NDArray

from challenge.records import Reason, Refusal, Stage
from challenge.sandbox.guest import protocol

_CODES = {
    protocol.LOAD_FAILED: Reason.LOAD_ERROR,
    protocol.PREDICT_FAILED: Reason.PREDICT_ERROR,
    protocol.SHAPE_WRONG: Reason.WRONG_COUNT,
    protocol.MEMORY_OUT: Reason.MEMORY_LIMIT,
    protocol.WORDS_GIVEN: Reason.LABELS,
}

# Reason -> what happened, and what to do about it.
_SENTENCES = {
    Reason.LOAD_ERROR: (
        "The model could not be loaded.",
        "Load it with `mlflow.pyfunc.load_model` in a fresh environment that has"
        " only the runtime's packages; the log shows where it stopped.",
    ),
    Reason.PREDICT_ERROR: (
        "The model raised an error while predicting.",
        "Load the bundle with `mlflow.pyfunc.load_model` and let it predict the"
        " features of practice.parquet, missing values included.",
    ),
    Reason.WRONG_COUNT: (
        "The model did not give exactly one probability per row.",
        "Return shape (n,), (n, 1) or (n, 2), one row for each input row, in order;"
        " drop no rows with missing values.",
    ),
    Reason.NOT_FINITE: (
        "The model gave values that are missing or infinite.",
        "Impute missing features inside the model, so that every row gets a"
        " probability.",
    ),
    Reason.OUT_OF_RANGE: (
        "The model gave values outside 0 to 1.",
        "Return probabilities, not margins or logits; calibrate the output if needed.",
    ),
    Reason.LABELS: (
        "The model gave class labels (words, or only zeros and ones), not"
        " probabilities.",
        'Save it with `pyfunc_predict_fn="predict_proba"`, or with'
        " `challenge.client.package`. An LGBMClassifier predicts labels through"
        " MLflow; its `booster_` gives probabilities.",
    ),
    Reason.TIME_LIMIT: (
        "The model used more time than one pass may take.",
        "Use fewer or smaller trees, or predict all rows at once, not one by one.",
    ),
    Reason.MEMORY_LIMIT: (
        "The model used more memory than the sandbox has.",
        "Use a smaller model, or predict in blocks of rows.",
    ),
    Reason.CRASHED: (
        "The model's process ended without an answer.",
        "Do not end the process or start others, and watch memory: native libraries"
        " end the process when they get none.",
    ),
}


def refuse(stage: Stage, reason: Reason) -> Refusal:
    """Word a refusal.

    Parameters
    ----------
    stage : Stage
        ``PROOF`` or ``SCORING``.
    reason : Reason
        From the closed list.

    Returns
    -------
    Refusal
        With its sentence and what to do.
    """
    message, hint = _SENTENCES[reason]
    if stage is Stage.SCORING:
        message = f"On the hidden rows: {message}"
    return Refusal(stage, reason, message, hint)


def read_code(code: int) -> Reason:
    """Name what a guest says went wrong.

    Parameters
    ----------
    code : int
        Any number below 0: a model can send whatever it likes.

    Returns
    -------
    Reason
        ``CRASHED`` for what no guest of ours says.
    """
    return _CODES.get(code, Reason.CRASHED)


def read_end(returned: int) -> Reason:
    """Tell a spent processor limit from every other end of a guest.

    Parameters
    ----------
    returned : int
        As `subprocess` has it, of the guest or of a program that passes signals on.

    Returns
    -------
    Reason
        ``TIME_LIMIT`` or ``CRASHED``.
    """
    # As a child shows a signal, and as bubblewrap and shells pass it on.
    spent = returned in (-signal.SIGXCPU, 128 + signal.SIGXCPU)
    return Reason.TIME_LIMIT if spent else Reason.CRASHED


def find_fault(values: NDArray[np.float64]) -> Reason | None:
    """Check that values can be probabilities.

    Only zeros and ones, with both present, are class labels. One constant is a
    poor model's right, and the ranking deals with it.

    Parameters
    ----------
    values : ndarray of float64, shape (n_rows,)
        The model's answer.

    Returns
    -------
    Reason or None
        The first fault, or None.
    """
    if not np.isfinite(values).all():
        return Reason.NOT_FINITE
    if ((values < 0) | (values > 1)).any():
        return Reason.OUT_OF_RANGE
    if np.array_equal(np.unique(values), [0.0, 1.0]):
        return Reason.LABELS
    return None


def coarsen(amount: float) -> int:
    """Round an amount up to a power of two.

    Parameters
    ----------
    amount : float
        Seconds or MiB, at least 0.

    Returns
    -------
    int
        At least 1.

    Examples
    --------
    >>> coarsen(0.2), coarsen(4.0), coarsen(4.1)
    (1, 4, 8)
    """
    return max(1, 1 << int(np.ceil(amount) - 1).bit_length()) if amount > 0 else 1
