"""Uploads that are up to something: each is refused by name, before any of it runs."""

from __future__ import annotations

import io
import os
import re
import stat
import struct
import tempfile
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest

from challenge.errors import BundleRefusedError
from challenge.sandbox import inspect_bundle

MIB = 1024 * 1024
ML_MODEL = "flavors:\n  python_function:\n    loader_module: model\n"
LOCAL, DIRECTORY, END = b"PK\x03\x04", b"PK\x01\x02", b"PK\x05\x06"
# Where fields stand behind these signatures (PKWARE's APPNOTE, 4.3.7 and 4.3.12).
LOCAL_SIZE, LOCAL_NAME = 22, 30
DIRECTORY_FLAGS, DIRECTORY_SIZE, DIRECTORY_PLACE = 8, 24, 42
Content = str | bytes


def pack(*entries: tuple[str | zipfile.ZipInfo, Content], method: int = 8) -> bytes:
    """Zip entries behind an MLmodel that passes."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", method) as archive:
        archive.writestr("MLmodel", ML_MODEL)
        for name, content in entries:
            archive.writestr(name, content)
    return file.getvalue()


def alone(name: str, content: Content) -> bytes:
    """Zip one entry, stored as it is."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr(name, content)
    return file.getvalue()


def entry(name: str, mode: int) -> zipfile.ZipInfo:
    made = zipfile.ZipInfo(name)
    made.external_attr = (mode | 0o777) << 16
    return made


def renamed(old: bytes, new: bytes) -> bytes:
    """Zip a file of the one name and write the other, of the same length, over it."""
    assert len(old) == len(new)
    return pack((old.decode(), b"x")).replace(old, new)


def patched(data: bytes, signature: bytes, field: int, value: bytes) -> bytes:
    """Overwrite a field of the last record that begins with a signature."""
    at = data.rindex(signature) + field
    return data[:at] + value + data[at + len(value) :]


def number(value: int, size: int = 4) -> bytes:
    return value.to_bytes(size, "little")


def marked(data: bytes, flag: int) -> bytes:
    """Set a flag of the last entry, in both places."""
    for signature, field in ((LOCAL, 6), (DIRECTORY, DIRECTORY_FLAGS)):
        at = data.rindex(signature) + field
        both = int.from_bytes(data[at : at + 2], "little") | flag
        data = patched(data, signature, field, number(both, 2))
    return data


def moved(data: bytes, to: int) -> bytes:
    """Let the directory say that the last entry lies elsewhere."""
    return patched(data, DIRECTORY, DIRECTORY_PLACE, number(to))


def said_size(data: bytes, size: int) -> bytes:
    """Let the last entry say, in both places, what it unpacks to."""
    data = patched(data, LOCAL, LOCAL_SIZE, number(size))
    return patched(data, DIRECTORY, DIRECTORY_SIZE, number(size))


def ended(data: bytes, extra: bytes, *, comment: bytes = b"") -> bytes:
    """Put bytes between the directory and the end, or a comment behind it."""
    body, end = data[:-22], data[-22:-2]
    return body + extra + end + number(len(comment), 2) + comment


def long_form(data: bytes) -> bytes:
    """End a zip with the records of the 64-bit form."""
    start = int.from_bytes(data[-6:-2], "little")
    length, count = len(data) - 22 - start, data.count(DIRECTORY)
    record = struct.pack(
        "<4sQ2H2L4Q", b"PK\x06\x06", 44, 45, 45, 0, 0, count, count, length, start
    )
    locator = struct.pack("<4sLQL", b"PK\x06\x07", 0, len(data) - 22, 1)
    return ended(data, record + locator)


def overlapping() -> bytes:
    """Let one entry lie inside the data of another (D. Fifield, WOOT 2019)."""
    data = pack(("outer", alone("x", b"x")), ("x", b"x"), method=0)
    return moved(data, to=data.index(b"outer") + len(b"outer"))


def other_path(name: str, path: bytes) -> zipfile.ZipInfo:
    """Name an entry, and name it again in a field that some zip programs read."""
    made = zipfile.ZipInfo(name)
    checksum = zlib.crc32(name.encode())
    made.extra = struct.pack("<HHBL", 0x7075, 5 + len(path), 1, checksum) + path
    return made


def with_card(text: Content) -> bytes:
    return pack(("CARD.md", text))


def with_model(text: str, method: int = 0) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", method) as archive:
        archive.writestr("MLmodel", text)
    return file.getvalue()


def crowd(names: list[str]) -> bytes:
    return pack(*((name, b"") for name in names), method=0)


