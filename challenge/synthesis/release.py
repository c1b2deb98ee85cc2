"""A release: the rows of one build, read and published, never changed.

::

    releases/<slug>/<version>/
        public/    train, practice, groups, tables/*, dictionary.json, manifest.json,
                   practice_reference and scoring.json: what scoring practice rows takes
                   sources/<set>/ train and practice of teams with some tables
        sealed/    hidden features and labels, the reference model's predictions of
                   hidden rows, secret.json; mode 0700
        published.json   who put their name under it, and when
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
from numpy.typing import NDArray

from challenge.brief.sections import ALL
from challenge.errors import (
    FileMissingError,
    ReleaseAlteredError,
    ReleaseMissingError,
)
from challenge.synthesis.manifest import (
    Manifest,
    Publication,
    Secrets,
    read_record,
)
from challenge.synthesis.rows import RowSet, row_set
from challenge.synthesis.scoring import PRACTICE_REFERENCE, PROBABILITY


@dataclass(frozen=True, slots=True)
class Release:
    """One version of one challenge's data.

    Attributes
    ----------
    path : Path
        Its folder.
    manifest : Manifest
        What everyone may know of it.
    """

    path: Path
    manifest: Manifest

    @property
    def slug(self) -> str:
        """Name of the challenge."""
        return self.manifest.slug

    @property
    def version(self) -> str:
        """Version, counted from "1"."""
        return self.manifest.version

    @property
    def name(self) -> str:
        """Challenge and version, as in ``first-1000-days/3``."""
        return f"{self.slug}/{self.version}"

    @property
    def published(self) -> Publication | None:
        """Who published it; None as long as nobody did.

        Raises
        ------
        ReleaseAlteredError
            If they published something else.
        """
        place = self.path / "published.json"
        if not place.exists():
            return None
        entry = read_record(Publication, place, release=self.name)
        signed = (entry.slug, entry.version, entry.manifest_sha256)
        if signed != (self.slug, self.version, self.sha256):
            problem = f"Its manifest.json is not the one that {entry.by} signed."
            raise ReleaseAlteredError(self.name, problem)
        return entry

    @property
    def sha256(self) -> str:
        """Hex digest of the manifest, and so of every public file."""
        place = self.path / "public" / "manifest.json"
        return hashlib.sha256(place.read_bytes()).hexdigest()

    @property
    def checksums(self) -> dict[str, str]:
        """Hex digest of every public file by its name, the manifest included."""
        return self.checksums_of(None)

    def checksums_of(self, source: str | None) -> dict[str, str]:
        """Give the hex digest of each public file that a source set has.

        Parameters
        ----------
        source : str or None
            Name of the set; None: every file.

        Returns
        -------
        dict of str to str
            By name, the manifest included.
        """
        mine = self.manifest.files_of(source)
        digests = {name: file.sha256 for name, file in mine.items()}
        return {"manifest.json": self.sha256, **digests}

    @property
    def secret(self) -> str:
        """The seed in hexadecimal; needs access to ``sealed/``."""
        return self.secrets().seed

    def secrets(self) -> Secrets:
        """Read what is kept until the end; only the worker and the gate do.

        Returns
        -------
        Secrets
            Seed, mechanism and drawn effects.

        Raises
        ------
        ReleaseMissingError
            If it is gone, or not readable here.
        ReleaseAlteredError
            If it is not what a build writes.
        """
        place = self.path / "sealed" / "secret.json"
        if not place.is_file():
            raise ReleaseMissingError(f"secret of {self.name}")
        return read_record(Secrets, place, release=self.name)

    def train(self, source: str = ALL) -> RowSet:
        """Read the public rows to train on.

        Parameters
        ----------
        source : str
            Whose: features of tables that the source set has not got are missing.

        Returns
        -------
        RowSet
            With labels and groups.

        Raises
        ------
        ReleaseMissingError
            If a file is gone.
        """
        return self._public("train", source)

    def practice(self, source: str = ALL) -> RowSet:
        """Read the public rows to practise on; from other neighbourhoods.

        Parameters
        ----------
        source : str
            As in `train`.

        Returns
        -------
        RowSet
            With labels and groups.

        Raises
        ------
        ReleaseMissingError
            If a file is gone.
        """
        return self._public("practice", source)

    def sealed(self, name: str) -> RowSet:
        """Read a hidden set; only the worker does.

        Parameters
        ----------
        name : str
            ``"board"``, ``"final"`` or ``"external"``.

        Returns
        -------
        RowSet
            With labels, groups and true risk.

        Raises
        ------
        ReleaseMissingError
            If there is no such set.
        """
        features = self._read(f"sealed/{name}.parquet")
        truth = self._read(f"sealed/{name}_labels.parquet")
        known = features.assign(**{self.manifest.target: truth["label"]})
        risk = truth["true_risk"].to_numpy(dtype=np.float64)
        return row_set(name, known, truth, self.manifest, risk)

    def reference(self, name: str, source: str = ALL) -> NDArray[np.float64] | None:
        """Read what the reference model says of a set; of hidden rows only the worker.

        Of practice rows it is public, so that a team scores them as the server does; in
        releases that were built before, it stands among what is sealed.

        Parameters
        ----------
        name : str
            ``"practice"``, or the name of a hidden set.
        source : str
            Whose: it is trained on what the source set sees, and predicts from that.

        Returns
        -------
        ndarray of float, shape (n_rows,), or None
            Probabilities in the order of the set's rows, as `leaderboard.quantised`
            gives them; None if the brief that the release was made from names no
            reference.

        Raises
        ------
        ReleaseMissingError
            If the file is gone, or has no such source set.
        """
        file = f"{name}_reference.parquet"
        own = file if source == ALL else f"sources/{source}/{file}"
        if file == PRACTICE_REFERENCE and own in self.manifest.files:
            said = self._read(f"public/{own}")[PROBABILITY]
            return np.asarray(said, dtype=np.float64)
        if file not in self.secrets().files:
            return None
        predictions = self._read(f"sealed/{file}")
        if source not in predictions:
            raise ReleaseMissingError(f"reference for {source} in {self.name}")
        return np.asarray(predictions[source], dtype=np.float64)

    def public_file(self, name: str, *, source: str | None = None) -> Path:
        """Find a public file by the name that the manifest gives it.

        Parameters
        ----------
        name : str
            Such as ``"tables/parents.parquet"``, or ``"manifest.json"``.
        source : str, optional
            Only if this source set has it; default: any public file.

        Returns
        -------
        Path
            Under ``public/``, and nowhere else.

        Raises
        ------
        FileMissingError
            If there is none, it is another set's, or gone: it does not say which.
        """
        place = self.path / "public" / name
        if name not in self.checksums_of(source) or not place.is_file():
            raise FileMissingError(name, release=self.name)
        return place

    def _public(self, name: str, source: str) -> RowSet:
        folder = "public" if source == ALL else f"public/sources/{source}"
        rows = self._read(f"{folder}/{name}.parquet")
        groups = self._read("public/groups.parquet")
        mine = groups[groups["set"] == name].reset_index(drop=True)
        return row_set(name, rows, mine, self.manifest)

    def _read(self, name: str) -> pd.DataFrame:
        place = self.path / name
        if not place.is_file():
            raise ReleaseMissingError(f"file {name} in {self.name}")
        return pq.read_table(place).to_pandas()


def digest(path: Path) -> str:
    """Give the SHA-256 of a file.

    Parameters
    ----------
    path : Path
        The file.

    Returns
    -------
    str
        Hexadecimal.
    """
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
