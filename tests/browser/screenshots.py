"""Take a picture of every page, in both languages, at three widths.

``make screenshots`` plays the demo on the quickstart, adds what else a day has, and
writes ``screenshots/<language>/<width>/<page>.png``. The folder is ignored by git; the
pictures of the README, in ``docs/``, are not.
"""

from __future__ import annotations

import io
import re
import shutil
import tempfile
from pathlib import Path
from typing import Any

from PIL import Image
from playwright.sync_api import Browser, sync_playwright
from rich.console import Console

from challenge.demo import Demo
from challenge.settings import Settings

from ..functional.conftest import Server
from .conftest import CHROMIUM, SWITCHES, log_in
from .day import TEAM, Day, furnish
from .pages import LANGUAGES, PAGES, WIDTHS, Stop

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "screenshots"
# What of a page the README shows: the top, at the first width, in the first language.
SHOWN = {
    "board": "/",
    "report": "/submissions/{submission_id}/scorecard",
}
TOP = {"x": 0, "y": 0, "width": WIDTHS[0], "height": 1070}
# Enough for paper, ink and one blue; a third of the bytes.
COLOURS = 64


class Stage(Demo):
    """A demo that hands over its server and tokens instead of printing them."""

    def _open_jury(self) -> None:
        """Leave the phases to `furnish`, whose teams still hand in."""

    def _judge(self, url: str, tokens: dict[str, str]) -> None:
        """Leave the ballots to `furnish`, which goes to the phase for them."""

    def _show(self, url: str, tokens: dict[str, str], board: dict[str, Any]) -> None:
        self.server = Server(url, self._settings, tokens, self._server)


def main() -> None:
    """Play the demo and take every picture."""
    console = Console(stderr=True)
    shutil.rmtree(FOLDER, ignore_errors=True)
    with tempfile.TemporaryDirectory() as home:
        settings = Settings(
            home=Path(home),
            content=ROOT / "datasets",
            baselines=ROOT / "baselines",
            challenge="quickstart",
            port=0,
        )
        with Stage(settings, console) as stage, sync_playwright() as playwright:
            stage.play()
            with stage.server.client(TEAM) as team:
                scored = team.submissions()[0]["id"]
            day = furnish(stage.server, scored)
            chromium = playwright.chromium.launch(
                executable_path=CHROMIUM, args=SWITCHES
            )
            for reader in sorted({stop.reader for stop in PAGES}):
                take_all(chromium, day, reader)
                show(chromium, day, reader)
            chromium.close()
        # What is published may not be changed, and the folder goes all the same.
        for path in Path(home).rglob("*"):
            path.chmod(0o700)
    console.print(f"{len([*FOLDER.rglob('*.png')])} pictures in {FOLDER.name}/")


def take_all(chromium: Browser, day: Day, reader: str) -> None:
    """Take the pictures of everything one reader opens."""
    page = chromium.new_page(base_url=day.server.url, color_scheme="light")
    if reader:
        log_in(page, day.server.tokens[reader])
    for stop in (stop for stop in PAGES if stop.reader == reader):
        day.go_to(stop.moment)
        for language in LANGUAGES:
            page.goto(f"{stop.path(day.names)}?lang={language}")
            for width in WIDTHS:
                page.set_viewport_size({"width": width, "height": 900})
                place = FOLDER / language / str(width) / f"{name_of(stop)}.png"
                page.screenshot(path=place, full_page=True)
    page.close()


def show(chromium: Browser, day: Day, reader: str) -> None:
    """Take the README's pictures of what one reader opens."""
    page = chromium.new_page(base_url=day.server.url, color_scheme="light")
    page.set_viewport_size({"width": WIDTHS[0], "height": TOP["height"]})
    if reader:
        log_in(page, day.server.tokens[reader])
    for name, route in SHOWN.items():
        stop = next(stop for stop in PAGES if stop.route == route)
        if stop.reader == reader:
            day.go_to(stop.moment)
            page.goto(f"{stop.path(day.names)}?lang={LANGUAGES[0]}")
            taken = Image.open(io.BytesIO(page.screenshot(clip=TOP)))
            place = ROOT / "docs" / f"{name}.png"
            taken.convert("RGB").quantize(COLOURS).save(place, optimize=True)
    page.close()


def name_of(stop: Stop) -> str:
    """Name the picture of a page after its address and its reader."""
    named = str(stop).replace("/", "/board", 1) if stop.route == "/" else str(stop)
    return re.sub(r"[^\w.]+", "-", named).strip("-")


if __name__ == "__main__":
    main()
