"""Table files that are written part by part, so that memory is bounded by a part.

Nothing of a clock, a machine or a random choice goes into them: the same parts give
the same bytes.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import IO, Protocol

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from challenge.schema.columns import Kind
from challenge.synthesis.tables.csvtext import csv_head, csv_rows


class Stream(Protocol):
    """A file that takes rows part by part.

    Attributes
    ----------
    place : Path
        The file.
    rows : int
        Rows so far.
    """

    place: Path
    rows: int

    def write(self, rows: pd.DataFrame) -> None:
        """Add rows below those before.

        Parameters
        ----------
        rows : DataFrame
            Float64, bool, or str and None; the same columns every time.
        """

    def close(self) -> None:
        """Finish the file; nothing can be added after."""


class ParquetStream:
    """A Parquet file with one row group for each part.

    Parameters
    ----------
    place : Path
        To be made.

    Attributes
    ----------
    place : Path
        The file.
    rows : int
        Rows so far.
    """

    def __init__(self, place: Path) -> None:
        self.place, self.rows = place, 0
        self._writer: pq.ParquetWriter | None = None

    def write(self, rows: pd.DataFrame) -> None:
        """See `Stream.write`."""
        table = arrow_table(rows)
        if self._writer is None:
            self._writer = pq.ParquetWriter(
                self.place, table.schema, compression="zstd"
            )
        self._writer.write_table(table)
        self.rows += len(rows)

    def close(self) -> None:
        """See `Stream.close`."""
        if self._writer is not None:
            self._writer.close()


class CsvStream:
    """A CSV file that says at its head what it must not be used for.

    Parameters
    ----------
    place : Path
        To be made.
    kinds : mapping of str to {"string", "boolean", "integer", "number"}
        Declared type of the columns.

    Attributes
    ----------
    place : Path
        The file.
    rows : int
        Rows so far.
    """

    def __init__(self, place: Path, kinds: Mapping[str, Kind]) -> None:
        self.place, self.rows = place, 0
        self._kinds = kinds
        self._file: IO[bytes] | None = None

    def write(self, rows: pd.DataFrame) -> None:
        """See `Stream.write`."""
        if self._file is None:
            self._file = self.place.open("wb")
            self._file.write(csv_head(rows.columns))
        self._file.write(csv_rows(rows, self._kinds))
        self.rows += len(rows)

    def close(self) -> None:
        """See `Stream.close`."""
        if self._file is not None:
            self._file.close()


def arrow_table(rows: pd.DataFrame) -> pa.Table:
    """Turn rows into an Arrow table: float64, bool, and strings with nulls.

    Parameters
    ----------
    rows : DataFrame
        Object columns hold str and None.

    Returns
    -------
    pyarrow.Table
        Without pandas' metadata: it would tie the bytes to the version that wrote
        them.
    """
    kinds = {"f": pa.float64(), "b": pa.bool_(), "O": pa.string()}
    schema = pa.schema([(str(n), kinds[t.kind]) for n, t in rows.dtypes.items()])
    table = pa.Table.from_pandas(rows, schema=schema, preserve_index=False)
    return table.replace_schema_metadata(None)
