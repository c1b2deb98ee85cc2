"""A juror on a phone: the network drops, the session ends, another device is ahead."""

from __future__ import annotations

import shutil
import socket
import threading
import time
from collections.abc import Callable, Iterator

import pytest
import uvicorn
from playwright.sync_api import BrowserContext, Page, expect

from challenge.settings import Settings
from challenge.web.app import create_app

from ..challenge.web.juries import Jury
from .conftest import PATIENCE, log_in, watch

pytestmark = pytest.mark.browser
PHONE = {"viewport": {"width": 390, "height": 844}}
POINTS = "[name=points_bruikbaarheid]"


@pytest.fixture(scope="session")
def jury(
    published_settings: Settings, tmp_path_factory: pytest.TempPathFactory
) -> Jury:
    """Give a home of its own, in phase jury, with two pitches."""
    home = tmp_path_factory.mktemp("jury")
    (home / "releases").symlink_to(published_settings.home / "releases")
    shutil.copy(published_settings.home / "challenge.db", home)
    return Jury(published_settings.model_copy(update={"home": home}))


@pytest.fixture(scope="session")
def base_url(chromium: str, jury: Jury) -> Iterator[str]:
    """Serve it without a worker: nobody submits a model here."""
    listener = socket.socket()
    listener.bind(("127.0.0.1", 0))
    config = uvicorn.Config(
        create_app(jury.settings), log_level="warning", timeout_graceful_shutdown=1
    )
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
    thread.start()
    while not server.started:
        time.sleep(0.02)
    yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    server.should_exit = True
    thread.join(10)


@pytest.fixture
def open_phone(
    new_context: Callable[..., BrowserContext],
    base_url: str,
    complaints: list[str],
) -> Callable[..., Page]:
    """Open a tab on a device of its own, where a juror logs in."""

    def tab(juror: str, token: str, **options: object) -> Page:
        context = new_context(**PHONE, **options)
        context.set_default_timeout(PATIENCE)
        watch(context, base_url, complaints)
        page = context.new_page()
        log_in(page, token)
        return page

    return tab


def drafts(page: Page) -> list[str]:
    return page.evaluate("Object.keys(localStorage)")


def test_what_is_typed_while_the_network_is_down_is_saved_when_it_comes_back(
    open_phone: Callable[..., Page], jury: Jury
) -> None:
    page = open_phone("Ans", jury.tokens["Ans"])
    page.goto("/jury/Zwaluw")
    page.locator(f"{POINTS}[value='3']").check()
    expect(page.locator("#saved")).to_contain_text("Opgeslagen")
    page.context.set_offline(True)
    page.locator(f"{POINTS}[value='4']").check()
    page.locator("[name=note]").fill("Getypt zonder wifi.")
    expect(page.locator("[data-unsent]")).to_have_text(
        "2 wijzigingen nog niet verstuurd"
    )
    page.get_by_role("button", name="Indienen").click()
    expect(page.locator("[name=note]")).to_have_value("Getypt zonder wifi.")
    page.context.set_offline(False)
    expect(page.locator("[data-unsent]")).to_be_empty()
    assert drafts(page) == []
    page.reload()
    expect(page.locator("[name=note]")).to_have_value("Getypt zonder wifi.")
    expect(page.locator(f"{POINTS}[value='4']")).to_be_checked()
    page.get_by_role("button", name="Indienen").click()
    expect(page.locator("#saved")).to_contain_text("Ingediend")
    assert drafts(page) == []


def test_a_closed_tab_loses_nothing_and_the_list_sends_what_is_left(
    open_phone: Callable[..., Page], jury: Jury
) -> None:
    page = open_phone("Bo", jury.tokens["Bo"])
    page.goto("/jury/Grutto")
    page.context.set_offline(True)
    page.locator("[name=note]").fill("Voor de koffie.")
    expect(page.locator("[data-unsent]")).to_have_text("1 wijziging nog niet verstuurd")
    context = page.context
    page.close()
    context.set_offline(False)
    page = context.new_page()
    page.goto("/jury")
    expect(page.locator("[data-unsent]")).to_be_empty()
    page.goto("/jury/Grutto")
    expect(page.locator("[name=note]")).to_have_value("Voor de koffie.")


def test_an_expired_session_is_told_and_what_was_typed_comes_along(
    open_phone: Callable[..., Page], jury: Jury
) -> None:
    page = open_phone("Bo", jury.tokens["Bo"])
    page.goto("/jury/Zwaluw")
    cookies = page.context.cookies()
    page.context.clear_cookies()
    page.locator("[name=note]").fill("Na de pauze.")
    expect(page.locator("#expired")).to_be_visible()
    expect(page.locator("[name=note]")).to_have_value("Na de pauze.")
    page.context.add_cookies(cookies)
    page.goto("/jury/Zwaluw")
    expect(page.locator("#saved")).to_contain_text("Opgeslagen")
    expect(page.locator("[name=note]")).to_have_value("Na de pauze.")
    assert drafts(page) == []


def test_two_devices_are_compared_and_the_juror_chooses(
    open_phone: Callable[..., Page], jury: Jury
) -> None:
    phone = open_phone("Ans", jury.tokens["Ans"])
    laptop = open_phone("Ans", jury.tokens["Ans"])
    for page in (phone, laptop):
        page.goto("/jury/Grutto")
    laptop.locator("[name=note]").fill("Van de laptop.")
    expect(laptop.locator("#saved")).to_contain_text("Opgeslagen")
    phone.locator("[name=note]").fill("Van de telefoon.")
    phone.get_by_role("button", name="Vergelijk en kies").click()
    phone.get_by_label("Al opgeslagen").check()
    phone.get_by_role("button", name="Bewaren").click()
    expect(phone.locator("[name=note]")).to_have_value("Van de laptop.")
    expect(phone.locator("[data-unsent]")).to_be_empty()
    assert drafts(phone) == []


def test_drafts_of_one_juror_are_not_the_next_ones_and_leave_with_them(
    open_phone: Callable[..., Page], jury: Jury
) -> None:
    page = open_phone("Bo", jury.tokens["Bo"])
    page.evaluate(
        "localStorage.setItem('kansrijk-draft:999:Zwaluw', JSON.stringify("
        "{body: 'version=0&note=Van+een+ander', version: '0', count: 1, sent: false}))"
    )
    page.goto("/jury/Zwaluw")
    expect(page.locator("[data-unsent]")).to_be_empty()
    expect(page.locator("[name=note]")).not_to_have_value("Van een ander")
    page.route("**/jury/Zwaluw", lambda route: route.abort())
    page.locator("[name=note]").fill("Nog niet weg.")
    expect(page.locator("[data-unsent]")).not_to_be_empty()
    page.locator("form[action='/logout'] button").click()
    page.wait_for_url(lambda url: not url.endswith("/jury/Zwaluw"))
    assert drafts(page) == ["kansrijk-draft:999:Zwaluw"]


def test_a_ballot_is_submitted_and_reopened_without_a_script(
    open_phone: Callable[..., Page], jury: Jury
) -> None:
    page = open_phone("Bo", jury.tokens["Bo"], java_script_enabled=False)
    page.goto("/jury/Grutto")
    page.locator(f"{POINTS}[value='2']").check()
    page.get_by_role("button", name="Indienen").click()
    assert "Ingediend" in page.locator("#saved").inner_text()
    page.get_by_role("button", name="Heropenen").click()
    assert page.locator(f"{POINTS}[value='2']").is_checked()
