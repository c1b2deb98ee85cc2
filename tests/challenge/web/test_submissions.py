"""Hand in and watch, against the application itself: what is said of a submission."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Callable
from contextlib import closing
from datetime import UTC, datetime, timedelta
from html import unescape
from typing import Any

import httpx
import pytest

from challenge.records import Refusal, Role, Stage, State
from challenge.rules.registration import register
from challenge.rules.tokens import replace_tokens
from challenge.settings import Settings
from challenge.store import Unit, open_database
from challenge.web.cookies import SESSION_COOKIE

from ...factories import NOON, RELEASE, enqueue, small_bundle
from .conftest import Ask
from .entrance import Desk

# All that a team reads of one submission. A figure added here must not say when the
# hidden pass ended, or how long it took.
FIELDS = {
    *("id", "number", "team", "sources", "title", "note", "baseline", "proof_only"),
    *("state", "stage", "ahead", "expected_wait_seconds", "waiting", "warnings"),
    *("reason", "message", "hint", "log", "repeats", "bundle_sha256"),
    *("pick", "disqualified"),
    *("created_at", "updated_at", "step", "told", "why", "isolation"),
    *("cpu_seconds", "memory_mib", "same_as"),
}
Change = Callable[[Unit], object]


@pytest.fixture
def change(settings: Settings) -> Callable[[Change], Any]:
    """Do something to the database in one transaction."""

    def apply(do: Change) -> object:
        with (
            closing(open_database(settings.database)) as database,
            database.begin() as unit,
        ):
            return do(unit)

    return apply


@pytest.fixture
def team(change: Callable[[Change], Any]) -> dict[str, str]:
    """Headers of team Zwaluw."""
    now = datetime.now(UTC)
    token = change(lambda u: register(u, Role.TEAM, "Zwaluw", by="a test", now=now)[1])
    return {"Authorization": f"Bearer {token}"}


@pytest.fixture
def waits(settings: Settings, team: dict[str, str]) -> None:
    """Two submissions in the queue, of Zwaluw and of Grutto."""
    with closing(open_database(settings.database)) as database:
        enqueue(database, "mine", "Zwaluw")
        enqueue(database, "theirs", "Grutto")


def upload(team: dict[str, str], **form: str) -> httpx.Request:
    url = "http://here/api/submissions"
    files = {"bundle": ("b.zip", small_bundle())}
    # A body that is there at once, which both kinds of client can send.
    built = httpx.Request("POST", url, headers=team, data=form, files=files)
    return httpx.Request("POST", url, headers=built.headers, content=built.read())


def get(path: str, headers: dict[str, str]) -> httpx.Request:
    return httpx.Request("GET", f"http://here{path}", headers=headers)


def spoken(answer: httpx.Response) -> str:
    assert answer.status_code == 200, answer.text
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", answer.text)).split())


@pytest.mark.parametrize(
    ("form", "proof_only"),
    [
        ({}, False),
        *(({"proof": word}, True) for word in ("yes", "true", "1", "YES", "on")),
        *(({"proof": word}, False) for word in ("no", "false", "0", "")),
    ],
)
def test_a_proof_run_alone_is_asked_for_with_one_field(
    ask: Ask, team: dict[str, str], form: dict[str, str], proof_only: bool
) -> None:
    [answer] = ask([upload(team, **form)])
    assert answer.status_code == 202
    found = answer.json()
    assert found["proof_only"] is proof_only
    assert (found["state"], found["ahead"]) == ("queued", 0)
    assert found.keys() == FIELDS


def test_the_same_bundle_once_more_is_taken_and_told_with_its_first_number(
    ask: Ask, desk: Desk, team: dict[str, str]
) -> None:
    others = {"Authorization": f"Bearer {desk.add(Role.TEAM, 'Grutto')[1]}"}
    theirs, proof, first, second, third = (
        answer.json()
        for answer in ask(
            [
                upload(others),
                upload(team, proof="yes"),
                *(upload(team, note=f"{number}") for number in range(3)),
            ]
        )
    )
    [later] = ask([get(f"/api/submissions/{third['id']}", team)])
    assert [theirs["same_as"], proof["same_as"], first["same_as"]] == [None] * 3
    assert second["same_as"] == third["same_as"] == first["number"]
    assert later.json()["same_as"] == first["number"]


@pytest.mark.parametrize(
    ("state", "stage", "costs"),
    [
        (State.FAILED, Stage.PROOF, False),
        (State.REFUSED, Stage.PROOF, False),
        (State.REFUSED, Stage.SCORING, True),
    ],
    ids=["failed", "refused", "refused-while-it-was-scored"],
)
def test_the_same_bundle_is_told_only_of_a_first_time_that_used_up_a_score(
    ask: Ask,
    team: dict[str, str],
    change: Callable[[Change], Any],
    state: State,
    stage: Stage,
    costs: bool,
) -> None:
    [first] = ask([upload(team)])
    refusal = Refusal(stage, "crashed", "It stopped.", "Look at memory.")
    change(end(state, first.json()["id"], refusal=refusal))
    [second] = ask([upload(team)])
    assert second.json()["same_as"] == (first.json()["number"] if costs else None)


@pytest.mark.parametrize("path", ["/api/submissions", "/pitch/pdf"])
@pytest.mark.parametrize("is_token", [True, False], ids=["token", "session"])
def test_an_upload_whose_way_in_was_ended_while_it_came_in_is_refused(
    ask: Ask, desk: Desk, path: str, is_token: bool
) -> None:
    team, token = desk.add(Role.TEAM, "Zwaluw")
    headers = {"Origin": "http://test", "Authorization": f"Bearer {token}"}
    if not is_token:
        del headers["Authorization"]
        headers["Cookie"] = f"{SESSION_COOKIE}={desk.session(team)}"
    files = {"bundle": ("b.zip", small_bundle())}
    if path == "/pitch/pdf":
        files = {"pdf": ("pitch.pdf", b"%PDF-1.7")}
    built = httpx.Request("POST", f"http://test{path}", headers=headers, files=files)
    whole = built.read()

    async def sent() -> AsyncIterator[bytes]:
        yield whole[:100]
        with desk.database.begin() as unit:
            replace_tokens(unit, team, by="Desk", now=datetime.now(UTC))
        yield whole[100:]

    [answer] = ask(
        [httpx.Request("POST", built.url, headers=built.headers, content=sent())]
    )

    assert answer.status_code == 401
    with desk.database.read() as unit:
        assert unit.submissions.all() == []
        assert unit.pitches.get(team.id) is None


@pytest.mark.parametrize(
    ("language", "reason"),
    [("en", "The upload is not a zip file"), ("nl", "Je upload is geen zip")],
)
def test_the_form_says_why_a_file_was_refused_and_asks_for_none_that_was_chosen(
    ask: Ask, team: dict[str, str], language: str, reason: str
) -> None:
    headers = team | {"Accept": "text/html"}
    url, files = f"http://here/submissions?lang={language}", {"bundle": b"hello"}
    built = httpx.Request("POST", url, headers=headers, files=files)
    sent = httpx.Request("POST", url, headers=built.headers, content=built.read())
    [answer] = ask([sent])
    assert answer.status_code == 422
    assert "Choose a file" not in answer.text
    assert "Kies eerst een bestand" not in answer.text
    assert answer.text.count(reason) >= 2
    assert "<code>challenge.client.package</code>" in answer.text


def test_a_word_that_is_neither_yes_nor_no_is_refused(
    ask: Ask, team: dict[str, str]
) -> None:
    [answer] = ask([upload(team, proof="maybe")])
    assert (answer.status_code, answer.json()["slug"]) == (422, "request-refused")
    assert answer.json()["detail"] == "proof: it is neither yes nor no."


def test_the_api_page_describes_the_field(ask: Ask) -> None:
    [answer] = ask([get("/api/docs", {"Accept": "text/html"})])
    assert "proof run alone" in spoken(answer)


def test_a_place_in_the_queue_is_said_in_json_and_on_both_pages(
    ask: Ask, team: dict[str, str], waits: None
) -> None:
    html = team | {"Accept": "text/html"}
    document, page, listed = ask(
        [
            get("/api/submissions/mine", team),
            get("/submissions/mine?lang=nl", html),
            get("/submissions?lang=nl", html),
        ]
    )
    found = document.json()
    said = "eerste in de wachtrij, maar nu draait niemand de inzendingen"
    assert (found["ahead"], found["expected_wait_seconds"]) == (0, None)
    assert found["waiting"]["nl"] == said
    assert found["waiting"]["en"].startswith("first in the queue, but nobody")
    assert said.capitalize() in spoken(page)
    assert said.capitalize() in spoken(listed)


def add(**values: object) -> Change:
    """Put a submission of Zwaluw in the queue."""

    def do(unit: Unit) -> None:
        unit.submissions.add(
            id="mine",
            team_id=unit.people.named(Role.TEAM, "Zwaluw").id,
            state=State.QUEUED,
            stage=Stage.RECEIVED,
            release=RELEASE,
            bundle_sha256="ab",
            created_at=NOON,
            updated_at=NOON,
            **values,
        )

    return do


def end(state: State, submission_id: str = "mine", **told: Any) -> Change:
    """End the submission of Zwaluw as a worker does."""

    def do(unit: Unit) -> None:
        later = NOON + timedelta(minutes=1)
        unit.queue.claim("w", release=RELEASE, now=NOON, lease_until=later)
        ended = {"worker": "w", "state": state, "now": later}
        assert unit.queue.end(submission_id, **ended, **told)

    return do


@pytest.mark.parametrize(
    ("language", "words"),
    [
        (
            "nl",
            (
                "De proefrun is gelukt",
                "challenge submit bundle.zip",
                "die tot 0,25 verschillen",
                "Proefrun gelukt",
            ),
        ),
        (
            "en",
            (
                "The proof run passed",
                "challenge submit bundle.zip",
                "differ by up to 0.25",
                "Proof run passed",
            ),
        ),
    ],
)
def test_a_proof_run_that_went_well_is_told_with_its_log_and_without_a_score(
    ask: Ask,
    team: dict[str, str],
    change: Callable[[Change], Any],
    language: str,
    words: tuple[str, ...],
) -> None:
    change(add(proof_only=True))
    change(end(State.PROVED, log="loaded 3 trees", repeat_difference=0.25))
    html = team | {"Accept": "text/html"}
    document, page, listed, card = ask(
        [
            get("/api/submissions/mine", team),
            get(f"/submissions/mine?lang={language}", html),
            get(f"/submissions?lang={language}", html),
            get("/api/submissions/mine/scorecard", team),
        ]
    )
    found = document.json()
    assert (found["state"], found["step"], found["cpu_seconds"]) == (
        "proved",
        None,
        None,
    )
    assert found["repeats"]["largest_difference"] == 0.25
    said = spoken(page)
    assert "loaded 3 trees" in said
    for each in words:
        assert each in said
    assert words[-1] in spoken(listed)
    assert card.status_code == 404


def test_only_the_part_that_is_polled_leads_to_the_whole_page(
    ask: Ask, team: dict[str, str], change: Callable[[Change], Any]
) -> None:
    change(add(proof_only=True))
    change(end(State.PROVED, log="loaded 3 trees"))
    html = team | {"Accept": "text/html"}
    whole, part = ask(
        [
            get("/submissions/mine?lang=nl", html),
            get("/submissions/mine/live?lang=nl", html),
        ]
    )
    assert "Laat de hele pagina zien" in part.text
    assert "Laat de hele pagina zien" not in whole.text


def test_warnings_stand_on_the_page_and_in_json(
    ask: Ask, team: dict[str, str], change: Callable[[Change], Any]
) -> None:
    change(add(warnings="polars is not here.\nnumpy is older here."))
    document, page = ask(
        [
            get("/api/submissions/mine", team),
            get("/submissions/mine?lang=nl", team | {"Accept": "text/html"}),
        ]
    )
    warnings = ["polars is not here.", "numpy is older here."]
    assert document.json()["warnings"] == warnings
    assert all(warning in spoken(page) for warning in warnings)
    assert "Je bundel vraagt om pakketten" in spoken(page)


def test_no_answer_to_a_team_holds_a_moment_but_of_receipt_and_of_the_last_step(
    ask: Ask, team: dict[str, str], change: Callable[[Change], Any]
) -> None:
    change(add())
    refusal = Refusal(Stage.SCORING, "crashed", "It stopped.", "Look at memory.")
    change(end(State.REFUSED, refusal=refusal))
    html = team | {"Accept": "text/html"}
    paths = ("/api/submissions/mine", "/api/submissions", "/submissions/mine")
    answers = ask([*(get(path, team) for path in paths[:2]), get(paths[2], html)])
    for answer in answers:
        assert answer.headers.keys().isdisjoint(
            {"last-modified", "etag", "server-timing", "age", "x-process-time"}
        )
    assert answers[0].json().keys() == FIELDS
    moments = set(re.findall(r"\d{4}-\d\d-\d\dT[\d:.]+", answers[0].text))
    assert moments == {"2026-11-22T12:00:00", "2026-11-22T12:01:00"}
    assert re.findall(r"datetime=\"([^\"]+)\"", answers[2].text) == [
        "2026-11-22T13:00:00+01:00"
    ]


def test_the_packages_that_models_run_on_are_told_as_json_and_as_requirements(
    ask: Ask,
) -> None:
    import importlib.metadata
    import platform

    document, text = ask([get("/api/runtime", {}), get("/api/runtime.txt", {})])
    told = document.json()
    assert told["python"] == platform.python_version()
    assert told["packages"]["numpy"] == importlib.metadata.version("numpy")
    lines = text.text.splitlines()
    assert text.headers["content-type"].startswith("text/plain")
    assert f"numpy=={told['packages']['numpy']}" in lines
    assert len([line for line in lines if "==" in line]) == len(told["packages"])


def test_the_file_of_packages_says_how_to_install_them_and_nothing_more(
    ask: Ask,
) -> None:
    # SDV's own requirements would bring torch along, which the server has not.
    [text] = ask([get("/api/runtime.txt", {})])
    assert "pip install --no-deps -r" in text.text.splitlines()[0]


def test_a_team_finds_them_where_it_reads_how_to_hand_in(
    ask: Ask, team: dict[str, str]
) -> None:
    [page] = ask([get("/submissions?lang=nl", team | {"Accept": "text/html"})])
    assert 'href="/api/runtime.txt"' in page.text
    assert "challenge submit bundle.zip --proof" in page.text
