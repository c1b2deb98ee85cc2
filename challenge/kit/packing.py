"""The starter kit as a zip: the folder of `challenge kit`, data included."""

from __future__ import annotations

import hashlib
import shutil
import zipfile
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from challenge.brief.sections import ALL
from challenge.kit.folder import DATA
from challenge.synthesis import Release
from challenge.writing import whole

_EPOCH = (1980, 1, 1, 0, 0, 0)  # the first moment that a zip knows
_PACKED = {".parquet"}  # would not shrink
_KEPT_SECONDS = 24 * 60 * 60


@dataclass(frozen=True, slots=True)
class Parcel:
    """All that one kit holds.

    Attributes
    ----------
    stem : str
        Folder in the zip, and the start of its name.
    texts : mapping of str to bytes
        As `kit_files` gives them.
    data : mapping of str to Path
        Path in the kit to a file of the release.
    digest : str
        Hex, of every name and content.
    """

    stem: str
    texts: Mapping[str, bytes]
    data: Mapping[str, Path]
    digest: str

    @property
    def name(self) -> str:
        """Of its zip on a shelf: what it is, and what it holds."""
        return f"{self.stem}.{self.digest[:16]}.zip"

    @property
    def bytes(self) -> int:
        """Size of what goes in, in bytes."""
        texts = sum(map(len, self.texts.values()))
        return texts + sum(path.stat().st_size for path in self.data.values())


def parcel(release: Release, source: str | None, texts: Mapping[str, bytes]) -> Parcel:
    """Collect one kit.

    Parameters
    ----------
    release : Release
        Whose data.
    source : str or None
        Name of a source set; None: the files of all of them.
    texts : mapping of str to bytes
        As `kit_files` gives them.

    Returns
    -------
    Parcel
        The data stand where `challenge.client.Client.download` puts them.
    """
    sums = release.checksums_of(source)
    start = f"sources/{source or ALL}/"
    data = {
        f"{DATA}/{name.removeprefix(start)}": release.public_file(name, source=source)
        for name in sums
    }
    told = [f"{name} {sums[name]}" for name in sorted(sums)]
    told += [f"{n} {hashlib.sha256(texts[n]).hexdigest()}" for n in sorted(texts)]
    digest = hashlib.sha256("\n".join(told).encode()).hexdigest()
    stem = "-".join([release.slug, release.version, *([source] if source else [])])
    return Parcel(stem, texts, data, digest)


def pack(parcel: Parcel, file: BinaryIO) -> None:
    """Write the zip; the same parcel gives the same bytes.

    Parameters
    ----------
    parcel : Parcel
        What goes in.
    file : binary file
        Open for writing.
    """
    with zipfile.ZipFile(file, "w") as archive:
        for name in sorted(parcel.texts.keys() | parcel.data.keys()):
            entry = zipfile.ZipInfo(f"{parcel.stem}/{name}", _EPOCH)
            packed = Path(name).suffix in _PACKED
            entry.compress_type = zipfile.ZIP_STORED if packed else zipfile.ZIP_DEFLATED
            entry.external_attr = 0o644 << 16
            with archive.open(entry, "w") as to:
                if name in parcel.texts:
                    to.write(parcel.texts[name])
                else:
                    with parcel.data[name].open("rb") as source:
                        shutil.copyfileobj(source, to)


def keep(parcel: Parcel, shelf: Path) -> Path:
    """Find the zip on a shelf, or make it there once.

    Parameters
    ----------
    parcel : Parcel
        What goes in.
    shelf : Path
        Folder, made where there is none.

    Returns
    -------
    Path
        Named after what it holds; those of its stem that are a day older are gone.
    """
    shelf.mkdir(parents=True, exist_ok=True)
    place = shelf / parcel.name
    if place.is_file():
        return place
    with whole(place) as file:
        pack(parcel, file)
    # A server with another address makes another zip, and may be giving out its own.
    too_old = place.stat().st_mtime - _KEPT_SECONDS
    for old in shelf.glob(f"{parcel.stem}.*.zip"):
        with suppress(FileNotFoundError):
            if old != place and old.stat().st_mtime < too_old:
                old.unlink()
    return place
