"""Chromium before a real server, with its real worker and sandbox.

Each test ends by looking at what its tabs said on the console and asked for.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Page,
    Playwright,
    Request,
    Response,
    expect,
    sync_playwright,
)

from challenge.settings import Settings

from ..functional.conftest import Server, run_server, sandbox_works
from .day import Day, spend

__all__ = ["sandbox_works"]

CHROMIUM = os.environ.get("CHROMIUM", "/usr/bin/chromium")
# Neither our machine's graphics nor anything of Chromium's own reaches outside.
SWITCHES = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
]
# Milliseconds that an element may take to appear.
PATIENCE = 30_000

OpenAs = Callable[..., Page]


@pytest.fixture(scope="session")
def chromium() -> str:
    """Skip where there is no browser; `tests/conftest.py` minds CI."""
    if not Path(CHROMIUM).exists():
        pytest.skip(f"no Chromium at {CHROMIUM}: apt install chromium, or set CHROMIUM")
    return CHROMIUM


@pytest.fixture(scope="session")
def day(
    chromium: str,
    sandbox_works: None,
    published_settings: Settings,
    bundle: Path,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Day]:
    """A server after a day's work, one per worker; a test that acts makes its own."""
    home = tmp_path_factory.mktemp("browser")
    (home / "releases").symlink_to(published_settings.home / "releases")
    shutil.copy(published_settings.home / "challenge.db", home)
    for server in run_server(published_settings.model_copy(update={"home": home})):
        yield spend(server, bundle)


@pytest.fixture(scope="session")
def server(day: Day) -> Server:
    """Give the server of the day."""
    return day.server


@pytest.fixture(scope="session")
def base_url(server: Server) -> str:
    """Give the address that ``page.goto("/")`` starts from."""
    return server.url


# Playwright's loop occupies its thread, and other modules' tests run loops of their
# own: it ends with the module, whatever order the tests come in.
@pytest.fixture(scope="module")
def playwright() -> Iterator[Playwright]:
    expect.set_options(timeout=PATIENCE)
    with sync_playwright() as running:
        yield running


@pytest.fixture(scope="module")
def browser(playwright: Playwright, chromium: str) -> Iterator[Browser]:
    running = playwright.chromium.launch(executable_path=chromium, args=SWITCHES)
    yield running
    running.close()


@pytest.fixture(scope="module")
def browser_context_args(base_url: str) -> dict[str, str]:
    return {"base_url": base_url, "locale": "nl-NL"}


@pytest.fixture
def complaints(base_url: str) -> Iterator[list[str]]:
    """What no page may do; a test fails of it at its end."""
    found: list[str] = []
    yield found
    assert found == []


@pytest.fixture
def open_as(
    new_context: Callable[..., BrowserContext],
    base_url: str,
    day: Day,
    complaints: list[str],
) -> OpenAs:
    """Open a tab of its own for somebody of the day; nobody: a visitor."""

    def tab(reader: str = "", **options: object) -> Page:
        context = new_context(**options)
        context.set_default_timeout(PATIENCE)
        watch(context, base_url, complaints)
        page = context.new_page()
        if reader:
            log_in(page, day.server.tokens[reader])
        return page

    return tab


@pytest.fixture
def page(open_as: OpenAs) -> Page:
    """Give a visitor's tab."""
    return open_as()


def log_in(page: Page, token: str) -> None:
    """Log in as a person does."""
    page.goto("/login")
    page.locator("[name=token]").fill(token)
    page.locator("[name=token]").press("Enter")
    page.wait_for_url(lambda url: not url.endswith("/login"))


def watch(context: BrowserContext, origin: str, complaints: list[str]) -> None:
    """Write down what a page says on the console, and what it asks elsewhere."""

    def console(message: ConsoleMessage) -> None:
        # A refused form is answered 422 on purpose; `answered` minds what a page is
        # made of. Chromium's hints on forms and on a slow machine are no fault.
        hints = ("Failed to load resource", "[DOM]", f"The resource {origin}/static/")
        hints += ("htmx: htmx:error: Failed to fetch",)  # a test cut the network
        if not message.text.startswith(hints):
            complaints.append(f"console: {message.text}")

    def asked(request: Request) -> None:
        if not request.url.startswith((f"{origin}/", "data:")):
            complaints.append(f"foreign: {request.url}")

    def answered(response: Response) -> None:
        wanted = response.request.resource_type in ("document", "fetch", "xhr")
        if response.status >= (500 if wanted else 400):
            complaints.append(f"{response.status}: {response.url}")

    context.on("console", console)
    context.on("weberror", lambda error: complaints.append(f"error: {error.error}"))
    context.on("request", asked)
    context.on("response", answered)
