"""Under which names the shelf keeps what comes in: by the hash of what is in it."""

from __future__ import annotations

from pathlib import Path

BUNDLES, PITCHES = "bundles", "pitches"
"""Folders of the shelf."""


def bundle_name(sha256: str) -> Path:
    """Name a bundle.

    Parameters
    ----------
    sha256 : str
        Hex digest of the bundle.

    Returns
    -------
    Path
        ``bundles/<sha256>.zip``, relative to the shelf.
    """
    return Path(BUNDLES, f"{sha256}.zip")


def pdf_name(sha256: str) -> Path:
    """Name the PDF of a pitch.

    Parameters
    ----------
    sha256 : str
        Hex digest of the PDF.

    Returns
    -------
    Path
        ``pitches/<sha256>.pdf``, relative to the shelf.
    """
    return Path(PITCHES, f"{sha256}.pdf")
