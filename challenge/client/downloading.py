"""One file of a release: fetched, gone on with where it broke off, and checked."""

from __future__ import annotations

import errno
import hashlib
import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import quote

import httpx

from challenge.client.transport import Transport
from challenge.errors import (
    ServerRefusedError,
    ServerUnreachableError,
    WritingFailedError,
)

CHUNK_BYTES = 1 << 18
"""Small enough for a bar that moves on a slow line."""

Came = Callable[[int], None]
Progress = Callable[[str, int, int], None]


def places(folder: Path, challenge: dict[str, Any], *, site: str) -> dict[str, Path]:
    """Say where each of a team's files goes.

    Parameters
    ----------
    folder : Path
        Of the download.
    challenge : dict
        From `Client.challenge`.
    site : str
        Who said so.

    Returns
    -------
    dict of str to Path
        By the server's name of the file, in the manifest's order.

    Raises
    ------
    ServerUnreachableError
        If one would land outside the folder.
    """
    own = f"sources/{challenge['sources']['name']}/"
    found = {}
    for name in challenge["release"]["files"]:
        found[name] = place = folder / name.removeprefix(own)
        if not place.resolve().is_relative_to(folder.resolve()):
            raise ServerUnreachableError(site, reason=f"it names a file {name}")
    return found


def fetch_all(
    transport: Transport,
    release: dict[str, Any],
    where: dict[str, Path],
    folder: Path,
    progress: Progress | None,
) -> None:
    """Fetch the files of a release, after a look at the room for them.

    Parameters
    ----------
    transport : Transport
        To the server.
    release : dict
        Version, files with their digests, and their sizes if the server says them.
    where : dict of str to Path
        Where each goes.
    folder : Path
        Where they all go.
    progress : callable or None
        Told name, bytes done and bytes in all; 0 in all where nobody knows.

    Raises
    ------
    ServerRefusedError, ServerUnreachableError, WritingFailedError
        As `fetch` does, or if the disk has no room.
    """
    sizes: dict[str, int] = release.get("bytes", {})
    _check_room(folder, {place: sizes.get(name, 0) for name, place in where.items()})
    total, done = sum(sizes.values()), 0
    for name, place in where.items():

        def came(size: int, name: str = name, done: int = done) -> None:
            if progress:
                progress(name, done + size, max(total, done + size) if total else 0)

        path = f"/api/releases/{release['version']}/files/{quote(name)}"
        fetch(transport, path, release["files"][name], place, came)
        done += place.stat().st_size


def fetch(
    transport: Transport, path: str, sha256: str, place: Path, came: Came
) -> None:
    """Fetch a file, unless it is there already.

    What came is kept beside it as ``.part``, so that a broken line costs only what
    was under way; only the whole, checked file gets its name.

    Parameters
    ----------
    transport : Transport
        To the server.
    path : str
        Of the file there.
    sha256 : str
        Hex digest of the whole file; also its ETag.
    place : Path
        Where it goes.
    came : callable
        Told how many bytes of it are here.

    Raises
    ------
    ServerRefusedError
        If the server says no.
    ServerUnreachableError
        If the line breaks too often, or the file arrives damaged twice.
    """
    if place.is_file() and digest(place) == sha256:
        came(place.stat().st_size)
        return
    part = place.with_name(f"{place.name}.part")
    # What was broken off may be of another release: then a whole one gets its turn.
    for _ in range(2):
        _fill(transport, path, sha256, part, came)
        if digest(part) == sha256:
            part.replace(place)
            return
        part.unlink()
    reason = f"{place.name} arrived damaged"
    raise ServerUnreachableError(
        transport.site,
        reason=reason,
        hint="Run the command again, on another network if it stays.",
    )


def digest(place: Path) -> str:
    """Give the sha256 of a file.

    Parameters
    ----------
    place : Path
        Which one.

    Returns
    -------
    str
        Hexadecimal.
    """
    with place.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _check_room(folder: Path, sizes: dict[Path, int]) -> None:
    """Refuse to begin what the disk cannot hold."""
    needed = sum(size for place, size in sizes.items() if not place.is_file())
    above = (folder.absolute(), *folder.absolute().parents)
    free = shutil.disk_usage(next(p for p in above if p.is_dir())).free
    if free < needed:
        told = f"{folder} ({needed / 1e6:,.0f} MB to come, {free / 1e6:,.0f} MB free)"
        raise WritingFailedError(OSError(errno.ENOSPC, os.strerror(errno.ENOSPC)), told)


def _fill(transport: Transport, path: str, sha256: str, part: Path, came: Came) -> None:
    """Read on until all is there, as long as the line brings something now and then."""
    tried, longest = 0, _size(part)
    while True:
        try:
            _read_on(transport, path, sha256, part, came)
            return
        except (ServerRefusedError, ServerUnreachableError) as trouble:
            # A line that breaks and brings more than ever is slow, not gone. One that
            # begins anew each time, as some proxies do, brings more only now and then.
            tried = 0 if _size(part) > longest else tried
            longest = max(longest, _size(part))
            if not transport.has_patience(trouble, tried):
                raise
        tried += 1


def _read_on(
    transport: Transport, path: str, sha256: str, part: Path, came: Came
) -> None:
    start = _size(part)
    # Packed, a range would be one of other bytes.
    headers = {"Accept-Encoding": "identity"}
    if start:
        headers |= {"Range": f"bytes={start}-", "If-Range": f'"{sha256}"'}
    with transport.reading(path, headers) as answer:
        if answer.status_code == httpx.codes.REQUESTED_RANGE_NOT_SATISFIABLE:
            return  # all of it came; its digest says whether it is right
        is_rest = answer.status_code == httpx.codes.PARTIAL_CONTENT
        done = start if is_rest else 0
        part.parent.mkdir(parents=True, exist_ok=True)
        with part.open("ab" if is_rest else "wb") as file:
            for chunk in answer.iter_bytes(CHUNK_BYTES):
                file.write(chunk)
                done += len(chunk)
                came(done)


def _size(place: Path) -> int:
    return place.stat().st_size if place.is_file() else 0
