"""Which release is served: the newest that a named person published."""

from __future__ import annotations

from challenge.errors import ReleaseNotPublishedError
from challenge.settings import Settings
from challenge.synthesis import Release, latest


def published_release(settings: Settings) -> Release:
    """Open the release that teams get and submissions are scored on.

    Parameters
    ----------
    settings : Settings
        Names the challenge and its folder of releases.

    Returns
    -------
    Release
        The newest one.

    Raises
    ------
    ReleaseMissingError
        If the challenge has no release.
    ReleaseNotPublishedError
        If nobody put their name under the newest.
    """
    release = latest(settings.home / "releases", settings.challenge)
    if release.published is None:
        raise ReleaseNotPublishedError(f"{release.slug}/{release.version}")
    return release
