"""The releases of a backup: as they were built, with all that scoring takes."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from challenge.backups.manifest import HOME, Manifest
from challenge.errors import ReleaseAlteredError, ReleaseMissingError
from challenge.synthesis import Release, open_release


def release_faults(home: Path, manifest: Manifest, *, served: str | None) -> list[str]:
    """Name what is missing in signed releases, or is not as it was built.

    No row is read: what the backup has was just held against its own checksums, and
    those are held against what the releases say of their files.

    Parameters
    ----------
    home : Path
        Made of the backup.
    manifest : Manifest
        Of the backup.
    served : str or None
        Release that has to be there, as ``slug/version``; None: any or none.

    Returns
    -------
    list of str
        Full sentences; empty if all is well.
    """
    folder, faults = home / "releases", []
    if served and not (folder / served).is_dir():
        faults.append(f"Release {served} was published, and is not in it.")
    for place in sorted(folder.glob("*/*/published.json")):
        try:
            faults += _altered(open_release(place.parent), manifest)
        except (ReleaseMissingError, ReleaseAlteredError) as error:
            faults.append(error.message)
    return faults


def _altered(release: Release, manifest: Manifest) -> Iterator[str]:
    """Hold one release against its manifest, its secret, and whoever signed it."""
    public, kept = release.manifest, release.secrets()
    _ = release.published  # refuses a manifest that nobody signed
    built = {f"public/{name}": facts.sha256 for name, facts in public.files.items()}
    built |= {f"sealed/{name}": sha256 for name, sha256 in kept.files.items()}
    for name, sha256 in built.items():
        entry = manifest.files.get(f"{HOME}/releases/{release.name}/{name}")
        if entry is None or entry.sha256 != sha256:
            yield f"{name} of release {release.name} is gone, or not as it was built."
    if kept.commitment != public.seed_commitment:
        yield (
            f"secret.json of release {release.name} is not what its manifest"
            " committed to."
        )
