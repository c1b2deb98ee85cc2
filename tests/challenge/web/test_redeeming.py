"""An invitation that a program accepts: the rules are those of the page."""

from __future__ import annotations

import httpx
import pytest

from challenge.brief import read_brief
from challenge.records import Role
from challenge.rules.inviting import Guest, invite, invite_back, revoke_invitation
from challenge.rules.tokens import find_token

from ...factories import NOON, QUICKSTART
from .conftest import Ask
from .entrance import SITE, Desk, get, now

BRIEF = read_brief(QUICKSTART)


def path(desk: Desk, guest: Guest, **facts: object) -> str:
    with desk.database.begin() as unit:
        when = {"now": now(), **facts}
        code = invite(unit, guest, brief=BRIEF, by="Organisatie", **when)[1]
    return f"/api/invitations/{code}"


def ask_for(path: str) -> httpx.Request:
    return httpx.Request("GET", SITE + path)


def redeem(path: str, name: str = "") -> httpx.Request:
    return httpx.Request("POST", SITE + path, json={"name": name})


def test_it_is_told_used_once_and_gives_a_token_that_works(
    ask: Ask, desk: Desk
) -> None:
    place = path(desk, Guest(Role.TEAM, "Grutto"))
    told, joined, again, gone = ask(
        [ask_for(place), redeem(place), redeem(place), ask_for(place)]
    )
    assert told.status_code == 200
    assert (told.json()["role"], told.json()["name"]) == ("team", "Grutto")
    assert told.json()["challenge"]["nl"]
    assert joined.status_code == 201
    assert "set-cookie" not in joined.headers
    assert (again.status_code, again.json()["slug"]) == (404, "invitation-refused")
    assert gone.status_code == 404
    token = joined.json()["token"]
    with desk.database.read() as unit:
        team, known = find_token(unit, token)
        assert [one.label for one in unit.tokens.of(team)] == [known.label]
    assert (team.name, known.label) == ("Grutto", "challenge login")
    you = ask([get("/api/challenge", token=token)])[0].json()["you"]
    assert you == {"name": "Grutto", "role": "team", "barred": None}


def test_a_name_that_cannot_be_had_keeps_the_invitation_open(
    ask: Ask, desk: Desk
) -> None:
    desk.add(Role.TEAM, "Grutto")
    place = path(desk, Guest(Role.TEAM))
    taken, none, came = ask(
        [redeem(place, "grutto"), redeem(place), redeem(place, "De Polder")]
    )
    assert [taken.status_code, none.status_code, came.status_code] == [422, 422, 201]
    assert taken.json()["detail"].startswith("name:")
    assert came.json()["name"] == "De Polder"


@pytest.mark.parametrize("role", [Role.JUROR, Role.ORGANISER, Role.AUDITOR], ids=str)
def test_others_come_in_with_a_browser_and_their_invitation_stays(
    ask: Ask, desk: Desk, role: Role
) -> None:
    place = path(desk, Guest(role, "Bewoner"))
    refused, told = ask([redeem(place), ask_for(place)])
    assert (refused.status_code, told.status_code) == (422, 200)
    assert "browser" in refused.json()["hint"]


def test_what_is_over_withdrawn_or_nobodys_lets_nobody_in(ask: Ask, desk: Desk) -> None:
    old = path(desk, Guest(Role.TEAM, "Kievit"), now=NOON.replace(year=2024))
    with desk.database.begin() as unit:
        made, code = invite(
            unit, Guest(Role.TEAM, "Wulp"), brief=BRIEF, by="O", now=now()
        )
        revoke_invitation(unit, made.id, by="O", now=now())
    places = [old, f"/api/invitations/{code}", "/api/invitations/AAAA-AAAA-AAAA-AAAA"]
    for place in places:
        told, refused = ask([ask_for(place), redeem(place)])
        assert (told.status_code, refused.status_code) == (404, 404)
        assert refused.json()["slug"] == "invitation-refused"


def test_a_team_that_comes_back_keeps_its_other_tokens(ask: Ask, desk: Desk) -> None:
    team, token = desk.add(Role.TEAM, "IJsvogel")
    with desk.database.begin() as unit:
        code = invite_back(unit, team, by="O", now=now())[1]
    [came] = ask([redeem(f"/api/invitations/{code}")])
    assert came.json()["name"] == "IJsvogel"
    with desk.database.read() as unit:
        assert find_token(unit, token)[0].id == team.id
        assert find_token(unit, came.json()["token"])[0].id == team.id


def test_a_page_of_another_site_redeems_nothing(ask: Ask, desk: Desk) -> None:
    place = path(desk, Guest(Role.TEAM, "Wulp"))
    foreign = redeem(place)
    foreign.headers["Origin"] = "https://elsewhere.example"
    refused, told = ask([foreign, ask_for(place)])
    assert (refused.status_code, told.status_code) == (403, 200)
