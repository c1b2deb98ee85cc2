"""Settings travel as the variables they are read from."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from challenge.records import Loader
from challenge.settings import Settings


def test_another_process_reads_the_same_settings() -> None:
    settings = Settings(
        home=Path("elsewhere"),
        port=81,
        lease_seconds=2.5,
        pool={Loader.BOOSTER: 3},
        engine_ca=Path("ca.pem"),
    )
    script = (
        "from challenge.settings import Settings; print(Settings().model_dump_json())"
    )
    read = subprocess.run(
        [sys.executable, "-c", script],
        env=settings.environment(),
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    assert json.loads(read) == json.loads(settings.model_dump_json())


def test_the_database_is_a_file_under_home_unless_told_otherwise() -> None:
    assert Settings(home=Path("x")).database == "sqlite:///x/challenge.db"
    assert Settings(database_url="sqlite://").database == "sqlite://"
