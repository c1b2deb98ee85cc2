"""How a zip lies in its file: entry after entry, then one directory, then nothing.

A zip can hold two archives at once, entries that share their data, or before the
data another name than in the directory. Which of these a program sees is then its
own choice, and what was checked need not be what runs. So only the plain form is
taken, which every zip program writes.
"""

from __future__ import annotations

import os
import struct
import zipfile
from dataclasses import dataclass
from typing import BinaryIO

from challenge.errors import BundleRefusedError

# Fields as in PKWARE's APPNOTE 6.3.10, sections 4.3.16 and 4.3.7.
_END = struct.Struct("<4s4H2LH")
_END_SIGNATURE = b"PK\x05\x06"
_LOCAL = struct.Struct("<4s5H3L2H")
_LOCAL_SIGNATURE = b"PK\x03\x04"
# What stands before the end record in the form for more than 4 GiB (4.3.15).
_LONG_LOCATOR, _LONG_LOCATOR_SIZE = b"PK\x06\x07", 20
_MOST_COMMENT = 0xFFFF
# Python's zip reader makes an object per 46 bytes of directory before anyone can
# count them; 2,000 entries with long names take less than this.
_MOST_DIRECTORY = 2 * 1024 * 1024
_UTF8_NAME, _SIZES_FOLLOW, _ENCRYPTED = 0x800, 0x8, 0x1
# The record after data whose sizes were not known before (4.3.9), at its longest.
_MOST_DESCRIPTOR = 24
_SHOWN = 80  # characters of a name in a message


@dataclass(frozen=True, slots=True)
class Directory:
    """Where the directory of a zip stands.

    Attributes
    ----------
    start : int
        Byte at which it begins.
    count : int
        How many entries it announces.
    """

    start: int
    count: int


def find_directory(file: BinaryIO, size: int) -> Directory:
    """Find the one directory of a zip, before a zip reader looks for it.

    Parameters
    ----------
    file : binary file
        Seekable.
    size : int
        How many bytes it has.

    Returns
    -------
    Directory
        It ends where the last record of the file begins.

    Raises
    ------
    BundleRefusedError
        ``not-a-zip`` if there is none; ``zip-ambiguous`` if something else comes
        before, between or after; ``bundle-bomb`` if it is too large to read.
    """
    tail_start = max(size - _MOST_COMMENT - _END.size, 0)
    file.seek(tail_start)
    tail = file.read()
    end = size - _END.size
    if end < 0 or _END_SIGNATURE not in tail:
        raise not_a_zip()
    if tail[end - tail_start :][:4] != _END_SIGNATURE:
        raise _ambiguous("Something follows the end of the zip: data or a comment.")
    _, disk, first_disk, here, count, length, start, comment = _END.unpack(
        tail[-_END.size :]
    )
    locator = end - tail_start - _LONG_LOCATOR_SIZE
    if locator >= 0 and tail[locator:].startswith(_LONG_LOCATOR):
        raise _ambiguous("It has the form for zips of more than 4 GiB.")
    if disk or first_disk or here != count or comment:
        raise _ambiguous("It says that it is a part of another zip.")
    if start + length != end:
        raise _ambiguous("Its directory does not stand where the zip says it does.")
    if length > _MOST_DIRECTORY:
        raise BundleRefusedError(
            "bundle-bomb",
            f"The directory of the zip is larger than {_MOST_DIRECTORY >> 20} MiB.",
            hint="Leave files that the model does not read out of the model folder.",
        )
    return Directory(start, count)


def check_layout(
    file: BinaryIO, entries: list[zipfile.ZipInfo], directory: Directory
) -> None:
    """Refuse a zip whose entries do not lie one after the other, as announced.

    Parameters
    ----------
    file : binary file
        Seekable.
    entries : list of ZipInfo
        As the directory has them.
    directory : Directory
        From `find_directory`.

    Raises
    ------
    BundleRefusedError
        ``zip-ambiguous``, with the entry that is not where or what it should be.
    """
    if len(entries) != directory.count:
        raise _ambiguous(
            f"It announces {directory.count} entries and lists {len(entries)}."
        )
    end, slack, before = 0, 0, "the first entry"
    for entry in sorted(entries, key=lambda entry: entry.header_offset):
        _check_gap(entry.header_offset, end, slack, before)
        end = _check_header(file, entry)
        slack = _MOST_DESCRIPTOR if entry.flag_bits & _SIZES_FOLLOW else 0
        before = f"the entry {entry.orig_filename[:_SHOWN]!r}"
    _check_gap(directory.start, end, slack, before)


def not_a_zip() -> BundleRefusedError:
    """Say that an upload is something else than a zip.

    Returns
    -------
    BundleRefusedError
        To be raised.
    """
    return BundleRefusedError(
        "not-a-zip",
        "The upload is not a zip file, or only a part of one.",
        hint="Make the bundle with `challenge.client.package`, or zip the folder that"
        " `mlflow.sklearn.save_model` wrote.",
    )


def _check_gap(start: int, end: int, slack: int, before: str) -> None:
    """Refuse what begins inside something else, or after bytes that nobody lists."""
    if start < end:
        raise _ambiguous(f"The data of {before} overlap what comes next.")
    if start > end + slack:
        place = f"after {before}" if end else "before the first entry"
        raise _ambiguous(f"There are bytes {place} that belong to no entry.")


def _check_header(file: BinaryIO, entry: zipfile.ZipInfo) -> int:
    """Compare what stands before the data with the directory; tell where they end."""
    shown = repr(entry.orig_filename[:_SHOWN])
    file.seek(entry.header_offset)
    header = file.read(_LOCAL.size)
    if len(header) < _LOCAL.size or not header.startswith(_LOCAL_SIGNATURE):
        raise _ambiguous(f"The entry {shown} is not where the directory says.")
    _, _, flags, method, _, _, *sums, name_size, extra_size = _LOCAL.unpack(header)
    encoding = "utf-8" if entry.flag_bits & _UTF8_NAME else "cp437"
    same_flags = _UTF8_NAME | _SIZES_FOLLOW | _ENCRYPTED
    if (
        file.read(name_size) != entry.orig_filename.encode(encoding)
        or method != entry.compress_type
        or (flags ^ entry.flag_bits) & same_flags
    ):
        raise _ambiguous(f"The entry {shown} has another name or form before its data.")
    known = [entry.CRC, entry.compress_size, entry.file_size]
    if not flags & _SIZES_FOLLOW and sums != known:
        raise _ambiguous(f"The entry {shown} has another size before its data.")
    end: int = file.seek(extra_size, os.SEEK_CUR) + entry.compress_size
    return end


def _ambiguous(problem: str) -> BundleRefusedError:
    return BundleRefusedError(
        "zip-ambiguous",
        f"Zip programs could see different files in this zip. {problem}",
        hint="Make a new zip of the files with `challenge.client.package` or an"
        " ordinary zip program, and send it as it is.",
    )
