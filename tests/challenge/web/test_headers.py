"""What is said with every answer, and that a file can be asked for without its body."""

from __future__ import annotations

import re
from datetime import UTC, datetime

import httpx
import pytest
from fastapi import FastAPI
from fastapi.routing import iter_route_contexts

from challenge.records import Role
from challenge.rules.registration import register
from challenge.settings import Settings
from challenge.store import open_database

from .conftest import Ask

POLLED = ("/board/part", "/organiser/live", "/start/live")
FILE = "/api/releases/1/files/manifest.json"
PLACES = {"version": "1", "name": "manifest.json", "submission_id": "1"}


@pytest.fixture
def token(settings: Settings) -> str:
    """An organiser's."""
    database = open_database(settings.database)
    with database.begin() as unit:
        now = datetime.now(UTC)
        made = register(unit, Role.ORGANISER, "O", by="a test", now=now)[1]
    database.close()
    return made


def request(
    path: str, token: str = "", method: str = "GET", **headers: str
) -> httpx.Request:
    if token:
        headers["Authorization"] = f"Bearer {token}"
    return httpx.Request(method, f"http://here{path}", headers=headers)


def addresses(app: FastAPI) -> dict[str, str]:
    """Every address that can be read, from the table of routes: path to an example."""
    found = {"/nowhere": "/nowhere"}
    for route in iter_route_contexts(app.routes):
        path = route.path or ""
        if "GET" in (route.methods or {"GET"}) and path != "/static":
            filled = re.sub(
                r"{(\w+)[^}]*}", lambda part: PLACES.get(part[1], "1"), path
            )
            found[path] = "/mlflow/health" if path == "/mlflow" else filled
    return found


def test_no_answer_that_depends_on_its_reader_may_be_stored_on_the_way(
    app: FastAPI, ask: Ask, token: str
) -> None:
    asked = addresses(app)
    assert {"/api/releases/{version}/files/{name:path}", "/data", "/mlflow"} < {*asked}
    requests = [
        request(path, who, **headers)
        for path in asked.values()
        for who in ("", token)
        for headers in ({}, {"Range": "bytes=0-3"}, {"Accept": "text/html"})
    ]
    requests.append(request("/login", method="POST"))
    for answer in ask(requests):
        told = answer.headers
        assert answer.status_code < 500, answer.url
        # What is polled says that its reader's browser may ask whether it changed.
        how = (
            "no-cache"
            if answer.url.path in POLLED and answer.is_success
            else "no-store"
        )
        assert told.get("cache-control") == f"private, {how}", answer.url
        vary = {word.strip() for word in told["vary"].split(",")}
        assert vary >= {"Cookie", "Authorization"}, answer.url


def test_what_is_the_same_for_everybody_may_be_stored(ask: Ask) -> None:
    [page] = ask([request("/login", Accept="text/html")])
    link = re.search(r'href="(/static/[^"]+[.]css[^"]*)"', page.text)
    [answer] = ask([request(link[1])])
    assert answer.status_code == 200
    assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"


def test_a_file_can_be_asked_for_without_its_body_which_is_no_download(
    ask: Ask, token: str
) -> None:
    head, log, whole, logged, visitor, missing = ask(
        [
            request(FILE, token, "HEAD"),
            request("/api/downloads", token),
            request(FILE, token),
            request("/api/downloads", token),
            request(FILE, "", "HEAD"),
            request(f"{FILE}.gone", token, "HEAD"),
        ]
    )
    assert (head.status_code, head.content) == (200, b"")
    for name in ("etag", "content-length", "x-sha256"):
        assert head.headers[name] == whole.headers[name]
    assert (visitor.status_code, missing.status_code) == (401, 404)
    assert log.json() == []
    assert [entry["file"] for entry in logged.json()] == ["manifest.json"]
