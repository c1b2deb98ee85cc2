"""What everyone may know of a release, and who published it."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import TypeVar

from pydantic import AwareDatetime, BaseModel, ConfigDict

from challenge.errors import ReleaseAlteredError
from challenge.synthesis.secret import Secret

_Record = TypeVar("_Record", bound=BaseModel)


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
    sources : tuple of str
        Source sets that may have it; empty: everyone.
    """

    model_config = ConfigDict(frozen=True)

    sha256: str
    bytes: int
    rows: int | None = None
    sources: tuple[str, ...] = ()


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
        Hex SHA-256 of the brief, each schema and each disclosure record.
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

    @property
    def content_sha256(self) -> str:
        """Hex digest of all but version and time: those a build does not decide."""
        content = self.model_dump_json(exclude={"version", "created_at"})
        return hashlib.sha256(content.encode()).hexdigest()

    def files_of(self, source: str | None) -> dict[str, FileFacts]:
        """List the public files that a source set has.

        Parameters
        ----------
        source : str or None
            Name of the set; None: every file.

        Returns
        -------
        dict of str to FileFacts
            Those for everyone, and those that name the set.
        """
        return {
            name: facts
            for name, facts in self.files.items()
            if source is None or not facts.sources or source in facts.sources
        }


class Publication(BaseModel):
    """Who published a release, and exactly which one.

    Attributes
    ----------
    slug, version : str
        Challenge and version.
    manifest_sha256 : str
        Hex SHA-256 of the manifest, and so of every public file.
    by : str
        A named person.
    at : datetime
        Aware UTC.
    rehearsal : bool
        Published as a rehearsal.
    """

    model_config = ConfigDict(frozen=True)

    slug: str
    version: str
    manifest_sha256: str
    by: str
    at: AwareDatetime
    rehearsal: bool


class Secrets(BaseModel):
    """What is kept until the end of an event, then given to the auditor.

    Attributes
    ----------
    seed, salt : str
        Hexadecimal.
    rehearsal : bool
        Whether the seed was typed.
    content_sha256 : str
        Of the manifest: see `Manifest.content_sha256`.
    mechanism : str
        The mechanism file, byte for byte.
    mechanism_sha256 : str
        Its hex SHA-256.
    mechanism_is_shipped : bool
        Whether it says what one says that everybody can read.
    effects : tuple of float
        Drawn log-odds, in the order of the mechanism's terms.
    intercept : float
        Log-odds that give the declared prevalence.
    files : dict of str to str
        Hex SHA-256 of every other file under ``sealed/``.
    """

    model_config = ConfigDict(frozen=True)

    seed: str
    salt: str
    rehearsal: bool
    content_sha256: str
    mechanism: str
    mechanism_sha256: str
    mechanism_is_shipped: bool
    effects: tuple[float, ...]
    intercept: float
    files: dict[str, str] = {}

    @property
    def commitment(self) -> str:
        """What the manifest must commit to: hex SHA-256 of seed, salt, mechanism."""
        seed, salt = bytes.fromhex(self.seed), bytes.fromhex(self.salt)
        return Secret(seed, salt, self.rehearsal).commitment(self.mechanism.encode())


def read_record(kind: type[_Record], place: Path, *, release: str) -> _Record:
    """Read a record of a release.

    Parameters
    ----------
    kind : type
        Which record.
    place : Path
        Its file.
    release : str
        Name of the release, for people.

    Returns
    -------
    BaseModel
        Of that kind.

    Raises
    ------
    ReleaseAlteredError
        If it is not what a build or the gate writes.
    """
    try:
        return kind.model_validate_json(place.read_bytes())
    except ValueError as error:
        problem = f"Its {place.name} cannot be read."
        raise ReleaseAlteredError(release, problem) from error
