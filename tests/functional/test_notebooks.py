"""The notebooks run from a kit as a team opens them: in Jupyter's kernel and marimo."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

from challenge.client import open_data
from challenge.kit.notebooks import write_notebooks
from challenge.kit.notebooks.writing import NOTEBOOKS
from challenge.synthesis import Release, build

from ..conftest import ROOT

pytestmark = pytest.mark.full
STRICT = "import warnings; warnings.simplefilter('error')"
# What ipykernel warns of when it is told to stop is not the notebook's.
LENIENT = "warnings.resetwarnings()"
SMALL = {"train": 3000, "practice": 1500, "board": 800, "final": 800, "external": 500}


def lay_out(release: Release, folder: Path, source: str) -> Path:
    """Make the kit of a team: its own files of a release, and the notebooks."""
    public, own = release.path / "public", f"sources/{source}/"
    for name in ("manifest.json", *release.manifest.files_of(source)):
        place = folder / "data" / name.removeprefix(own)
        place.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(public / name, place)
    write_notebooks(folder)
    return folder


@pytest.fixture(scope="module")
def quickstart(release: Release, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return lay_out(release, tmp_path_factory.mktemp("quickstart"), "all")


@pytest.fixture(scope="module")
def first_1000_days(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("first")
    content = ROOT / "datasets/first-1000-days"
    made = build(content, home / "releases", seed=1, rows=SMALL)
    return lay_out(made, home / "kit", "liss-whooz")


def run(kit: Path, language: str, name: str) -> nbformat.NotebookNode:
    """Run a notebook where it stands, with warnings as errors."""
    place = kit / "notebooks" / language / f"{NOTEBOOKS[name][language]}.ipynb"
    book = nbformat.read(place, as_version=4)
    book.cells.insert(0, nbformat.v4.new_code_cell(STRICT))
    book.cells.append(nbformat.v4.new_code_cell(LENIENT))
    where = {"metadata": {"path": str(place.parent)}}
    return NotebookClient(book, timeout=300, resources=where).execute()


def check(done: nbformat.NotebookNode, kit: Path) -> None:
    """See that nothing complained, pictures speak, and no household is shown."""
    outputs = [o for cell in done.cells for o in cell.get("outputs", [])]
    assert not [o for o in outputs if o.get("name") == "stderr"]
    pages = [o["data"].get("text/html", "") for o in outputs if "data" in o]
    pictures = [page for page in pages if "<img" in page]
    assert len(pictures) >= 3
    assert all(len(page.split('"')[1]) > 20 for page in pictures)
    text = json.dumps(outputs)
    data = open_data(kit / "data")
    for rows in (data.train, data.practice):
        assert not [key for key in rows.ids if key in text]


@pytest.mark.parametrize("name", NOTEBOOKS)
@pytest.mark.parametrize("language", ["nl", "en"])
def test_a_notebook_runs_on_the_smallest_challenge(
    language: str, name: str, quickstart: Path
) -> None:
    check(run(quickstart, language, name), quickstart)


@pytest.mark.parametrize("name", NOTEBOOKS)
def test_a_notebook_runs_on_the_first_1000_days_with_a_source_set(
    name: str, first_1000_days: Path
) -> None:
    check(run(first_1000_days, "nl", name), first_1000_days)


@pytest.mark.parametrize("name", NOTEBOOKS)
def test_a_notebook_runs_as_a_marimo_script(name: str, quickstart: Path) -> None:
    here = quickstart / "notebooks/nl"
    marimo = [sys.executable, "-m", "marimo"]
    script = f"{name}.py"
    told = [NOTEBOOKS[name]["nl"] + ".ipynb", "-o", script]
    for command in (
        [*marimo, "convert", *told],
        [*marimo, "check", "--strict", script],
        [sys.executable, "-W", "error", script],
    ):
        done = subprocess.run(command, cwd=here, capture_output=True, text=True)
        assert done.returncode == 0, done.stdout + done.stderr


def test_a_canvas_that_a_team_wrote_stays(quickstart: Path) -> None:
    canvas = quickstart / "notebooks/en/canvas.md"
    canvas.write_text("## 1. Picture of the target group\n\nParents we met.\n")

    done = run(quickstart, "en", "design-thinking")

    assert "Parents we met." in canvas.read_text()
    told = json.dumps([cell.get("outputs", []) for cell in done.cells])
    assert "1. Picture of the target group | 15 | yes" in told
