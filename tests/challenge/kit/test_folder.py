"""The starter kit as a folder: whole, short, honest, and careful with what is there."""

from __future__ import annotations

import ast
import hashlib
import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from challenge.kit.folder import RECORD, SCRIPT, About, kit_files, lay_out
from challenge.kit.steps import all_steps
from challenge.synthesis.notices import FORBIDDEN_USE, NOTICE, REHEARSAL

SITE = "https://kansrijk.example"
ABOUT = About({"nl": "De eerste 1000 dagen", "en": "The first 1000 days"}, "x/1", SITE)


def test_the_first_model_is_a_program_of_at_most_forty_lines() -> None:
    script = kit_files(ABOUT)[SCRIPT].decode()
    lines = script.splitlines()
    assert len(lines) <= 40
    assert max(map(len, lines)) <= 88
    called = {
        node.func.id
        for node in ast.walk(ast.parse(script))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
    }
    assert {"open_data", "package", "SimpleImputer", "OneHotEncoder"} <= called
    assert f"in {len(lines)} regels" in kit_files(ABOUT)["LEESMIJ.md"].decode()


@pytest.mark.parametrize(
    ("name", "language"), [("LEESMIJ.md", "nl"), ("README.md", "en")]
)
def test_how_to_begin_says_what_it_is_what_it_is_not_for_and_every_command(
    name: str, language: str
) -> None:
    text = kit_files(ABOUT)[name].decode()
    assert ABOUT.title[language] in text.splitlines()[0]
    assert NOTICE[language] in text
    assert FORBIDDEN_USE[language] in text
    steps = all_steps(SITE)
    assert "\n".join(steps) in text
    assert len(steps) == 8
    for file in kit_files(ABOUT):
        assert file in text or file in (RECORD, name) or "notebooks/" in file, file


def test_every_file_with_words_says_that_the_data_are_synthetic() -> None:
    # Where it stands does not matter, nor where its lines end.
    for name, content in kit_files(ABOUT).items():
        if name not in (RECORD, ".gitignore") and not name.startswith("notebooks/"):
            words = " ".join(content.decode().split())
            assert NOTICE["nl"] in words or NOTICE["en"] in words, name


@pytest.mark.parametrize("is_rehearsal", [True, False])
def test_the_kit_of_a_rehearsal_says_that_it_is_one(*, is_rehearsal: bool) -> None:
    files = kit_files(replace(ABOUT, is_rehearsal=is_rehearsal))
    for name, language in (("LEESMIJ.md", "nl"), ("README.md", "en")):
        assert (REHEARSAL[language] in files[name].decode()) is is_rehearsal


def test_the_first_model_says_what_it_is_in_both_languages() -> None:
    words = " ".join(kit_files(ABOUT)[SCRIPT].decode().split())
    for language in ("nl", "en"):
        assert NOTICE[language] in words
        assert FORBIDDEN_USE[language] in words


def test_the_first_model_without_data_ends_with_a_sentence_and_no_traceback(
    tmp_path: Path,
) -> None:
    (tmp_path / SCRIPT).write_bytes(kit_files(ABOUT)[SCRIPT])
    done = subprocess.run(
        [sys.executable, SCRIPT],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout) == (1, "")
    what, repair = done.stderr.splitlines()
    assert what == "There is no folder data."
    assert repair.startswith("Type `challenge download data`")


def test_git_leaves_out_the_data_and_what_is_made() -> None:
    ignored = kit_files(ABOUT)[".gitignore"].decode().splitlines()
    assert {"data/", "*.zip", ".venv/"} <= {*ignored}


def test_the_same_challenge_gives_the_same_kit() -> None:
    assert kit_files(ABOUT) == kit_files(ABOUT)


def test_a_kit_is_laid_out_once_and_again_without_writing(tmp_path: Path) -> None:
    files = kit_files(ABOUT)
    first = lay_out(tmp_path / "kit", files)
    again = lay_out(tmp_path / "kit", files)
    found = {
        path.relative_to(tmp_path / "kit").as_posix(): path.read_bytes()
        for path in (tmp_path / "kit").rglob("*")
        if path.is_file()
    }
    assert found == files
    assert (first.written, first.kept) == ([*files], [])
    assert (again.written, again.kept) == ([], [])


def test_what_a_team_changed_stays_and_what_it_did_not_is_brought_up_to_date(
    tmp_path: Path,
) -> None:
    lay_out(tmp_path, {"a.md": b"old", "b.py": b"old", RECORD: record("a.md", "b.py")})
    (tmp_path / "b.py").write_text("ours")
    (tmp_path / "c.py").write_text("ours, and never the kit's")
    new = {"a.md": b"new", "b.py": b"new", "c.py": b"new"}
    for _ in range(2):
        laid = lay_out(tmp_path, new | {RECORD: b"{}"})
        assert laid.kept == ["b.py", "c.py"]
    assert (tmp_path / "a.md").read_bytes() == b"new"
    assert (tmp_path / "b.py").read_text() == "ours"


def test_a_file_that_was_taken_away_comes_back(tmp_path: Path) -> None:
    files = kit_files(ABOUT)
    lay_out(tmp_path, files)
    (tmp_path / SCRIPT).unlink()
    assert lay_out(tmp_path, files).written == [SCRIPT]


@pytest.mark.parametrize("broken", [b"", b"[1]", b"\xff"])
def test_a_record_that_cannot_be_read_makes_every_difference_a_change(
    tmp_path: Path, broken: bytes
) -> None:
    (tmp_path / RECORD).write_bytes(broken)
    (tmp_path / "a.md").write_text("old")
    assert lay_out(tmp_path, {"a.md": b"new"}).kept == ["a.md"]


def record(*names: str) -> bytes:
    """Write down that an old kit wrote them."""
    digest = hashlib.sha256(b"old").hexdigest()
    return json.dumps(dict.fromkeys(names, digest)).encode()
