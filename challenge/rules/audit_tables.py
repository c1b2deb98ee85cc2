"""The tables of an auditor's folder: rows, and a column of probabilities each."""

from __future__ import annotations

import csv
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from challenge.synthesis import RowSet
from challenge.synthesis.tables.csvtext import csv_head


def write_rows(place: Path, rows: RowSet) -> None:
    """Write labels, areas and groups: no id and no feature of a household.

    Parameters
    ----------
    place : Path
        The file; its folder is made.
    rows : RowSet
        Hidden rows.
    """
    table = rows.groups.assign(
        label=rows.labels.astype(int),
        cluster=rows.clusters.to_numpy(),
        area=rows.areas.to_numpy(),
    )
    names = ["label", "cluster", "area", *rows.groups]
    _write_table(place, names, table[names].itertuples(index=False))


def write_column(place: Path, values: NDArray[np.float64]) -> None:
    """Write probabilities to the last bit.

    Parameters
    ----------
    place : Path
        The file; its folder is made.
    values : ndarray of float64, shape (n_rows,)
        In the order of the rows.
    """
    # As Python writes a float: read again it is the same to the last bit.
    _write_table(place, ["probability"], ([repr(value)] for value in values.tolist()))


def _write_table(place: Path, names: list[str], rows: Iterable[Iterable[Any]]) -> None:
    place.parent.mkdir(exist_ok=True)
    with place.open("w", encoding="utf-8", newline="") as file:
        file.write(csv_head(names).decode())
        csv.writer(file, lineterminator="\n").writerows(rows)
