"""Measure what readers cost: a board of many teams, a poll, a first visit, a full room.

Prints JSON; says on stderr what it is at. On a real quickstart release:

- ``board``: CPU of the application in this process, without a server: the part of the
  board that lives where nothing is kept, after another score, where the ranking is
  kept but for no such reader, and where the fragment is kept; and a poll of a board
  that did not change, by a visitor and by a team;
- ``first_visit``: bytes of the page, its style, scripts and font as they travel;
- ``room``: viewers who ask again every 4 seconds beside an upload every 12 seconds,
  through a server with its worker. One in six is a team, which has a board of its own.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import platform
import re
import statistics
import sys
import time
from collections.abc import Callable
from typing import Any

import httpx
from fastapi import FastAPI
from field import Field, playing_field
from viewers import measure_viewers

from challenge.rules import standings
from challenge.web import rates
from challenge.web.app import create_app
from challenge.web.recent import Recent

GOALS = {
    "uncached_ms": 150,
    "cached_ms": 5,
    "unchanged_ms": 5,
    "first_visit_bytes": 120_000,
}
LINKED = re.compile(r'(?:href|src)="(/static/[^"]+)"')


def main() -> None:
    """Measure everything and print it."""
    asked, load = _arguments(), os.getloadavg()[0]
    _tell("scoring a field of teams")
    with playing_field(asked.teams) as field:
        _tell("asking the application")
        # Quicker than any browser asks.
        rates.RATES = {}
        app = create_app(field.settings)
        found = {"machine": _machine(load), "teams": asked.teams, "goals": GOALS}
        found |= asyncio.run(_in_process(app, field, asked.repeats))
        if asked.viewers:
            _tell("filling the room")
            found["room"] = measure_viewers(field, asked.viewers, asked.seconds)
    print(json.dumps(found, indent=2))


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--teams", type=int, default=200)
    parser.add_argument("--repeats", type=int, default=200, help="of a poll")
    parser.add_argument("--viewers", type=int, default=300, help="0: leave out")
    parser.add_argument("--seconds", type=int, default=120)
    return parser.parse_args()


def _tell(words: str) -> None:
    print(words, file=sys.stderr, flush=True)


def _machine(load: float) -> dict[str, Any]:
    return {
        "cores": len(os.sched_getaffinity(0)),
        "architecture": platform.machine(),
        "kernel": platform.release(),
        "python": platform.python_version(),
        "load_before": round(load, 2),
    }


async def _in_process(app: FastAPI, field: Field, repeats: int) -> dict[str, Any]:
    transport = httpx.ASGITransport(app)
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(transport=transport, base_url="http://bench") as client,
    ):
        team = {"Authorization": f"Bearer {next(iter(field.tokens.values()))}"}
        return {
            "board": {
                **await _drawn(app, client, repeats, team),
                "unchanged_visitor_ms": await _unchanged(client, repeats, {}),
                "unchanged_team_ms": await _unchanged(client, repeats, team),
            },
            "first_visit": await _first_visit(client),
        }


async def _drawn(
    app: FastAPI, client: httpx.AsyncClient, repeats: int, team: dict[str, str]
) -> dict[str, float]:
    state = app.state
    kept: list[Recent[Any]] = [state.fragments, state.parts, state.deployment.ranking]

    def forget(*, ranking: bool, cards: bool) -> Callable[[], None]:
        def act() -> None:
            for one in kept if ranking else kept[:2]:
                one.clear()
            if cards:
                standings.read_card.cache_clear()

        return act

    path, few = "/board/part", max(3, repeats // 20)
    everything = forget(ranking=True, cards=True)
    ranking, drawings = (forget(ranking=x, cards=False) for x in (True, False))
    return {
        "nothing_kept_ms": await _cpu(client, path, few, everything),
        "after_a_score_ms": await _cpu(client, path, few, ranking),
        "uncached_ms": await _cpu(client, path, few, drawings),
        "uncached_team_ms": await _cpu(client, path, few, drawings, team),
        "cached_ms": await _cpu(client, path, repeats),
        "whole_page_cached_ms": await _cpu(client, "/", few),
    }


async def _unchanged(
    client: httpx.AsyncClient, repeats: int, headers: dict[str, str]
) -> float:
    first = await client.get("/board/part", headers=headers)
    known = headers | {"If-None-Match": first.headers["etag"]}
    if (await client.get("/board/part", headers=known)).status_code != 304:
        raise SystemExit("A board that did not change was sent again.")
    return await _cpu(client, "/board/part", repeats, headers=known)


async def _cpu(
    client: httpx.AsyncClient,
    path: str,
    repeats: int,
    before: Callable[[], None] = lambda: None,
    headers: dict[str, str] | None = None,
) -> float:
    """Give the median of CPU milliseconds, the client's own (about 1) among them."""
    taken = []
    for _ in range(repeats):
        before()
        began = time.process_time()
        await client.get(path, headers=headers)
        taken.append((time.process_time() - began) * 1e3)
    return round(statistics.median(taken), 2)


async def _first_visit(client: httpx.AsyncClient) -> dict[str, int]:
    page = await client.get("/", headers={"Accept": "text/html"})
    sent = {"page": int(page.headers["content-length"])}
    for address in dict.fromkeys(LINKED.findall(page.text)):
        name = address.partition("?")[0].removeprefix("/static/")
        answer = await client.get(address)
        sent[name] = int(answer.headers["content-length"])
    return sent | {"all": sum(sent.values())}


if __name__ == "__main__":
    main()
