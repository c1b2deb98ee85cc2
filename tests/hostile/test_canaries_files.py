"""What is planted as a secret is in no file that leaves: exports, and MLflow's."""

from __future__ import annotations

import asyncio
import gzip
import io
import json
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path

import httpx
import pandas as pd
import pytest
from typer.testing import CliRunner

from challenge.brief import read_brief
from challenge.cli import app as cli
from challenge.rules.recording import Recording
from challenge.settings import Settings
from challenge.shelf import Folder
from challenge.synthesis import Release
from challenge.tracking import Tracker
from challenge.web.app import create_app

from ..challenge.web.canaries import (
    PHASES,
    READERS,
    Finder,
    read_table,
    texts_in,
    unpacked,
)
from ..challenge.web.plantation import SCORED, Plantation
from ..challenge.web.test_canaries import ask_for
from ..factories import QUICKSTART, small_bundle

TABLE = read_table()
# What recomputes the board is labels and what was drawn; never a way in, and no text.
AUDITED = {
    *("board-exact", "final-exact", "external-exact", "replicates", "board-groups"),
    *("seed", "salt", "effects", "hidden-labels", "submission-id", "bundle-sha256"),
}
# A zip a team with what is theirs, for whoever goes on with it.
INHERITED = {
    *("pitch-title", "pitch-text", "pitch-canvas", "pitch-link", "pitch-pdf"),
    # Its feedback too, with the verdict.
    *(
        "ballot-note",
        "interpretation",
        "card",
        "submission-id",
        "bundle-sha256",
    ),
}


@pytest.fixture
def world(settings: Settings, release: Release) -> Iterator[Plantation]:
    made = Plantation(settings, release)
    bundles = settings.files_folder / "bundles"
    bundles.mkdir(parents=True, exist_ok=True)
    (bundles / "ab.zip").write_bytes(small_bundle())
    yield made
    made.database.close()


def found_in(world: Plantation, folder: Path) -> dict[str, list[str]]:
    """Name what is found, with the files where it stands."""
    finder, found = Finder(world.planted()), {}
    for name, texts in texts_in(folder):
        for item in finder.find(texts, least=2):
            found.setdefault(item, []).append(name)
    return found


def export(world: Plantation, folder: Path, *words: str) -> None:
    settings = world._settings
    env = {
        "CHALLENGE_HOME": str(settings.home),
        "CHALLENGE_CONTENT": str(settings.content),
        "CHALLENGE_CHALLENGE": "quickstart",
        "CHALLENGE_DATABASE_URL": settings.database_url,
    }
    told = CliRunner().invoke(
        cli, ["export", str(folder), "--by", "Wulp", *words], env=env
    )
    assert told.exit_code == 0, told.stderr


def test_no_export_tells_what_its_reader_may_not_know(
    world: Plantation, tmp_path: Path
) -> None:
    world.go("closed")
    public = {name for name, rule in TABLE.items() if rule.permits("visitor", "closed")}
    for audience, words, allowed in (
        ("auditor", (), AUDITED | public),
        ("next-pilot", (), INHERITED | public),
        ("partner", ("--table", "parents"), public),
    ):
        folder = tmp_path / audience
        export(world, folder, "--for", audience, *words)
        found = found_in(world, folder)
        assert found, audience
        leaks = {item: at for item, at in found.items() if item not in allowed}
        assert leaks == {}, audience


def tracked(world: Plantation) -> Tracker:
    """Write what was scored to a real MLflow store."""
    with world.database.begin() as unit:
        unit.results._connection.exec_driver_sql("UPDATE results SET run_id = NULL")
    home, brief = world._settings.home, read_brief(QUICKSTART)
    tracker = Tracker(home / "mlflow", challenge=brief.slug)
    shelf = Folder(world._settings.files_folder)
    recording = Recording(
        world.database,
        tracker,
        release=world._release,
        policy=brief.policy,
        shelf=shelf,
    )
    assert recording.catch_up()
    return tracker


