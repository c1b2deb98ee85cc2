"""What an upload says about itself, found without unpacking or running any of it.

A bundle is a zip of one MLflow Model directory, with ``CARD.md`` beside its
``MLmodel``. A model directory is code whatever its flavour, so here two small
texts are read and parsed to plain strings, and nothing else. Unpacking happens in
the sandbox.
"""

from __future__ import annotations

import contextlib
import hashlib
import stat
import struct
import zipfile
from collections import Counter
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import BinaryIO

from challenge.errors import BundleRefusedError
from challenge.sandbox.texts import read_card, read_flavour

_MIB = 1024 * 1024
MOST_FILES = 2000
MOST_UNPACKED_MIB = 512
# Tables of zeros compress 100 times; what is made to burst, 1000 times.
MOST_RATIO = 200
# Python's zip reader makes an object per directory entry before anyone can count
# them. Stored archives (a .skops file is one) carry the same signature, hence the
# room above MOST_FILES.
_ENTRY_SIGNATURE = b"PK\x01\x02"
_MOST_SIGNATURES = 50_000
_SHOWN = 80  # characters of a name in a message
_PLAIN = (0, stat.S_IFREG, stat.S_IFDIR)  # 0: made where files have no such bits
# Python bounds what these unpack per read; of bz2 and lzma it unpacks all at once.
_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
_ZIP_ERRORS = (zipfile.BadZipFile, NotImplementedError, ValueError, struct.error)


@dataclass(frozen=True, slots=True)
class BundleFacts:
    """What is known of a bundle before it runs.

    Attributes
    ----------
    sha256 : str
        Hex digest of the zip.
    bytes : int
        Size of the zip.
    files : int
        How many files it holds.
    flavour : str
        ``"sklearn"``, ``"lightgbm"`` or ``"python_function"``.
    title : str
        From the card; empty if there is none.
    baseline : str or None
        Slug of the baseline that the card declares.
    card : str
        Text of ``CARD.md``; empty if there is none.
    """

    sha256: str
    bytes: int
    files: int
    flavour: str
    title: str
    baseline: str | None
    card: str


def inspect_bundle(source: BinaryIO | Path, *, limit_mib: int = 20) -> BundleFacts:
    """Check an upload without unpacking it, and read its card.

    Parameters
    ----------
    source : binary file or Path
        The zip. A file is read from its start.
    limit_mib : int
        Largest size accepted, in MiB.

    Returns
    -------
    BundleFacts
        Nothing is written anywhere.

    Raises
    ------
    BundleRefusedError
        With a slug per cause, what was found, and how to mend it.
    """
    with contextlib.ExitStack() as stack:
        if isinstance(source, Path):
            source = stack.enter_context(source.open("rb"))
        sha256, size = _read_through(source, limit_mib * _MIB)
        try:
            archive = stack.enter_context(zipfile.ZipFile(source))
        except _ZIP_ERRORS as error:
            raise _not_a_zip() from error
        entries = archive.infolist()
        _check_names(entries)
        _check_methods(entries)
        _check_sizes(entries)
        flavour = read_flavour(archive)
        card = read_card(archive)
        return BundleFacts(
            sha256=sha256,
            bytes=size,
            files=sum(not entry.is_dir() for entry in entries),
            flavour=flavour,
            title=card.title,
            baseline=card.baseline,
            card=card.text,
        )


def _read_through(file: BinaryIO, limit: int) -> tuple[str, int]:
    """Hash the file and refuse it before the zip reader sees too much of it."""
    digest, size, signatures, tail = hashlib.sha256(), 0, 0, b""
    file.seek(0)
    while chunk := file.read(_MIB):
        digest.update(chunk)
        size += len(chunk)
        if size > limit:
            raise BundleRefusedError(
                "bundle-too-large",
                f"The bundle is larger than {limit // _MIB} MiB.",
                hint="Leave training data and unused artefacts out of the folder.",
            )
        signatures += (tail + chunk).count(_ENTRY_SIGNATURE)
        tail = chunk[-len(_ENTRY_SIGNATURE) + 1 :]
    if signatures > _MOST_SIGNATURES:
        raise _too_many_files()
    file.seek(0)
    return digest.hexdigest(), size


def _check_names(entries: list[zipfile.ZipInfo]) -> None:
    """Refuse names that climb out, links, secrets and doubles."""
    for entry in entries:
        # As stored, because zipfile mends some names by itself.
        name = entry.orig_filename
        shown = repr(name[:_SHOWN])
        if _climbs_out(name):
            raise BundleRefusedError(
                "path-escape",
                f"The entry {shown} points outside the bundle.",
                hint="Zip the files of the model folder with relative names and"
                " forward slashes.",
            )
        if stat.S_IFMT(entry.external_attr >> 16) not in _PLAIN:
            raise BundleRefusedError(
                "link-in-bundle",
                f"The entry {shown} is a link or a device, not a file.",
                hint="Put the file itself in the bundle.",
            )
        if entry.flag_bits & 1:
            raise BundleRefusedError(
                "encrypted-entry",
                f"The entry {shown} is encrypted.",
                hint="Make the zip without a password.",
            )
    counts = Counter(str(PurePosixPath(entry.filename)) for entry in entries)
    for name, count in counts.items():
        if count > 1:
            raise BundleRefusedError(
                "duplicate-entry",
                f"The entry {name[:_SHOWN]!r} is in the bundle {count} times.",
                hint="Make a new zip instead of adding to an old one.",
            )


def _check_methods(entries: list[zipfile.ZipInfo]) -> None:
    """Refuse what can burst while its first bytes are read."""
    for entry in entries:
        if entry.compress_type not in _METHODS:
            raise BundleRefusedError(
                "compression-unsupported",
                f"The entry {entry.filename[:_SHOWN]!r} is compressed with method"
                f" {entry.compress_type}; only 0 (stored) and 8 (deflate) are read.",
                hint="Make the zip with `challenge.client.package`, or with deflate,"
                " the usual method.",
            )


def _climbs_out(name: str) -> bool:
    return (
        name.startswith("/")
        or "\\" in name
        or "\0" in name
        or name[1:2] == ":"
        or ".." in PurePosixPath(name).parts
    )


def _check_sizes(entries: list[zipfile.ZipInfo]) -> None:
    """Refuse what would burst; the declared size is all that Python unpacks."""
    if len(entries) > MOST_FILES:
        raise _too_many_files()
    for entry in entries:
        packed = max(entry.compress_size, 1)
        if entry.file_size > _MIB and entry.file_size / packed > MOST_RATIO:
            raise BundleRefusedError(
                "bundle-bomb",
                f"The entry {entry.filename[:_SHOWN]!r} unpacks to more than"
                f" {MOST_RATIO} times its size.",
                hint="Store this file in a denser form.",
            )
    if sum(entry.file_size for entry in entries) > MOST_UNPACKED_MIB * _MIB:
        raise BundleRefusedError(
            "bundle-bomb",
            f"The bundle unpacks to more than {MOST_UNPACKED_MIB} MiB.",
            hint="Leave training data and unused artefacts out of the model folder.",
        )


def _not_a_zip() -> BundleRefusedError:
    return BundleRefusedError(
        "not-a-zip",
        "The upload is not a zip file.",
        hint="Make the bundle with `challenge.client.package`, or zip the folder that"
        " `mlflow.sklearn.save_model` wrote.",
    )


def _too_many_files() -> BundleRefusedError:
    return BundleRefusedError(
        "bundle-bomb",
        f"The bundle holds more than {MOST_FILES} files.",
        hint="Leave files that the model does not read out of the model folder.",
    )
