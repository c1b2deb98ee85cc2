"""Another site cannot act in somebody's name."""

from __future__ import annotations

import httpx
import pytest

from challenge.records import Role
from challenge.web.cookies import SESSION_COOKIE

from .conftest import Ask
from .entrance import SITE, Desk, get

# What a browser sends with a form of ours, and of others.
OURS = [
    {"Sec-Fetch-Site": "same-origin", "Origin": SITE},
    {"Sec-Fetch-Site": "none"},
    {"Origin": SITE},
]
OTHERS = [
    {"Sec-Fetch-Site": "cross-site", "Origin": "https://elsewhere.example"},
    # A neighbour under the same domain is not us.
    {"Sec-Fetch-Site": "same-site", "Origin": SITE},
    {"Origin": "https://elsewhere.example"},
    {"Origin": "http://test.elsewhere.example"},
    {"Origin": "http://test:8001"},
    {"Origin": "null"},
    {"Origin": ""},
    {"Referer": f"{SITE}/account"},
]


def form(path: str, secret: str, **headers: str) -> httpx.Request:
    if secret:
        headers["Cookie"] = f"{SESSION_COOKIE}={secret}"
    headers |= {"Accept": "text/html"}
    return httpx.Request("POST", SITE + path, headers=headers, data={"label": "x"})


def test_a_form_of_ours_is_taken(ask: Ask, desk: Desk) -> None:
    secret = desk.session(desk.add(Role.TEAM, "Grutto")[0])
    found = ask([form("/account/tokens", secret, **one) for one in OURS])
    assert [answer.status_code for answer in found] == [200, 200, 200]


def test_a_form_of_another_site_changes_nothing(ask: Ask, desk: Desk) -> None:
    team, _ = desk.add(Role.TEAM, "Grutto")
    secret = desk.session(team)
    found = ask([form("/account/tokens", secret, **one) for one in OTHERS])
    with desk.database.read() as unit:
        assert len(unit.tokens.of(team)) == 1
    assert {answer.status_code for answer in found} == {403}
    assert all("foreign-origin" in answer.text for answer in found)
    assert "Open de pagina hier en doe het nog een keer." in found[0].text


def test_nobody_is_logged_in_or_out_from_another_site(ask: Ask, desk: Desk) -> None:
    juror, token = desk.add(Role.JUROR, "Wulp")
    secret = desk.session(juror)
    headers = {"Accept": "text/html", **OTHERS[0]}
    login = httpx.Request(
        "POST", f"{SITE}/login", headers=headers, data={"token": token}
    )
    out = form("/logout", secret, **OTHERS[0])
    refused, kept, page = ask([login, out, get("/account", secret=secret)])
    assert [r.status_code for r in (refused, kept, page)] == [403, 403, 200]


@pytest.mark.parametrize("path", ["/mlflow/ajax-api/2.0/mlflow/runs/delete"])
def test_the_pages_of_mlflow_are_guarded_too(ask: Ask, desk: Desk, path: str) -> None:
    secret = desk.session(desk.add(Role.ORGANISER, "Organisatie")[0])
    [answer] = ask([form(path, secret, **OTHERS[0])])
    assert answer.status_code == 403


def test_a_program_with_a_token_says_nothing_of_where_it_comes_from(
    ask: Ask, desk: Desk
) -> None:
    _, token = desk.add(Role.ORGANISER, "Organisatie")
    headers = {"Authorization": f"Bearer {token}"}
    team = {"name": "Grutto"}
    [answer] = ask(
        [httpx.Request("POST", f"{SITE}/api/teams", headers=headers, json=team)]
    )
    assert answer.status_code == 201


def test_reading_from_a_link_on_another_site_is_fine(ask: Ask, desk: Desk) -> None:
    secret = desk.session(desk.add(Role.TEAM, "Grutto")[0])
    request = get("/account", secret=secret)
    request.headers["Sec-Fetch-Site"] = "cross-site"
    [answer] = ask([request])
    assert answer.status_code == 200
