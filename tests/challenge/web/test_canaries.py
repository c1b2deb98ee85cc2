"""What anybody can learn is what DESIGN §7 says: secrets are planted, and sought."""

from __future__ import annotations

import asyncio
import logging
import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field

import httpx
import pytest
from fastapi import FastAPI
from fastapi.routing import iter_route_contexts

from challenge.settings import Settings
from challenge.synthesis import Release
from challenge.web.app import create_app
from challenge.web.policy import POLICY

from .canaries import PHASES, READERS, Finder, read_table, texts_of
from .plantation import (
    BEHIND,
    CODES,
    PEOPLE,
    PLACES,
    RIVAL,
    SCORED,
    SCRIPT,
    Plantation,
)

TABLE = read_table()
SETS = ("/", "/board.csv", "/api/board")
# What an address may end with.
VARIANTS = ("?set=final", "?set=external", "?lang=en")
# In `make test`: the phases in which most may leak; all of them in `make verify`.
BRIEF = ("open", "jury", "closed")
# What is there and belongs to another team.
THERE = (
    f"/api/submissions/{SCORED}",
    f"/api/submissions/{SCORED}/scorecard",
    f"/submissions/{SCORED}",
    f"/submissions/{SCORED}/live",
    f"/submissions/{SCORED}/scorecard",
    f"/submissions/{SCORED}/scorecard.csv",
    f"/submissions/{RIVAL}/scorecard?with={SCORED}",
    f"/help?submission={SCORED}",
    "/pitch/Zwaluw/pdf",
)
TELLING = (*SETS, "/board/part", "/verdict", "/lessons")
STRANGERS = ("visitor", "other")
# What a browser would act on.
TAG = SCRIPT[SCRIPT.index("<") : -1]


@dataclass
class Learnt:
    """What was found: (reader, phase, path) by item, and what was asked."""

    found: dict[str, set[tuple[str, str, str]]]
    routes: dict[str, list[str]] = field(default_factory=dict)
    asked: set[str] = field(default_factory=set)
    logged: set[str] = field(default_factory=set)
    twins: dict[str, list[tuple[int, str]]] = field(default_factory=dict)
    broken: list[tuple[str, str, str, int]] = field(default_factory=list)
    # Pages in which what somebody typed stands as a text, and those where it would run.
    escaped: set[str] = field(default_factory=set)
    runs: list[tuple[str, str, str]] = field(default_factory=list)


def readable(app: FastAPI) -> list[tuple[str, list[str]]]:
    """List every route that can be read, each with its addresses."""
    found = []
    for route in iter_route_contexts(app.routes):
        path = route.path or ""
        if "GET" not in (route.methods or ()) or path.startswith(
            ("/static", "/mlflow")
        ):
            continue
        found.append((path, addresses(path)))
    return found


def addresses(path: str) -> list[str]:
    """Fill in a path; a parameter that nobody planted anything for is an error."""
    filled = [path]
    for parameter in re.findall(r"{([^}]+)}", path):
        known = (CODES[path],) if parameter == "code" else PLACES[parameter]
        filled = [
            one.replace(f"{{{parameter}}}", value) for one in filled for value in known
        ]
    return filled


def requests_for(
    world: Plantation, app: FastAPI, reader: str, *, is_full: bool
) -> Iterator[httpx.Request]:
    """Make every request of one reader."""
    name = READERS[reader]
    role = PEOPLE[name] if name else None
    for path, filled in readable(app):
        admitted = POLICY.admits("GET", path, role)
        # A refusal draws the same page for everybody.
        # So do most pages that are open to all.
        is_plain = POLICY.admits("GET", path, None) and path not in TELLING
        if not is_full and reader not in STRANGERS and (is_plain or not admitted):
            continue
        behind = [one for one in BEHIND if one.partition("?")[0] == path]
        for address in (*filled, *behind):
            yield ask_for(world, address, reader)
            for variant in VARIANTS:
                is_set = "set" in variant
                if admitted and (path in SETS if is_set else is_full):
                    yield ask_for(world, address + variant, reader)
            if admitted and is_full and not path.startswith("/api"):
                yield ask_for(world, address, reader, **{"HX-Request": "true"})


def ask_for(
    world: Plantation, address: str, reader: str, **headers: str
) -> httpx.Request:
    accept = "application/json" if address.startswith("/api") else "text/html"
    headers = {"Accept": accept} | headers
    if name := READERS[reader]:
        headers["Authorization"] = f"Bearer {world.tokens[name]}"
    return httpx.Request("GET", f"http://here{address}", headers=headers)


