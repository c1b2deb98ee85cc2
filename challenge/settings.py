"""What the person who runs a server can set; the only reader of the environment."""

from __future__ import annotations

import json
import os
import re
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

from pydantic import Field, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from challenge.records import Limits, Loader

PREFIX = "CHALLENGE_"
# As Amazon has it: "General purpose bucket naming rules".
_BUCKET = re.compile(r"s3://[a-z0-9][a-z0-9.-]{1,61}[a-z0-9](/[\w.=+-]+)*")


class Settings(BaseSettings):
    """Every setting, read from ``CHALLENGE_*`` variables.

    Each has a default that serves one laptop. ``docs/settings.md`` lists them.
    """

    model_config = SettingsConfigDict(env_prefix=PREFIX, frozen=True)

    home: Path = Field(
        default=Path("var"),
        description="Folder with database, releases, bundles and MLflow store.",
    )
    content: Path = Field(
        default=Path("datasets"),
        description="Folder with one sub-folder per challenge.",
    )
    baselines: Path = Field(
        default=Path("baselines"), description="Folder with one sub-folder a baseline."
    )
    challenge: str = Field(
        default="first-1000-days", description="Slug of the challenge that is served."
    )
    database_url: str = Field(
        default="", repr=False, description="SQLAlchemy URL; empty: SQLite under home."
    )
    host: str = Field(default="127.0.0.1", description="Address the server binds.")
    port: int = Field(default=8000, ge=0, description="Port; 0 takes a free one.")
    address: str = Field(
        default="",
        description="Address that the world reaches this server at; empty: as asked.",
    )
    url: str = Field(
        default="http://127.0.0.1:8000", description="Server that a team talks to."
    )
    token: str = Field(default="", description="Token that a team talks with.")
    upload_limit_mib: int = Field(
        default=20, gt=0, description="Largest bundle accepted, in MiB."
    )
    limit_seconds: float = Field(
        default=120.0, gt=0, description="Wall-clock limit of one pass, in seconds."
    )
    memory_mib: int = Field(
        default=3072, gt=0, description="Memory limit of one sandbox, in MiB."
    )
    runs_at_once: int = Field(
        default=2, gt=0, description="Submissions that run side by side."
    )
    lease_seconds: float = Field(
        default=15.0, gt=0, description="How long a silent worker keeps a run."
    )

    pool: dict[Loader, int] = Field(
        default={Loader.SKLEARN: 2, Loader.BOOSTER: 1, Loader.PYFUNC: 1},
        description="How many sandboxes wait warmed up, by loader, as JSON.",
    )
    refills_at_once: int = Field(
        default=1, gt=0, description="Sandboxes that warm up side by side."
    )
    logs: Literal["text", "json"] = Field(
        default="text", description="How the log looks: for a person, or for programs."
    )
    trust_submissions: bool = Field(
        default=False,
        description="Run submissions without a sandbox; on a loopback address only.",
    )
    files: Path | str | None = Field(
        default=None,
        description="Folder, or s3://bucket/prefix, of bundles, features and pitches"
        " that every machine sees; empty: home.",
    )
    engine: str = Field(
        default="",
        description="Address of a Dask scheduler that runs submissions; empty: threads"
        " of the worker.",
    )
    engine_ca: Path | None = Field(
        default=None, description="PEM file of the authority that Dask's TLS trusts."
    )
    engine_certificate: Path | None = Field(
        default=None, description="PEM file with the worker's certificate and key."
    )

    @field_validator("files")
    @classmethod
    def _check_files(cls, value: Path | str | None) -> Path | str | None:
        """Accept a folder, or a bucket with a prefix."""
        given = str(value or "").rstrip("/")
        if "://" not in given and not given.startswith("s3:"):
            return Path(value) if value else None
        if not _BUCKET.fullmatch(given) or {".", ".."} & {*given.split("/")}:
            raise ValueError("it is neither a folder nor an s3://bucket/prefix")
        return given

    @field_validator("address")
    @classmethod
    def _check_address(cls, value: str) -> str:
        """Accept scheme and host alone: links begin with it."""
        try:
            parts = urlsplit(value)
            is_site = bool(parts.hostname) and parts.port != 0
        except ValueError:
            is_site = False
        plain = value.rstrip("/")
        if plain and (
            not is_site
            or plain not in (f"https://{parts.netloc}", f"http://{parts.netloc}")
            or any(c == "@" or c.isspace() for c in plain)
        ):
            raise ValueError(
                "it is no address such as https://kansrijk.example: scheme and host,"
                " a port if need be, and no path"
            )
        return plain

    def environment(self) -> dict[str, str]:
        """Write the settings as the variables they are read from.

        Returns
        -------
        dict of str to str
            For a process that should have the same settings.
        """
        dumped = self.model_dump(mode="json")
        return {
            f"{PREFIX}{name.upper()}": json.dumps(value)
            if isinstance(value, dict | bool)
            else str(value)
            for name, value in dumped.items()
            if value is not None
        }

    @property
    def database(self) -> str:
        """SQLAlchemy URL of the database, with the default filled in."""
        return self.database_url or f"sqlite:///{self.home / 'challenge.db'}"

    @property
    def files_folder(self) -> Path:
        """Folder that files are read from: of every machine, or copies of objects."""
        if self.files_address:
            # Copies are private, and web and worker may have an account each.
            account = getattr(os, "getuid", int)()  # Windows has none
            return self.home / "copies" / str(account)
        return Path(self.files or self.home)

    @property
    def files_address(self) -> str:
        """Where files are in object storage; empty: they are in a folder."""
        return given if (given := str(self.files)).startswith("s3://") else ""

    @property
    def limits(self) -> Limits:
        """Limits of one sandbox."""
        return Limits(limit_seconds=self.limit_seconds, memory_mib=self.memory_mib)
