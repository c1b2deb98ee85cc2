"""What everyone may know of a release, and who published it."""

from __future__ import annotations

from pydantic import AwareDatetime, BaseModel, ConfigDict


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


class Secrets(BaseModel):
    """What is kept until the end of an event, then given to the auditor.

    Attributes
    ----------
    seed, salt : str
        Hexadecimal.
    mechanism : str
        The mechanism file.
    mechanism_sha256 : str
        Its hex SHA-256.
    mechanism_is_shipped : bool
        Whether it is the file in the challenge folder.
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
    mechanism: str
    mechanism_sha256: str
    mechanism_is_shipped: bool
    effects: tuple[float, ...]
    intercept: float
    files: dict[str, str] = {}
