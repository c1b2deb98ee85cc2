"""Many viewers of one board, each asking again every few seconds, through a server."""

from __future__ import annotations

import asyncio
import itertools
import statistics
import time
from collections import Counter
from collections.abc import Coroutine
from contextlib import suppress
from pathlib import Path
from typing import Any

import httpx
from field import Field
from processes import children, cpu_seconds
from sustained import served

from challenge.client import Client

POLL_SECONDS, UPLOAD_SECONDS = 4, 12
# In which all come in, one by one; what they wait then is not counted.
ARRIVAL_SECONDS = 16
GOAL_P99_MS = 500
# One viewer in so many is a team, which has a row of its own; one reads English.
TEAM_EACH, ENGLISH_EACH = 6, 5


def measure_viewers(field: Field, count: int, seconds: int) -> dict[str, Any]:
    """Let so many viewers poll for so long, while models are handed in and scored."""
    bundle = field.bundle()
    with served(field.settings) as (url, process):
        _warm(url)
        before = cpu_seconds(process, ended=False)
        taken, statuses, uploads = asyncio.run(
            _event(url, field, bundle, count, seconds)
        )
        web = cpu_seconds(process, ended=False) - before
        workers = len(children(process))
    wrong = sum(n for status, n in statuses.items() if status not in (200, 304))
    return {
        "viewers": count,
        "seconds": seconds,
        "requests": len(taken),
        "answers": {str(status): n for status, n in sorted(statuses.items())},
        "errors": wrong,
        "uploads": uploads,
        "median_ms": round(statistics.median(taken), 1),
        "p95_ms": round(statistics.quantiles(taken, n=20)[-1], 1),
        "p99_ms": round(statistics.quantiles(taken, n=100)[-1], 1),
        "longest_ms": round(max(taken), 1),
        "goal_p99_ms": GOAL_P99_MS,
        "web_cpu_share_of_a_core": round(web / (seconds + ARRIVAL_SECONDS), 2),
        "worker_processes": workers,
    }


def _warm(url: str) -> None:
    for language in ("nl", "en"):
        httpx.get(url, headers={"Accept-Language": language}).raise_for_status()


async def _event(
    url: str, field: Field, bundle: Path, count: int, seconds: int
) -> tuple[list[float], Counter[int], int]:
    taken: list[float] = []
    statuses: Counter[int] = Counter()
    counts = time.monotonic() + ARRIVAL_SECONDS
    ends = counts + seconds
    limits = httpx.Limits(max_connections=count, max_keepalive_connections=count)
    async with httpx.AsyncClient(base_url=url, limits=limits, timeout=30) as client:
        viewers = [
            _watch(client, _headers(field, number), (counts, ends), taken, statuses)
            for number in range(count)
        ]
        handing_in = asyncio.to_thread(_hand_in, url, field, bundle, ends)
        starts = (_later(v, ARRIVAL_SECONDS * n / count) for n, v in enumerate(viewers))
        uploads, _ = await asyncio.gather(handing_in, asyncio.gather(*starts))
    return taken, statuses, uploads


async def _later(viewer: Coroutine[Any, Any, None], seconds: float) -> None:
    await asyncio.sleep(seconds)
    await viewer


async def _watch(
    client: httpx.AsyncClient,
    headers: dict[str, str],
    span: tuple[float, float],
    taken: list[float],
    statuses: Counter[int],
) -> None:
    """Ask for the part that lives, with the tag of what one has."""
    counts, ends = span
    while (began := time.monotonic()) < ends:
        status = 0
        with suppress(httpx.HTTPError):
            answer = await client.get("/board/part", headers=headers)
            status = answer.status_code
            headers["If-None-Match"] = answer.headers.get("etag", "")
        now = time.monotonic()
        if began >= counts:
            statuses[status] += 1
            taken.append((now - began) * 1e3)
        await asyncio.sleep(max(0.0, began + POLL_SECONDS - now))


def _headers(field: Field, number: int) -> dict[str, str]:
    headers = {"Accept": "text/html", "Accept-Encoding": "gzip"}
    headers["Accept-Language"] = "nl" if number % ENGLISH_EACH else "en"
    if number % TEAM_EACH == 0:
        tokens = list(field.tokens.values())
        headers["Authorization"] = f"Bearer {tokens[number % len(tokens)]}"
    return headers


def _hand_in(url: str, field: Field, bundle: Path, ends: float) -> int:
    """Hand in a model of another team each time; tell how many."""
    tokens, done = itertools.cycle(field.tokens.values()), 0
    while time.monotonic() < ends:
        with Client(url, token=next(tokens)) as client:
            client.submit(bundle)
        done += 1
        time.sleep(min(UPLOAD_SECONDS, max(0.0, ends - time.monotonic())))
    return done
