"""Rows in, one number for each out."""

from __future__ import annotations

import mmap
import os
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    # What is imported when is for `guest.warming` to say.
    import numpy as np
    import pandas as pd
    from numpy.typing import NDArray


class ShapeError(ValueError):
    """The model's answer is not one number per row."""


class WordsError(ValueError):
    """The model's answer is words, like the names of classes."""


def answer_rows(
    predict: Callable[[pd.DataFrame], object], file: int
) -> NDArray[np.float64]:
    """Let a model predict the rows behind a descriptor.

    Parameters
    ----------
    predict : callable
        From `guest.loading`.
    file : int
        Descriptor of an Arrow file; it is closed.

    Returns
    -------
    ndarray of float64, shape (n,)
        Whatever numbers the model gave, unchecked.

    Raises
    ------
    ShapeError
        If the answer is not one column of numbers, or two of which the last counts.
    WordsError
        If there is nothing but words in it.
    """
    return read_answer(predict(_read_rows(file)))


def read_answer(answer: Any) -> NDArray[np.float64]:
    """Read what a model gave as one number per row.

    Parameters
    ----------
    answer : object
        Whatever it was.

    Returns
    -------
    ndarray of float64, shape (n,)
        The numbers, unchecked.

    Raises
    ------
    ShapeError
        If the answer is not one column of numbers, or two of which the last counts.
    WordsError
        If there is nothing but words in it.
    """
    import numpy as np

    try:
        values = np.asarray(answer, dtype="<f8")
    except (TypeError, ValueError) as error:
        if _is_words(answer):
            raise WordsError("The answer is words, not probabilities.") from error
        raise ShapeError("The answer cannot be read as numbers.") from error
    if values.ndim == 2 and values.shape[1] in (1, 2):
        values = values[:, -1]
    if values.ndim != 1:
        raise ShapeError(
            "Expected one probability per row, as shape (n,), (n, 1) or (n, 2);"
            f" the answer has shape {values.shape}."
        )
    return values


def _read_rows(file: int) -> pd.DataFrame:
    """Read an Arrow file from a sealed memory file; the frame is a copy."""
    import pyarrow as pa

    with mmap.mmap(file, 0, prot=mmap.PROT_READ) as memory:
        frame: pd.DataFrame = (
            pa.ipc.open_file(pa.py_buffer(memory)).read_all().to_pandas()
        )
    os.close(file)
    return frame


def _is_words(answer: Any) -> bool:
    """Whether there is nothing but words in an answer that is no numbers."""
    import numpy as np

    try:
        values = np.asarray(answer, dtype=object).ravel()
    except ValueError:  # rows of different lengths
        return False
    return all(isinstance(value, str) for value in values)
