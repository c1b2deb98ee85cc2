"""Publishing a release, and which one is served: the newest that a person signed."""

from __future__ import annotations

import re
from collections.abc import Callable
from contextlib import closing

from challenge.brief import read_brief
from challenge.brief.sections import Gate
from challenge.brief.unfinished import unfinished_lines
from challenge.errors import (
    Fault,
    PublicationUnknownError,
    ReleaseMissingError,
    ReleaseNameError,
    ReleaseNotPublishedError,
    ReleaseOutdatedError,
)
from challenge.rules.actors import NAME_LENGTH
from challenge.rules.text import check_name
from challenge.settings import Settings
from challenge.store import is_blank, open_database
from challenge.synthesis import (
    Publication,
    Release,
    digest,
    open_release,
    publish,
    versions,
)
from challenge.synthesis.audit import read_audit

PUBLISHED = "publish release"
"""How the audit table calls it."""
_NAME = re.compile(r"[a-z0-9][a-z0-9-]*/[1-9][0-9]*")


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
    PublicationUnknownError
        If the newest name was not put there by `publish_release`: the audit table,
        which only grows, has no entry of this very manifest.
    ReleaseAlteredError
        If the newest one is not what was built, or not what was signed: an older
        one is not served in its stead.
    ReleaseOutdatedError
        If brief or schemas are not those that the release was made from: places and
        policy would be judged by other rules than the teams were told.
    """
    folder = settings.home / "releases" / settings.challenge
    numbers = versions(folder)
    if not numbers:
        raise _missing(settings)
    newest = (open_release(folder / str(number)) for number in reversed(numbers))
    published = next((release for release in newest if release.published), None)
    if published is None:
        last = open_release(folder / str(numbers[-1]))
        raise ReleaseNotPublishedError(
            f"{settings.challenge}/{numbers[-1]}", rehearsal=last.manifest.rehearsal
        )
    _check_entry(published, settings)
    _check_content(published, settings)
    return published


def check_home(settings: Settings) -> None:
    """Refuse a home whose database is lost, before another one is made in its place.

    Parameters
    ----------
    settings : Settings
        Name home, challenge and database.

    Raises
    ------
    ReleaseMissingError
        If somebody signed releases of other challenges only, and nobody said which
        one is meant.
    PublicationUnknownError
        If somebody signed a release, and there is no database, or an empty one.
    """
    signed = signed_releases(settings)
    is_built = versions(settings.home / "releases" / settings.challenge)
    if signed and not is_built and "challenge" not in settings.model_fields_set:
        raise _missing(settings)
    if signed and is_blank(settings.database):
        raise PublicationUnknownError(signed[-1])


def release_named(name: str, settings: Settings) -> Release:
    """Open the release that somebody names.

    Parameters
    ----------
    name : str
        As ``slug/version``.
    settings : Settings
        Names the folder of releases.

    Returns
    -------
    Release
        Published or not.

    Raises
    ------
    ReleaseNameError
        If it is no challenge and version.
    ReleaseMissingError
        If there is none; it says which there are.
    """
    if not _NAME.fullmatch(name):
        raise ReleaseNameError(name)
    slug, version = name.split("/")
    folder = settings.home / "releases" / slug
    found = versions(folder)
    if int(version) not in found:
        raise ReleaseMissingError(f"release {name}", versions=found)
    return open_release(folder / version)


def publish_release(
    release: Release,
    settings: Settings,
    *,
    by: str,
    rehearsal: bool,
    confirm: Callable[[], None] | None = None,
) -> Publication:
    """Publish a release past the gate of its brief, and keep who did it.

    The entry in the audit table is written first: no crash leaves a release that
    teams can have and that nobody answers for. A first database is made only then.

    Parameters
    ----------
    release : Release
        Not published yet.
    settings : Settings
        Names the folder with the challenge's brief, and the database, whose audit
        table only grows.
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
    RequestRefusedError
        If nobody is named, or by what is no name.
    PublicationRefusedError
        With every objection at once.
    ReleaseOutdatedError
        If the brief is another one than the release was made from.
    ContentRefusedError
        If the brief cannot be read.
    ReleaseMissingError
        If the release has no audit.
    PublicationUnknownError
        If it was signed already, or another one was, and the database is lost.
    """
    check_home(settings.model_copy(update={"challenge": release.slug}))
    if release.published:
        _check_entry(release, settings)
    by = check_name(by, field="--by", longest=NAME_LENGTH)
    _check_content(release, settings)
    gate = read_brief(settings.content / release.slug).gate
    audit, _ = read_audit(release)

    def record(entry: Publication) -> None:
        if confirm is not None:
            confirm()
        _keep(entry, gate, settings)

    return publish(
        release,
        by=by,
        rehearsal=rehearsal,
        gate=gate,
        audit=audit,
        unfinished=unfinished_of(release, settings),
        record=record,
    )


def unfinished_of(release: Release, settings: Settings) -> tuple[Fault, ...]:
    """List what somebody still had to write when a release was built.

    Parameters
    ----------
    release : Release
        Built from the brief and the schemas that stand there now.
    settings : Settings
        Names the folder with the challenge's content.

    Returns
    -------
    tuple of Fault
        In brief and schemas, and in the datasheet that teams would get.
    """
    folder, public = settings.content / release.slug, release.path / "public"
    written = [folder / name for name in release.manifest.schema_hashes]
    return unfinished_lines(written, root=folder) + unfinished_lines(
        [public / "DATASHEET.md"], root=public
    )


def signed_releases(settings: Settings) -> list[str]:
    """Name the releases of a home that have a name under them, of every challenge.

    Parameters
    ----------
    settings : Settings
        Name the home.

    Returns
    -------
    list of str
        Each as ``slug/version``; whether a database knows them is not looked at.
    """
    signed = (settings.home / "releases").glob("*/*/published.json")
    return sorted("/".join(place.parts[-3:-1]) for place in signed)


def _missing(settings: Settings) -> ReleaseMissingError:
    served = sorted({name.split("/")[0] for name in signed_releases(settings)})
    return ReleaseMissingError(f"release of {settings.challenge}", served=served)


def _keep(entry: Publication, gate: Gate, settings: Settings) -> None:
    """Write into the audit table who published, and past which gate."""
    with (
        closing(open_database(settings.database)) as database,
        database.begin() as unit,
    ):
        unit.audit.add(
            entry.by,
            PUBLISHED,
            f"{entry.slug}/{entry.version}",
            now=entry.at,
            version=entry.version,
            manifest_sha256=entry.manifest_sha256,
            gate=gate.model_dump(),
            rehearsal=entry.rehearsal,
        )


def _check_entry(release: Release, settings: Settings) -> None:
    if is_blank(settings.database):
        raise PublicationUnknownError(release.name)
    with closing(open_database(settings.database)) as database, database.read() as unit:
        known = unit.audit.details(PUBLISHED, release.name)
    if release.sha256 not in [entry["manifest_sha256"] for entry in known]:
        raise PublicationUnknownError(release.name)


def _check_content(release: Release, settings: Settings) -> None:
    folder = settings.content / release.slug
    changed = [
        name
        for name, sha256 in release.manifest.schema_hashes.items()
        if not (folder / name).is_file() or digest(folder / name) != sha256
    ]
    if changed:
        raise ReleaseOutdatedError(release.name, files=changed)
