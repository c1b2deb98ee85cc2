"""Every page, for every eye: axe, narrow screens, no script, nothing from elsewhere."""

from __future__ import annotations

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from challenge.web.policy import POLICY

from .conftest import OpenAs
from .day import ROLES, Day
from .pages import NOT_PAGES, NOWHERE, PAGES, WIDTHS, Stop

pytestmark = [pytest.mark.browser, pytest.mark.sandbox]
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
EVERY_PAGE = pytest.mark.parametrize("stop", PAGES, ids=str)


def visit(page: Page, stop: Stop, day: Day) -> None:
    """Open a page at its moment; it answers as it should."""
    day.go_to(stop.moment)
    answer = page.goto(stop.path(day.names))
    assert answer.status == (404 if stop.route in NOWHERE else 200)


def check_readable(page: Page) -> None:
    """Hold the page against axe, and look for a sideways scroll."""
    found = Axe().run(page, options={"runOnly": RULES, "resultTypes": ["violations"]})
    assert found.violations_count == 0, found.generate_report()


def check_width(page: Page) -> None:
    """Look for a sideways scroll: WCAG 2.1, 1.4.10."""
    wide = page.evaluate("document.documentElement.scrollWidth - innerWidth")
    assert wide <= 0, f"{wide} px too wide"


@EVERY_PAGE
def test_a_page_passes_axe_and_fits_a_narrow_screen(
    open_as: OpenAs, day: Day, stop: Stop
) -> None:
    page = open_as(stop.reader, viewport={"width": 1280, "height": 900})
    visit(page, stop, day)
    check_readable(page)
    page.set_viewport_size({"width": 320, "height": 900})
    check_width(page)


@pytest.mark.full
@pytest.mark.parametrize(("theme", "language"), [("light", "nl"), ("dark", "en")])
@EVERY_PAGE
def test_a_page_passes_axe_at_every_width_by_day_and_by_night(
    open_as: OpenAs, day: Day, stop: Stop, theme: str, language: str
) -> None:
    page = open_as(stop.reader, color_scheme=theme)
    visit(page, stop, day)
    page.goto(f"{stop.path(day.names)}?lang={language}")
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 900})
        check_readable(page)
        check_width(page)


@pytest.mark.parametrize("reader", sorted({stop.reader for stop in PAGES}))
def test_every_page_is_readable_without_javascript(
    open_as: OpenAs, day: Day, reader: str
) -> None:
    page = open_as(reader, java_script_enabled=False)
    for stop in (stop for stop in PAGES if stop.reader == reader):
        visit(page, stop, day)
        expect(page.locator("main h1")).to_be_visible()
        for form in page.locator("main form:not(details:not([open]) form)").all():
            expect(form.locator("button").first).to_be_visible()


def test_every_page_that_somebody_may_open_is_on_the_round() -> None:
    routes = {path for method, path in POLICY.routes if method == "GET"}
    pages = {path for path in routes if not path.startswith(("/api", "/health"))}
    pages |= {"/api/docs"}
    assert {stop.route for stop in PAGES} - {*NOWHERE} == pages - {*NOT_PAGES}


@EVERY_PAGE
def test_whoever_opens_a_page_may(stop: Stop) -> None:
    role = ROLES.get(stop.reader)
    assert stop.route in NOWHERE or POLICY.admits("GET", stop.route, role)
