"""The wheel that the server offers: whole, valid, and the product itself."""

from __future__ import annotations

import base64
import csv
import hashlib
import io
import os
import shutil
import subprocess
import sys
import zipfile
from email import message_from_bytes
from importlib.metadata import version
from pathlib import Path

import pytest
from packaging.utils import parse_wheel_filename
from packaging.version import Version

from challenge.kit.wheel import own_wheel, wheel_name

ROOT = Path(__file__).parents[3]
QUICKSTART = ROOT / "datasets/quickstart"
INFO = f"kansrijk-{version('kansrijk')}.dist-info"
DATA = f"kansrijk-{version('kansrijk')}.data/data"


# Not the one that is kept: who edits while testing compares with what is there now.
make_wheel = own_wheel.__wrapped__


def content() -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(make_wheel().content)) as archive:
        assert archive.testzip() is None
        return {name: archive.read(name) for name in archive.namelist()}


def test_its_name_says_what_it_is_to_whoever_installs_it() -> None:
    name, told, build, tags = parse_wheel_filename(own_wheel().name)
    assert (name, told, build) == ("kansrijk", Version(version("kansrijk")), ())
    assert {str(tag) for tag in tags} == {"py3-none-any"}
    assert wheel_name() == own_wheel().name


def test_its_record_lists_every_file_with_the_digest_it_has() -> None:
    files = content()
    rows = {
        row[0]: row[1:]
        for row in csv.reader(files[f"{INFO}/RECORD"].decode().splitlines())
    }
    assert rows.keys() == files.keys()
    assert rows.pop(f"{INFO}/RECORD") == ["", ""]
    for name, (digest, size) in rows.items():
        made = base64.urlsafe_b64encode(hashlib.sha256(files[name]).digest())
        assert digest == f"sha256={made.decode().rstrip('=')}", name
        assert int(size) == len(files[name])


def test_it_says_what_the_installed_product_says_of_itself() -> None:
    files = content()
    told = message_from_bytes(files[f"{INFO}/METADATA"])
    wheel = message_from_bytes(files[f"{INFO}/WHEEL"])
    assert told["Name"] == "kansrijk"
    assert {"team", "service", "synthesis"} <= {*told.get_all("Provides-Extra")}
    assert (wheel["Wheel-Version"], wheel["Tag"]) == ("1.0", "py3-none-any")
    assert b"challenge = challenge.cli:app" in files[f"{INFO}/entry_points.txt"]
    assert {f"{INFO}/licenses/LICENSE", f"{INFO}/licenses/NOTICE"} <= files.keys()


def test_it_holds_both_packages_whole_and_nothing_that_running_left_behind() -> None:
    files = content()
    for package in ("challenge", "leaderboard"):
        for path in (ROOT / package).rglob("*.*"):
            name = path.relative_to(ROOT).as_posix()
            if path.is_file() and "__pycache__" not in path.parts:
                assert files[name] == path.read_bytes(), name
    assert not [name for name in files if "__pycache__" in name or "/." in name]
    assert "challenge/web/static/vendor/htmx.min.js" in files
    assert {name.split("/")[0] for name in files} == {
        *("challenge", "leaderboard", INFO, DATA.split("/")[0])
    }


STRAYS = (
    *("id.pem", "keys.key", "challenge.db", "secret.env", "rows.parquet", "rows.csv"),
    *("model.pkl", "lesson.ipynb", "cli.py~", "cli.py.bak", ".cli.py.swp", "#cli.py#"),
    *("cli.py.orig", "labels.json", "notes.txt", "mechanism.toml", "Untitled"),
    *(".env", ".ipynb_checkpoints/x.py", "__pycache__/cli.cpython-311.pyc"),
)