UPLOADS: dict[str, tuple[str, Callable[[], bytes]]] = {
    # Names that mean another place.
    "zip-slip": ("path-escape", lambda: pack(("../../etc/cron.d/x", b""))),
    "slip-inside": ("path-escape", lambda: pack(("code/../../x", b""))),
    "absolute": ("path-escape", lambda: pack(("/etc/passwd", b""))),
    "drive": ("path-escape", lambda: pack(("C:/Windows/x", b""))),
    "backslash": ("path-escape", lambda: renamed(b"..|..|x", b"..\\..\\x")),
    "share": ("path-escape", lambda: renamed(b"||host|x", b"\\\\host\\x")),
    "nul": ("path-escape", lambda: renamed(b"model.py_txt", b"model.py\0txt")),
    # Names that are not the same for everybody.
    "no-utf-8": ("name-unsafe", lambda: renamed(b"caf_", b"caf\xe9")),
    "false-utf-8": (
        "name-unsafe",
        lambda: marked(renamed(b"caf_", b"caf\xe9"), 0x800),
    ),
    "newline": ("name-unsafe", lambda: pack(("a\nb", b""))),
    "terminal": ("name-unsafe", lambda: pack(("\x1b[2Jmodel.py", b""))),
    "direction": ("name-unsafe", lambda: pack(("model\u202eyp.exe", b""))),
    "second-name": (
        "name-unsafe",
        lambda: pack((other_path("x", b"../x"), b"x")),
    ),
    "no-name": ("name-unsafe", lambda: pack(("./", b""))),
    "long-name": ("name-unsafe", lambda: pack(("x" * 256, b""))),
    "long-name-in-bytes": ("name-unsafe", lambda: pack(("é" * 128, b""))),
    "deep": ("name-unsafe", lambda: pack(("d/" * 16 + "x", b""))),
    "very-deep": ("name-unsafe", lambda: pack(("d/" * 30_000 + "x", b""))),
    # Two entries for one file.
    "twice": ("duplicate-entry", lambda: pack(("MLmodel", ML_MODEL))),
    "twice-by-a-point": ("duplicate-entry", lambda: pack(("./MLmodel", ML_MODEL))),
    "twice-as-a-folder": ("duplicate-entry", lambda: pack(("MLmodel/", b""))),
    "case-twins": ("duplicate-entry", lambda: pack(("mlmodel", ML_MODEL))),
    "folder-twins": ("duplicate-entry", lambda: pack(("a/x", b""), ("A/y", b""))),
    "accent-twins": (
        "duplicate-entry",
        lambda: pack(("caf\u00e9", b""), ("cafe\u0301", b"")),
    ),
    "sharp-twins": (
        "duplicate-entry",
        lambda: pack(("stra\u00dfe", b""), ("STRASSE", b"")),
    ),
    "same-place": ("duplicate-entry", lambda: pack(("code//x", b""), ("code/x", b""))),
    "file-and-folder": ("duplicate-entry", lambda: pack(("a", b""), ("a/b", b""))),
    "model-as-folder": ("duplicate-entry", lambda: pack(("MLmodel/x", b""))),
    # No files.
    "link": ("link-in-bundle", lambda: pack((entry("x", stat.S_IFLNK), "/etc/passwd"))),
    "device": ("link-in-bundle", lambda: pack((entry("x", stat.S_IFBLK), b""))),
    "pipe": ("link-in-bundle", lambda: pack((entry("x", stat.S_IFIFO), b""))),
    "encrypted": ("encrypted-entry", lambda: marked(pack(("x", b"x")), 0x1)),
    "strongly-encrypted": ("encrypted-entry", lambda: marked(pack(("x", b"x")), 0x40)),
    "masked": ("encrypted-entry", lambda: marked(pack(("x", b"x")), 0x2000)),
    # What bursts.
    "bzip2": ("compression-unsupported", lambda: pack(("x", b""), method=12)),
    "lzma": ("compression-unsupported", lambda: pack(("x", b""), method=14)),
    "patch": ("compression-unsupported", lambda: marked(pack(("x", b"x")), 0x20)),
    "ratio": ("bundle-bomb", lambda: pack(("zeros", bytes(8 * MIB)))),
    "total": (
        "bundle-bomb",
        lambda: said_size(pack(("x", os.urandom(3 * MIB)), method=0), 600 * MIB),
    ),
    "count": ("bundle-bomb", lambda: crowd([str(n) for n in range(2001)])),
    "folders": (
        "bundle-bomb",
        lambda: crowd([f"{n}/" + "d/" * 14 + "x" for n in range(150)]),
    ),
    "directory": (
        "bundle-bomb",
        lambda: crowd([f"{n:0230}" for n in range(9000)]),
    ),
    "too-large": ("bundle-too-large", lambda: bytes(21 * MIB)),
    # What each zip program reads in its own way.
    "overlap": ("zip-ambiguous", overlapping),
    "shared-data": ("zip-ambiguous", lambda: moved(pack(("x", b"x")), to=0)),
    "beyond-the-end": ("zip-ambiguous", lambda: moved(pack(("x", b"x")), to=2**31)),
    "prefixed": ("zip-ambiguous", lambda: b"#!/bin/sh\nexit\n" + pack()),
    "two-archives": ("zip-ambiguous", lambda: pack(("x", b"")) + pack()),
    "trailing": ("zip-ambiguous", lambda: pack() + b"more"),
    "comment": ("zip-ambiguous", lambda: ended(pack(), b"", comment=b"x" * 65535)),
    "zip-in-the-comment": (
        "zip-ambiguous",
        lambda: ended(pack(), b"", comment=pack(("x", b""))),
    ),
    "hidden-bytes": ("zip-ambiguous", lambda: ended(pack(), b"hidden")),
    "64-bit": ("zip-ambiguous", lambda: long_form(pack())),
    "parts": ("zip-ambiguous", lambda: patched(pack(), END, 4, number(1, 2))),
    "lying-count": (
        "zip-ambiguous",
        lambda: patched(pack(("x", b"")), END, 8, number(1, 2) * 2),
    ),
    "lying-size": (
        "zip-ambiguous",
        lambda: patched(pack(("x", b"x")), LOCAL, LOCAL_SIZE, number(9)),
    ),
    "two-names": (
        "zip-ambiguous",
        lambda: patched(pack(("x", b"x")), LOCAL, LOCAL_NAME, b"z"),
    ),
    "two-methods": (
        "zip-ambiguous",
        lambda: patched(pack(("x", b"x"), method=0), LOCAL, 8, number(8, 2)),
    ),
    # No zips.
    "empty": ("not-a-zip", lambda: b""),
    "no-end": ("not-a-zip", lambda: LOCAL + bytes(100)),
    "only-an-end": ("not-a-zip", lambda: END),
    "page": ("not-a-zip", lambda: b"<!doctype html><title>Log in</title>"),
    "truncated": ("not-a-zip", lambda: pack(("x", os.urandom(999)))[:-200]),
    "gzip": ("not-a-zip", lambda: b"\x1f\x8b\x08" + bytes(100)),
    # Texts that are more than text.
    "no-model": ("model-missing", lambda: alone("x", b"")),
    "model-in-a-zip": ("model-missing", lambda: alone("bundle.zip", pack())),
    "yaml-bomb": (
        "flavour-unsupported",
        lambda: with_model(
            "a: &a [x, x, x, x, x, x, x, x, x]\n"
            + "".join(
                f"{new}: &{new} [{', '.join([f'*{old}'] * 9)}]\n"
                for old, new in zip("abcdefgh", "bcdefghi", strict=True)
            )
            + "flavors: {x: *i}\n"
        ),
    ),
    "yaml-tag": (
        "flavour-unsupported",
        lambda: with_model("flavors: {x: !!python/object/apply:os.abort []}"),
    ),
    "yaml-in-itself": (
        "model-unreadable",
        lambda: with_model("flavors: &f {python_function: *f}"),
    ),
    "yaml-depth": ("model-unreadable", lambda: with_model("flavors: " + "[" * 9000)),
    "yaml-mapping-depth": (
        "model-unreadable",
        lambda: with_model("flavors: " + "{a: " * 9000),
    ),
    "large-model-file": ("model-unreadable", lambda: with_model("#" * 300_000)),
    "damaged-model-file": (
        "model-unreadable",
        lambda: patched(with_model(ML_MODEL), b"flavors", 0, b"flavour"),
    ),
    "binary-model-file": ("model-unreadable", lambda: alone("MLmodel", b"\xff\xfe")),
    "onnx": (
        "flavour-unsupported",
        lambda: with_model("flavors: {python_function: {}, onnx: {}}"),
    ),
    "card-nul": ("card-unreadable", lambda: with_card("# A \0")),
    "card-surrogate": ("card-unreadable", lambda: with_card(b"\xed\xa0\x80")),
    "card-terminal": (
        "card-unreadable",
        lambda: with_card('---\ntitle: "\\e]0;x\\a"\n---\n'),
    ),
    "card-tag": (
        "card-unreadable",
        lambda: with_card("---\ntitle: !!python/tuple [a]\n---\n"),
    ),
    "large-card": ("card-unreadable", lambda: with_card(os.urandom(200_000).hex())),
}


