"""What the browser gets from others: pinned, checked, licensed, and not in git."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import tarfile
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).parents[3]
WEB = ROOT / "challenge" / "web"
VENDOR = WEB / "static" / "vendor"
LOCK = json.loads((WEB / "assets" / "package-lock.json").read_text())
PACKAGES = {name: entry for name, entry in LOCK["packages"].items() if name}


@pytest.fixture
def hook() -> ModuleType:
    """Load the build hook, which is no module of a package."""
    spec = spec_from_file_location("build_assets", ROOT / "build_assets.py")
    assert spec is not None
    assert spec.loader is not None
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_every_package_of_the_lock_is_pinned_by_its_digest() -> None:
    assert len(PACKAGES) >= 2
    for name, entry in PACKAGES.items():
        assert re.fullmatch(r"sha512-[\w+/]{86}==", entry["integrity"]), name


def test_the_lock_names_no_registry() -> None:
    text = (WEB / "assets" / "package-lock.json").read_text()
    assert '"resolved"' not in text
    assert "registry" not in text


def test_the_lock_has_the_versions_that_are_asked_for() -> None:
    asked = json.loads((WEB / "assets" / "package.json").read_text())["dependencies"]
    assert {
        name.removeprefix("node_modules/"): entry["version"]
        for name, entry in PACKAGES.items()
    } == asked


def test_installing_made_the_files_of_the_lock_with_their_licences() -> None:
    version = PACKAGES["node_modules/htmx.org"]["version"]
    assert f'"{version}"' in (VENDOR / "htmx.min.js").read_text()
    assert (VENDOR / "source-sans-3.woff2").read_bytes()[:4] == b"wOF2"
    assert "Zero-Clause BSD" in (VENDOR / "htmx.LICENSE").read_text()
    assert "SIL OPEN FONT LICENSE" in (VENDOR / "source-sans-3.LICENSE").read_text()
    notice = (ROOT / "NOTICE").read_text()
    for path in VENDOR.iterdir():
        assert path.name in notice or path.name == "stamp"


def test_git_has_none_of_them() -> None:
    git = shutil.which("git")
    if git is None or not (ROOT / ".git").exists():
        pytest.skip("no git here")
    listed = subprocess.run(
        [git, "ls-files", "challenge/web/static/vendor"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    assert listed.stdout == ""


def test_the_font_has_every_letter_of_dutch_and_english() -> None:
    # What the package's own stylesheet says of the file.
    ranges = "U+0000-00FF"
    low, high = (int(end, 16) for end in ranges[2:].split("-"))
    texts = "".join(p.read_text() for p in (WEB / "locale").glob("*/*.toml"))
    # Greek letters name what stands in formulas, which have the reader's own font.
    formulas = set("δπρτ")
    letters = {letter for letter in texts if letter.isalpha()} - formulas
    assert {"ë", "ï", "é"} & letters
    assert [letter for letter in letters if not low <= ord(letter) <= high] == []


def test_files_that_are_there_already_are_not_fetched_again(
    hook: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hook, "_install", lambda folder: pytest.fail("fetched"))
    assert hook.make_assets() is False


def test_another_lock_replaces_every_file(
    hook: ModuleType, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    assets, vendor = tmp_path / "assets", tmp_path / "vendor"
    shutil.copytree(WEB / "assets", assets)
    monkeypatch.setattr(hook, "ASSETS", assets)
    monkeypatch.setattr(hook, "VENDOR", vendor)
    contents = ["old", "new"]

    def install(folder: Path) -> None:
        text = contents.pop(0)
        for source in hook.FILES.values():
            path = folder / "node_modules" / source
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)

    monkeypatch.setattr(hook, "_install", install)
    assert hook.make_assets() is True
    (vendor / "left over").write_text("")
    lock = assets / "package-lock.json"
    lock.write_text(lock.read_text().replace("4.0.1", "4.0.2"))
    assert hook.make_assets() is True
    assert hook.make_assets() is False
    assert {path.name for path in vendor.iterdir()} == {*hook.FILES, "stamp"}
    assert {(vendor / name).read_text() for name in hook.FILES} == {"new"}


def test_one_file_that_is_gone_is_made_again(
    hook: ModuleType, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    vendor = tmp_path / "vendor"
    shutil.copytree(VENDOR, vendor)
    (vendor / "htmx.min.js").unlink()
    monkeypatch.setattr(hook, "VENDOR", vendor)

    def install(folder: Path) -> None:
        raise SystemExit("asked for")

    monkeypatch.setattr(hook, "_install", install)
    with pytest.raises(SystemExit, match="asked for"):
        hook.make_assets()


@pytest.mark.full
def test_a_source_distribution_carries_them(tmp_path: Path) -> None:
    """So that a wheel made from it needs no network."""
    uv = ROOT / ".venv" / "bin" / "uv"
    subprocess.run(
        [uv, "build", "--sdist", "--out-dir", tmp_path, ROOT],
        check=True,
        capture_output=True,
    )
    [path] = tmp_path.glob("*.tar.gz")
    with tarfile.open(path) as archive:
        names = {Path(name).name for name in archive.getnames()}
    assert {*(path.name for path in VENDOR.iterdir()), "build_assets.py"} <= names
