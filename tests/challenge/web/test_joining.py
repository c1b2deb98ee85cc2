"""Accepting an invitation in a browser."""

from __future__ import annotations

import asyncio
import re

import httpx
import pytest
from fastapi import FastAPI

from challenge.brief import read_brief
from challenge.records import Role
from challenge.rules.inviting import Guest, invite, invite_back, revoke_invitation
from challenge.rules.tokens import find_token

from ...factories import NOON, QUICKSTART
from .conftest import Ask
from .entrance import Desk, cookie, get, now, post, secret_in

BRIEF = read_brief(QUICKSTART)


def link(desk: Desk, guest: Guest, **facts: object) -> str:
    with desk.database.begin() as unit:
        when = {"now": now(), **facts}
        made = invite(unit, guest, brief=BRIEF, by="Organisatie", **when)
    return f"/invitation/{made[1]}"


def test_a_team_comes_in_with_a_name_of_its_own_and_sees_its_token_once(
    ask: Ask, desk: Desk
) -> None:
    path = link(desk, Guest(Role.TEAM))
    asked, joined = ask([get(path), post(path, name="De Polder", language="en")])
    assert 'id="name"' in asked.text
    assert joined.status_code == 200
    token = re.search(r"kansrijk_\w{49}", joined.text)[0]
    assert 'data-copy="secret"' in joined.text
    assert "Welcome, De Polder" in joined.text
    assert "lang=en" in joined.headers.get_list("set-cookie")[0]
    with desk.database.read() as unit:
        team = find_token(unit, token)[0]
    assert (team.name, team.role) == ("De Polder", Role.TEAM)
    [page] = ask([get("/account", secret=session_of(joined))])
    assert "De Polder" in page.text
    assert token not in page.text


def session_of(answer: httpx.Response) -> str:
    found = re.search(r"kansrijk_session=([\w-]+)", str(answer.headers.raw))
    return found[1]


def test_a_juror_comes_in_without_a_token_and_may_come_back_with_a_password(
    ask: Ask, desk: Desk
) -> None:
    path = link(desk, Guest(Role.JUROR, "Bewoner", chairs=True))
    asked, joined, login = ask(
        [
            get(path),
            post(path, password="vier woorden zonder haast"),
            post("/login", name="Bewoner", password="vier woorden zonder haast"),
        ]
    )
    assert 'id="name"' not in asked.text
    assert "Je leidt de jury" in asked.text
    assert "kansrijk_" not in joined.text
    assert secret_in(joined) != ""
    assert login.status_code == 303


def test_a_name_that_is_taken_keeps_the_link_and_what_was_typed(
    ask: Ask, desk: Desk
) -> None:
    desk.add(Role.TEAM, "Grutto")
    path = link(desk, Guest(Role.TEAM))
    refused, short, joined = ask(
        [
            post(path, name="grutto"),
            post(path, name="Kievit", password="kort"),
            post(path, name="Kievit"),
        ]
    )
    assert [r.status_code for r in (refused, short, joined)] == [422, 422, 200]
    assert 'value="grutto"' in refused.text
    assert 'id="name-error"' in refused.text
    assert 'value="Kievit"' in short.text
    assert 'id="password-error"' in short.text
    assert "set-cookie" not in refused.headers


@pytest.mark.parametrize(
    ("how", "told"),
    [
        ("unknown", "Deze uitnodiging kennen we niet"),
        ("used", "Deze uitnodiging is al gebruikt"),
        ("expired", "Deze uitnodiging is verlopen"),
        ("revoked", "De organisatie heeft deze uitnodiging ingetrokken"),
    ],
)
def test_a_link_that_lets_nobody_in_says_why_and_what_to_do(
    ask: Ask, desk: Desk, how: str, told: str
) -> None:
    when = {"now": NOON.replace(year=2020)} if how == "expired" else {}
    path = link(desk, Guest(Role.TEAM), **when)
    if how == "unknown":
        path = "/invitation/0000-0000-0000-0000"
    if how == "used":
        ask([post(path, name="Grutto")])
    if how == "revoked":
        with desk.database.begin() as unit:
            [one] = unit.invitations.open(now=now())
            revoke_invitation(unit, one.id, by="Organisatie", now=now())
    asked, sent = ask([get(path), post(path, name="Wulp")])
    for answer in (asked, sent):
        assert answer.status_code == 404
        assert told in answer.text
        assert "organisatie" in answer.text
        assert cookie(answer) == ""


def test_sending_the_form_twice_makes_one_team_and_says_you_are_in(
    ask: Ask, desk: Desk
) -> None:
    path = link(desk, Guest(Role.TEAM))
    [first] = ask([post(path, name="Grutto")])
    [second] = ask([post(path, name="Grutto", secret=session_of(first))])
    assert second.status_code == 404
    assert "Je bent ingelogd als Grutto" in second.text
    assert 'href="/account"' in second.text


def test_of_two_browsers_at_once_one_comes_in(app: FastAPI, desk: Desk) -> None:
    path = link(desk, Guest(Role.TEAM))

    async def both() -> list[httpx.Response]:
        async with (
            app.router.lifespan_context(app),
            httpx.AsyncClient(transport=httpx.ASGITransport(app)) as client,
        ):
            names = ("Grutto", "Wulp")
            sent = [client.send(post(path, name=name)) for name in names]
            return await asyncio.gather(*sent)

    answers = asyncio.run(both())
    with desk.database.read() as unit:
        assert len(unit.people.all(Role.TEAM)) == 1
    assert sorted(answer.status_code for answer in answers) == [200, 404]


def test_a_session_that_was_planted_is_not_the_one_of_who_joins(
    ask: Ask, desk: Desk
) -> None:
    planted = desk.session(desk.add(Role.TEAM, "Kievit")[0])
    path = link(desk, Guest(Role.JUROR, "Wulp"))
    asked, joined = ask([get(path, secret=planted), post(path, secret=planted)])
    assert "Je bent nu ingelogd als Kievit" in asked.text
    assert secret_in(joined) != planted
    [after] = ask([get("/account", secret=planted)])
    assert after.status_code == 401


def test_a_team_that_comes_back_keeps_the_token_that_it_has(
    ask: Ask, desk: Desk
) -> None:
    team, token = desk.add(Role.TEAM, "Grutto")
    with desk.database.begin() as unit:
        code = invite_back(unit, team, by="Organisatie", now=now())[1]
    back, works = ask(
        [post(f"/invitation/{code}"), get("/api/submissions", token=token)]
    )
    assert "kansrijk_" not in back.text
    assert (back.status_code, works.status_code) == (200, 200)


def test_another_site_cannot_let_somebody_in(ask: Ask, desk: Desk) -> None:
    path = link(desk, Guest(Role.JUROR, "Wulp"))
    [answer] = ask([post(path, origin="https://elsewhere.example")])
    assert answer.status_code == 403
    with desk.database.read() as unit:
        assert unit.people.all(Role.JUROR) == []
