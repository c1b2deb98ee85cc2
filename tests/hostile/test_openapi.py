"""Whatever is sent to the API, it answers as its own description says.

Schemathesis makes requests out of the OpenAPI document, such as fit it and such as do
not, and everybody sends them: with a token of each role, and without.
"""

from __future__ import annotations

import json
import logging
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, seed
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from hypothesis.errors import Unsatisfiable
from hypothesis.stateful import run_state_machine_as_test
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.core.failures import FailureGroup
from schemathesis.python.asgi import ASGIClient, get_client
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from challenge.settings import Settings
from challenge.synthesis import Release
from challenge.web import rates
from challenge.web.app import create_app

from ..challenge.web.plantation import SCORED, Plantation
from ..conftest import settings_for
from .fuzzing import SEED, fresh_seed

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]
# A visitor, and one of each role; of jurors also the one who leads.
READERS = (None, "Zwaluw", "Ans", "Chris", "Organisatie", "Toezicht", "Bron")
FEW = (None, "Zwaluw", "Ans", "Organisatie")
# What is there, since no generator guesses an id.
KNOWN = {
    "team_name": "Zwaluw",
    "submission_id": SCORED,
    "number": 1,
    "version": "1",
    "code": "0000-0000-0000-0000",
}
ERRORS = Path(__file__).parents[2] / "docs" / "errors.md"
SLUGS = set(re.findall(r"^\| `([a-z-]+)`", ERRORS.read_text("utf-8"), re.M))


class Api:
    """The application on a home of its own, its document, and who asks."""

    def __init__(self, settings: Settings, release: Release) -> None:
        self.world = Plantation(settings, release)
        self.app = create_app(settings)
        self.schema = schemathesis.openapi.from_dict(self.app.openapi())
        self.schema.app = self.app
        self.client: ASGIClient = get_client(self.app)

    def headers(self, reader: str | None) -> dict[str, str]:
        """Give what tells who asks."""
        return (
            {"Authorization": f"Bearer {self.world.tokens[reader]}"} if reader else {}
        )

    def send(self, case: schemathesis.Case, reader: str | None) -> None:
        """Send one request, and hold the answer against the document."""
        answer = case.call(session=self.client, headers=self.headers(reader))
        case.validate_response(answer, checks=CHECKS)
        said = answer.headers.get("content-type", [""])[0]
        if answer.status_code >= 400 and said != "text/plain; charset=utf-8":
            problem = answer.json()
            assert problem["slug"] in SLUGS, problem
            assert problem["status"] == answer.status_code


@pytest.fixture(scope="module")
def api(release: Release, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Api]:
    """Everything planted once, on a home that only these tests write."""
    home = tmp_path_factory.mktemp("api") / "home"
    shutil.copytree(release.path.parent, home / "releases/quickstart")
    shutil.copy(release.path.parents[2] / "challenge.db", home)
    with opened(settings_for(home), release) as made:
        yield made


@pytest.fixture
def apart(settings: Settings, release: Release) -> Iterator[Api]:
    """The same, on a home of one test."""
    with opened(settings, release) as made:
        yield made


@contextmanager
def opened(settings: Settings, release: Release) -> Iterator[Api]:
    """Start the application; nobody is held off."""
    made = Api(settings, release)
    log = logging.getLogger("challenge")
    level = log.level
    log.setLevel(logging.CRITICAL)
    try:
        with pytest.MonkeyPatch.context() as patched, made.client:
            patched.setattr(rates, "RATES", {})
            yield made
    finally:
        log.setLevel(level)
        schemathesis.python.asgi.shutdown_lifespans()
        made.world.database.close()


def cases(operation: Any) -> Iterator[st.SearchStrategy[schemathesis.Case]]:
    """Make requests that fit the document, about what is there too, and that do not."""
    known = {
        one.name: KNOWN[one.name]
        for one in operation.path_parameters
        if one.name in KNOWN
    }
    yield operation.as_strategy()
    if known:
        yield operation.as_strategy(path_parameters=known)
    takes = operation.path_parameters or operation.query or operation.body
    if takes:
        yield operation.as_strategy(generation_mode=GenerationMode.NEGATIVE)


def send_all(
    api: Api,
    readers: tuple[str | None, ...],
    phase: str,
    *,
    most: int,
    start: int = SEED,
) -> int:
    """Send so many requests of each kind to each operation, as each reader."""
    sent = 0
    for found in api.schema.get_all_operations():
        operation = found.ok()
        for made in cases(operation):
            # Back to the phase, which an organiser may have changed.
            api.world.go(phase)

            @seed(start)
            @hypothesis_settings(
                max_examples=most,
                database=None,
                deadline=None,
                suppress_health_check=list(HealthCheck),
                phases=(Phase.generate,),
            )
            @given(case=made)
            def send(case: schemathesis.Case) -> None:
                nonlocal sent
                for reader in readers:
                    api.send(case, reader)
                    sent += 1

            try:
                send()
            except Unsatisfiable:
                # Nothing can be sent that does not fit: any text is a code.
                assert "{code}" in operation.path, operation.label
    return sent


def test_every_answer_to_everybody_is_one_that_the_document_has(api: Api) -> None:
    operations = len(list(api.schema.get_all_operations()))

    assert send_all(api, FEW, "open", most=1) >= operations * len(FEW)


def test_an_answer_that_the_document_has_not_is_found(api: Api) -> None:
    """The other way round: what these tests look for, they see."""
    operation = api.schema["/api/submissions/{submission_id}"]["GET"]
    case = operation.Case(path_parameters={"submission_id": "nobody"})
    api.send(case, "Zwaluw")
    shorter = json.loads(json.dumps(api.app.openapi()))
    del shorter["paths"][operation.path]["get"]["responses"]["404"]
    schema = schemathesis.openapi.from_dict(shorter)
    schema.app = api.app
    operation = schema["/api/submissions/{submission_id}"]["GET"]
    case = operation.Case(path_parameters={"submission_id": "nobody"})
    with pytest.raises(FailureGroup):
        api.send(case, "Zwaluw")


@pytest.mark.full
@pytest.mark.parametrize("phase", ["open", "jury", "closed"])
@pytest.mark.parametrize("reader", READERS)
def test_many_more_answers_are_as_the_document_has_them(
    reader: str | None, phase: str, apart: Api
) -> None:
    start = fresh_seed()
    assert send_all(apart, (reader,), phase, most=20, start=start) > 400


@pytest.mark.full
@pytest.mark.parametrize("reader", ["Zwaluw", "Ans", "Organisatie"])
def test_what_one_answer_says_can_be_asked_for_next(reader: str, apart: Api) -> None:
    apart.world.go("open")

    @seed(fresh_seed())
    class Steps(apart.schema.as_state_machine()):
        def get_call_kwargs(self, case: schemathesis.Case) -> dict[str, Any]:
            return {"headers": apart.headers(reader), "session": apart.client}

        def validate_response(self, response: Any, case: Any, **_: Any) -> None:
            case.validate_response(response, checks=CHECKS)

    run_state_machine_as_test(
        Steps,
        settings=hypothesis_settings(
            max_examples=10,
            stateful_step_count=15,
            database=None,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
