"""Which release is served: the newest that a named person published."""

from __future__ import annotations

from challenge.errors import (
    ReleaseMissingError,
    ReleaseNotPublishedError,
    ReleaseOutdatedError,
)
from challenge.settings import Settings
from challenge.synthesis import Release, digest, open_release, versions


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


def _check_content(release: Release, settings: Settings) -> None:
    folder = settings.content / settings.challenge
    changed = [
        name
        for name, sha256 in release.manifest.schema_hashes.items()
        if not (folder / name).is_file() or digest(folder / name) != sha256
    ]
    if changed:
        raise ReleaseOutdatedError(release.name, files=changed)
