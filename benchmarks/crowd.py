"""Everybody who comes to a challenge on one day, for locust.

Started by `benchmarks/day.py`, which tells in a file who comes (`LOAD_PLAN`) and reads
what they were answered (`LOAD_TOLD`). A process of its own: locust's gevent takes the
place of the standard library's sockets.
"""

from __future__ import annotations

import itertools
import json
import os
import random
import time
from collections import defaultdict
from pathlib import Path
from typing import Any

from gevent import sleep
from locust import events, task
from locust.contrib.fasthttp import FastHttpUser

PLAN = json.loads(Path(os.environ["LOAD_PLAN"]).read_text("utf-8"))
URLS = itertools.cycle(PLAN["urls"])
BUNDLE = Path(PLAN["bundle"]).read_bytes()
# As often as the page asks again, as a juror's ballot saves itself while they type.
POLL_SECONDS, SAVE_SECONDS = 4, 3
FOLLOW_SECONDS = 5
OTHER_PAGE_SHARE = 0.05
OTHER_PAGES = ("/", "/challenge", "/method", "/data", "/clock")
# One viewer in so many is a team, which has a row of its own; one reads English.
TEAM_EACH, ENGLISH_EACH = 6, 5

_answers: dict[str, list[tuple[int, float]]] = defaultdict(list)
# Seconds since the epoch, by id of a submission: when its team was told.
_handed_in: dict[str, float] = {}
_numbers = itertools.count()


class _Guest(FastHttpUser):
    """Somebody with a browser of their own, at the next of the web processes."""

    abstract = True
    every_seconds: float

    def __init__(self, environment: Any) -> None:
        self.host = next(URLS)
        super().__init__(environment)
        self.number = next(_numbers)
        # Seeded by number: the same crowd comes each time.
        self.chance = random.Random(self.number)  # noqa: S311
        language = "nl" if self.number % ENGLISH_EACH else "en"
        self.headers = {"Accept": "text/html", "Accept-Language": language}

    def come(self) -> None:
        """Come in at some moment of the first round; everybody has one of their own."""
        # Not `constant_pacing`: it takes this wait off the next one, and then all of
        # them ask at the same moment for ever.
        wait = self.chance.uniform(0, self.every_seconds)
        self._due = time.monotonic() + wait
        sleep(wait)

    def wait_time(self) -> float:
        """Tell how long it is until the next round, however long this one took."""
        self._due += self.every_seconds
        return max(0.0, self._due - time.monotonic())

    def carry(self, token: str) -> None:
        """Come in with a token."""
        self.headers["Authorization"] = f"Bearer {token}"


class Viewer(_Guest):
    """Looks at the board, which asks again every few seconds."""

    fixed_count = PLAN["viewers"]
    every_seconds = POLL_SECONDS

    def on_start(self) -> None:
        """Be a team now and then."""
        if self.number % TEAM_EACH == 0:
            tokens = [token for _, token in PLAN["teams"]]
            self.carry(tokens[self.number % len(tokens)])
        self.known = ""
        self.come()

    @task
    def look(self) -> None:
        """Ask for the part that lives, or open another page."""
        if self.chance.random() < OTHER_PAGE_SHARE:
            self.client.get(self.chance.choice(OTHER_PAGES), headers=self.headers)
            return
        asked = {**self.headers, "HX-Request": "true", "If-None-Match": self.known}
        answer = self.client.get("/board/part", headers=asked)
        self.known = str(answer.headers.get("etag", "")) if answer.headers else ""


class Team(_Guest):
    """Hands a model in every ten minutes and follows it to its end."""

    fixed_count = len(PLAN["teams"])
    every_seconds = PLAN["upload_seconds"]
    _turns = itertools.count()

    def on_start(self) -> None:
        """Come with a token."""
        _, token = PLAN["teams"][next(Team._turns)]
        self.carry(token)
        self.come()

    @task
    def hand_in(self) -> None:
        """Hand in, and look every few seconds until it has ended."""
        if not PLAN["uploads"]:
            self.client.get("/submissions", headers=self.headers)
            return
        key = f"{self.number}-{self.chance.getrandbits(64):x}"
        answer = self.client.post(
            "/api/submissions",
            files={"bundle": ("model.zip", BUNDLE, "application/zip")},
            headers={**self.headers, "Accept": "*/*", "Idempotency-Key": key},
        )
        if answer.status_code != 202:
            return
        submission = answer.json()["id"]
        _handed_in[submission] = time.time()
        page, state = f"/submissions/{submission}", ""
        while state not in ("scored", "refused", "failed"):
            sleep(FOLLOW_SECONDS)
            self.client.get(page, headers=self.headers, name="/submissions/{id}")
            told = self.client.get(
                f"/api/submissions/{submission}",
                headers={**self.headers, "Accept": "*/*"},
                name="/api/submissions/{id}",
            )
            if told.status_code == 404:
                return  # lost
            state = told.json().get("state", "") if told.status_code == 200 else ""


class Juror(_Guest):
    """Looks at the pitches; while the jury judges, a ballot saves itself."""

    fixed_count = len(PLAN["jurors"])
    every_seconds = SAVE_SECONDS
    _turns = itertools.count()

    def on_start(self) -> None:
        """Come with a token, and begin with some team."""
        self.carry(PLAN["jurors"][next(Juror._turns)])
        self.versions: dict[str, int] = {}
        self.come()

    @task
    def judge(self) -> None:
        """Save one more word on one ballot."""
        if not PLAN["judging"]:
            self.client.get("/jury", headers=self.headers)
            return
        team = self.chance.choice(PLAN["pitched"])
        version = self.versions.get(team, 0)
        fields: dict[str, object] = {
            f"points_{slug}": self.chance.randint(1, 5) for slug in PLAN["rubric"]
        }
        fields |= {"note": f"Helder, {version}", "version": version}
        answer = self.client.post(
            f"/jury/{team}",
            data=fields,
            headers={**self.headers, "HX-Request": "true"},
            name="/jury/{team} (autosave)",
        )
        if answer.status_code == 200:
            self.versions[team] = version + 1


def _note(
    request_type: str,
    name: str,
    response_time: float,
    response: Any,
    **_: object,
) -> None:
    status = getattr(response, "status_code", 0) or 0
    _answers[f"{request_type} {name}"].append((status, round(response_time, 1)))


def _tell(**_: object) -> None:
    told = {"answers": _answers, "handed_in": _handed_in}
    Path(os.environ["LOAD_TOLD"]).write_text(json.dumps(told), "utf-8")


_told_of: Any = events
_told_of.request.add_listener(_note)
_told_of.quit.add_listener(_tell)
