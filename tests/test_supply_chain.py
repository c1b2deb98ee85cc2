"""What is installed is what was chosen: pinned, hashed, licensed, and listed."""

from __future__ import annotations

import json
import re
import subprocess
import tomllib
from importlib.metadata import distributions
from importlib.util import find_spec, module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType

import pytest
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[1]
LOCK, DEPLOYED = (
    (ROOT / file).read_text("utf-8")
    for file in ("requirements.lock", "deploy/requirements.lock")
)
PAGE = (ROOT / "docs/supply-chain.md").read_text("utf-8")
# Written in two halves, or this file would be the first to hold them.
REGISTRIES = r"py" r"pi\.org|python" r"hosted\.org|registry\.(np" r"mjs|yarnpkg)"
NO_TEXT = {".woff2", ".png", ".zip", ".parquet"}


@pytest.fixture(scope="module")
def script() -> ModuleType:
    """Load build_sbom.py, which is no module of a package."""
    spec = spec_from_file_location("build_sbom", ROOT / "build_sbom.py")
    assert spec is not None
    assert spec.loader is not None
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def needed(script: ModuleType) -> set[str]:
    """Every package that is shipped; finding them takes most of a second."""
    found: set[str] = script.shipped()
    return found


def entries(lock: str = LOCK) -> list[tuple[str, str, str]]:
    """Name, version and the rest of every entry of a lock."""
    return re.findall(r"^([a-zA-Z0-9._-]+)==(\S+)(.*(?:\n {4}.*)*)", lock, re.M)


def locked() -> dict[str, set[str]]:
    """Versions of every package of the lock; several where Pythons differ."""
    found: dict[str, set[str]] = {}
    for name, version, _ in entries():
        found.setdefault(canonicalize_name(name), set()).add(version)
    return found


@pytest.mark.parametrize("lock", [LOCK, DEPLOYED], ids=["all", "image"])
def test_every_package_of_the_lock_is_pinned_and_has_its_hashes(lock: str) -> None:
    lines = [line for line in lock.splitlines() if line and not line.startswith(" ")]

    assert len(entries(lock)) == len(lines) > 100
    for name, _, rest in entries(lock):
        assert re.search(r"--hash=sha256:[0-9a-f]{64}\b", rest), name
    assert not re.search(r"^-|@ |https?://", lock, re.M)


def test_the_image_gets_no_package_version_or_file_that_the_lock_has_not(
    needed: set[str],
) -> None:
    chosen = {
        (name, version): set(re.findall(r"sha256:\w+", rest))
        for name, version, rest in entries()
    }
    names = set()
    for name, version, rest in entries(DEPLOYED):
        assert set(re.findall(r"sha256:\w+", rest)) == chosen[name, version], name
        names.add(canonicalize_name(name))

    assert {"fastapi", "sdv", "mlflow-skinny", "psycopg-binary", "s3fs"} <= names
    installed = {canonicalize_name(found.metadata["Name"]) for found in distributions()}
    assert {"pytest", "krippendorff"} <= installed - needed
    assert names & (installed - needed) == set()


def test_it_is_installed_with_hashes_required() -> None:
    for file in ("Makefile", "Dockerfile"):
        text = (ROOT / file).read_text("utf-8").replace("\\\n", " ")
        installs = re.findall(r"uv pip (?:sync|install)\b.*requirements\.lock", text)
        assert installs, file
        assert all("--require-hashes" in one for one in installs), file


def test_what_the_project_asks_for_is_locked() -> None:
    asked = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    lines = [
        *asked["project"]["dependencies"],
        *(x for one in asked["project"]["optional-dependencies"].values() for x in one),
        *asked["dependency-groups"]["dev"],
    ]
    names = {canonicalize_name(Requirement(line).name) for line in lines}

    assert names - locked().keys() == set()


def test_what_is_installed_is_what_was_locked() -> None:
    tools = {"kansrijk", "pip", "setuptools", "uv", "wheel"}
    other = {
        name: found.version
        for found in distributions()
        if (name := canonicalize_name(found.metadata["Name"])) not in tools
        and found.version not in locked().get(name, set())
    }

    assert other == {}


