"""Every page, for every eye: axe, narrow screens, no script, nothing from elsewhere."""

from __future__ import annotations

from urllib.parse import quote, urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from challenge.web.policy import POLICY

from .conftest import OpenAs
from .day import ROLES, Day
from .pages import LANGUAGES, NOT_PAGES, NOWHERE, PAGES, WIDTHS, Stop

pytestmark = [pytest.mark.browser, pytest.mark.sandbox]
SCORECARD = "/submissions/{submission_id}/scorecard"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
EVERY_PAGE = pytest.mark.parametrize("stop", PAGES, ids=str)
# A tab of their own for each reader, who goes round in it: opening one costs seconds.
EVERY_READER = pytest.mark.parametrize(
    "reader", sorted({stop.reader for stop in PAGES}), ids=lambda who: who or "visitor"
)
# Of each kind: a board with pictures, a form with buttons, a table, tables with plots.
TELLING = ("/", "/jury/{team_name}", "/organiser", SCORECARD)
# What is drawn in the colour of the paper, on the paper: nobody sees it.
UNSEEN = """() => {
  const paper = getComputedStyle(document.body).backgroundColor;
  const nothing = ["none", "transparent", "rgba(0, 0, 0, 0)", paper];
  return [...document.querySelectorAll("main svg :is(line, circle, path, rect, text)")]
    .filter((one) => !one.closest("defs, symbol, pattern, .qr"))
    .filter((one) => {
      const { stroke, fill } = getComputedStyle(one);
      return nothing.includes(stroke) && nothing.includes(fill);
    }).map((one) => one.outerHTML);
}"""
# Under the focus: does a line stand around it?
UNMARKED = """() => [...document.querySelectorAll(
    "a[href], button, input, select, textarea, summary"
  )]
  .filter((one) => one.checkVisibility())
  .filter((one) => {
    one.focus({ focusVisible: true });
    const { outlineStyle, outlineWidth } = getComputedStyle(one);
    return document.activeElement === one
      && (outlineStyle === "none" || parseFloat(outlineWidth) < 2);
  }).map((one) => one.outerHTML)"""
MOVING = """() => [...document.querySelectorAll("*")]
  .filter((one) => parseFloat(getComputedStyle(one).transitionDuration) > 0
    || getComputedStyle(one).animationName !== "none")
  .map((one) => one.outerHTML)"""
# In px, where a browser begins with 16.
TWICE_THE_TEXT = {"fontSizes": {"standard": 32}}


def stops_of(reader: str) -> list[Stop]:
    """List what one reader opens."""
    return [stop for stop in PAGES if stop.reader == reader]


def visit(page: Page, stop: Stop, day: Day, language: str = "nl") -> None:
    """Open a page at its moment; it answers as it should."""
    day.go_to(stop.moment)
    asked = stop.path(day.names)
    answer = page.goto(f"{asked}?lang={language}")
    assert urlsplit(page.url).path == quote(asked), "another page came"
    assert answer
    assert answer.status == (404 if stop.route in NOWHERE else 200)


def hold(page: Page, stop: Stop, width: int) -> list[str]:
    """Hold a page against axe at a width: WCAG 2.2 A and AA, and good practice."""
    page.set_viewport_size({"width": width, "height": 900})
    found = Axe().run(page, options={"runOnly": RULES, "resultTypes": ["violations"]})
    said = [found.generate_report()] if found.violations_count else []
    return [f"{stop} at {width} px: {one}" for one in [*said, *measure(page)]]


def measure(page: Page) -> list[str]:
    """Look for a sideways scroll: WCAG 2.1, 1.4.10."""
    wide = page.evaluate("document.documentElement.scrollWidth - innerWidth")
    return [f"{page.url} is {wide} px too wide"] if wide > 0 else []


@EVERY_READER
def test_every_page_passes_axe_and_fits_a_narrow_screen(
    open_as: OpenAs, day: Day, reader: str
) -> None:
    page = open_as(reader, viewport={"width": WIDTHS[0], "height": 900})
    found: list[str] = []
    for stop in stops_of(reader):
        visit(page, stop, day)
        found += hold(page, stop, WIDTHS[0])
        page.set_viewport_size({"width": WIDTHS[-1], "height": 900})
        found += measure(page)
    assert found == []


# Contrast knows no language, and words know no colour: two of the four will do.
@pytest.mark.full
@pytest.mark.parametrize(("theme", "language"), [("light", "nl"), ("dark", "en")])
@EVERY_READER
def test_every_page_passes_axe_at_every_width_by_day_and_by_night(
    open_as: OpenAs, day: Day, reader: str, theme: str, language: str
) -> None:
    page = open_as(reader, color_scheme=theme)
    found: list[str] = []
    for stop in stops_of(reader):
        visit(page, stop, day, language)
        for width in WIDTHS:
            found += hold(page, stop, width)
    assert found == []


@pytest.mark.full
@pytest.mark.parametrize("language", LANGUAGES)
@EVERY_READER
def test_every_page_fits_at_twice_the_size(
    open_as: OpenAs, day: Day, reader: str, language: str
) -> None:
    small, large = open_as(reader), open_as(reader)
    small.set_viewport_size({"width": WIDTHS[0] // 2, "height": 450})
    large.set_viewport_size({"width": WIDTHS[0], "height": 900})
    large.context.new_cdp_session(large).send("Page.setFontSizes", TWICE_THE_TEXT)
    found: list[str] = []
    for stop in stops_of(reader):
        for page in (small, large):
            visit(page, stop, day, language)
            found += measure(page)
    assert found == []


@pytest.mark.parametrize("route", TELLING)
def test_in_the_colours_of_the_reader_pictures_and_focus_are_seen(
    open_as: OpenAs, day: Day, route: str
) -> None:
    stop = next(stop for stop in PAGES if stop.route == route)
    page = open_as(stop.reader, forced_colors="active", reduced_motion="reduce")
    visit(page, stop, day)
    assert page.locator("main svg, main input").count()
    assert page.evaluate(UNSEEN) == []
    assert page.evaluate(UNMARKED) == []
    assert page.evaluate(MOVING) == []


@EVERY_READER
def test_every_page_is_readable_without_javascript(
    open_as: OpenAs, day: Day, reader: str
) -> None:
    page = open_as(reader, java_script_enabled=False)
    for stop in stops_of(reader):
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
