"""Nobody changes through MLflow's pages what the worker wrote."""

from __future__ import annotations

import httpx
import pytest

from challenge.records import Role
from challenge.web.organiser import is_reading

from .conftest import Ask
from .entrance import SITE, Desk

API = "/ajax-api/2.0/mlflow"
CHANGES = [
    ("POST", f"{API}/runs/delete"),
    ("POST", f"{API}/runs/set-tag"),
    ("PATCH", "/api/2.0/mlflow/registered-models/update"),
    ("PUT", "/api/2.0/mlflow-artifacts/artifacts/0/x/artifacts/scorecard.json"),
    # As far as its end says, a search.
    ("POST", "/api/2.0/mlflow-artifacts/mpu/create/runs/search"),
    ("POST", f"{API}/runs/delete/mlflow/runs/search"),
    ("DELETE", f"{API}/runs/search"),
    ("POST", "/ajax-api/3.0/mlflow/assistant/message"),
]


@pytest.mark.parametrize(("method", "path"), CHANGES)
def test_what_changes_mlflow_is_refused_to_the_organiser_too(
    ask: Ask, desk: Desk, method: str, path: str
) -> None:
    _, token = desk.add(Role.ORGANISER, "Organisatie")
    headers = {"Authorization": f"Bearer {token}"}
    [answer] = ask(
        [httpx.Request(method, f"{SITE}/mlflow{path}", headers=headers, json={})]
    )
    assert (answer.status_code, answer.json()["slug"]) == (403, "reading-only")


def test_what_its_pages_ask_for_with_a_post_is_reading() -> None:
    asked = (
        "/graphql",
        f"{API}/runs/search",
        "/api/2.0mlflow/experiments/search-datasets",
    )
    assert all(is_reading("POST", path) for path in asked)


@pytest.mark.full
def test_mlflow_has_all_that_it_is_said_to_read() -> None:
    from mlflow.server.handlers import get_endpoints

    known = {
        path
        for path, _, methods in get_endpoints()
        if "POST" in methods and is_reading("POST", path)
    }
    # Twelve calls and GraphQL; all but that one under two addresses.
    assert len(known) == 25
