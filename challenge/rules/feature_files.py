"""Feature rows as files: made once, read by whatever machine runs a submission.

A job names files instead of carrying rows, so that it can travel; labels are in none
of them.
"""

from __future__ import annotations

import hashlib
import io
import json
from contextlib import suppress
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa

from challenge.brief import Brief
from challenge.rules.hidden import HiddenRows
from challenge.sandbox.handoff import is_whole, pack_rows
from challenge.shelf import Shelf
from challenge.synthesis import Release
from challenge.synthesis.tables.frame import visible

GAP_EVERY = 10
"""One in so many added rows gets a gap: enough to break what breaks on gaps, and it
tells nothing of how many the hidden rows have."""


class FeatureFiles:
    """Give the rows of a release as each source set sees them.

    Parameters
    ----------
    release : Release
        Its ``sealed/`` must be readable by this process.
    brief : Brief
        Says which features a source set has.
    shelf : Shelf
        Keeps files that every machine sees.
    """

    def __init__(self, release: Release, brief: Brief, shelf: Shelf) -> None:
        self._release = release
        self._brief = brief
        self._shelf = shelf

    def proof(self, source: str) -> Path:
        """Give the public rows that a proof run predicts, as many as hidden ones.

        Time and memory grow with the rows, so a model that passes here passes on
        hidden rows too. The practice rows come first, as they are; then copies of
        them. In the copies a column that has gaps in hidden rows but in no practice
        row has some gaps, so that a model meets here all that it will meet.

        Parameters
        ----------
        source : str
            Name of a source set.

        Returns
        -------
        Path
            An Arrow file, relative to the shelf and in its folder by now.
        """
        place = self._place(source, "proof")
        if not self._has(place):
            self._write(proof_rows(self._practice(source), self._hidden(source)), place)
        return place

    def hidden(self, source: str) -> Path:
        """Give the hidden rows: board, final and external below one another.

        Parameters
        ----------
        source : str
            Name of a source set.

        Returns
        -------
        Path
            As `proof` has it; in a folder that nobody else may open.
        """
        place = self._place(source, "hidden")
        if not self._has(place):
            self._write(self._hidden(source), place)
        return place

    def _place(self, source: str, kind: str) -> Path:
        release = self._release
        # Another release, or a brief with other source sets: other files.
        made_from = [release.sha256, sorted(self._brief.tables_of(source))]
        digest = hashlib.sha256(json.dumps(made_from).encode()).hexdigest()[:12]
        folder = f"{release.slug}-{release.version}-{digest}"
        return Path("sealed", "features", folder, f"{source}-{kind}.arrow")

    def _practice(self, source: str) -> pd.DataFrame:
        return visible(self._release.practice().features, source, self._brief)

    def _hidden(self, source: str) -> pd.DataFrame:
        return visible(HiddenRows.unseal(self._release).features, source, self._brief)

    def _has(self, place: Path) -> bool:
        """Bring a file here, and tell whether there is one that is whole."""
        with suppress(FileNotFoundError):
            return is_whole(self._shelf.bring(place))
        return False

    def _write(self, rows: pd.DataFrame, place: Path) -> None:
        table = pa.Table.from_pandas(rows, preserve_index=False)
        content = io.BytesIO(pack_rows(table))
        with self._shelf.draft(place, content, is_private=True) as keep:
            keep()
        self._shelf.bring(place)


def proof_rows(practice: pd.DataFrame, hidden: pd.DataFrame) -> pd.DataFrame:
    """Repeat public rows until there are as many as hidden ones.

    Parameters
    ----------
    practice, hidden : DataFrame
        Features as one source set sees them.

    Returns
    -------
    DataFrame
        Whole copies of the practice rows in their order, then a rest; the first copy
        as it is, and at least one row more.
    """
    size = max(len(hidden), len(practice) + 1)
    rows = practice.iloc[np.arange(size) % len(practice)].reset_index(drop=True)
    new_gaps = hidden.isna().any() & ~practice.isna().any()
    for name in rows.columns[new_gaps]:
        rows.loc[len(practice) :: GAP_EVERY, name] = None
    return rows
