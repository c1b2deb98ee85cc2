"""A downloaded folder: the rows of one release as one team has them, checked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from challenge.brief.sections import ALL
from challenge.errors import DataMissingError, DataUnusableError, ReleaseAlteredError
from challenge.synthesis.manifest import FileFacts, Manifest, read_record
from challenge.synthesis.release import digest
from challenge.synthesis.rows import RowSet, row_set
from challenge.synthesis.scoring import (
    PRACTICE_REFERENCE,
    PROBABILITY,
    SCORING,
    ScoringRules,
)
from leaderboard import FairnessPolicy

MANIFEST = "manifest.json"


@dataclass(frozen=True)
class Data:
    """The rows of one release as one team has them.

    Attributes
    ----------
    folder : Path
        Where `challenge download` put them.
    source : str
        Source set of the team; ``"all"``: everything.
    manifest : Manifest
        What everyone may know of the release.
    files : mapping of str to FileFacts
        What belongs in the folder, by path in it.
    """

    folder: Path
    source: str
    manifest: Manifest
    files: Mapping[str, FileFacts]

    @cached_property
    def train(self) -> RowSet:
        """The rows to train on; `DataUnusableError` if a file is damaged."""
        return self._rows("train")

    @cached_property
    def practice(self) -> RowSet:
        """The rows to practise on; `DataUnusableError` if a file is damaged."""
        return self._rows("practice")

    @cached_property
    def rules(self) -> ScoringRules:
        """How practice rows are scored; `DataUnusableError` in an older release."""
        if SCORING not in self.files:
            raise DataUnusableError(
                str(self.folder),
                f"{self.name} was built before releases told how rows are scored.",
                hint="Ask the organiser for a new build, or hand in your bundle: the"
                " server scores practice rows of every release.",
            )
        return ScoringRules.model_validate_json(self._checked(SCORING).read_bytes())

    @property
    def name(self) -> str:
        """Challenge and version, as in ``first-1000-days/3``."""
        return f"{self.manifest.slug}/{self.manifest.version}"

    @property
    def policy(self) -> FairnessPolicy:
        """What the organisers agreed on."""
        return self.rules.policy

    @property
    def capacity(self) -> float:
        """Share of households that the offer reaches, in (0, 1)."""
        return self.rules.capacity

    @cached_property
    def reference(self) -> NDArray[np.float64] | None:
        """What the reference model says of practice rows; None without one."""
        if self.rules.reference is None:
            return None
        said = self._table(PRACTICE_REFERENCE)
        ours, theirs = self.practice.ids.tolist(), said[self.manifest.key].tolist()
        if ours != theirs:
            raise _damaged(self.folder, PRACTICE_REFERENCE)
        return np.asarray(said[PROBABILITY], dtype=np.float64)

    def _rows(self, name: str) -> RowSet:
        groups = self._table("groups.parquet")
        mine = groups[groups["set"] == name].reset_index(drop=True)
        return row_set(name, self._table(f"{name}.parquet"), mine, self.manifest)

    def _table(self, name: str) -> pd.DataFrame:
        try:
            # By path and in this thread: pyarrow's own threads may abort a short script
            # at its end (apache/arrow issues 34314 and 50482).
            return pq.read_table(self._checked(name), use_threads=False).to_pandas()
        except pa.ArrowException as error:
            raise _damaged(self.folder, name) from error

    def _checked(self, name: str) -> Path:
        """Give a file that is byte for byte as it was published."""
        place = self.folder / name
        if not place.is_file():
            raise DataMissingError(str(self.folder), missing=name)
        if name not in self.files or digest(place) != self.files[name].sha256:
            raise _damaged(self.folder, name)
        return place


class Server(Protocol):
    """Whatever knows which release counts now, such as `challenge.client.Client`."""

    def challenge(self) -> dict[str, Any]:
        """Give what ``GET /api/challenge`` gives."""
        ...


def open_data(folder: str | Path = "data", *, server: Server | None = None) -> Data:
    """Open a folder that `challenge download` filled.

    Every file is held against the sha256 that the release gives, the moment that it
    is read.

    Parameters
    ----------
    folder : str or Path
        As it was given to `challenge download`.
    server : Client, optional
        Asked whether it has the same release; default: nobody, so that no network is
        needed.

    Returns
    -------
    Data
        With ``train`` and ``practice``: features as the server sends them, labels,
        groups and neighbourhoods.

    Raises
    ------
    DataMissingError
        If the folder, or a file of it, is not there.
    DataUnusableError
        If a file is damaged, the folder mixes two downloads, or the server has
        another release.
    ServerUnreachableError, ServerRefusedError
        If a server is asked and does not tell.

    Examples
    --------
    ::

        data = open_data("data")
        model.fit(data.train.features, data.train.labels)
    """
    folder = Path(folder)
    place = folder / MANIFEST
    if not place.is_file():
        raise DataMissingError(str(folder), missing=MANIFEST if folder.is_dir() else "")
    try:
        manifest = read_record(Manifest, place, release=str(folder))
    except ReleaseAlteredError as error:
        raise _damaged(folder, MANIFEST) from error
    source = _source_of(folder, manifest)
    beside = f"sources/{source}/"
    files = {
        name.removeprefix(beside): facts
        for name, facts in manifest.files_of(source).items()
    }
    data = Data(folder, source, manifest, files)
    gone = [name for name in data.files if not (folder / name).is_file()]
    if gone:
        raise DataMissingError(str(folder), missing=gone[0])
    if server is not None:
        _require_same(data, server.challenge()["release"])
    return data


def _require_same(data: Data, release: Mapping[str, Any]) -> None:
    """Refuse rows of another release than the server's: its scores are of others."""
    if release["files"].get(MANIFEST) != digest(data.folder / MANIFEST):
        theirs = f"{data.manifest.slug}/{release['version']}"
        raise DataUnusableError(
            str(data.folder),
            f"They are of {data.name}, and the server has {theirs} as it was"
            " published.",
            hint="Type `challenge download` with a new folder, and train on that.",
        )


def _source_of(folder: Path, manifest: Manifest) -> str:
    """Tell whose rows these are: the set whose training rows have this digest."""
    place = folder / "train.parquet"
    if not place.is_file():
        raise DataMissingError(str(folder), missing=place.name)
    found = digest(place)
    for name, facts in manifest.files.items():
        if name.rpartition("/")[2] == place.name and facts.sha256 == found:
            return facts.sources[0] if facts.sources else ALL
    raise _damaged(folder, place.name)


def _damaged(folder: Path, name: str) -> DataUnusableError:
    return DataUnusableError(
        str(folder),
        f"{name} is not as the release has it.",
        hint=f"Type `challenge download {folder}`: it fetches what is not right.",
    )
