"""A file that is whole or not there, whoever writes beside it."""

from __future__ import annotations

import io
import os
import stat
from collections.abc import Callable
from pathlib import Path

import pytest

from challenge.shelf import Folder
from challenge.writing import whole


def mode(place: Path) -> int:
    return stat.S_IMODE(place.stat().st_mode)


def test_what_is_written_takes_the_place_of_what_was_there(tmp_path: Path) -> None:
    place = tmp_path / "a.txt"
    place.write_bytes(b"before")
    with whole(place) as file:
        file.write(b"after")
        assert place.read_bytes() == b"before"
    assert place.read_bytes() == b"after"
    assert [*tmp_path.iterdir()] == [place]


def test_what_breaks_off_leaves_what_was_there_and_nothing_else(tmp_path: Path) -> None:
    place = tmp_path / "a.txt"
    place.write_bytes(b"before")

    def break_off() -> None:
        with whole(place) as file:
            file.write(b"half")
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        break_off()
    assert place.read_bytes() == b"before"
    assert [*tmp_path.iterdir()] == [place]


def test_two_at_once_do_not_mix(tmp_path: Path) -> None:
    place = tmp_path / "a.txt"
    with whole(place) as one, whole(place) as other:
        one.write(b"one")
        other.write(b"other")
    assert place.read_bytes() == b"one"


def test_a_file_is_for_its_owner_alone_where_that_is_asked(tmp_path: Path) -> None:
    open_to_all, private = tmp_path / "all", tmp_path / "mine"
    private.touch(mode=0o644)
    open_to_all.touch()
    usual = mode(open_to_all)
    with whole(private, is_private=True), whole(open_to_all):
        assert {mode(path) for path in tmp_path.glob(".mine*")} == {0o600}
    assert (mode(private), mode(open_to_all)) == (0o600, usual)


def write(place: Path) -> None:
    with whole(place) as file:
        file.write(b"whole")


def shelve(place: Path) -> None:
    with Folder(place.parent).draft(Path(place.name), io.BytesIO(b"whole")) as keep:
        keep()


@pytest.mark.parametrize("act", [write, shelve])
def test_a_power_cut_leaves_the_name_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, act: Callable[[Path], None]
) -> None:
    """A database named a file whose name was still in memory alone."""
    place, flushed, real = tmp_path / "a.zip", [], os.fsync

    def spy(number: int) -> None:
        if stat.S_ISDIR(os.fstat(number).st_mode):
            assert os.path.sameopenfile(number, folder)
            assert place.exists(), "flushed before it had its name"
        flushed.append(stat.S_IFMT(os.fstat(number).st_mode))
        real(number)

    monkeypatch.setattr(os, "fsync", spy)
    folder = os.open(tmp_path, os.O_RDONLY)
    act(place)
    os.close(folder)
    assert flushed == [stat.S_IFREG, stat.S_IFDIR]
