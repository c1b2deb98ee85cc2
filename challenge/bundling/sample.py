"""The rows that a model is tried on: few, and as the server will send them."""

from __future__ import annotations

from typing import Any

import pandas as pd
from pandas.api import types

from challenge.errors import PackagingRefusedError

SAMPLE_ROWS = 200
"""How many of the first rows are tried: enough for most ways in which rows differ."""


def pick_rows(sample: Any) -> pd.DataFrame:
    """Pick rows to try a model on, among them one with each kind of gap.

    Parameters
    ----------
    sample : DataFrame of shape (n_rows, n_features)
        Feature rows as they were downloaded.

    Returns
    -------
    DataFrame
        At most 200 rows and one more per column, numbers as float64 and words as
        object, the way a release has them and the sandbox sends them.

    Raises
    ------
    PackagingRefusedError
        If it is no frame, has no rows or nameless columns, or holds a column of a
        kind that no release has.
    """
    if not isinstance(sample, pd.DataFrame):
        raise PackagingRefusedError(
            f"The sample is of the type {type(sample).__name__}, not a frame.",
            hint="Give feature rows as a pandas DataFrame: `data.train.features`.",
        )
    if sample.empty:
        raise PackagingRefusedError(
            "The sample has no rows or no columns.",
            hint="Give feature rows as they were downloaded: `data.train.features`.",
        )
    _check_names(sample.columns)
    rows = sample.iloc[_picked(sample)]
    columns = {name: _as_sent(name, rows[name]) for name in rows}
    return pd.DataFrame(columns).reset_index(drop=True)


def _check_names(columns: pd.Index[Any]) -> None:
    odd = [name for name in columns if not isinstance(name, str)]
    twice = columns[columns.duplicated()].tolist()
    if odd or twice:
        raise PackagingRefusedError(
            f"The sample has a column that is called {(odd or twice)[0]!r}, which is"
            f" {'no text' if odd else 'there twice'}.",
            hint="Give the feature rows as they were downloaded, with their names.",
        )


def _picked(sample: pd.DataFrame) -> list[int]:
    """Take the first rows, and for each column the first row that misses it."""
    gaps = sample.isna().to_numpy()
    first = gaps.argmax(axis=0)[gaps.any(axis=0)]
    return sorted({*range(min(SAMPLE_ROWS, len(sample))), *first.tolist()})


def _as_sent(name: str, column: pd.Series[Any]) -> pd.Series[Any]:
    """Give a column the kind that it has in a release, or refuse it."""
    kind = column.dtype
    if isinstance(kind, pd.CategoricalDtype):
        raise PackagingRefusedError(
            f"The column {name!r} of the sample is of the type category.",
            hint="Give the frame as it was downloaded, with words in it, and put"
            " the conversion in the model, as a step of a Pipeline.",
        )
    if types.is_bool_dtype(kind) or (
        types.is_numeric_dtype(kind) and not types.is_complex_dtype(kind)
    ):
        return column.astype("float64")
    words = column.astype(object).where(column.notna(), None)
    if all(isinstance(value, str | None) for value in words):
        return words
    raise PackagingRefusedError(
        f"The column {name!r} of the sample holds {kind}, which no release has.",
        hint="A release has numbers and words only. Give the frame as it was"
        " downloaded, and put what you make of it in the model.",
    )
