"""The gate: a person puts their name under a release."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from challenge.errors import PublicationRefusedError
from challenge.synthesis.manifest import Publication
from challenge.synthesis.release import Release, digest


def publish(release: Release, *, by: str, rehearsal: bool) -> None:
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

    Raises
    ------
    PublicationRefusedError
        If it is published, altered, or fit for a rehearsal only; or nobody is named.
    """
    name = f"{release.slug}/{release.version}"
    for reason, hint in _objections(release, by, rehearsal):
        raise PublicationRefusedError(name, reason=reason, hint=hint)
    entry = Publication(by=by, at=datetime.now(UTC), rehearsal=rehearsal)
    try:
        with (release.path / "published.json").open("x", encoding="utf-8") as file:
            file.write(entry.model_dump_json(indent=2) + "\n")
    except FileExistsError as error:
        raise PublicationRefusedError(
            name, reason="It is published already.", hint="Build a new version."
        ) from error


def _objections(
    release: Release, by: str, rehearsal: bool
) -> Iterator[tuple[str, str]]:
    """Give what stands in the way of publishing: a reason and what to do."""
    facts = release.manifest
    sealed = release.secrets()
    only = "Publish it with `--rehearsal`, or"
    if not by.strip():
        yield "Nobody is named.", "Give the name of a person with `--by`."
    public = {name: file.sha256 for name, file in facts.files.items()}
    altered = _altered(release.path / "public", public)
    altered += _altered(release.path / "sealed", sealed.files)
    if altered:
        names = ", ".join(altered)
        yield f"Not as they were built: {names}.", "Build a new version."
    if facts.rehearsal and not rehearsal:
        reason = "Its seed was typed, so anybody can repeat it."
        yield reason, f"{only} build without `--seed`."
    if sealed.mechanism_is_shipped and not rehearsal:
        reason = "Its mechanism is the one in the repository, so anybody can read it."
        yield reason, f"{only} build with a private `--mechanism`."


def _altered(folder: Path, digests: dict[str, str]) -> list[str]:
    """List files that are gone or differ from their digest."""
    return [
        name
        for name, sha256 in digests.items()
        if not (folder / name).is_file() or digest(folder / name) != sha256
    ]