def test_torch_and_what_brings_it_are_neither_locked_nor_installed() -> None:
    for name in ("torch", "ctgan", "deepecho"):
        assert name not in locked()
        assert find_spec(name) is None


def test_no_file_in_git_names_a_package_registry() -> None:
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
    )
    if listed.returncode:
        pytest.skip("not a git checkout")
    named = [
        name
        for name in listed.stdout.split("\0")
        if name and (path := ROOT / name).is_file() and path.suffix not in NO_TEXT
        if re.search(REGISTRIES, path.read_text("utf-8", errors="replace"))
    ]

    assert named == []


def test_the_browsers_packages_have_digests_versions_and_no_address() -> None:
    folder = ROOT / "challenge/web/assets"
    packages = json.loads((folder / "package-lock.json").read_text())["packages"]
    others = {name: entry for name, entry in packages.items() if name}

    assert len(others) >= 2
    for entry in others.values():
        assert re.fullmatch(r"sha512-[\w+/]{86}==", entry["integrity"])
        assert re.fullmatch(r"[\d.]+", entry["version"])
        assert "resolved" not in entry


def test_everything_that_is_shipped_has_a_licence_that_somebody_judged(
    script: ModuleType, needed: set[str]
) -> None:
    licences = {name: script.licence(name) for name in needed}

    assert len(needed) > 100
    assert {"sdv", "mlflow-skinny", "fastapi", "psycopg-binary"} <= needed
    assert list(script.objections(licences)) == []
    for entry in script.components_of_the_browser():
        assert entry["licenses"][0]["license"]["id"] in script.PERMITTED


def test_a_test_oracle_under_the_gpl_is_not_shipped(
    script: ModuleType, needed: set[str]
) -> None:
    assert "krippendorff" in locked()
    assert "krippendorff" not in needed
    assert list(script.objections({"krippendorff": script.licence("krippendorff")}))


@pytest.mark.parametrize(
    ("said", "well"),
    [
        ("MIT", True),
        ("Apache-2.0 OR BSD-3-Clause", True),
        ("BSD-2-Clause AND Apache-2.0 WITH LLVM-exception", True),
        ("MIT AND (BSD-3-Clause OR Zlib)", True),
        ("", False),
        ("GPL-3.0-or-later", False),
        ("MIT AND AGPL-3.0-only", False),
        ("Proprietary", False),
    ],
)
def test_a_licence_that_is_unknown_or_binds_us_is_refused(
    script: ModuleType, said: str, well: bool
) -> None:
    assert (list(script.objections({"planted": said})) == []) is well


def test_each_exception_is_needed_and_stands_on_the_page(script: ModuleType) -> None:
    for name, reason in script.EXCEPTIONS.items():
        said = script.licence(name)
        assert set(re.split(" AND | OR ", said)) - script.PERMITTED, name
        assert reason.partition(":")[0] == said
        assert f"`{name}`" in PAGE
    for name in sorted(script.PERMITTED):
        assert f"`{name}`" in PAGE, name
    assert "BUSL-1.1" in (ROOT / "README.md").read_text("utf-8")


@pytest.mark.full
def test_the_list_is_valid_and_holds_every_locked_package_that_is_installed(
    script: ModuleType, tmp_path: Path
) -> None:
    target = tmp_path / "build" / "sbom.cdx.json"

    assert script.write(target) == []
    told = script.summary(target)
    assert str(target) in told
    assert re.search(r"\d{3} components, \d{3} of which are shipped", told)

    text = target.read_text("utf-8")
    told = json.loads(text)
    held = {canonicalize_name(one["name"]): one for one in told["components"]}
    installed = {canonicalize_name(found.metadata["Name"]) for found in distributions()}
    assert JsonStrictValidator(SchemaVersion.V1_6).validate_str(text) is None
    assert (locked().keys() & installed) - held.keys() == set()
    for name in locked().keys() & installed:
        assert held[name]["version"] in locked()[name]
    shipped = {name for name, one in held.items() if one["scope"] == "required"}
    assert shipped >= {*script.shipped(), "htmx-org"}
    assert [name for name in shipped if not held[name].get("licenses")] == []
    assert str(ROOT) not in text
