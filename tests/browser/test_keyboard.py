"""Upload and ballot with the keyboard alone; and the way back to an upload."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from .conftest import OpenAs
from .day import JUROR, OTHER_TEAM, TEAM, Day

pytestmark = [pytest.mark.browser, pytest.mark.sandbox]
# More than any page has to go through.
LONGEST = 80
FOCUSED = """() => {
  const at = document.activeElement, style = getComputedStyle(at);
  const shown = style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) > 0;
  const words = (at.labels?.[0] ?? at).innerText ?? '';
  return [shown, at.name || '', words.trim()];
}"""


def tab_to(page: Page, *, name: str = "", words: str = "") -> None:
    """Press Tab until a control has the focus; wherever it is, one can see it."""
    for _ in range(LONGEST):
        page.keyboard.press("Tab")
        is_shown, at, said = page.evaluate(FOCUSED)
        assert is_shown, f"nobody sees the focus on {at or said!r}"
        if (name and at == name) or (words and said == words):
            return
    raise AssertionError(f"no Tab reaches {name or words!r}")


def test_a_team_hands_in_without_a_mouse(
    open_as: OpenAs, day: Day, tmp_path: Path
) -> None:
    day.go_to("open")
    page = open_as(OTHER_TEAM)
    # Long before the key: the browser is asked without waiting for its answer, and a
    # dialog that opens first is nobody's.
    page.on("filechooser", lambda _: None)
    broken = tmp_path / "broken.zip"
    broken.write_bytes(b"no zip at all")
    page.goto("/submissions")
    tab_to(page, name="note")
    page.keyboard.type("Zonder muis")
    tab_to(page, name="bundle")
    with page.expect_file_chooser() as chooser:
        page.keyboard.press("Space")
    chooser.value.set_files(broken)
    tab_to(page, words="Inzenden")
    page.keyboard.press("Enter")
    expect(page.get_by_text("Wat kun je doen?").first).to_be_visible()
    expect(page.get_by_label("Notitie")).to_have_value("Zonder muis")


# As a browser tells a page that it kept whole, and shows again.
BACK = "dispatchEvent(new PageTransitionEvent('pageshow', {persisted: true}))"
SENT = """document.querySelector('form[action^="/submissions"]')
  .dispatchEvent(new SubmitEvent('submit', {bubbles: true, cancelable: true}))"""


def test_whoever_goes_back_to_an_upload_gets_a_form_with_a_key_of_its_own(
    open_as: OpenAs, day: Day
) -> None:
    day.go_to("open")
    page = open_as(OTHER_TEAM)
    page.goto("/submissions")
    form = page.locator('form[action^="/submissions"]')
    key, note = form.get_attribute("action"), page.get_by_label("Notitie")
    note.fill("Nog niet verstuurd")
    page.evaluate(BACK)  # from somewhere else: nothing was sent, nothing is lost
    expect(note).to_have_value("Nog niet verstuurd")
    expect(form).to_have_attribute("action", key)
    page.evaluate(SENT)
    page.evaluate(BACK)
    expect(form).not_to_have_attribute("action", key)


def test_a_juror_fills_in_a_ballot_without_a_mouse(open_as: OpenAs, day: Day) -> None:
    day.go_to("jury")
    page = open_as(JUROR)
    page.goto(f"/jury/{TEAM}")
    tab_to(page, words="Heropenen")
    page.keyboard.press("Enter")
    points = page.get_by_role("group", name="Bruikbaarheid")
    expect(points).to_be_visible()
    tab_to(page, name="points_bruikbaarheid")
    page.keyboard.press("ArrowUp")
    expect(points.get_by_role("radio", name=re.compile("^3"))).to_be_checked()
    page.keyboard.press("ArrowDown")
    expect(points.get_by_role("radio", name=re.compile("^4"))).to_be_checked()
    tab_to(page, name="note")
    page.keyboard.press("Control+End")
    page.keyboard.type(" Ook zonder muis.")
    tab_to(page, words="Indienen")
    page.keyboard.press("Space")
    expect(page.get_by_text("Ook zonder muis.")).to_be_visible()
    expect(page.get_by_role("button", name="Heropenen")).to_be_visible()
