"""Who may see what, over real HTTP."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest

from challenge.client import Client
from challenge.synthesis import Release

from .conftest import Server, accept, finish

ROOT = Path(__file__).parents[2]
pytestmark = pytest.mark.sandbox


@pytest.fixture(scope="module")
def own(server: Server, bundle: Path) -> dict:
    from challenge.records import Role

    from .conftest import register_all

    people = {"Zwaluw": Role.TEAM, "Grutto": Role.TEAM}
    server.tokens.update(register_all(server.settings, people))
    # All but Grutto may download.
    for reader in ("Zwaluw", "Jurylid"):
        with server.client(reader) as client:
            accept(client)
    with server.client("Zwaluw") as client:
        return finish(client, bundle)


def get(server: Server, path: str, who: str | None, accept: str = "*/*"):
    headers = {"Accept": accept}
    if who:
        headers["Authorization"] = f"Bearer {server.tokens[who]}"
    # The first page of MLflow loads MLflow.
    return httpx.get(server.url + path, headers=headers, timeout=60)


# Path, then the status for a visitor, the team itself, another team, a juror, an
# organiser.
ROUTES = [
    ("/api/challenge", 200, 200, 200, 200, 200),
    ("/api/board", 200, 200, 200, 200, 200),
    ("/api/board?set=final", 404, 404, 404, 404, 404),
    ("/api/releases/1/files/train.parquet", 401, 200, 403, 200, 200),
    ("/api/releases/1/files/../sealed/board.parquet", 404, 404, 404, 404, 404),
    ("/api/releases/1/files/..%2Fsealed%2Fsecret.json", 401, 404, 404, 404, 404),
    ("/api/releases/1/files/practice_reference.parquet", 401, 200, 403, 200, 200),
    ("/api/releases/1/files/board_reference.parquet", 401, 404, 404, 404, 404),
    ("/api/releases/1/files/final_reference.parquet", 401, 404, 404, 404, 404),
    ("/api/releases/2/files/train.parquet", 401, 404, 404, 404, 404),
    ("/api/submissions", 401, 200, 200, 200, 200),
    ("/api/submissions/{id}", 401, 200, 404, 404, 200),
    ("/api/submissions/{id}/scorecard", 401, 200, 404, 404, 200),
    ("/api/submissions/unknown", 401, 404, 404, 404, 404),
    ("/health/live", 200, 200, 200, 200, 200),
    ("/", 200, 200, 200, 200, 200),
    ("/challenge", 200, 200, 200, 200, 200),
    ("/data", 200, 200, 200, 200, 200),
    ("/api/downloads", 401, 403, 403, 403, 200),
    ("/api/ballots", 401, 403, 403, 403, 200),
    ("/api/verdict", 401, 403, 403, 403, 200),
    ("/api/docs", 200, 200, 200, 200, 200),
    ("/login", 200, 200, 200, 200, 200),
    ("/submissions", 401, 200, 200, 200, 200),
    ("/submissions/{id}", 401, 200, 404, 404, 200),
    ("/submissions/{id}/scorecard", 401, 200, 404, 404, 200),
    ("/organiser", 401, 403, 403, 403, 200),
    ("/organiser/verdict", 401, 403, 403, 403, 200),
    ("/mlflow/", 401, 403, 403, 403, 200),
    ("/mlflow/health", 401, 403, 403, 403, 200),
    ("/nowhere", 404, 404, 404, 404, 404),
]
READERS = (None, "Zwaluw", "Grutto", "Jurylid", "Organisatie")


@pytest.mark.parametrize("route", ROUTES, ids=[route[0] for route in ROUTES])
def test_every_route_answers_each_reader_as_agreed(
    server: Server, own: dict, route: tuple
) -> None:
    path = route[0].format(id=own["id"])
    got = [get(server, path, reader).status_code for reader in READERS]
    assert got == list(route[1:])


def test_a_wrong_token_is_refused_even_where_none_is_needed(server: Server) -> None:
    answer = httpx.get(
        f"{server.url}/api/board",
        headers={"Authorization": "Bearer nonsense"},
        timeout=60,
    )
    wrong = httpx.get(
        f"{server.url}/api/submissions",
        headers={"Authorization": "Bearer nonsense"},
        timeout=60,
    )
    assert wrong.status_code == 401
    assert wrong.headers["www-authenticate"] == "Bearer"
    assert wrong.headers["content-type"] == "application/problem+json"
    assert answer.status_code == 401


@pytest.mark.parametrize(
    ("method", "path", "who", "status"),
    [
        ("POST", "/api/pitches", "Jurylid", 403),
        ("PUT", "/api/ballots/Zwaluw", "Zwaluw", 403),
        ("POST", "/api/pitches", None, 401),
        ("POST", "/api/submissions", "Jurylid", 403),
        ("PUT", "/api/ballots/Nobody", "Jurylid", 404),
        ("POST", "/api/terms", None, 401),
    ],
)
def test_writing_needs_the_right_role(
    server: Server, own: dict, method: str, path: str, who: str | None, status: int
) -> None:
    headers = {"Authorization": f"Bearer {server.tokens[who]}"} if who else {}
    body = {"title": "a", "text": "b", "points": {"bruikbaarheid": 3}}
    answer = httpx.request(
        method, server.url + path, headers=headers, json=body, timeout=60
    )
    assert answer.status_code == status
    assert set(answer.json()) >= {"type", "title", "status", "slug", "detail", "hint"}


def test_an_organiser_reads_mlflow_and_changes_nothing_there(
    server: Server, own: dict
) -> None:
    headers = {"Authorization": f"Bearer {server.tokens['Organisatie']}"}
    api = f"{server.url}/mlflow/ajax-api/2.0/mlflow"

    def post(call: str, **body: object) -> httpx.Response:
        return httpx.post(f"{api}/{call}", headers=headers, json=body, timeout=30)

    found = post("experiments/search", max_results=9).json()["experiments"]
    numbers = [one["experiment_id"] for one in found]
    refused = [post("experiments/delete", experiment_id=one) for one in numbers]
    assert {(one.status_code, one.json()["slug"]) for one in refused} == {
        (403, "reading-only")
    }
    assert post("experiments/search", max_results=9).json()["experiments"] == found
    assert post("runs/search", experiment_ids=numbers).status_code == 200


def test_nothing_of_the_seed_or_the_mechanism_is_in_any_answer(
    server: Server, own: dict, release: Release
) -> None:
    mechanism = tomllib.loads(
        (ROOT / "datasets" / "quickstart" / "mechanism.toml").read_text()
    )
    effects = [effect["name"] for effect in mechanism["interactions"]]
    planted = [release.secret, "log_odds", "true_risk", *effects]
    paths = [route[0].format(id=own["id"]) for route in ROUTES]
    paths += [f"/api/releases/1/files/{name}" for name in release.checksums]
    answers = [
        get(server, path, reader, accept).content
        for path in paths
        for reader in ("Zwaluw", "Jurylid")
        for accept in ("*/*", "text/html")
    ]
    found = {word for word in planted for body in answers if word.encode() in body}
    assert found == set()


def test_the_replicates_reach_nobody_but_the_organiser(
    server: Server, own: dict
) -> None:
    path = f"/api/submissions/{own['id']}/scorecard"
    team = get(server, path, "Zwaluw").json()["scorecard"]
    board = json.dumps(get(server, "/api/board", None).json())
    assert (team["replicates"], team["pairing"]) == ([], "")
    assert "replicates" not in board


def test_a_browser_logs_in_with_a_token_and_out_again(
    server: Server, own: dict
) -> None:
    with httpx.Client(
        base_url=server.url,
        headers={"Accept": "text/html", "Origin": server.url},
        timeout=60,
    ) as browser:
        refused = browser.post("/login", data={"token": "nonsense"})
        browser.post("/login", data={"token": server.tokens["Organisatie"]})
        inside = browser.get("/organiser")
        cookie = browser.cookies.jar._cookies["127.0.0.1"]["/"]["kansrijk_session"]
        browser.post("/logout")
        outside = browser.get("/organiser")
    assert (refused.status_code, inside.status_code, outside.status_code) == (
        401,
        200,
        401,
    )
    assert cookie.has_nonstandard_attr("HttpOnly")
    assert server.tokens["Organisatie"] not in str(cookie.value)


@pytest.mark.parametrize("language", ["nl", "en"])
@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/challenge",
        "/data",
        "/submissions",
        "/submissions/{id}",
        "/nowhere",
        "/login",
        "/submissions/{id}/scorecard",
        "/api/docs",
        "/organiser",
    ],
)
def test_a_page_says_what_it_must_and_asks_nothing_from_elsewhere(
    server: Server, own: dict, join: Callable[[str], Client], path: str, language: str
) -> None:
    page = get(
        server,
        f"{path.format(id=own['id'])}?lang={language}",
        "Organisatie",
        "text/html",
    )
    notice = {"nl": "Synthetische gegevens op basis", "en": "Synthetic data based on"}
    use = {"nl": "Niet voor besluiten over een gezin", "en": "Not for decisions about"}
    assert f'<html lang="{language}"' in page.text
    assert notice[language] in page.text
    assert use[language] in page.text
    assert page.text.count("<script") == page.text.count('<script src="/static/')
    assert 'src="http' not in page.text
    assert 'href="http' not in page.text
    assert "default-src 'self'" in page.headers["content-security-policy"]