@pytest.mark.full
# MLflow leaves the file of an artefact open that it serves.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_mlflow_has_what_the_desk_may_know_and_nobody_else_comes_near_it(
    world: Plantation,
) -> None:
    tracker = tracked(world)
    allowed = {
        name for name, rule in TABLE.items() if rule.permits("organiser", "open")
    }
    found = found_in(world, world._settings.home / "mlflow")
    assert {"board-exact", "submission-id"} <= set(found) <= allowed
    [run] = tracker.runs()[SCORED]
    found_by, leaks = asyncio.run(serve(world, run))
    assert "board-exact" in found_by["organiser"]
    assert set(found_by) == set(READERS)
    assert leaks == []


async def serve(
    world: Plantation, run: str
) -> tuple[dict[str, set[str]], list[tuple[str, str, str]]]:
    """Ask for everything that MLflow has of a run, as everybody, in every phase."""
    app, finder = create_app(world._settings), Finder(world.planted())
    api = "/mlflow/ajax-api/2.0/mlflow"
    asked = (
        *(f"{api}/runs/get?run_id={run}", f"{api}/artifacts/list?run_id={run}"),
        f"/mlflow/get-artifact?path=scorecard.json&run_uuid={run}",
        f"/mlflow/get-artifact?path=bundle/bundle.zip&run_uuid={run}",
        f"{api}/experiments/search?max_results=5",
    )
    found: dict[str, set[str]] = {reader: set() for reader in READERS}
    leaks = []
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(transport=transport) as client,
    ):
        for phase in PHASES:
            world.go(phase)
            for reader in READERS:
                for path in asked:
                    answer = await client.send(ask_for(world, path, reader))
                    is_served = answer.status_code == 200
                    assert is_served == (reader == "organiser"), path
                    for item in finder.find(unpacked(answer.content)):
                        found[reader].add(item)
                        if not TABLE[item].permits(reader, phase):
                            leaks.append((reader, phase, item))
    return found, leaks


def zipped(content: bytes, name: str = "x") -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", 8) as archive:
        archive.writestr(name, content)
    return file.getvalue()


def in_parquet(text: str) -> bytes:
    file = io.BytesIO()
    pd.DataFrame({"what": ["x", f"<{text}>"]}).to_parquet(file)
    return file.getvalue()


WAYS = {
    "plain": lambda text: text.encode(),
    "json": lambda text: json.dumps({"a": [text]}).encode(),
    "zip": lambda text: zipped(text.encode()),
    "name in a zip": lambda text: zipped(b"", text.replace("/", "") or "x"),
    "zip in a zip": lambda text: zipped(zipped(text.encode())),
    "gzip": lambda text: gzip.compress(text.encode()),
    "gzip in a zip": lambda text: zipped(gzip.compress(text.encode())),
    "pdf": lambda text: (
        b"%PDF-1.7\nstream\n" + zlib.compress(text.encode()) + b"\nendstream\n%%EOF"
    ),
    "parquet": in_parquet,
    "parquet in a zip": lambda text: zipped(in_parquet(text)),
}


@pytest.fixture(scope="module")
def planted(
    release: Release, published_settings: Settings, tmp_path_factory
) -> dict[str, object]:
    home = tmp_path_factory.mktemp("bites")
    (home / "releases").symlink_to(published_settings.home / "releases")
    (home / "challenge.db").write_bytes(
        (published_settings.home / "challenge.db").read_bytes()
    )
    made = Plantation(
        published_settings.model_copy(update={"home": home, "database_url": ""}),
        release,
    )
    made.database.close()
    return made.planted()


@pytest.mark.parametrize("way", WAYS)
def test_a_leak_of_any_planted_thing_is_found_however_it_is_packed(
    planted: dict, way: str
) -> None:
    finder = Finder(planted)
    missed = [
        item
        for item, one in planted.items()
        for text in [*one.words, *(f" {n} " for n in one.numbers)][:3]
        if way != "name in a zip" or "/" not in text
        if item not in finder.find(unpacked(WAYS[way](text)))
        if not (way == "json" and json.dumps(text) != f'"{text}"')
    ]
    assert missed == []
    assert finder.find(unpacked(WAYS[way]("niets"))) == set()
