"""The challenge page: first what is known, then the data, and who answers for it."""

from __future__ import annotations

from pathlib import Path

import httpx
import pytest

from challenge.brief import read_brief
from challenge.brief.organiser import Organiser
from challenge.web.public import governance, indicators

from .conftest import Ask
from .entrance import get

DATASETS = Path(__file__).parents[3] / "datasets"


@pytest.fixture
def dutch(ask: Ask) -> httpx.Response:
    [answer] = ask([get("/challenge?lang=nl")])
    return answer


def test_what_is_known_comes_before_the_data(dutch: httpx.Response) -> None:
    order = [
        dutch.text.index(f'id="{part}"')
        for part in ("evidence", "target", "rules", "rubric", "governance", "data")
    ]
    assert order == sorted(order)


def test_every_point_of_the_rubric_says_what_it_means(dutch: httpx.Response) -> None:
    brief = read_brief(DATASETS / "quickstart")
    for criterion in brief.rubric:
        assert f'id="criterion-{criterion.slug}"' in dutch.text
        for words in criterion.anchors.values():
            assert words.nl in dutch.text


def test_phases_have_a_time_in_the_zone_of_the_event(dutch: httpx.Response) -> None:
    assert "Tijden op de klok van Europe/Amsterdam." in dutch.text
    for phase in ("Wedstrijd", "Bevroren"):
        assert f'<th scope="row">{phase}</th>' in dutch.text


def test_governance_names_intended_and_forbidden_use(dutch: httpx.Response) -> None:
    _, _, told = dutch.text.partition('id="governance"')
    assert "Met wie is gesproken" in told
    assert "nog niet ingevuld" in told
    assert "welke vraag je aan echte gegevens kunt stellen" in told
    assert "Niet voor besluiten over een gezin, uitkering" in told
    assert "It says nothing about existing families" in told


def test_what_nobody_filled_in_stays_empty_and_markdown_is_plain() -> None:
    brief = read_brief(DATASETS / "quickstart")
    assert governance(brief, Organiser()).terms == ()
    organiser = Organiser(
        contact="post@example.org",
        text="## Uses\nOne\nline.\n\n- **Bold** `x` <b>.\n- two\n<!-- no -->\n",
    )
    told = governance(brief, organiser)
    assert told.contact == "post@example.org"
    assert told.intended == ("One line.", "Bold x <b>.", "two")


def test_evidence_is_gathered_by_what_it_is_about() -> None:
    brief = read_brief(DATASETS / "first-1000-days")
    found = indicators(brief)
    assert sum(len(one.evidence) for one in found) == len(brief.evidence)
    assert len(found) == len({known.indicator for known in brief.evidence})
    assert not isinstance(found[0].label, str)
