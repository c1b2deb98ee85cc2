"""Who runs submissions, and what is said of it: health, desk, every page."""

from __future__ import annotations

import re
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from html import unescape
from typing import Any

import httpx
import pytest

from challenge.errors import SandboxUnavailableError
from challenge.records import Isolation, Role, WorkerFacts
from challenge.rules.registration import register
from challenge.settings import Settings
from challenge.store import open_database
from challenge.web import create_app

from ...factories import RELEASE, enqueue
from .conftest import asking

WARNING = {
    "nl": "Deze server draait inzendingen zonder zandbak. Gebruik hem alleen met"
    " modellen die je zelf maakte.",
    "en": "This server runs submissions without a sandbox. Use it only with models"
    " that you made yourself.",
}
PAGES = ("/", "/challenge", "/data", "/login", "/api/docs", "/submissions")
PAGES += ("/organiser", "/nowhere")


def worker(name: str = "one", **facts: object) -> WorkerFacts:
    now = datetime.now(UTC)
    plain = WorkerFacts(
        name=name,
        release=RELEASE,
        isolation=Isolation.BUBBLEWRAP,
        engine="",
        slots=2,
        pool_size=4,
        pool_ready=3,
        started_at=now,
        seen_at=now,
    )
    return replace(plain, **facts)


@pytest.fixture
def heard(settings: Settings) -> Callable[..., None]:
    """Let workers report themselves."""

    def report(*workers: WorkerFacts) -> None:
        with (
            closing(open_database(settings.database)) as database,
            database.begin() as unit,
        ):
            for one in workers:
                unit.workers.seen(one)

    return report


@pytest.fixture
def organiser(settings: Settings) -> dict[str, str]:
    """Headers of the organiser."""
    with (
        closing(open_database(settings.database)) as database,
        database.begin() as unit,
    ):
        now = datetime.now(UTC)
        token = register(unit, Role.ORGANISER, "O", by="a test", now=now)[1]
    return {"Authorization": f"Bearer {token}", "Accept": "text/html"}


def ready(settings: Settings, **told: object) -> dict[str, Any]:
    request = httpx.Request("GET", "http://here/health/ready")
    [answer] = asking(create_app(settings, **told))([request])
    assert answer.status_code == 200
    return dict(answer.json())


def read(settings: Settings, path: str, headers: dict[str, str], **told: object) -> str:
    request = httpx.Request("GET", f"http://here{path}", headers=headers)
    [answer] = asking(create_app(settings, **told))([request])
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", answer.text)).split())


def test_without_a_worker_submissions_are_accepted_and_wait(settings: Settings) -> None:
    told = ready(settings, isolation=Isolation.BUBBLEWRAP)
    assert told | {"people": 0} == {
        "status": "no worker",
        "challenge": "quickstart",
        "release": "1",
        "submissions": "accepted",
        "people": 0,
        "isolation": "bubblewrap",
        "workers": 0,
        "engine": None,
        "pool": {"size": 0, "ready": 0},
        "queue": 0,
    }


def test_workers_are_told_as_one(
    settings: Settings, heard: Callable[..., None]
) -> None:
    long_ago = datetime.now(UTC) - timedelta(minutes=5)
    heard(worker(), worker("two", pool_ready=1), worker("gone", seen_at=long_ago))
    with closing(open_database(settings.database)) as database:
        for key in ("a", "b", "c"):
            enqueue(database, key, "Zwaluw")
    told = ready(settings)
    assert (told["status"], told["isolation"]) == ("ready", "bubblewrap")
    assert (told["workers"], told["engine"]) == (2, "threads")
    assert told["pool"] == {"size": 8, "ready": 4}
    assert told["queue"] == 3


def test_a_refusal_that_is_known_is_ready(settings: Settings) -> None:
    told = ready(settings, closed=SandboxUnavailableError("There is none."))
    assert (told["status"], told["isolation"]) == ("ready", "none")
    assert told["submissions"] == "refused: no sandbox"


def test_a_cluster_is_named_without_its_address(
    settings: Settings, heard: Callable[..., None]
) -> None:
    heard(worker(engine="tls://inside:8786"))
    told = ready(settings)
    assert told["engine"] == "dask"
    assert "inside" not in str(told)


def test_the_least_protected_worker_counts(
    settings: Settings, heard: Callable[..., None]
) -> None:
    heard(worker(), worker("bare", isolation=Isolation.TRUSTED))
    assert ready(settings)["isolation"] == "trusted"


@pytest.mark.parametrize("language", ["nl", "en"])
@pytest.mark.parametrize("trusted", [True, False], ids=["trusted", "sandboxed"])
def test_every_page_says_that_models_run_without_a_sandbox(
    settings: Settings, organiser: dict[str, str], trusted: bool, language: str
) -> None:
    chosen = settings.model_copy(update={"trust_submissions": trusted})
    asked = [
        httpx.Request("GET", f"http://here{path}?lang={language}", headers=organiser)
        for path in PAGES
    ]
    for answer in asking(create_app(chosen))(asked):
        assert "<main" in answer.text, answer.url
        assert (WARNING[language] in answer.text) is trusted, answer.url


def test_pages_say_so_of_a_worker_elsewhere_too(
    settings: Settings, heard: Callable[..., None]
) -> None:
    heard(worker(isolation=Isolation.TRUSTED))
    assert WARNING["nl"] in read(settings, "/?lang=nl", {"Accept": "text/html"})


@pytest.mark.parametrize(
    ("language", "words"),
    [
        (
            "nl",
            (
                "Zandbak (bubblewrap)",
                "1 via deze server zelf, samen 2 inzendingen tegelijk",
                "3 van 4",
                "2; de laatste: tweede in de wachtrij, minder dan een minuut",
            ),
        ),
        (
            "en",
            (
                "A sandbox (bubblewrap)",
                "1 through this server itself, together 2 submissions at a time",
                "3 of 4",
                "2; the last one: second in the queue, less than a minute",
            ),
        ),
    ],
)
def test_the_desk_says_who_runs_the_models_and_how_long_the_queue_is(
    settings: Settings,
    heard: Callable[..., None],
    organiser: dict[str, str],
    language: str,
    words: tuple[str, ...],
) -> None:
    heard(worker())
    with closing(open_database(settings.database)) as database:
        for key in ("a", "b"):
            enqueue(database, key, "Zwaluw")
    page = read(settings, f"/organiser?lang={language}", organiser)
    for said in words:
        assert said in page


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("nl", ("Er heeft zich nog geen worker gemeld", "Inzendingen wachten tot")),
        ("en", ("No worker has reported", "Submissions wait until")),
    ],
)
def test_the_desk_says_that_nobody_is_there(
    settings: Settings, organiser: dict[str, str], language: str, words: tuple[str, ...]
) -> None:
    page = read(settings, f"/organiser?lang={language}", organiser)
    for said in words:
        assert said in page
    # As it says of a worker that was told to keep no pool.
    for promised in ("starts when it is needed", "als hij nodig is"):
        assert promised not in page
