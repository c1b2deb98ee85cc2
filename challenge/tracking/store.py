"""The store of MLflow: one folder, with its database and the artefacts of the runs."""

from __future__ import annotations

import errno
import logging
import os
import secrets
from contextlib import suppress
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from challenge.migrating import MIGRATING

if TYPE_CHECKING:
    from mlflow import MlflowClient


class Store:
    """Where MLflow keeps what it is told; made when somebody first asks for it.

    Parameters
    ----------
    folder : Path
        Where it lives; need not be there.

    Attributes
    ----------
    folder : Path
        The same, resolved.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder.resolve()

    @property
    def is_made(self) -> bool:
        """Whether it is there."""
        return self._database.exists()

    @property
    def url(self) -> str:
        """Where the database is."""
        return f"sqlite:///{self._database}"

    @property
    def artefacts(self) -> str:
        """Where the artefacts are, as a URL."""
        return self._artefacts.as_uri()

    @cached_property
    def client(self) -> MlflowClient:
        """What reads and writes it; makes it, if it is not there.

        Raises
        ------
        FileNotFoundError
            If the database of artefacts that are there is gone.
        """
        load()
        from mlflow import MlflowClient

        self._make(MlflowClient)
        return MlflowClient(self.url, registry_uri=self.url)

    def _make(self, client: type[MlflowClient]) -> None:
        """Make it beside its place, so that a kill leaves no half a store."""
        self.folder.mkdir(parents=True, exist_ok=True)
        if self.is_made:
            return
        if self._artefacts.exists():  # an empty store would hide its runs
            raise FileNotFoundError(errno.ENOENT, "Put it back", str(self._database))
        draft = self.folder / f"{secrets.token_hex(4)}.part"
        with MIGRATING:
            client(f"sqlite:///{draft}", registry_uri=f"sqlite:///{draft}")
        with suppress(FileExistsError):
            os.link(draft, self._database)
        draft.unlink()

    @property
    def _database(self) -> Path:
        return self.folder / "mlflow.db"

    @property
    def _artefacts(self) -> Path:
        return self.folder / "artefacts"


def load() -> None:
    """Import MLflow, kept from sending telemetry and from telling of every file.

    One thread at a time: two at once find it half there, and it stays so.
    """
    os.environ.setdefault("MLFLOW_DISABLE_TELEMETRY", "true")
    os.environ.setdefault("MLFLOW_ENABLE_ARTIFACTS_PROGRESS_BAR", "false")
    for name in ("mlflow.store.db.utils", "alembic"):
        logging.getLogger(name).setLevel(logging.WARNING)
    with MIGRATING:
        import mlflow  # noqa: F401
