"""The table files of a release, written one block after another.

::

    public/  train  practice                    every feature and the target
             practice_reference                 the reference model's predictions
             sources/<set>/train  practice      the same, other tables' columns empty
                           practice_reference
             groups                             what teams audit with
             tables/<table>                     keys and features; also as CSV
    sealed/  board  final  external             features
             <set>_labels                       label, true risk and groups
             <set>_reference                    the reference model's predictions

Public tables hold households of the two public sets only, and area tables the areas
in which these live. Who may have which file stands in its facts.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import Self

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from challenge.brief.definition import Brief
from challenge.brief.sections import ALL
from challenge.schema.columns import Kind
from challenge.synthesis.manifest import FileFacts
from challenge.synthesis.release import digest
from challenge.synthesis.scoring import PRACTICE_REFERENCE, PROBABILITY
from challenge.synthesis.tables.frame import visible
from challenge.synthesis.tables.linking import Linked
from challenge.synthesis.tables.streams import CsvStream, ParquetStream, Stream


class Files:
    """Table files that grow together in one folder; the common part.

    Use it in a ``with`` block, so that an interruption closes what is open.

    Parameters
    ----------
    folder : Path
        To be made.
    mode : int
        Permissions of the folder.
    """

    def __init__(self, folder: Path, *, mode: int = 0o755) -> None:
        folder.mkdir(mode=mode)
        self._folder = folder
        self._streams: dict[str, Stream] = {}
        self._sources: dict[str, tuple[str, ...]] = {}
        self._open = ExitStack()

    def __enter__(self) -> Self:
        """Give the files themselves."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Close every file."""
        self._open.close()

    def close(self) -> dict[str, FileFacts]:
        """Finish every file.

        Returns
        -------
        dict of str to FileFacts
            By path under the folder.
        """
        self._open.close()
        return {
            name: FileFacts(
                sha256=digest(stream.place),
                bytes=stream.place.stat().st_size,
                rows=stream.rows,
                sources=self._sources[name],
            )
            for name, stream in self._streams.items()
        }

    def _write(
        self,
        name: str,
        rows: pd.DataFrame,
        *,
        sources: tuple[str, ...] = (),
        kinds: Mapping[str, Kind] | None = None,
    ) -> None:
        """Add rows to a file, which is made when the first come."""
        if name not in self._streams:
            place = self._folder / name
            place.parent.mkdir(parents=True, exist_ok=True)
            stream = ParquetStream(place) if kinds is None else CsvStream(place, kinds)
            self._open.callback(stream.close)
            self._streams[name], self._sources[name] = stream, sources
        self._streams[name].write(rows)


class PublicFiles(Files):
    """What teams may have, part by part.

    Parameters
    ----------
    folder : Path
        ``public/``, to be made.
    brief : Brief
        Tables and source sets.
    areas : mapping of str to DataFrame
        Area tables of all postcodes; those of public households are written.
    """

    def __init__(
        self, folder: Path, brief: Brief, areas: Mapping[str, pd.DataFrame]
    ) -> None:
        super().__init__(folder)
        self._brief, self._areas = brief, areas
        self._postcodes: set[str] = set()

    def add(self, linked: Linked, labels: NDArray[np.bool_]) -> None:
        """Add one block of a public set to every file that it belongs in.

        Parameters
        ----------
        linked : Linked
            Of ``"train"`` or ``"practice"``.
        labels : ndarray of bool, shape (n_households,)
            In the order of its rows.
        """
        file, target = f"{linked.set}.parquet", self._brief.target.name
        for source in self._brief.source_names:
            name = file if source == ALL else f"sources/{source}/{file}"
            rows = visible(linked.flat, source, self._brief).assign(**{target: labels})
            self._write(name, rows, sources=(source,))
        self._write("groups.parquet", linked.groups)
        for table, rows in linked.tables.items():
            self._write_table(table, rows)
        self._postcodes |= linked.postcodes

    def add_reference(
        self, linked: Linked, predictions: Mapping[str, NDArray[np.float64]]
    ) -> None:
        """Add what the reference model says of one block of practice rows.

        Parameters
        ----------
        linked : Linked
            Of ``"practice"``.
        predictions : mapping of str to ndarray of float, shape (n_households,)
            By source set, in the order of the block's rows.
        """
        keys = linked.flat[[self._brief.keys.child]]
        for source, said in predictions.items():
            beside = "" if source == ALL else f"sources/{source}/"
            rows = keys.assign(**{PROBABILITY: said})
            self._write(f"{beside}{PRACTICE_REFERENCE}", rows, sources=(source,))

    def close(self) -> dict[str, FileFacts]:
        """Write the area tables, and finish every file.

        Returns
        -------
        dict of str to FileFacts
            By path under ``public/``.
        """
        for table, rows in self._areas.items():
            shown = rows[self._brief.areas.postcode].isin(self._postcodes)
            self._write_table(table, rows[shown])
        return super().close()

    def _write_table(self, table: str, rows: pd.DataFrame) -> None:
        """Add rows of a partner's table, for those who have it."""
        brief = self._brief
        having = tuple(s for s in brief.source_names if table in brief.tables_of(s))
        partner = next(p for p in brief.partners if p.name == table)
        kinds = {column.name: column.type for column in partner.columns}
        self._write(f"tables/{table}.parquet", rows, sources=having)
        self._write(f"tables/{table}.csv", rows, sources=having, kinds=kinds)


class SealedFiles(Files):
    """What only the worker reads, for the owner's eyes alone.

    Parameters
    ----------
    folder : Path
        ``sealed/``, to be made with mode 0700.
    """

    def __init__(self, folder: Path) -> None:
        super().__init__(folder, mode=0o700)

    def add(
        self, linked: Linked, labels: NDArray[np.bool_], risk: NDArray[np.float64]
    ) -> None:
        """Add one block of a hidden set.

        Parameters
        ----------
        linked : Linked
            Of ``"board"``, ``"final"`` or ``"external"``.
        labels : ndarray of bool, shape (n_households,)
            In the order of its rows.
        risk : ndarray of float, shape (n_households,)
            True probability of the label.
        """
        truth = linked.groups.drop(columns="set")
        truth.insert(1, "label", labels)
        truth.insert(2, "true_risk", risk)
        self._write(f"{linked.set}.parquet", linked.flat)
        self._write(f"{linked.set}_labels.parquet", truth)

    def add_reference(
        self, name: str, predictions: Mapping[str, NDArray[np.float64]]
    ) -> None:
        """Add what the reference model says of one block of a set.

        Parameters
        ----------
        name : str
            Of the set, a hidden one; those of practice rows are public.
        predictions : mapping of str to ndarray of float, shape (n_households,)
            By source set, in the order of the block's rows; empty writes nothing.
        """
        if predictions:
            rows = pd.DataFrame(dict(predictions))
            self._write(f"{name}_reference.parquet", rows)

    def close(self) -> dict[str, FileFacts]:
        """Finish every file, and keep others from reading it.

        Returns
        -------
        dict of str to FileFacts
            By path under ``sealed/``.
        """
        facts = super().close()
        for name in facts:
            (self._folder / name).chmod(0o600)
        return facts
