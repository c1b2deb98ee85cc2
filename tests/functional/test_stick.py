"""A USB stick gets a laptop without a network as far as a score of its own."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest
from typer.testing import CliRunner

from challenge.cli import app
from challenge.settings import Settings

from .typist import Typist

pytestmark = pytest.mark.full
LIMIT_SECONDS = 240.0
# What a laptop without a network has of an index: nothing at all.
ALONE = {"PIP_CONFIG_FILE": "/dev/null", "PIP_INDEX_URL": "http://127.0.0.1:9"}


def test_what_the_stick_says_works_without_a_network(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    usb, laptop, home = (tmp_path / name for name in ("usb", "laptop", "own"))
    for place in (usb, home):
        place.mkdir()
    words = ["stick", str(usb), "--by", "Naam", "--wheels"]
    made = CliRunner().invoke(app, words, env=settings.environment())
    assert made.exit_code == 0, made.output
    [written] = usb.iterdir()
    shutil.copytree(written, laptop)
    shutil.rmtree(usb)
    text = (laptop / "README.txt").read_text("utf-8")
    [steps] = re.findall(r"^2\. .*?\n\n(.*?)\n\n", text, re.M | re.S)
    for name in ("PIP_FIND_LINKS", "PIP_EXTRA_INDEX_URL"):
        monkeypatch.delenv(name, raising=False)
    for name, value in ALONE.items():
        monkeypatch.setenv(name, value)

    with Typist(laptop, home) as typist:
        for line in ["sha256sum -c SHA256SUMS", *map(str.strip, steps.splitlines())]:
            code, shown, _ = typist.type(line, {}, limit_seconds=LIMIT_SECONDS)
            assert code == 0, f"{line}\n{shown}"

    assert [*laptop.glob("*/model.zip")]
