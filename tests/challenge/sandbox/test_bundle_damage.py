"""Honest zips with something changed in them: facts or a refusal, nothing else."""

from __future__ import annotations

import contextlib
import io
import shutil
import struct
import zipfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from challenge.errors import BundleRefusedError
from challenge.sandbox import inspect_bundle

MODEL = """
flavors:
  python_function: {loader_module: mlflow.sklearn, model_path: model.skops}
  sklearn: {pickled_model: model.skops, serialization_format: skops}
"""


HEADER = struct.Struct("<6xH10x2L2H")


class _Stream(io.RawIOBase):
    """A file that cannot go back, so that sizes stand behind the data."""

    def __init__(self) -> None:
        self.data = bytearray()

    def writable(self) -> bool:
        return True

    def write(self, data) -> int:
        self.data += data
        return len(data)


def honest(*, streamed: bool = False, method: int = zipfile.ZIP_DEFLATED) -> bytes:
    """Zip what a team would, an archive and a folder among it."""
    inner = io.BytesIO()
    with zipfile.ZipFile(inner, "w") as archive:
        archive.writestr("schema.json", "{}")
    file = _Stream() if streamed else io.BytesIO()
    with zipfile.ZipFile(file, "w", method) as archive:
        archive.writestr("MLmodel", MODEL)
        archive.writestr("CARD.md", "---\ntitle: A\n---\n")
        archive.writestr("requirements.txt", "scikit-learn==1.0\nnumpy>=1\n")
        archive.writestr("python_env.yaml", "python: 3.9.1\n")
        archive.writestr("extra/", "")
        archive.writestr("extra/caf\u00e9.json", "{}")
        archive.writestr("model.skops", inner.getvalue())
    return bytes(file.data) if streamed else file.getvalue()


ZIPS = [
    honest(),
    honest(streamed=True),
    honest(method=zipfile.ZIP_STORED),
]
changes = st.lists(
    st.tuples(st.integers(0, 1 << 16), st.binary(min_size=1, max_size=8)), max_size=6
)
# Cut out, doubled or moved: from where, how much, to where.
blocks = st.none() | st.tuples(*[st.integers(0, 1 << 16)] * 3)


def damaged(
    which: int, changes: list[tuple[int, bytes]], block: tuple[int, int, int] | None
) -> bytes:
    data = bytearray(ZIPS[which])
    # From the end: that is where a zip is read first.
    for place, value in changes:
        at = len(data) - 1 - place % len(data)
        data[at : at + len(value)] = value
    if block is not None:
        start, length, to = block
        start %= len(data)
        taken = data[start : start + length % 200]
        to %= len(data)
        data[to:to] = taken
    return bytes(data)


def names_in_passing(data: bytes) -> list[bytes]:
    """Name the entries as who reads a zip from its start does, without directory."""
    place, names = 0, []
    while data[place : place + 4] == b"PK\x03\x04":
        flags, packed, _, name, extra = HEADER.unpack_from(data, place)
        assert not flags & 8, "sizes that follow cannot be read in passing"
        start = place + HEADER.size
        names.append(data[start : start + name])
        place = start + name + extra + packed
    return names


def look(data: bytes) -> None:
    """Inspect; what passes must be the same bundle to every kind of reader."""
    with contextlib.suppress(BundleRefusedError):
        facts = inspect_bundle(io.BytesIO(data))
        entries = zipfile.ZipFile(io.BytesIO(data)).infolist()
        assert facts.files == sum(not entry.is_dir() for entry in entries)
        if not any(entry.flag_bits & 8 for entry in entries):
            ordered = sorted(entries, key=lambda entry: entry.header_offset)
            assert names_in_passing(data) == [
                entry.orig_filename.encode() for entry in ordered
            ]


@pytest.mark.parametrize("data", ZIPS, ids=["deflated", "streamed", "stored"])
def test_an_honest_zip_passes(data: bytes) -> None:
    facts = inspect_bundle(io.BytesIO(data))

    assert (facts.flavour, facts.files, facts.title) == ("sklearn", 6, "A")
    assert len(facts.warnings) == 2


def test_the_zip_of_a_folder_as_python_makes_it_passes(tmp_path: Path) -> None:
    (tmp_path / "model" / "extra").mkdir(parents=True)
    (tmp_path / "model" / "MLmodel").write_text(MODEL)
    shutil.make_archive(str(tmp_path / "bundle"), "zip", tmp_path / "model")

    assert inspect_bundle(tmp_path / "bundle.zip").files == 1


@settings(deadline=None)
@given(st.integers(0, len(ZIPS) - 1), changes, blocks)
@example(0, [(0, b"\xff")], None)
def test_a_damaged_zip_gives_facts_or_a_refusal(which, changes, block) -> None:
    look(damaged(which, changes, block))


@pytest.mark.full
@settings(
    max_examples=20_000, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
@given(st.integers(0, len(ZIPS) - 1), changes, blocks)
def test_very_many_damaged_zips_give_facts_or_a_refusal(which, changes, block) -> None:
    look(damaged(which, changes, block))


@pytest.mark.full
@pytest.mark.parametrize("which", range(len(ZIPS)))
def test_every_single_byte_may_be_wrong(which: int) -> None:
    for place in range(len(ZIPS[which])):
        for value in (b"\0", b"\x01", b"\x80", b"\xff"):
            look(damaged(which, [(place, value)], None))
