"""A release: the rows of one build, read and published, never changed.

::

    releases/<slug>/<version>/
        public/    train, practice, groups, tables/*, dictionary.json, manifest.json
        sealed/    hidden features and labels, secret.json; mode 0700
        published.json   who put their name under it, and when
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
from numpy.typing import NDArray
from pydantic import AwareDatetime, BaseModel, ConfigDict

from challenge.errors import PublicationRefusedError, ReleaseMissingError


class FileFacts(BaseModel):
    """What the manifest knows of one file.

    Attributes
    ----------
    sha256 : str
        Hex digest.
    bytes : int
        Size.
    rows : int or None
        Rows, for tables.
    """

    model_config = ConfigDict(frozen=True)

    sha256: str
    bytes: int
    rows: int | None = None


class Manifest(BaseModel):
    """What everyone may know of a release.

    Attributes
    ----------
    slug, version : str
        Challenge and version.
    created_at : datetime
        Aware UTC.
    rehearsal : bool
        Whether the seed was typed: everybody could repeat it.
    seed_commitment : str
        Hex SHA-256 of seed, salt and mechanism, all revealed at the end.
    sdv_version : str
        What drew the rows.
    schema_hashes : dict of str to str
        Hex SHA-256 of each schema and of the brief.
    rows : dict of str to int
        Rows of each set.
    features : tuple of str
        Columns of the feature frame, in order.
    key, target, cluster, area : str
        Names of the id, target, neighbourhood and municipality columns.
    attributes : tuple of str
        Columns of groups.
    files : dict of str to FileFacts
        Every public file but this one, by its path under ``public/``.
    """

    model_config = ConfigDict(frozen=True)

    slug: str
    version: str
    created_at: AwareDatetime
    rehearsal: bool
    seed_commitment: str
    sdv_version: str
    schema_hashes: dict[str, str]
    rows: dict[str, int]
    features: tuple[str, ...]
    key: str
    target: str
    cluster: str
    area: str
    attributes: tuple[str, ...]
    files: dict[str, FileFacts]


class Publication(BaseModel):
    """Who published a release.

    Attributes
    ----------
    by : str
        A named person.
    at : datetime
        Aware UTC.
    rehearsal : bool
        Published as a rehearsal.
    """

    model_config = ConfigDict(frozen=True)

    by: str
    at: AwareDatetime
    rehearsal: bool


@dataclass(frozen=True, slots=True, eq=False)
class RowSet:
    """The rows of one set.

    Attributes
    ----------
    name : str
        Name of the set.
    ids : Series of str
        Child keys.
    features : DataFrame
        Feature columns only, float64 or str and None.
    labels : ndarray of bool, shape (n_rows,)
        The target.
    groups : DataFrame of str
        One column per protected or monitored attribute.
    clusters, areas : Series of str
        Neighbourhood and municipality.
    true_risk : ndarray of float, shape (n_rows,), or None
        True probability; None for public rows.
    """

    name: str
    ids: pd.Series
    features: pd.DataFrame
    labels: NDArray[np.bool_]
    groups: pd.DataFrame
    clusters: pd.Series
    areas: pd.Series
    true_risk: NDArray[np.float64] | None = None


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
    def published(self) -> Publication | None:
        """Who published it; None as long as nobody did."""
        place = self.path / "published.json"
        if not place.exists():
            return None
        return Publication.model_validate_json(place.read_text("utf-8"))

    @property
    def sha256(self) -> str:
        """Hex digest of the manifest, and so of every public file."""
        place = self.path / "public" / "manifest.json"
        return hashlib.sha256(place.read_bytes()).hexdigest()

    @property
    def checksums(self) -> dict[str, str]:
        """Hex digest of every public file by its name, the manifest included."""
        files = {name: file.sha256 for name, file in self.manifest.files.items()}
        return {"manifest.json": self.sha256, **files}

    @property
    def secret(self) -> str:
        """The seed in hexadecimal; needs access to ``sealed/``."""
        return str(self._sealed_facts()["seed"])

    def train(self) -> RowSet:
        """Read the public rows to train on.

        Returns
        -------
        RowSet
            With labels and groups.

        Raises
        ------
        ReleaseMissingError
            If a file is gone.
        """
        return self._public("train")

    def practice(self) -> RowSet:
        """Read the public rows to practise on; from other neighbourhoods.

        Returns
        -------
        RowSet
            With labels and groups.

        Raises
        ------
        ReleaseMissingError
            If a file is gone.
        """
        return self._public("practice")

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
        risk = truth["true_risk"].to_numpy(dtype=np.float64)
        return self._rows(name, features, truth, truth["label"], risk)

    def public_file(self, name: str) -> Path:
        """Find a public file by the name that the manifest gives it.

        Parameters
        ----------
        name : str
            Such as ``"tables/parents.parquet"``, or ``"manifest.json"``.

        Returns
        -------
        Path
            Under ``public/``, and nowhere else.

        Raises
        ------
        ReleaseMissingError
            If the manifest does not know it or it is gone.
        """
        place = self.path / "public" / name
        known = name in self.checksums
        if not known or not place.is_file():
            raise ReleaseMissingError(f"file {name} in {self.slug}/{self.version}")
        return place

    def _public(self, name: str) -> RowSet:
        rows = self._read(f"public/{name}.parquet")
        groups = self._read("public/groups.parquet")
        mine = groups[groups["set"] == name].reset_index(drop=True)
        return self._rows(name, rows, mine, rows[self.manifest.target], None)

    def _rows(
        self,
        name: str,
        rows: pd.DataFrame,
        groups: pd.DataFrame,
        labels: pd.Series,
        risk: NDArray[np.float64] | None,
    ) -> RowSet:
        facts = self.manifest
        return RowSet(
            name=name,
            ids=rows[facts.key],
            features=rows[list(facts.features)],
            labels=labels.to_numpy(dtype=np.bool_),
            groups=groups[list(facts.attributes)],
            clusters=groups[facts.cluster],
            areas=groups[facts.area],
            true_risk=risk,
        )

    def _read(self, name: str) -> pd.DataFrame:
        place = self.path / name
        if not place.is_file():
            raise ReleaseMissingError(f"file {name} in {self.slug}/{self.version}")
        return pq.read_table(place).to_pandas()

    def _sealed_facts(self) -> dict[str, Any]:
        place = self.path / "sealed" / "secret.json"
        if not place.is_file():
            raise ReleaseMissingError(f"secret of {self.slug}/{self.version}")
        return dict(json.loads(place.read_text("utf-8")))


def open_release(path: Path) -> Release:
    """Open a release folder.

    Parameters
    ----------
    path : Path
        ``releases/<slug>/<version>``.

    Returns
    -------
    Release
        Published or not.

    Raises
    ------
    ReleaseMissingError
        If there is no manifest.
    """
    place = path / "public" / "manifest.json"
    if not place.is_file():
        raise ReleaseMissingError(f"release at {path.name or path}")
    return Release(path, Manifest.model_validate_json(place.read_text("utf-8")))


def latest(releases: Path, slug: str) -> Release:
    """Open the newest release of a challenge.

    Parameters
    ----------
    releases : Path
        Folder of all releases.
    slug : str
        Name of the challenge.

    Returns
    -------
    Release
        Published or not.

    Raises
    ------
    ReleaseMissingError
        If there is none.
    """
    found = versions(releases / slug)
    if not found:
        raise ReleaseMissingError(f"release of {slug}")
    return open_release(releases / slug / str(found[-1]))


def versions(folder: Path) -> list[int]:
    """List the versions in a challenge's folder of releases.

    Parameters
    ----------
    folder : Path
        May be absent.

    Returns
    -------
    list of int
        In rising order.
    """
    return sorted(int(p.name) for p in folder.glob("*") if p.name.isdecimal())


def publish(release: Release, *, by: str, rehearsal: bool) -> None:
    """Put a person's name under a release, so that teams may have it.

    Parameters
    ----------
    release : Release
        Not published yet.
    by : str
        Who takes responsibility.
    rehearsal : bool
        Publish as a rehearsal; the only way for a typed seed or the mechanism that
        is in the repository.

    Raises
    ------
    PublicationRefusedError
        If it is published, altered, or fit for a rehearsal only; or nobody is named.
    """
    name = f"{release.slug}/{release.version}"
    for is_bad, reason, hint in _objections(release, by, rehearsal):
        if is_bad:
            raise PublicationRefusedError(name, reason=reason, hint=hint)
    entry = Publication(by=by, at=datetime.now(UTC), rehearsal=rehearsal)
    try:
        with (release.path / "published.json").open("x", encoding="utf-8") as file:
            file.write(entry.model_dump_json(indent=2) + "\n")
    except FileExistsError as error:
        raise PublicationRefusedError(
            name, reason="It is published already.", hint="Build a new version."
        ) from error


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


def _objections(
    release: Release, by: str, rehearsal: bool
) -> list[tuple[bool, str, str]]:
    """What could stand in the way of publishing, each with whether it does."""
    sealed = release._sealed_facts()
    manifest = release.manifest
    only = "Publish it with `--rehearsal`, or "
    altered = _altered(release.path / "public", manifest.files)
    altered += _altered(release.path / "sealed", sealed["files"])
    return [
        (not by.strip(), "Nobody is named.", "Give the name of a person with `--by`."),
        (
            bool(altered),
            f"These files are not as they were built: {', '.join(altered)}.",
            "Build a new version.",
        ),
        (
            manifest.rehearsal and not rehearsal,
            "Its seed was typed, so anybody can repeat it.",
            f"{only}build without `--seed`.",
        ),
        (
            sealed["mechanism_is_shipped"] and not rehearsal,
            "Its mechanism is the one in the repository, so anybody can read it.",
            f"{only}build with a private `--mechanism`.",
        ),
    ]


def _altered(folder: Path, files: Mapping[str, Any]) -> list[str]:
    """Files that are gone or differ from their digest."""
    wanted = {
        name: facts if isinstance(facts, str) else facts.sha256
        for name, facts in files.items()
    }
    return [
        name
        for name, sha256 in wanted.items()
        if not (folder / name).is_file() or digest(folder / name) != sha256
    ]
