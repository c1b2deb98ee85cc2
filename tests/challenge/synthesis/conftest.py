"""Where the first 1000 days are, and how releases are compared."""

from __future__ import annotations

import hashlib
from pathlib import Path

from challenge.synthesis import Release

FIRST_1000_DAYS = Path("datasets/first-1000-days")


def digests(release: Release) -> dict[str, str]:
    """SHA-256 of every file but the manifest, which holds the time of the build."""
    return {
        path.relative_to(release.path).as_posix(): hashlib.sha256(
            path.read_bytes()
        ).hexdigest()
        for path in sorted(release.path.rglob("*"))
        if path.is_file() and path.name != "manifest.json"
    }
