"""Every route, every role: the table, the application and the documentation agree."""

from __future__ import annotations

import asyncio
import os
import re
from pathlib import Path
from typing import Annotated

import httpx
import pytest
from fastapi import Depends, FastAPI, HTTPException, Request

from challenge.records import Principal, Role
from challenge.rules.tokens import Scope, make_token
from challenge.settings import Settings
from challenge.web import rates
from challenge.web.access import admit, identify
from challenge.web.app import ROUTERS, create_app
from challenge.web.permission import Policy
from challenge.web.policy import POLICY

from .entrance import SITE, Desk, now

ACCESS = Path(__file__).parents[3] / "docs/access.md"
MARK = "<!-- written from challenge/web/policy.py -->\n"
# What only a test says: the guard let the request through to the endpoint.
LET_IN = 418
SAFE = {"GET", "HEAD", "*"}
# Whoever comes in or goes out changes nothing but that.
DOORS = {("POST", "/login"), ("POST", "/logout"), ("POST", "/invitation/{code}")}
DOORS |= {("POST", "/api/invitations/{code}")}
ROUTES = sorted(key for key in POLICY.routes if key[0] != "*")
WHO = ["visitor", "team", "other team", "juror", "organiser", "partner", "auditor"]
# Who comes with less than their role: a narrow token, or a reason to keep them out.
LESS = {
    "reading team": Role.TEAM,
    "handing in team": Role.TEAM,
    "disqualified team": Role.TEAM,
    "reading organiser": Role.ORGANISER,
    "barred juror": Role.JUROR,
    "barred organiser": Role.ORGANISER,
}
SCOPES = {
    "reading team": Scope.READ,
    "reading organiser": Scope.READ,
    "handing in team": Scope.SUBMIT,
}
# What a token for handing in may change.
HANDED = {"/api/submissions", "/api/terms"}
# What no route declares; a browser of another site asks the first by itself.
UNKNOWN = ("OPTIONS", "TRACE", "PROPFIND")


PATHS = sorted({path for _, path in ROUTES})
UNDECLARED = [(method, path) for method in UNKNOWN for path in PATHS]
ASKING = ("visitor", "organiser")


def example(path: str) -> str:
    """Fill in the parameters of a path: numbers where the name says so."""
    return re.sub(r"\{(\w+)(?::path)?\}", lambda found: "1", path)


@pytest.fixture(scope="module")
def answers(published_settings: Settings, tmp_path_factory) -> dict[str, dict]:
    """What the guard of the running application says to everybody, by who asks."""
    home = tmp_path_factory.mktemp("policy")
    settings = published_settings.model_copy(
        update={"database_url": f"sqlite:///{home / 'challenge.db'}"}
    )
    publish(published_settings, home / "challenge.db")
    app = create_app(settings)
    desk = Desk(settings)
    tokens = {
        who: desk.add(Role(who.removeprefix("other ")), who)[1] for who in WHO[1:]
    }
    tokens |= {who: come(desk, who, role) for who, role in LESS.items()}
    desk.database.close()

    async def stop(
        request: Request, reader: Annotated[Principal | None, Depends(identify)]
    ) -> None:
        await admit(request, reader)
        raise HTTPException(LET_IN)

    app.dependency_overrides[admit] = stop
    with pytest.MonkeyPatch.context() as patch:
        # Who asks for everything at once meets a limit: another test is about that.
        patch.setattr(rates, "RATES", {})
        return asyncio.run(ask_all(app, tokens))


def come(desk: Desk, who: str, role: Role) -> str:
    """Let somebody in who may do less than their role; give their token."""
    person, token = desk.add(role, who)
    with desk.database.begin() as unit:
        if scope := SCOPES.get(who):
            token = make_token(
                unit, person, label="a test", by="a test", now=now(), scope=scope
            )
        else:
            unit.people.bar(person, "a reason")
    return token


def publish(settings: Settings, place: Path) -> None:
    place.write_bytes((settings.home / "challenge.db").read_bytes())


