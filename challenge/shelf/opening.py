"""Which shelf the settings name."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from challenge.settings import Settings
from challenge.shelf.folder import Folder, Shelf


def open_shelf(settings: Settings) -> Shelf:
    """Open the shelf that ``CHALLENGE_FILES`` names; nobody is asked anything yet.

    Parameters
    ----------
    settings : Settings
        Where everything is.

    Returns
    -------
    Shelf
        A folder; object storage where it is an ``s3://`` address.

    Raises
    ------
    ModuleNotFoundError
        If it is one, and the extra ``objects`` is not installed.
    """
    if not settings.files_address:
        return Folder(settings.files_folder)
    return _open(settings.files_address, settings.files_folder)


@cache
def _open(address: str, folder: Path) -> Shelf:
    # Here: who has a folder pays nothing for it, and needs no extra.
    from challenge.shelf.objects import Objects

    return Objects(address, copies=folder)
