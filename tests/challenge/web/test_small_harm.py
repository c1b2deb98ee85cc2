"""Small requests that no form of ours makes get an answer, never a traceback."""

from __future__ import annotations

from collections.abc import Iterator

import httpx
import pytest
from fastapi.routing import APIRoute
from starlette.datastructures import FormData

from challenge.brief import read_brief
from challenge.records import Role
from challenge.web.app import ROUTERS
from challenge.web.fields import opinion_of
from challenge.web.login import SHOWN_FIELDS, SHOWN_LENGTH

from ...factories import QUICKSTART
from .conftest import Ask
from .entrance import SITE, Desk, post

BRIEF = read_brief(QUICKSTART)
# More than a whole number of the database holds.
TOO_MUCH = 10**20


def numbered() -> Iterator[tuple[str, str]]:
    """List the routes that take whole numbers, each with too much of one."""
    routes = [route for router in ROUTERS for route in router.routes]
    for route in routes:
        assert isinstance(route, APIRoute)
        needed = route.dependant
        [method] = route.methods
        for number in needed.path_params:
            if number.field_info.annotation is int:
                yield method, route.path.format(**{number.name: TOO_MUCH})
        for number in needed.query_params:
            if number.field_info.annotation is int:
                yield method, f"{route.path}?{number.alias}={TOO_MUCH}"


NUMBERED = list(numbered())


def test_the_table_of_numbers_has_the_routes_that_a_tester_found() -> None:
    assert len(NUMBERED) >= 15
    assert ("GET", f"/api/audit?offset={TOO_MUCH}") in NUMBERED
    assert ("POST", f"/account/tokens/{TOO_MUCH}/revoke") in NUMBERED


def test_no_number_is_too_much_for_the_database(ask: Ask, desk: Desk) -> None:
    _, token = desk.add(Role.ORGANISER, "Bureau")
    headers = {"Authorization": f"Bearer {token}"}
    # Those of a body, too, so that nothing else is missing.
    body = {"note": "x", "reason": "x"}
    found = ask(
        httpx.Request(
            method, SITE + path, headers=headers, json=body if "/api/" in path else None
        )
        for method, path in NUMBERED
    )
    assert max(answer.status_code for answer in found) < 500
    by_path = {
        path: answer.status_code
        for (_, path), answer in zip(NUMBERED, found, strict=True)
    }
    assert by_path[f"/api/audit?offset={TOO_MUCH}"] == 422
    assert by_path[f"/organiser/people/{TOO_MUCH}/bar"] == 422


@pytest.mark.parametrize("referer", ["http://[", "http://[::1", "http://a]b/"])
def test_a_page_before_that_is_no_address_is_no_way_back(
    ask: Ask, referer: str
) -> None:
    form = post("/pitch", title="Zwaluw")
    form.headers["Referer"] = referer
    [answer] = ask([form])
    assert answer.status_code == 401
    assert "Zwaluw" in answer.text


def test_an_origin_that_is_no_address_is_another_site(ask: Ask, desk: Desk) -> None:
    secret = desk.session(desk.add(Role.TEAM, "Grutto")[0])
    found = ask([post("/account/tokens", secret=secret, origin="http://[", label="x")])
    assert found[0].status_code == 403


@pytest.mark.parametrize("points", ["9" * 5000, "123", "²"])
def test_points_that_no_scale_has_are_refused_and_never_read(points: str) -> None:
    slug = BRIEF.rubric[0].slug
    found = opinion_of(FormData({f"points_{slug}": points}), BRIEF)
    assert found.points.get(slug, 0) not in range(1, 6)


def test_a_ballot_with_thousands_of_nines_is_refused(ask: Ask, desk: Desk) -> None:
    desk.add(Role.TEAM, "Zwaluw")
    secret = desk.session(desk.add(Role.JUROR, "Wulp")[0])
    slug = BRIEF.rubric[0].slug
    form = {f"points_{slug}": "9" * 5000}
    [answer] = ask([post("/jury/Zwaluw", secret=secret, **form)])
    assert 400 <= answer.status_code < 500


def test_what_was_typed_is_shown_again_up_to_a_bound(ask: Ask) -> None:
    long, many, short = ask(
        [
            post("/pitch", title="<" * 80_000),
            post("/pitch", **{f"f{n}": "x" for n in range(1000)}),
            post("/pitch", title="Zwaluw", password="hush"),
        ]
    )
    assert {a.status_code for a in (long, many, short)} == {401}
    assert long.text.count("&lt;") == SHOWN_LENGTH
    assert many.text.count("<textarea") == SHOWN_FIELDS
    left_out = "De rest staat hier niet"
    assert [left_out in a.text for a in (long, many, short)] == [True, True, False]
    assert "hush" not in short.text


@pytest.mark.parametrize("host", ["[", "a b", "x]:y", "test:port"])
def test_a_host_that_is_no_address_is_told_so(ask: Ask, host: str) -> None:
    request = httpx.Request("GET", SITE + "/", headers={"Host": host})
    [answer] = ask([request])
    assert (answer.status_code, answer.json()["slug"]) == (400, "request-not-possible")