async def ask_all(app: FastAPI, tokens: dict[str, str]) -> dict[str, dict]:
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url=SITE) as client,
    ):
        found: dict[str, dict] = {}
        for who in (*WHO, *LESS):
            token = tokens.get(who)
            headers = {"Authorization": f"Bearer {token}"} if token else {}
            asked = [*ROUTES, *(UNDECLARED if who in ASKING else ())]
            found[who] = {
                (method, path): (
                    await client.request(method, example(path), headers=headers)
                ).status_code
                for method, path in asked
            }
        return found


@pytest.mark.parametrize("who", LESS)
def test_whoever_may_less_than_their_role_is_let_in_to_less(
    answers: dict[str, dict], who: str
) -> None:
    assert answers[who] == {key: less(who, *key) for key in ROUTES}


def less(who: str, method: str, path: str) -> int:
    """Say what they get, in words and not from the code."""
    admitted = LESS[who] in POLICY.routes[method, path]
    if who.startswith("barred"):
        return 403
    if who.startswith("reading"):
        return LET_IN if admitted and method == "GET" else 403
    if who.startswith("handing in"):
        return LET_IN if admitted and (method == "GET" or path in HANDED) else 403
    # A team that does not compete may look; what it may not do, its rules say.
    return LET_IN if admitted else 403


@pytest.mark.parametrize("who", ASKING)
def test_a_method_that_no_route_declares_tells_nothing(
    answers: dict[str, dict], who: str
) -> None:
    found = {key: answers[who][key] for key in UNDECLARED}
    assert set(found.values()) <= {405}


@pytest.mark.parametrize("who", WHO)
def test_every_route_lets_in_whom_the_table_says_and_nobody_else(
    answers: dict[str, dict], who: str
) -> None:
    role = None if who == "visitor" else Role(who.removeprefix("other "))
    refused = 401 if role is None else 403
    expected = {
        key: LET_IN if role in POLICY.routes[key] else refused for key in ROUTES
    }
    assert {key: answers[who][key] for key in ROUTES} == expected


def test_the_table_has_every_route_of_the_application() -> None:
    assert POLICY.differs(ROUTERS) == set()
    assert len(ROUTES) > 30


def test_a_route_that_nobody_decided_about_stops_the_start(
    published_settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    routes = {key: POLICY.routes[key] for key in ROUTES if key != ("GET", "/")}
    monkeypatch.setattr("challenge.web.app.POLICY", Policy(routes))
    with pytest.raises(ValueError, match=r"\('GET', '/'\)"):
        create_app(published_settings)


@pytest.mark.parametrize("role", [None, *Role], ids=str)
def test_a_route_that_is_not_in_the_table_admits_nobody(role: Role | None) -> None:
    assert not POLICY.admits("GET", "/nowhere", role)
    assert not POLICY.admits("DELETE", "/", role)


def test_an_auditor_changes_nothing_anywhere() -> None:
    changing = {
        key
        for key, roles in POLICY.routes.items()
        if key[0] not in SAFE and Role.AUDITOR in roles
    }
    assert changing == DOORS


def test_a_visitor_changes_nothing_but_coming_in() -> None:
    changing = {
        key
        for key, roles in POLICY.routes.items()
        if key[0] not in SAFE and None in roles
    }
    assert changing == DOORS


def test_an_auditor_reads_what_an_organiser_reads() -> None:
    unread = {
        path
        for (method, path), roles in POLICY.routes.items()
        if method == "GET" and Role.ORGANISER in roles and Role.AUDITOR not in roles
    }
    # But for forms, which have nothing to read.
    assert {path for path in unread if ("POST", path) not in POLICY.routes} == set()


def test_the_documentation_shows_this_table() -> None:
    before, _, _ = ACCESS.read_text("utf-8").partition(MARK)
    written = before + MARK + "\n" + POLICY.to_markdown()
    if os.environ.get("WRITE_ACCESS") == "1":
        ACCESS.write_text(written, encoding="utf-8")
    assert ACCESS.read_text("utf-8") == written, (
        "Write it again: WRITE_ACCESS=1 pytest tests/challenge/web/test_policy.py"
    )
