"""Teams from a spreadsheet: seen first, then made in one go or not at all."""

from __future__ import annotations

import html
import re

import httpx
import pytest

from challenge.records import Role
from challenge.web.cookies import SESSION_COOKIE

from .conftest import Ask
from .entrance import SITE, Desk, get, now, post

PAGE = "/organiser/people/list"


@pytest.fixture
def organiser(desk: Desk) -> str:
    """A session of an organiser."""
    return desk.session(desk.add(Role.ORGANISER, "Organisatie")[0])


def upload(sheet: bytes, secret: str, *, names: str = "") -> httpx.Request:
    headers = {
        "Accept": "text/html",
        "Origin": SITE,
        "Cookie": f"{SESSION_COOKIE}={secret}",
    }
    name = "teams.csv" if sheet else ""
    files = {"sheet": (name, sheet, "text/csv")}
    return httpx.Request(
        "POST", SITE + PAGE, headers=headers, files=files, data={"names": names}
    )


def lines(answer: httpx.Response) -> list[tuple[int, str, str]]:
    """Read the preview: number, name, and which icon stands with it."""
    table = answer.text.partition('id="preview"')[2].partition("</table>")[0]
    return [
        (int(number), html.unescape(name), icon)
        for number, name, icon in re.findall(
            r'<td class="n"[^>]*>(\d+)</td><th scope="row">(.*?)</th>.*?#i-(\w+)', table
        )
    ]


def invited(desk: Desk) -> list[str]:
    with desk.database.read() as unit:
        return sorted(i.name for i in unit.invitations.open(now=now()))


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252"])
def test_a_sheet_is_shown_first_and_made_with_a_second_click(
    ask: Ask, desk: Desk, organiser: str, encoding: str
) -> None:
    sheet = "Naam\r\nZwaluw\r\nFrühling;all\r\n".encode(encoding)

    [seen] = ask([upload(sheet, organiser)])

    assert seen.status_code == 200
    assert lines(seen) == [(2, "Zwaluw", "ok"), (3, "Frühling", "ok")]
    assert invited(desk) == []
    names = html.unescape(re.search(r'name="names" value="([^"]*)"', seen.text)[1])
    cards = "/organiser/invitations/cards"
    [made] = ask([post(cards, secret=organiser, role="team", names=names, days="7")])
    assert made.status_code == 200
    assert invited(desk) == ["Frühling", "Zwaluw"]


def test_every_wrong_line_is_named_with_its_number_and_nothing_can_be_made(
    ask: Ask, desk: Desk, organiser: str
) -> None:
    desk.add(Role.TEAM, "Grutto")
    sheet = b"Zwaluw\n\ngrutto\nKievit;nergens\nzwaluw\nWulp;all;veel\n;all\nA/B\n"

    [seen] = ask([upload(sheet, organiser)])

    assert seen.status_code == 422
    assert [(number, icon) for number, _, icon in lines(seen)] == [
        (1, "ok"),
        (3, "no"),
        (4, "no"),
        (5, "no"),
        (6, "no"),
        (7, "no"),
        (8, "no"),
    ]
    assert (
        "6 regels kunnen niet: regel 3, regel 4, regel 5, regel 6, regel 7 en regel 8."
        in seen.text
    )
    assert "/organiser/invitations/cards" not in seen.text
    assert "Kievit;nergens" in seen.text  # what was sent can be mended
    assert invited(desk) == []


@pytest.mark.parametrize(
    ("names", "said"),
    [
        ("Wulp\nA/B", "1 regel kan niet: regel 2."),
        ("\n".join(["A/B"] * 10), "regel 8 en 2 meer."),
    ],
)
def test_a_reader_finds_the_wrong_line_by_its_number(
    ask: Ask, organiser: str, names: str, said: str
) -> None:
    [seen] = ask([upload(b"", organiser, names=names)])

    assert said in seen.text


@pytest.mark.parametrize("names", ["", "Naam\n", "\n".join(map(str, range(201)))])
def test_nobody_and_too_many_are_refused(ask: Ask, organiser: str, names: str) -> None:
    [seen] = ask([upload(b"", organiser, names=names)])

    assert seen.status_code == 422
    assert 'id="names-error"' in seen.text


def test_a_typed_list_needs_no_file(ask: Ask, organiser: str) -> None:
    [form, seen] = ask(
        [get(PAGE, secret=organiser), post(PAGE, secret=organiser, names="Zwaluw")]
    )

    assert form.status_code == 200
    assert lines(seen) == [(1, "Zwaluw", "ok")]


@pytest.mark.parametrize("role", [Role.TEAM, Role.JUROR, Role.AUDITOR])
def test_nobody_else_opens_it(ask: Ask, desk: Desk, role: Role) -> None:
    secret = desk.session(desk.add(role, "Iemand")[0])

    answers = ask([get(PAGE, secret=secret), post(PAGE, secret=secret, names="X")])

    assert {answer.status_code for answer in answers} == {403}
