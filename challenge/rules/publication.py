"""Publishing a release, and which one is served: the newest that a person signed."""

from __future__ import annotations

from collections.abc import Callable

from challenge.brief import read_brief
from challenge.errors import (
    ReleaseMissingError,
    ReleaseNotPublishedError,
    ReleaseOutdatedError,
)
from challenge.settings import Settings
from challenge.store import Database
from challenge.synthesis import (
    Publication,
    Release,
    digest,
    open_release,
    publish,
    versions,
)


def published_release(settings: Settings) -> Release:
    """Open the release that teams get and submissions are scored on.

    Parameters
    ----------
    settings : Settings
        Names the challenge and its folder of releases.

    Returns
    -------
    Release
        The newest one with a name under it.

    Raises
    ------
    ReleaseMissingError
        If the challenge has no release.
    ReleaseNotPublishedError
        If nobody put their name under any of them.
    ReleaseOutdatedError
        If brief or schemas are not those that the release was made from: places and
        policy would be judged by other rules than the teams were told.
    """
    folder = settings.home / "releases" / settings.challenge
    found = [open_release(folder / str(number)) for number in versions(folder)]
    if not found:
        raise ReleaseMissingError(f"release of {settings.challenge}")
    published = [release for release in found if release.published]
    if not published:
        raise ReleaseNotPublishedError(found[-1].name)
    _check_content(published[-1], settings)
    return published[-1]


def publish_release(
    database: Database,
    release: Release,
    settings: Settings,
    *,
    by: str,
    rehearsal: bool,
    confirm: Callable[[], None] | None = None,
) -> Publication:
    """Publish a release past the gate of its brief, and keep who did it.

    The entry in the audit table is written first: no crash leaves a release that
    teams can have and that nobody answers for.

    Parameters
    ----------
    database : Database
        Holds the audit table, which only grows.
    release : Release
        Not published yet.
    settings : Settings
        Names the folder with the challenge's brief.
    by : str
        Who takes responsibility.
    rehearsal : bool
        Publish as a rehearsal.
    confirm : callable, optional
        Called when nothing stands in the way any more; an exception of it stops.

    Returns
    -------
    Publication
        Who, when, and as what.

    Raises
    ------
    PublicationRefusedError
        With every objection at once.
    ReleaseOutdatedError
        If the brief is another one than the release was made from.
    ContentRefusedError
        If the brief cannot be read.
    """
    _check_content(release, settings)
    brief = read_brief(settings.content / release.slug)
    gate = brief.gate

    def record(entry: Publication) -> None:
        if confirm is not None:
            confirm()
        with database.begin() as unit:
            unit.audit.add(
                entry.by,
                "publish release",
                release.name,
                now=entry.at,
                version=release.version,
                manifest_sha256=release.sha256,
                gate=gate.model_dump(),
                rehearsal=entry.rehearsal,
            )

    return publish(release, by=by, rehearsal=rehearsal, gate=gate, record=record)


def _check_content(release: Release, settings: Settings) -> None:
    folder = settings.content / release.slug
    changed = [
        name
        for name, sha256 in release.manifest.schema_hashes.items()
        if not (folder / name).is_file() or digest(folder / name) != sha256
    ]
    if changed:
        raise ReleaseOutdatedError(release.name, files=changed)
