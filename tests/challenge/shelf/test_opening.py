"""Which shelf the settings name, and what it costs who names none."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from pydantic import ValidationError

from challenge.settings import Settings
from challenge.shelf import Folder, open_shelf


@pytest.mark.parametrize("given", [None, "", "elsewhere", Path("elsewhere")])
def test_anything_but_an_address_is_a_folder(given: object, tmp_path: Path) -> None:
    chosen = Settings(home=tmp_path, files=given)
    assert chosen.files_address == ""
    assert open_shelf(chosen) == Folder(Path("elsewhere") if given else tmp_path)


@pytest.mark.parametrize("address", ["s3://kansrijk", "s3://kansrijk/2026/day_1/"])
def test_an_address_is_a_bucket_and_perhaps_a_prefix(
    address: str, tmp_path: Path
) -> None:
    chosen = Settings(home=tmp_path, files=address)
    assert chosen.files_address == address.rstrip("/")
    # A folder of its own: nothing that a backup of the home has to keep.
    assert chosen.files_folder == tmp_path / "copies" / str(os.getuid())
    again = {**chosen.environment()}["CHALLENGE_FILES"]
    assert Settings(home=tmp_path, files=again) == chosen


@pytest.mark.parametrize(
    "address",
    [
        *(
            "s3://",
            "s3:/kansrijk",
            "s3:kansrijk",
            "s3://K",
            "s3://a?b",
            "gs://kansrijk",
        ),
        *("s3://kansrijk//x", "s3://kansrijk/../x", "s3://key:secret@kansrijk/x"),
        *("https://kansrijk.example/files", "s3://kansrijk/a b", "file:///srv"),
    ],
)
def test_any_other_address_is_refused_with_what_would_do(address: str) -> None:
    with pytest.raises(ValidationError, match="neither a folder nor an s3://bucket"):
        Settings(files=address)


def loaded(script: str) -> set[str]:
    done = subprocess.run(
        [sys.executable, "-c", f"{script}\nimport sys; print(*sys.modules)"],
        env={**os.environ, "CHALLENGE_FILES": ""},
        capture_output=True,
        text=True,
        check=True,
    )
    return set(done.stdout.split())


def test_a_service_with_a_folder_loads_nothing_of_object_storage() -> None:
    script = """
import challenge.cli, challenge.serving, challenge.worker
from challenge.settings import Settings
from challenge.shelf import open_shelf
open_shelf(Settings())"""
    assert {"fsspec", "upath", "s3fs", "botocore"} & loaded(script) == set()


def test_an_address_without_the_extra_is_told_by_its_name(tmp_path: Path) -> None:
    script = """
import sys; sys.modules["s3fs"] = None
from challenge.settings import Settings
from challenge.shelf import open_shelf
from challenge.terminal import explained
with explained(): open_shelf(Settings())"""
    done = subprocess.run(
        [sys.executable, "-c", script],
        env={
            **os.environ,
            "CHALLENGE_FILES": "s3://kansrijk/x",
            "CHALLENGE_HOME": str(tmp_path),
        },
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert "the extra `objects`" in " ".join(done.stderr.split())
