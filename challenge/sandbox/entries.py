"""What the entries of a bundle are called, what they are, and how large they get.

Everything here is read from the zip's directory; nothing is unpacked. Names are
judged for every system that a bundle may be opened on, because a team, a juror and
the sandbox must see the same files.
"""

from __future__ import annotations

import stat
import struct
import unicodedata
import zipfile
from collections import Counter
from collections.abc import Iterable
from pathlib import PurePosixPath

from challenge.errors import BundleRefusedError
from challenge.sandbox.printable import find_invisible

_MIB = 1024 * 1024
MOST_FILES = 2000
MOST_UNPACKED_MIB = 512
# Tables of zeros compress 100 times; what is made to burst, 1000 times.
MOST_RATIO = 200
# Linux's NAME_MAX, in bytes; and more folders than any package of Python's nests.
MOST_NAME, MOST_DEPTH = 255, 16
_SHOWN = 80  # characters of a name in a message
_PLAIN = (0, stat.S_IFREG, stat.S_IFDIR)  # 0: made where files have no such bits
# Python bounds what these unpack per read; of bz2 and lzma it unpacks all at once.
_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
# Flags of the zip format (APPNOTE 4.4.4): the three kinds of encryption, and others.
_ENCRYPTED, _PATCHED, _UTF8_NAME = 0x2041, 0x20, 0x800
# The additional field with a name that goes before the name (4.6.9).
_FIELD, _UNICODE_PATH = struct.Struct("<HH"), 0x7075


def check_entries(entries: list[zipfile.ZipInfo]) -> None:
    """Refuse names that mean another place, things that are no files, and bombs.

    Parameters
    ----------
    entries : list of ZipInfo
        The zip's directory.

    Raises
    ------
    BundleRefusedError
        With the entry, what is wrong with it, and how to mend it.
    """
    if len(entries) > MOST_FILES:
        raise _too_many_files()
    for entry in entries:
        _check_name(entry)
        _check_kind(entry)
        _check_method(entry)
    _check_doubles(entries)
    _check_sizes(entries)


def name_unsafe(problem: str) -> BundleRefusedError:
    """Say that a name cannot be the same everywhere.

    Parameters
    ----------
    problem : str
        Which name, and what is wrong with it, as a full sentence.

    Returns
    -------
    BundleRefusedError
        To be raised.
    """
    return BundleRefusedError(
        "name-unsafe",
        problem,
        hint="Give files and folders short names of ordinary letters, digits, points"
        " and hyphens, and zip them again.",
    )


def _check_name(entry: zipfile.ZipInfo) -> None:
    """Refuse a name that climbs out or is not the same for every reader."""
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
    parts = PurePosixPath(name).parts
    if not name.isascii() and not entry.flag_bits & _UTF8_NAME:
        raise name_unsafe(f"The name {shown} is not marked as UTF-8.")
    if entry.filename != name or _UNICODE_PATH in _read_kinds(entry.extra):
        raise name_unsafe(f"The entry {shown} has a second name.")
    if not parts:
        raise name_unsafe(f"The entry {shown} has no name of its own.")
    invisible = find_invisible(name)
    if invisible is not None:
        raise name_unsafe(
            f"The name {shown} holds the character {invisible}, which cannot be seen."
        )
    if len(parts) > MOST_DEPTH:
        raise name_unsafe(f"The entry {shown} lies more than {MOST_DEPTH} deep.")
    if max(len(part.encode()) for part in parts) > MOST_NAME:
        raise name_unsafe(f"A name in {shown} is longer than {MOST_NAME} bytes.")


def _read_kinds(extra: bytes) -> set[int]:
    """Tell which additional fields an entry has."""
    kinds = set()
    while len(extra) >= _FIELD.size:
        kind, size = _FIELD.unpack_from(extra)
        kinds.add(kind)
        extra = extra[_FIELD.size + size :]
    return kinds


def _climbs_out(name: str) -> bool:
    return (
        name.startswith("/")
        or "\\" in name
        or "\0" in name
        or name[1:2] == ":"
        or ".." in PurePosixPath(name).parts
    )


def _check_kind(entry: zipfile.ZipInfo) -> None:
    """Refuse what is no file: links, devices and secrets."""
    shown = repr(entry.orig_filename[:_SHOWN])
    if stat.S_IFMT(entry.external_attr >> 16) not in _PLAIN:
        raise BundleRefusedError(
            "link-in-bundle",
            f"The entry {shown} is a link or a device, not a file.",
            hint="Put the file itself in the bundle.",
        )
    if entry.flag_bits & _ENCRYPTED:
        raise BundleRefusedError(
            "encrypted-entry",
            f"The entry {shown} is encrypted.",
            hint="Make the zip without a password.",
        )


def _check_method(entry: zipfile.ZipInfo) -> None:
    """Refuse what can burst while its first bytes are read."""
    if entry.compress_type not in _METHODS or entry.flag_bits & _PATCHED:
        raise BundleRefusedError(
            "compression-unsupported",
            f"The entry {entry.filename[:_SHOWN]!r} is compressed with method"
            f" {entry.compress_type}; only 0 (stored) and 8 (deflate) are read.",
            hint="Make the zip with `challenge.client.package`, or with deflate,"
            " the usual method.",
        )


def _check_doubles(entries: list[zipfile.ZipInfo]) -> None:
    """Refuse two entries that are, or on some systems become, one file."""
    paths = Counter(PurePosixPath(entry.filename) for entry in entries)
    for path, count in paths.items():
        if count > 1:
            raise _double(f"The entry {_show(path)} is in the bundle {count} times.")
    folders = {parent for path in paths for parent in path.parents[:-1]}
    for entry in entries:
        path = PurePosixPath(entry.filename)
        if path in folders and not entry.is_dir():
            raise _double(f"The entry {_show(path)} is a file and a folder at once.")
    everything = folders | set(paths)
    if len(everything) > MOST_FILES:
        raise _too_many_files()
    _check_twins(sorted(everything))


def _check_twins(paths: Iterable[PurePosixPath]) -> None:
    """Refuse names that are one on systems that ignore case or rewrite accents."""
    met: dict[str, PurePosixPath] = {}
    for path in paths:
        twin = met.setdefault(unicodedata.normalize("NFC", str(path).casefold()), path)
        if twin != path:
            raise _double(
                f"The names {_show(twin)} and {_show(path)} differ only in capitals"
                " or in how an accent is written, which some systems do not keep.",
                hint="Give one of the two another name, and zip the folder again.",
            )


def _check_sizes(entries: list[zipfile.ZipInfo]) -> None:
    """Refuse what would burst; the declared size is all that Python unpacks."""
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


def _show(path: PurePosixPath) -> str:
    return repr(str(path)[:_SHOWN])


def _double(
    problem: str, *, hint: str = "Make a new zip instead of adding to an old one."
) -> BundleRefusedError:
    return BundleRefusedError("duplicate-entry", problem, hint=hint)


def _too_many_files() -> BundleRefusedError:
    return BundleRefusedError(
        "bundle-bomb",
        f"The bundle holds more than {MOST_FILES} files and folders.",
        hint="Leave files that the model does not read out of the model folder.",
    )