def wheel_elsewhere(folder: Path) -> set[str]:
    """List what the product that stands in a folder would hand out of it."""
    words = "import sys; from challenge.kit.wheel import own_wheel as own;"
    words += "sys.stdout.buffer.write(own().content)"
    done = subprocess.run(
        [sys.executable, "-c", words],
        env=os.environ | {"PYTHONPATH": str(folder)},
        cwd=folder,
        capture_output=True,
        check=True,
    )
    with zipfile.ZipFile(io.BytesIO(done.stdout)) as archive:
        return {*archive.namelist()}


def plant(folder: Path) -> None:
    for name in STRAYS:
        place = folder / "challenge/kit" / name
        place.parent.mkdir(exist_ok=True)
        place.write_text("hidden")
    (folder / "challenge/kit/link.py").symlink_to(ROOT / "pyproject.toml")


def test_what_somebody_parked_in_a_checkout_is_handed_to_nobody(tmp_path: Path) -> None:
    for package in ("challenge", "leaderboard"):
        without = shutil.ignore_patterns("__pycache__")
        shutil.copytree(ROOT / package, tmp_path / package, ignore=without)
    plant(tmp_path)
    assert wheel_elsewhere(tmp_path) == content().keys()


def test_an_installation_hands_out_what_was_installed_and_no_file_beside_it(
    tmp_path: Path,
) -> None:
    with zipfile.ZipFile(io.BytesIO(make_wheel().content)) as archive:
        archive.extractall(tmp_path)
    plant(tmp_path)
    (tmp_path / "challenge/mine.py").write_text("hidden")
    given = {name for name in content() if not name.startswith(DATA)}
    assert wheel_elsewhere(tmp_path) == given


def test_it_brings_the_quickstart_along() -> None:
    start = f"{DATA}/share/kansrijk/datasets/quickstart/"
    found = {
        name.removeprefix(start): body
        for name, body in content().items()
        if name.startswith(start)
    }
    assert found == {
        path.relative_to(QUICKSTART).as_posix(): path.read_bytes()
        for path in QUICKSTART.rglob("*.*")
        if path.is_file()
    }


def test_the_same_product_gives_the_same_bytes() -> None:
    made, again = make_wheel(), make_wheel()
    assert again == made
    assert again.sha256 == hashlib.sha256(again.content).hexdigest()


@pytest.mark.full
@pytest.mark.parametrize("tool", ["pip", "uv"])
def test_whoever_installs_it_gets_the_same_files(tool: str, tmp_path: Path) -> None:
    place, target = tmp_path / own_wheel().name, tmp_path / "installed"
    place.write_bytes(make_wheel().content)
    words = ["install", "--no-deps", "--target", target, place]
    start = (
        [sys.executable, "-m", "uv", "pip"]
        if tool == "uv"
        else [sys.executable, "-m", "pip", "--no-cache-dir"]
    )
    home = os.environ | {"HOME": str(tmp_path)}
    subprocess.run([*start, *words], check=True, env=home)
    found = {
        path.relative_to(target).as_posix(): path.read_bytes()
        for package in ("challenge", "leaderboard")
        for path in (target / package).rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    with zipfile.ZipFile(place) as archive:
        files = {name: archive.read(name) for name in archive.namelist()}
    given = {
        name: body
        for name, body in files.items()
        if name.split("/")[0] in ("challenge", "leaderboard")
    }
    assert found == given


@pytest.mark.full
def test_it_holds_what_the_build_tool_would_put_into_it(tmp_path: Path) -> None:
    """Hatchling reads git's list of what is generated; we leave out by name."""
    words = ["-m", "uv", "build", "--wheel", "--out-dir", tmp_path, ROOT]
    subprocess.run([sys.executable, *words], check=True)
    [built] = tmp_path.glob("*.whl")
    with zipfile.ZipFile(built) as archive:
        found = {name: archive.read(name) for name in archive.namelist()}
    varies = {f"{INFO}/{name}" for name in ("WHEEL", "RECORD", "METADATA")}
    ours = content()
    assert found.keys() == ours.keys()
    assert [n for n in found if n not in varies and found[n] != ours[n]] == []
