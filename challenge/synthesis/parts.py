"""Parts: what one partition left on disk, whole or not at all.

A part is a folder of Parquet files that appears by one rename. Whoever finds it may
rely on it, so work that was killed goes on with the parts that are missing.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pandas as pd
import pyarrow.parquet as pq

from challenge.synthesis.streams import arrow_table


@dataclass(frozen=True, slots=True)
class Parts:
    """The parts in one folder.

    Attributes
    ----------
    folder : Path
        May be absent as long as there is no part.
    """

    folder: Path

    def has(self, name: str) -> bool:
        """Tell whether a part is there.

        Parameters
        ----------
        name : str
            Of the part.

        Returns
        -------
        bool
            True only if it is whole.
        """
        return (self.folder / name).is_dir()

    def write(self, name: str, tables: Mapping[str, pd.DataFrame]) -> None:
        """Put a part in its place; a part that is there already stays.

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
        try:
            making.rename(self.folder / name)
        except OSError:
            # A worker that outlived a killed build was quicker, with the same rows.
            if not self.has(name):
                raise
            shutil.rmtree(making)

    def tables(self, name: str) -> list[str]:
        """List the tables of a part.

        Parameters
        ----------
        name : str
            Of the part.

        Returns
        -------
        list of str
            In alphabetical order.
        """
        return sorted(place.stem for place in (self.folder / name).glob("*.parquet"))

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
        place = self.folder / name / f"{table}.parquet"
        return pq.read_table(place, columns=columns).to_pandas()
