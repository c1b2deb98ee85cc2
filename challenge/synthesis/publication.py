"""The gate: a person puts their name under a release that keeps to its thresholds.

A published release never changes: its files and folders lose their write permission,
and one version is published once.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Protocol

from challenge.brief.sections import Gate
from challenge.errors import Fault, PublicationRefusedError
from challenge.synthesis.manifest import Publication, Secrets
from challenge.synthesis.release import Release, digest

FILE = "published.json"
NAME_LENGTH = 80
"""Longest name of a person, as everywhere in the store."""
Objection = tuple[str, str]
"""What stands in the way of publishing, and what to do about it."""
ALREADY: Objection = ("It is published already.", "Build a new version.")


class Audited(Protocol):
    """What the gate asks of an audit."""

    def objections(self, gate: Gate, *, rehearsal: bool) -> Sequence[Objection]:
        """Name every figure that is past a threshold, and what to do about it."""
        ...


def publish(
    release: Release,
    *,
    by: str,
    rehearsal: bool,
    gate: Gate | None = None,
    audit: Audited | None = None,
    unfinished: Sequence[Fault] = (),
    record: Callable[[Publication], None] | None = None,
) -> Publication:
    """Put a person's name under a release, so that teams may have it.

    Parameters
    ----------
    release : Release
        Not published yet.
    by : str
        Who takes responsibility.
    rehearsal : bool
        Publish as a rehearsal; the only way for a typed seed or the mechanism that
        is in the repository.
    gate : Gate, optional
        What its audit must keep to; default: the thresholds of a brief without any.
    audit : Audited, optional
        What was found when it was built.
    unfinished : sequence of Fault
        What is still to be written; only a rehearsal may have any.
    record : callable, optional
        Keeps the publication where it cannot be removed. Called before teams may
        have the release: a crash leaves an entry too many, never one too few.

    Returns
    -------
    Publication
        Who, when, and as what.

    Raises
    ------
    PublicationRefusedError
        With every objection at once: it is published, altered, fit for a rehearsal
        only, or past a threshold; or nobody is named.
    """
    found = [*objections(release, by=by, rehearsal=rehearsal)]
    found += audit.objections(gate or Gate(), rehearsal=rehearsal) if audit else []
    if not rehearsal:
        found += [
            (str(fault), "Build a new version after that.") for fault in unfinished
        ]
    if found:
        raise PublicationRefusedError(release.name, found)
    entry = Publication(
        slug=release.slug,
        version=release.version,
        manifest_sha256=release.sha256,
        by=by.strip(),
        at=datetime.now(UTC),
        rehearsal=rehearsal,
    )
    if record is not None:
        record(entry)
    _sign(release, entry)
    return entry


def objections(release: Release, *, by: str, rehearsal: bool) -> Iterator[Objection]:
    """List what stands in the way of publishing, whatever the audit found.

    Parameters
    ----------
    release : Release
        Built, with its sealed files readable here.
    by : str
        Who takes responsibility.
    rehearsal : bool
        Whether it would be published as one.

    Yields
    ------
    tuple of str and str
        A reason and what to do, both full sentences.

    Raises
    ------
    ReleaseMissingError
        If its sealed secret is gone.
    """
    if release.published is not None:
        yield ALREADY
    if not by.strip():
        yield "Nobody is named.", "Give the name of a person with `--by`."
    if len(by.strip()) > NAME_LENGTH:
        yield "The name is too long.", f"Give at most {NAME_LENGTH} characters."
    kept = release.secrets()
    yield from _alterations(release, kept)
    if not rehearsal:
        yield from _only_rehearsals(kept)


def _alterations(release: Release, kept: Secrets) -> Iterator[Objection]:
    """Object to files that are not as they were built."""
    manifest, again = release.manifest, "Build a new version."
    public = {name: file.sha256 for name, file in manifest.files.items()}
    altered = _altered(release.path / "public", public, "manifest.json")
    altered += _altered(release.path / "sealed", kept.files, "secret.json")
    built = (kept.content_sha256, release.path.name)
    if (manifest.content_sha256, manifest.version) != built:
        altered.append("manifest.json")
    if altered:
        yield f"Not as they were built: {', '.join(altered)}.", again
    if manifest.seed_commitment != kept.commitment:
        yield "Its seed or mechanism is not what manifest.json committed to.", again


def _only_rehearsals(kept: Secrets) -> Iterator[Objection]:
    """Object to a real event that anybody could repeat."""
    only = "Publish it with `--rehearsal`, or"
    if kept.rehearsal:
        reason = "Its seed was typed, so anybody can repeat it."
        yield reason, f"{only} build without `--seed`."
    if kept.mechanism_is_shipped:
        reason = "Its mechanism is the one in the repository, so anybody can read it."
        yield reason, f"{only} build with a private `--mechanism`."


def _altered(folder: Path, digests: Mapping[str, str], but: str) -> list[str]:
    """List files that are gone, new, links to elsewhere, or differ; all but one."""
    there = {
        place.relative_to(folder).as_posix(): place
        for place in folder.rglob("*")
        if place.is_symlink() or not place.is_dir()
    }
    return sorted(
        name
        for name in (there.keys() | digests.keys()) - {but}
        if name not in there
        or there[name].is_symlink()
        or digest(there[name]) != digests.get(name)
    )


def _sign(release: Release, entry: Publication) -> None:
    """Write the name whole or not at all, and close the folder for writing."""
    place, draft = release.path / FILE, release.path / f".{FILE}.{os.getpid()}"
    draft.write_text(entry.model_dump_json(indent=2) + "\n", "utf-8")
    try:
        # A link, unlike a rename, never replaces what another has just written.
        place.hardlink_to(draft)
    except FileExistsError as error:
        raise PublicationRefusedError(release.name, [ALREADY]) from error
    finally:
        draft.unlink()
    for path in [release.path, *release.path.rglob("*")]:
        path.chmod(path.stat().st_mode & 0o555)
