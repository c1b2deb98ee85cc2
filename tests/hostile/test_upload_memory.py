"""An upload that is made to burst costs the web process little memory."""

from __future__ import annotations

import io
import struct
import tracemalloc
import zipfile
import zlib
from collections.abc import Callable

import pytest

from challenge.errors import BundleRefusedError
from challenge.sandbox import inspect_bundle

from .test_uploads import MIB, ML_MODEL, long_form, pack

MOST_MIB = 20
UPLOAD_LIMIT = 20 * MIB
LOCAL = struct.Struct("<4s5H3L2H")
CENTRAL = struct.Struct("<4s6H3L5H2L")
END = struct.Struct("<4s4H2LH")


def zeros(count: int, each_mib: int) -> bytes:
    """Files that compress a thousand times."""
    block = bytes(each_mib * MIB)
    return pack(*[(f"{n}", block) for n in range(count)])


def listed(count: int, *, said: int) -> bytes:
    """Zip one file, and list it again and again under shortest names."""
    local = LOCAL.pack(b"PK\x03\x04", 20, 0, 0, 0, 0, 0, 0, 0, 1, 0) + b"a"
    line = CENTRAL.pack(b"PK\x01\x02", 20, 20, *[0] * 4, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0)
    directory = (line + b"a") * count
    sizes = (said & 0xFFFF, said & 0xFFFF, len(directory), len(local), 0)
    return local + directory + END.pack(b"PK\x05\x06", 0, 0, *sizes)


def overlapping(count: int, each_mib: int) -> bytes:
    """Let every entry hold the same data, as D. Fifield's bomb of 2019 does."""
    data = zlib.compress(bytes(each_mib * MIB), 9)[2:-4]
    size = each_mib * MIB
    fields = (20, 0, 8, 0, 0, 0, len(data), size)
    local = LOCAL.pack(b"PK\x03\x04", *fields, 4, 0) + b"0000" + data
    directory = b"".join(
        CENTRAL.pack(b"PK\x01\x02", 20, *fields, 4, *[0] * 5, 0) + f"{n:04}".encode()
        for n in range(count)
    )
    sizes = (count, count, len(directory), len(local), 0)
    return local + directory + END.pack(b"PK\x05\x06", 0, 0, *sizes)


def nested(depth: int) -> bytes:
    inner = zeros(1, 20)
    for _ in range(depth):
        inner = pack(("inner.zip", inner))
    return inner


def bursting_model() -> bytes:
    """A model file that says it is small, and is not."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("MLmodel", ML_MODEL + "#" * (100 * MIB))
    real = struct.pack("<L", len(ML_MODEL) + 100 * MIB)
    return file.getvalue().replace(real, struct.pack("<L", 999))


BOMBS: dict[str, tuple[str, Callable[[], bytes]]] = {
    "one-entry": ("bundle-bomb", lambda: zeros(1, 100)),
    "many-entries": ("bundle-bomb", lambda: zeros(60, 10)),
    "overlapping": ("bundle-bomb", lambda: overlapping(1000, 20)),
    "shortest-names": ("bundle-bomb", lambda: listed(44_000, said=44_000)),
    "lying-count": ("bundle-bomb", lambda: listed(44_000, said=1)),
    "directory-to-the-limit": (
        "bundle-bomb",
        lambda: listed((UPLOAD_LIMIT - 100) // 47, said=9),
    ),
    "million": ("bundle-too-large", lambda: listed(1_000_000, said=16_960)),
    "64-bit": ("zip-ambiguous", lambda: long_form(pack(("x", b"x")))),
    "lying-model": ("model-unreadable", bursting_model),
}


def peak_mib(data: bytes) -> tuple[float, str]:
    """Tell what an inspection takes at most, and what it says."""
    tracemalloc.start()
    try:
        inspect_bundle(io.BytesIO(data))
        slug = ""
    except BundleRefusedError as refused:
        slug = refused.slug
    finally:
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
    return peak / MIB, slug


SMALL = ("overlapping", "lying-model", "64-bit")


@pytest.mark.parametrize(
    "name",
    [
        name if name in SMALL else pytest.param(name, marks=pytest.mark.full)
        for name in BOMBS
    ],
)
def test_a_bomb_is_refused_in_little_memory(name: str) -> None:
    slug, make = BOMBS[name]
    data = make()
    assert len(data) <= UPLOAD_LIMIT or name == "million"
    peak, said = peak_mib(data)
    assert said == slug
    assert peak < MOST_MIB


@pytest.mark.full
def test_zips_in_zips_are_not_opened() -> None:
    peak, said = peak_mib(nested(20))
    assert said == ""
    assert peak < MOST_MIB
