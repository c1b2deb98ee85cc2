"""A backup tried out: put back into a folder for a moment, opened, and counted."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

from challenge.backups.contents import compare, staging
from challenge.backups.furnishing import furnish
from challenge.backups.manifest import FILES, Manifest
from challenge.backups.opening import unpack
from challenge.backups.releases import release_faults
from challenge.backups.series import alone_in
from challenge.errors import BackupDamagedError
from challenge.rules.publication import PUBLISHED
from challenge.rules.reconciliation import Kind
from challenge.settings import Settings
from challenge.shelf import Folder
from challenge.store import Unit, open_database
from challenge.store.census import census
from challenge.store.dumping import scratch_database, undump
from challenge.store.inspection import Inspection

HARMLESS = (
    Kind.BUNDLE_WITHOUT_SUBMISSION,
    Kind.PREDICTIONS_WITHOUT_SCORE,
    Kind.RUN_MISSING,
    Kind.RUN_TWICE,
)
"""What a copy may differ in, since files are copied after the database and MLflow
before it: files of what came in later, and runs that are written again. And a run that
is there twice: so it is at home, and nothing is lost."""


def prove(backup: Path, settings: Settings, *, key: bytes | None = None) -> Manifest:
    """Put a backup back into a folder for a moment, and see whether it is all there.

    Parameters
    ----------
    backup : Path
        Folder of one backup.
    settings : Settings
        Name the home, on whose disk it is tried; for PostgreSQL also the server.
    key : bytes or None
        Of a sealed one.

    Returns
    -------
    Manifest
        What it says of itself, which is so.

    Raises
    ------
    BackupDamagedError
        If a file is not what was written, the database is damaged or holds something
        else than was counted, files and runs do not match it, or a release is not there
        as it was built.
    BackupRefusedError
        If PostgreSQL's role may make no database to try it in.
    """
    with alone_in(settings.home):
        return try_out(backup, settings, key=key)


def try_out(backup: Path, settings: Settings, *, key: bytes | None = None) -> Manifest:
    """Do what `prove` does, for whoever has the lock of the home already.

    Parameters
    ----------
    backup : Path
        Folder of one backup.
    settings : Settings
        As with `prove`, which says also what is raised.
    key : bytes or None
        Of a sealed one.

    Returns
    -------
    Manifest
        What it says of itself, which is so.
    """
    with staging(settings.home) as place:
        manifest = unpack(backup, place, key=key)
        made = furnish(place, manifest, place / "home")
        if manifest.database == "sqlite":
            url = f"sqlite:///{place / manifest.copy}"
            faults = _faults(url, made, place / FILES, manifest)
        else:
            with scratch_database(settings.database) as url:
                undump(url, place / manifest.copy)
                faults = _faults(url, made, place / FILES, manifest)
    if faults:
        raise BackupDamagedError(str(backup), faults)
    return manifest


def _faults(url: str, home: Path, files: Path, manifest: Manifest) -> list[str]:
    inspection = Inspection(url)
    facts = inspection.facts()
    inspection.close()
    if facts.trouble or facts.damage:
        return [f"Its database: {told}." for told in (facts.trouble, *facts.damage)]
    if census(url) != manifest.census:
        return ["Its database holds something else than was counted."]
    # As at the next start: a copy of an older version has to come along.
    with closing(open_database(url)) as database, database.read() as unit:
        if broken := unit.audit.check().broken:
            return [f"Entry {broken} of its audit table does not fit its chain."]
        served = _last_published(unit, manifest.challenge)
    found = compare(url, home, Folder(files), challenge=manifest.challenge)
    differences = [f"{d}." for d in found.differences if d.kind not in HARMLESS]
    return release_faults(home, manifest, served=served) + differences


def _last_published(unit: Unit, challenge: str) -> str | None:
    """Name the release that the database says is served; a service needs that one."""
    named = (
        str(entry["subject"])
        for entry in reversed(unit.audit.all())
        if entry["action"] == PUBLISHED
    )
    return next((name for name in named if name.startswith(f"{challenge}/")), None)
