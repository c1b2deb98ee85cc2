"""The releases of a challenge: what state each is in, and what differs between two."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from challenge.errors import ReleaseAlteredError, ReleaseMissingError
from challenge.synthesis import Release, digest, open_release, versions
from challenge.synthesis.manifest import Manifest, Publication


class Condition(StrEnum):
    """Where a release is between built and gone."""

    SERVED = "served"
    BUILT = "built"
    EARLIER = "earlier"
    OUTDATED = "outdated"
    ALTERED = "altered"


@dataclass(frozen=True, slots=True)
class Known:
    """One release that there is.

    Attributes
    ----------
    release : Release
        Which one.
    condition : Condition
        Served, only built, signed earlier, made from other content than there is now,
        or not what was signed.
    signed : Publication or None
        Who signed it; None if nobody did, or if it is not what they signed.
    """

    release: Release
    condition: Condition
    signed: Publication | None


@dataclass(frozen=True, slots=True)
class Difference:
    """What another release has differently.

    Attributes
    ----------
    kind : str
        ``"content"``, ``"features"``, ``"rows"``, ``"files"`` or ``"seed"``.
    name : str
        Of which file, feature or set.
    before, after : str
        What stood there, and stands there; empty: nothing.
    """

    kind: str
    name: str
    before: str
    after: str


def known_releases(served: Release, content: Path) -> list[Known]:
    """List every release of a challenge that can be opened.

    Parameters
    ----------
    served : Release
        What teams get now.
    content : Path
        Where the challenge's folder stands.

    Returns
    -------
    list of Known
        Newest first; without one that is being built, or broken.
    """
    folder, found = served.path.parent, []
    for number in versions(folder)[::-1]:
        with suppress(ReleaseMissingError, ReleaseAlteredError):
            found.append(_known(open_release(folder / str(number)), served, content))
    return found


def _known(release: Release, served: Release, content: Path) -> Known:
    try:
        signed = release.published
    except ReleaseAlteredError:
        return Known(release, Condition.ALTERED, None)
    if release.version == served.version:
        return Known(release, Condition.SERVED, signed)
    if signed is not None:
        return Known(release, Condition.EARLIER, signed)
    folder = content / release.slug
    hashes = release.manifest.schema_hashes.items()
    same = all(
        (folder / name).is_file() and digest(folder / name) == sha256
        for name, sha256 in hashes
    )
    return Known(release, Condition.BUILT if same else Condition.OUTDATED, None)


def differences(before: Manifest, after: Manifest) -> list[Difference]:
    """Hold two releases beside each other.

    Parameters
    ----------
    before, after : Manifest
        Of the older and the newer one.

    Returns
    -------
    list of Difference
        By kind; digests are cut short.
    """
    one, other = before.files, after.files
    return [
        *_changed("content", before.schema_hashes, after.schema_hashes),
        *_changed("features", _present(before.features), _present(after.features)),
        *_changed("rows", _texts(before.rows), _texts(after.rows)),
        *_changed(
            "files",
            {name: file.sha256 for name, file in one.items()},
            {name: file.sha256 for name, file in other.items()},
        ),
        *_changed(
            "seed",
            {"commitment": before.seed_commitment},
            {"commitment": after.seed_commitment},
        ),
    ]


def _changed(
    kind: str, before: Mapping[str, str], after: Mapping[str, str]
) -> Iterable[Difference]:
    for name in sorted(before.keys() | after.keys()):
        was, now = before.get(name, ""), after.get(name, "")
        if was != now:
            yield Difference(kind, name, was[:12], now[:12])


def _present(names: Collection[str]) -> dict[str, str]:
    return dict.fromkeys(names, "x")


def _texts(rows: Mapping[str, int]) -> dict[str, str]:
    return {name: str(count) for name, count in rows.items()}