@pytest.fixture(
    scope="module",
    params=[BRIEF, pytest.param(PHASES, marks=pytest.mark.full)],
    ids=["brief", "full"],
)
def learnt(
    request: pytest.FixtureRequest,
    release: Release,
    published_settings: Settings,
    tmp_path_factory: pytest.TempPathFactory,
) -> Learnt:
    """Let everybody read everything, in every phase."""
    home = tmp_path_factory.mktemp("planted")
    (home / "releases").symlink_to(published_settings.home / "releases")
    (home / "challenge.db").write_bytes(
        (published_settings.home / "challenge.db").read_bytes()
    )
    settings = published_settings.model_copy(update={"home": home})
    world = Plantation(settings, release)
    heard = Heard()
    logging.getLogger().addHandler(heard)
    level = logging.getLogger("challenge").level
    logging.getLogger("challenge").setLevel(logging.DEBUG)
    try:
        return asyncio.run(read_all(create_app(settings), world, heard, request.param))
    finally:
        logging.getLogger("challenge").setLevel(level)
        logging.getLogger().removeHandler(heard)
        world.database.close()


class Heard(logging.Handler):
    """Keeps what the service logs; not what the client of this test does."""

    def __init__(self) -> None:
        super().__init__(logging.DEBUG)
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        if not record.name.startswith(("httpx", "httpcore", "asyncio")):
            self.lines.append(self.format(record))


async def read_all(
    app: FastAPI, world: Plantation, heard: Heard, phases: tuple[str, ...]
) -> Learnt:
    finder = Finder(world.planted())
    learnt = Learnt(defaultdict(set), dict(readable(app)))
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(transport=transport) as client,
    ):
        for phase in phases:
            world.go(phase)
            for path in THERE:
                learnt.twins[f"{phase} {path}"] = [
                    faceless(await client.send(ask_for(world, one, "other")))
                    for one in (path, missing(path))
                ]
            for reader in READERS:
                for one in requests_for(world, app, reader, is_full=phases == PHASES):
                    answer = await client.send(one)
                    path = one.url.raw_path.decode()
                    learnt.asked.add(path.partition("?")[0])
                    if answer.status_code >= 500:
                        learnt.broken.append((reader, phase, path, answer.status_code))
                    if "html" in answer.headers.get("content-type", ""):
                        if TAG in answer.text:
                            learnt.runs.append((reader, phase, path))
                        if TAG.replace("<", "&lt;") in answer.text:
                            learnt.escaped.add(path.partition("?")[0])
                    # What somebody asked for tells them nothing.
                    said = [without(path, text) for text in texts_of(answer)]
                    is_code = path.partition("?")[0].endswith(".whl")
                    for item in finder.find(said, is_code=is_code):
                        learnt.found[item].add((reader, phase, path))
    learnt.logged = finder.find(heard.lines)
    return learnt


def missing(path: str) -> str:
    """Name something like it that is not there."""
    return path.replace(SCORED, "0" * len(SCORED)).replace("Zwaluw", "Zwxxxw")


def faceless(answer: httpx.Response) -> tuple[int, str]:
    """Give an answer without the name that was asked for, its code and its time."""
    text = missing(answer.text).replace("Zwxxxw", "").replace("0" * len(SCORED), "")
    # A minute may end between two answers.
    text = re.sub(r"stand van [^<]*", "", text)
    return answer.status_code, re.sub(r"\b[2-9A-Z]{4}-[2-9A-Z]{2}\b", "", text)


def without(path: str, text: str) -> str:
    """Take out what stands in the address that was asked for."""
    for part in path.partition("?")[0].split("/"):
        if any(part in known for known in (*PLACES.values(), CODES.values())):
            text = text.replace(part, "")
    return text


def test_every_route_was_asked(learnt: Learnt) -> None:
    assert learnt.broken == []
    assert len(learnt.routes) > 60
    never = {
        route
        for route, addresses in learnt.routes.items()
        if not {one.partition("?")[0] for one in addresses} <= learnt.asked
    }
    assert never == set()


@pytest.mark.parametrize("item", TABLE)
def test_nobody_learns_what_the_table_does_not_allow(learnt: Learnt, item: str) -> None:
    rule = TABLE[item]
    leaks = [
        f"{reader} in {phase} at {path}"
        for reader, phase, path in sorted(learnt.found[item])
        if not rule.permits(reader, phase)
    ]
    assert leaks == []


@pytest.mark.parametrize("item", TABLE)
def test_whoever_may_learn_something_does(learnt: Learnt, item: str) -> None:
    found = {reader for reader, _, _ in learnt.found[item]}
    assert TABLE[item].must - found == set()


def test_what_somebody_typed_runs_in_nobodys_browser(learnt: Learnt) -> None:
    assert learnt.runs == []
    # Names and titles on the board, notes at the desk, pitches before the jury.
    shown = {"/", "/board/part", "/organiser/audit", "/jury/Zwaluw", "/lessons"}
    assert shown <= learnt.escaped


def test_the_table_knows_every_planted_thing(learnt: Learnt) -> None:
    assert set(learnt.found) <= set(TABLE)


def test_no_log_tells_anything(learnt: Learnt) -> None:
    assert learnt.logged == set()


def test_what_another_team_has_looks_like_what_is_not_there(learnt: Learnt) -> None:
    assert learnt.twins
    for path, (there, not_there) in learnt.twins.items():
        assert there == not_there, path
        assert there[0] == 404 or path.endswith(f"help?submission={SCORED}"), path
