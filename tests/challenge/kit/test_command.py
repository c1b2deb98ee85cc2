"""`challenge kit`: the data by the client, the rest beside it, what is ours stays."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from challenge.cli import app
from challenge.client import Client
from challenge.kit.folder import SCRIPT

TERMS = {"required": False, "release": "quickstart/1", "sha256": "", "text": {}}
FACTS = {
    "slug": "quickstart",
    "title": {"nl": "Snel", "en": "Quick"},
    "release": {"version": "1"},
    "terms": TERMS,
}


@pytest.fixture(autouse=True)
def server(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A server that gives one file; the real one is asked in the functional tests."""

    def download(self: Client, folder: Path, **_: object) -> list[Path]:
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "train.parquet").write_bytes(b"PAR1")
        return [folder / "train.parquet"]

    monkeypatch.setattr(Client, "challenge", lambda self: FACTS)
    monkeypatch.setattr(Client, "download", download)
    monkeypatch.setenv("CHALLENGE_URL", "http://kansrijk.example")
    monkeypatch.setenv("CHALLENGE_TOKEN", "kansrijk_x")
    monkeypatch.chdir(tmp_path)


def test_the_kit_comes_into_the_folder_where_somebody_is(tmp_path: Path) -> None:
    done = CliRunner().invoke(app, ["kit"])
    assert done.exit_code == 0, done.output
    assert (tmp_path / "data/train.parquet").is_file()
    assert (tmp_path / SCRIPT).is_file()
    assert "http://kansrijk.example/kit/" in (tmp_path / "README.md").read_text("utf-8")
    assert f"Next: `python {SCRIPT}`" in done.stderr


def test_run_again_it_says_what_it_left_alone(tmp_path: Path) -> None:
    CliRunner().invoke(app, ["kit", "day"])
    (tmp_path / "day" / SCRIPT).write_text("ours")
    done = CliRunner().invoke(app, ["kit", "day", "--json"])
    assert f"Kept day/{SCRIPT}: you changed it." in done.stderr
    assert (tmp_path / "day" / SCRIPT).read_text() == "ours"
    told = json.loads(done.stdout)
    assert told["kept"] == [SCRIPT]
    assert told["written"] == []
