"""Tables as comma-separated text that says at its head what it must not be used for.

The text follows RFC 4180 but for its first lines: they begin with ``#``, and every
description of a release names that mark. Nothing between quotes or commas is padded,
an empty place is a missing value, and one table gives one text.

References
----------
RFC 4180, "Common Format and MIME Type for Comma-Separated Values (CSV) Files".
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import numpy as np
import pandas as pd
import pyarrow as pa
from pyarrow import csv

from challenge.schema.columns import Kind
from challenge.synthesis.notices import FORBIDDEN_USE, NOTICE

COMMENT = "#"
"""What a line begins with that is no row."""


def csv_head(names: Iterable[str]) -> bytes:
    """Give the first lines of a table: what it is, what it is not for, its columns.

    Parameters
    ----------
    names : iterable of str
        Columns in order; small letters, digits and underscores.

    Returns
    -------
    bytes
        UTF-8, every line ended by a newline.
    """
    told = [text[language] for language in NOTICE for text in (NOTICE, FORBIDDEN_USE)]
    lines = [*(f"{COMMENT} {text}" for text in told), ",".join(names)]
    return "".join(f"{line}\n" for line in lines).encode()


def csv_rows(rows: pd.DataFrame, kinds: Mapping[str, Kind]) -> bytes:
    """Write rows below a head; call it again for the next rows.

    Parameters
    ----------
    rows : DataFrame
        Numbers and booleans as float64 or bool, texts as str and None.
    kinds : mapping of str to {"string", "boolean", "integer", "number"}
        Declared type of the columns: it turns 3.0 into 3 and 1.0 into true.

    Returns
    -------
    bytes
        UTF-8, every line ended by a newline; a missing value is empty.

    Raises
    ------
    ValueError
        If a value is not of the declared type.
    """
    columns = [_typed(rows[name], kinds.get(str(name))) for name in rows]
    table = pa.Table.from_arrays(columns, names=[str(name) for name in rows])
    sink = pa.BufferOutputStream()
    csv.write_csv(table, sink, csv.WriteOptions(include_header=False))
    return bytes(sink.getvalue().to_pybytes())


def _typed(values: pd.Series, kind: Kind | None) -> pa.Array:
    """One column in the type that it was declared with."""
    if values.dtype == object or kind == "string":
        return pa.array(values, type=pa.string(), from_pandas=True)
    drawn = pa.array(np.asarray(values), from_pandas=True)
    if kind == "boolean":
        return drawn.cast(pa.int64()).cast(pa.bool_())
    return drawn.cast(pa.int64()) if kind == "integer" else drawn
