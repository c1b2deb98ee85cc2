"""Many viewers of one board, each asking again every few seconds, through a server.

They read what comes as bytes and unpack nothing: in a room every viewer has a processor
of its own, here all of them share two cores with what is measured.
"""

from __future__ import annotations

import asyncio
import itertools
import statistics
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
from field import Field
from processes import children, cpu_seconds
from room import open_room

from challenge.client import Client

POLL_SECONDS, UPLOAD_SECONDS, PATIENCE_SECONDS = 4, 12, 30
# In which all come in, one by one; what they wait then is not counted.
ARRIVAL_SECONDS = 16
GOAL_P99_MS = 500
# One viewer in so many is a team, which has a row of its own; one reads English.
TEAM_EACH, ENGLISH_EACH = 6, 5
END = b"\r\n\r\n"


@dataclass
class Room:
    """What all viewers were answered between two moments of the monotonic clock."""

    url: str
    counts: float
    ends: float
    taken: list[float] = field(default_factory=list)
    answers: Counter[str] = field(default_factory=Counter)

    def note(self, answer: str, began: float) -> None:
        """Keep one answer, unless it was asked for too early."""
        if began >= self.counts:
            self.answers[answer] += 1
            self.taken.append((time.monotonic() - began) * 1e3)


class Viewer:
    """One browser with one connection, which it opens again when it is closed."""

    def __init__(self, url: str, headers: dict[str, str]) -> None:
        self._place = urlsplit(url)
        self._headers = {"Host": self._place.netloc, **headers}
        self._open: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def watch(self, room: Room) -> None:
        """Ask for the part that lives, with the tag of what one has."""
        while (began := time.monotonic()) < room.ends:
            try:
                async with asyncio.timeout(PATIENCE_SECONDS):
                    answer = str(await self._ask())
            except (OSError, EOFError, TimeoutError) as error:
                answer, self._open = type(error).__name__, None
            room.note(answer, began)
            await asyncio.sleep(max(0.0, began + POLL_SECONDS - time.monotonic()))

    async def _ask(self) -> int:
        # A server closes what was idle for long; a browser sees that and connects anew.
        if self._open is None or self._open[0].at_eof():
            self._open = await asyncio.open_connection(
                self._place.hostname, self._place.port
            )
        reader, writer = self._open
        lines = [f"{name}: {value}" for name, value in self._headers.items()]
        asked = "\r\n".join(["GET /board/part HTTP/1.1", *lines]).encode() + END
        writer.write(asked)
        start, *told = (await reader.readuntil(END)).decode("latin-1").split("\r\n")
        headers = {
            name.lower(): value.strip()
            for name, _, value in (line.partition(":") for line in told)
        }
        await reader.readexactly(int(headers.get("content-length", 0)))
        self._headers["If-None-Match"] = headers.get("etag", "")
        return int(start.split()[1])


def measure_viewers(field: Field, count: int, seconds: int) -> dict[str, Any]:
    """Let so many viewers poll for so long, while models are handed in and scored."""
    bundle = field.bundle()
    with open_room(field.settings, webs=1, workers=1) as service:
        url, process = service.urls[0], service.processes["web"]
        _warm(url)
        before, own = cpu_seconds(process, ended=False), time.process_time()
        room, uploads = asyncio.run(_event(url, field, bundle, count, seconds))
        web = cpu_seconds(process, ended=False) - before
        workers = len(children(process))
    wrong = sum(n for answer, n in room.answers.items() if answer not in ("200", "304"))
    return {
        "viewers": count,
        "seconds": seconds,
        "requests": len(room.taken),
        "answers": dict(sorted(room.answers.items())),
        "errors": wrong,
        "uploads": uploads,
        **_times(room.taken),
        "web_cpu_share_of_a_core": round(web / (seconds + ARRIVAL_SECONDS), 2),
        "viewers_cpu_seconds": round(time.process_time() - own, 1),
        "worker_processes": workers,
    }


def _times(taken: list[float]) -> dict[str, float]:
    return {
        "median_ms": round(statistics.median(taken), 1),
        "p95_ms": round(statistics.quantiles(taken, n=20)[-1], 1),
        "p99_ms": round(statistics.quantiles(taken, n=100)[-1], 1),
        "longest_ms": round(max(taken), 1),
        "goal_p99_ms": GOAL_P99_MS,
    }


def _warm(url: str) -> None:
    for language in ("nl", "en"):
        httpx.get(url, headers={"Accept-Language": language}).raise_for_status()


async def _event(
    url: str, field: Field, bundle: Path, count: int, seconds: int
) -> tuple[Room, int]:
    counts = time.monotonic() + ARRIVAL_SECONDS
    room = Room(url, counts, counts + seconds)
    handing_in = asyncio.to_thread(_hand_in, field, bundle, room)
    coming = (_come_in(field, number, count, room) for number in range(count))
    uploads, _ = await asyncio.gather(handing_in, asyncio.gather(*coming))
    return room, uploads


async def _come_in(field: Field, number: int, count: int, room: Room) -> None:
    await asyncio.sleep(ARRIVAL_SECONDS * number / count)
    await Viewer(room.url, _headers(field, number)).watch(room)


def _headers(field: Field, number: int) -> dict[str, str]:
    headers = {"Accept": "text/html", "Accept-Encoding": "gzip"}
    headers["Accept-Language"] = "nl" if number % ENGLISH_EACH else "en"
    if number % TEAM_EACH == 0:
        tokens = list(field.tokens.values())
        headers["Authorization"] = f"Bearer {tokens[number % len(tokens)]}"
    return headers


def _hand_in(field: Field, bundle: Path, room: Room) -> int:
    """Hand in a model of another team each time; tell how many."""
    tokens, done = itertools.cycle(field.tokens.values()), 0
    while time.monotonic() < room.ends:
        with Client(room.url, token=next(tokens)) as client:
            client.submit(bundle)
        done += 1
        time.sleep(min(UPLOAD_SECONDS, max(0.0, room.ends - time.monotonic())))
    return done
