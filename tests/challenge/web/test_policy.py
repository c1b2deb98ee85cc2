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
from challenge.settings import Settings
from challenge.web.access import admit, identify
from challenge.web.app import ROUTERS, create_app
from challenge.web.permission import Policy
from challenge.web.policy import POLICY

from .entrance import SITE, Desk

ACCESS = Path(__file__).parents[3] / "docs/access.md"
MARK = "<!-- written from challenge/web/policy.py -->\n"
# What only a test says: the guard let the request through to the endpoint.
LET_IN = 418
SAFE = {"GET", "HEAD", "*"}
# Whoever comes in or goes out changes nothing but that.
DOORS = {("POST", "/login"), ("POST", "/logout"), ("POST", "/invitation/{code}")}
ROUTES = sorted(key for key in POLICY.routes if key[0] != "*")
WHO = ["visitor", "team", "other team", "juror", "organiser", "partner", "auditor"]


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
    desk.database.close()

    def stop(
        request: Request, reader: Annotated[Principal | None, Depends(identify)]
    ) -> None:
        admit(request, reader)
        raise HTTPException(LET_IN)

    app.dependency_overrides[admit] = stop
    return asyncio.run(ask_all(app, tokens))


def publish(settings: Settings, place: Path) -> None:
    place.write_bytes((settings.home / "challenge.db").read_bytes())


async def ask_all(app: FastAPI, tokens: dict[str, str]) -> dict[str, dict]:
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url=SITE) as client,
    ):
        found: dict[str, dict] = {}
        for who in WHO:
            token = tokens.get(who)
            headers = {"Authorization": f"Bearer {token}"} if token else {}
            found[who] = {
                (method, path): (
                    await client.request(method, example(path), headers=headers)
                ).status_code
                for method, path in ROUTES
            }
        return found


@pytest.mark.parametrize("who", WHO)
def test_every_route_lets_in_whom_the_table_says_and_nobody_else(
    answers: dict[str, dict], who: str
) -> None:
    role = None if who == "visitor" else Role(who.removeprefix("other "))
    refused = 401 if role is None else 403
    expected = {
        key: LET_IN if role in POLICY.routes[key] else refused for key in ROUTES
    }
    assert answers[who] == expected


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
