"""What an upload says about itself, found without unpacking or running any of it.

A bundle is a zip of one MLflow Model directory, with ``CARD.md`` beside its
``MLmodel``. A model directory is code whatever its flavour, so here the zip's own
records and a few small texts are read as plain strings, and nothing else. Unpacking
happens in the sandbox.
"""

from __future__ import annotations

import contextlib
import hashlib
import struct
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from challenge.errors import BundleRefusedError
from challenge.records import Loader
from challenge.sandbox.entries import check_entries, name_unsafe
from challenge.sandbox.layout import check_layout, find_directory, not_a_zip
from challenge.sandbox.model_file import read_model_file
from challenge.sandbox.runtime import (
    Installed,
    compare,
    compare_python,
    runtime_packages,
)
from challenge.sandbox.texts import read_card, read_text

_MIB = 1024 * 1024
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
    loader : Loader
        What will load its model.
    warnings : tuple of str
        What may go wrong, a sentence each: packages that the bundle asks for and
        this server has not, or has in another version.
    """

    sha256: str
    bytes: int
    files: int
    flavour: str
    title: str
    baseline: str | None
    card: str
    loader: Loader
    warnings: tuple[str, ...] = ()


def inspect_bundle(
    source: BinaryIO | Path, *, limit_mib: int = 20, runtime: Installed | None = None
) -> BundleFacts:
    """Check an upload without unpacking it, and read its card.

    Parameters
    ----------
    source : binary file or Path
        The zip. A file is read from its start.
    limit_mib : int
        Largest size accepted, in MiB.
    runtime : Installed or None
        What to compare the bundle's requirements with; None for what is here.

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
        archive = stack.enter_context(_open_archive(source, size))
        model = read_model_file(archive)
        card = read_card(archive)
        return BundleFacts(
            sha256=sha256,
            bytes=size,
            files=sum(not entry.is_dir() for entry in archive.infolist()),
            flavour=model.flavour,
            title=card.title,
            baseline=card.baseline,
            card=card.text,
            loader=model.loader,
            warnings=_compare(archive, runtime or runtime_packages()),
        )


def _read_through(file: BinaryIO, limit: int) -> tuple[str, int]:
    """Hash the file, and stop where it gets too large."""
    digest, size = hashlib.sha256(), 0
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
    return digest.hexdigest(), size


def _open_archive(file: BinaryIO, size: int) -> zipfile.ZipFile:
    """Open the zip, once everything that its directory says was checked."""
    directory = find_directory(file, size)
    try:
        archive = zipfile.ZipFile(file)
    except UnicodeDecodeError as error:
        raise name_unsafe("A name in the zip is marked as UTF-8 and is not.") from error
    except _ZIP_ERRORS as error:
        raise not_a_zip() from error
    entries = archive.infolist()
    check_entries(entries)
    check_layout(file, entries, directory)
    return archive


def _compare(archive: zipfile.ZipFile, runtime: Installed) -> tuple[str, ...]:
    """Compare what the bundle declares with what is here.

    Never a refusal: what cannot be read is told, and the proof run has the last word.
    """
    found: list[str] = []
    for name, compare_text in (
        ("python_env.yaml", compare_python),
        ("requirements.txt", compare),
    ):
        try:
            text = read_text(archive, name, "model-unreadable")
        except BundleRefusedError as unreadable:
            found.append(unreadable.message)
        else:
            found += compare_text(text or "", runtime)
    return tuple(found)
