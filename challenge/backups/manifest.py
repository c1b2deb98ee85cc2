"""What a backup says of itself."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any

from challenge.store.census import Census
from challenge.store.sqlite_copy import DUMP, SQLITE

FORMAT = 1
MANIFEST, SEALED = "manifest.json", "backup.sealed"
MLFLOW = "mlflow.sqlite"
HOME, FILES, CONTENT = "home", "files", "content"
WARNING = (
    "Secret: this backup holds every hidden label, prediction and token digest of the"
    " challenge. Keep it where only the organiser comes."
)


@dataclass(frozen=True, slots=True)
class Entry:
    """One file of a backup.

    Attributes
    ----------
    sha256 : str
        Of its content.
    bytes : int
        How many.
    modified_ns : int
        When its original changed last, in nanoseconds since 1970.
    mode : int
        Who could read and write its original.
    """

    sha256: str
    bytes: int
    modified_ns: int
    mode: int


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a backup says of itself.

    Attributes
    ----------
    challenge : str
        Slug of what was served.
    version : str
        Of this product.
    database : str
        ``"sqlite"`` or ``"postgresql"``.
    began_at : datetime
        When it was begun, aware UTC.
    database_at : datetime
        Before the database was copied, aware UTC: what came in until then is in it.
    seconds : float
        How long it took.
    home : str
        Where the service was: MLflow's database names its artefacts in full.
    census : Census
        What the database holds.
    files : mapping of str to Entry
        Every file, by its place in the backup.
    """

    challenge: str
    version: str
    database: str
    began_at: datetime
    database_at: datetime
    seconds: float
    home: str
    census: Census
    files: Mapping[str, Entry] = field(default_factory=dict)

    @property
    def copy(self) -> str:
        """Which file of the backup is the database."""
        return SQLITE if self.database == "sqlite" else DUMP

    @property
    def content(self) -> dict[str, Entry]:
        """The challenge's own folder, by place in it; older backups have none."""
        own = f"{CONTENT}/{self.challenge}/"
        files = self.files.items()
        return {k.removeprefix(own): entry for k, entry in files if k.startswith(own)}

    @property
    def bytes(self) -> int:
        """How large all files are together."""
        return sum(entry.bytes for entry in self.files.values())

    def to_json(self) -> str:
        """Write it down.

        Returns
        -------
        str
            JSON, with a warning for whoever finds it.
        """
        head = {"format": FORMAT, "warning": WARNING}
        return json.dumps(head | asdict(self), indent=1, default=str) + "\n"

    @classmethod
    def from_json(cls, told: str) -> Manifest:
        """Read what `to_json` wrote.

        Parameters
        ----------
        told : str
            JSON.

        Returns
        -------
        Manifest
            As it was.

        Raises
        ------
        ValueError
            If it is none, or of a format that this version does not know.
        """
        try:
            plain = json.loads(told)
            if plain.pop("format") != FORMAT:
                raise ValueError("it has a format that this version does not know")
            del plain["warning"]
            plain["files"] = {k: Entry(**entry) for k, entry in plain["files"].items()}
            plain["census"] = _census(plain["census"])
            for name in ("began_at", "database_at"):
                plain[name] = datetime.fromisoformat(plain[name])
            return cls(**plain)
        except (KeyError, TypeError, AttributeError) as error:
            raise ValueError(f"a part of it is missing or strange: {error}") from error


def _census(plain: dict[str, Any]) -> Census:
    if plain["last_received_at"]:
        plain["last_received_at"] = datetime.fromisoformat(plain["last_received_at"])
    return Census(**plain)