@pytest.mark.parametrize("name", UPLOADS)
@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_a_hostile_upload_is_refused_and_leaves_nothing(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    slug, make = UPLOADS[name]
    upload = io.BytesIO(make())
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))

    with pytest.raises(BundleRefusedError) as refused:
        inspect_bundle(upload)

    assert refused.value.slug == slug
    assert refused.value.message.isprintable()
    assert refused.value.hint
    assert list(tmp_path.iterdir()) == []


def test_each_reason_is_explained_and_has_an_upload_that_is_refused_for_it() -> None:
    page = Path(__file__).parents[2] / "docs" / "errors.md"
    section = page.read_text(encoding="utf-8").partition("## Bundles that are not run")
    listed = re.findall(r"^\| `([a-z-]+)`", section[2].partition("\n## ")[0], re.M)

    assert sorted(listed) == sorted({slug for slug, _ in UPLOADS.values()})


def test_what_is_told_of_a_refusal_is_short() -> None:
    with pytest.raises(BundleRefusedError) as refused:
        inspect_bundle(io.BytesIO(pack(("d/" * 30_000, b""))))

    assert len(refused.value.message) < 300


def test_a_zip_inside_a_bundle_is_a_file_like_any_other() -> None:
    inner = pack(("../../x", b""), ("mlmodel", b""))

    assert inspect_bundle(io.BytesIO(pack(("inner.zip", inner)))).files == 2
    assert inspect_bundle(io.BytesIO(pack(("i.zip", inner), method=0))).files == 2
