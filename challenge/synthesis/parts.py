"""Parts: what one partition left on disk, whole or not at all.

A part is a folder of Parquet files that appears by one rename. Whoever finds all its
tables may rely on them, so work that was killed goes on with the parts that are
missing.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pandas as pd
import pyarrow.parquet as pq

from challenge.synthesis.tables.streams import arrow_table


@dataclass(frozen=True, slots=True)
class Parts:
    """The parts in one folder.

    Attributes
    ----------
    folder : Path
        May be absent as long as there is no part.
    """

    folder: Path

    def has(self, name: str, tables: Iterable[str]) -> bool:
        """Tell whether a part is there.

        Parameters
        ----------
        name : str
            Of the part.
        tables : iterable of str
            Every table that it holds when it is whole.

        Returns
        -------
        bool
            True only if it is whole.
        """
        return all(self._place(name, table).is_file() for table in tables)

    def write(self, name: str, tables: Mapping[str, pd.DataFrame]) -> None:
        """Put a part in its place; a whole part that is there already stays.

        Parameters
        ----------
        name : str
            Of the part.
        tables : mapping of str to DataFrame
            Float64, bool, or str and None.
        """
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        making = Path(tempfile.mkdtemp(prefix=".making-", dir=self.folder))
        for table, rows in tables.items():
            pq.write_table(arrow_table(rows), making / f"{table}.parquet")
        place = self.folder / name
        if place.exists() and not self.has(name, tables):
            shutil.rmtree(place)
        try:
            making.rename(place)
        except OSError:
            # A worker that outlived a killed build was quicker, with the same rows.
            if not self.has(name, tables):
                raise
            shutil.rmtree(making)

    def read(
        self, name: str, table: str, columns: Sequence[str] | None = None
    ) -> pd.DataFrame:
        """Read one table of a part.

        Parameters
        ----------
        name : str
            Of the part.
        table : str
            Of the table in it.
        columns : sequence of str, optional
            Only these.

        Returns
        -------
        DataFrame
            As it was written.
        """
        return pq.read_table(self._place(name, table), columns=columns).to_pandas()

    def _place(self, name: str, table: str) -> Path:
        return self.folder / name / f"{table}.parquet"
