"""What comes out of a printer: the text of a page, and nothing to click on."""

from __future__ import annotations

import io
import re

import pypdf
import pytest
from playwright.sync_api import Page

from .conftest import OpenAs
from .day import DELIBERATION, JUROR, ORGANISER, TEAM, Day
from .pages import Stop

pytestmark = [pytest.mark.browser, pytest.mark.sandbox, pytest.mark.full]
# Said on the screen only: the menu, ways in and out, and every button.
SCREEN = ("Uitloggen", "Inloggen", "English", "Naar de inhoud", "Kleuren:")
PRINTED = (
    (Stop("/", moment="open"), ("Ranglijst", "Zwaluw", "Synthetische gegevens")),
    (
        Stop("/submissions/{submission_id}/scorecard", TEAM),
        ("Scorerapport van Zwaluw", "Synthetische gegevens"),
    ),
    (Stop("/jury/blank", JUROR, "jury"), ("Beoordeling op papier", "Bruikbaarheid")),
    (
        Stop("/jury/deliberation", ORGANISER, DELIBERATION),
        ("Overleg van de jury", "Zwaluw"),
    ),
    (
        Stop("/verdict", moment="closed"),
        ("De uitslag van de jury", "Hier kan iemand morgen mee beginnen."),
    ),
    (Stop("/organiser/script", ORGANISER), ("Draaiboek", "Bevroren")),
)


def read_printed(page: Page) -> list[str]:
    """Print on A4 and read each page as words with single spaces."""
    made = pypdf.PdfReader(io.BytesIO(page.pdf(format="A4")))
    return [" ".join(sheet.extract_text().split()) for sheet in made.pages]


@pytest.mark.parametrize(("stop", "words"), PRINTED, ids=[str(s) for s, _ in PRINTED])
def test_a_page_prints_its_text_without_the_menu(
    open_as: OpenAs, day: Day, stop: Stop, words: tuple[str, ...]
) -> None:
    page = open_as(stop.reader)
    day.go_to(stop.moment)
    page.goto(stop.path(day.names))
    sheets = read_printed(page)
    assert all(sheets), "a sheet is empty"
    text = " ".join(sheets)
    assert [word for word in words if word not in text] == []
    assert [word for word in SCREEN if word in text] == []
    # Where it comes from, when it was so, and in which phase.
    assert re.search(r"http://\S+ · stand van .* CES?T · fase: \w+", text)
