"""A whole service whose clock jumps an hour, or lives through the night it changes.

Its processes are told the time by a few lines of C, which add what a file says; the
clock of the machine, and of this test, stays as it is.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest

from challenge.client import Client
from challenge.errors import ChallengeError
from challenge.records import Role, State
from challenge.settings import Settings
from challenge.store import open_database
from leaderboard import Phase

from ..factories import pyfunc_bundle
from .conftest import Server, accept, finish, register_all, run_server, wait_for
from .test_recovery import SLOW, children

# Only the clock on the wall is set; what waits and measures has one that goes on.
AHEAD = r"""
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
int clock_gettime(clockid_t clock, struct timespec *now) {
    int (*ask)(clockid_t, struct timespec *) = dlsym(RTLD_NEXT, "clock_gettime");
    int answer = ask(clock, now);
    FILE *file = clock == CLOCK_REALTIME ? fopen(getenv("AHEAD_SECONDS"), "r") : NULL;
    long seconds = 0;
    if (file && fscanf(file, "%ld", &seconds) == 1) now->tv_sec += seconds;
    if (file) fclose(file);
    return answer;
}
"""
COMPILER = shutil.which("cc")
pytestmark = [
    pytest.mark.sandbox,
    pytest.mark.full,
    pytest.mark.skipif(COMPILER is None, reason="there is no C compiler"),
]
HOUR = 3600
ENDED = {State.SCORED, State.REFUSED, State.FAILED}


@dataclass(frozen=True)
class Clock:
    """What every process of the service takes for the time."""

    place: Path

    def put(self, *, seconds: int) -> None:
        """Put it ahead of the machine's by so much."""
        new = self.place.with_suffix(".new")
        new.write_text(str(seconds))
        new.replace(self.place)

    def show(self, moment: datetime) -> None:
        """Let it show a moment, and go on from there."""
        self.put(seconds=round((moment - datetime.now(UTC)).total_seconds()))


@pytest.fixture
def clock(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Clock:
    source, library = tmp_path / "ahead.c", tmp_path / "ahead.so"
    source.write_text(AHEAD)
    options = ["-shared", "-fPIC", "-o", library, source, "-ldl"]
    subprocess.run([COMPILER, *options], check=True)
    made = Clock(tmp_path / "ahead")
    made.put(seconds=0)
    monkeypatch.setenv("LD_PRELOAD", str(library))
    monkeypatch.setenv("AHEAD_SECONDS", str(made.place))
    return made


@pytest.fixture
def server(clock: Clock, settings: Settings, sandbox_works: None) -> Iterator[Server]:
    for running in run_server(settings):
        running.tokens.update(register_all(settings, {"Zwaluw": Role.TEAM}))
        yield running


@pytest.fixture
def slow(tmp_path: Path) -> Path:
    place = tmp_path / "slow.zip"
    place.write_bytes(pyfunc_bundle(SLOW))
    return place


def plan_freezing(settings: Settings, at: datetime) -> None:
    """Let the challenge freeze at a moment, as the organiser's page does."""
    with (
        closing(open_database(settings.database)) as database,
        database.begin() as unit,
    ):
        unit.phases.plan(Phase.FROZEN, at, by="a test", now=at)


def reach_scoring(client: Client, bundle: Path) -> str:
    """Hand in, and come back once the model runs on hidden rows."""
    found = client.submit(bundle)
    for step in client.follow(found["id"]):
        if step["stage"] == "scoring":
            break
    return found["id"]


@pytest.mark.parametrize("jump", [HOUR, -HOUR])
def test_a_run_under_way_ends_once_whichever_way_the_clock_jumps(
    server: Server, clock: Clock, slow: Path, bundle: Path, jump: int
) -> None:
    with server.client("Zwaluw") as client:
        running = reach_scoring(client, slow)
        clock.put(seconds=jump)
        assert list(client.follow(running))[-1]["state"] == "scored"
        assert finish(client, bundle)["state"] == "scored"
    with open_database(server.settings.database).read() as unit:
        scored = [result.submission_id for result in unit.results.all("quickstart/1")]
    assert len(scored) == len(set(scored)) == 2


def test_a_run_whose_worker_died_as_the_clock_went_back_does_not_wait_for_an_hour(
    server: Server, clock: Clock, slow: Path
) -> None:
    with server.client("Zwaluw") as client:
        clock.put(seconds=HOUR)
        running = reach_scoring(client, slow)
        clock.put(seconds=0)
        for pid in children(server.process.pid):
            os.kill(pid, signal.SIGKILL)
        assert wait_for(lambda: client.submission(running)["state"] in ENDED, 120)
        assert client.submission(running)["state"] == "scored"


def test_a_deadline_in_the_night_with_25_hours_is_the_one_that_was_meant(
    server: Server, clock: Clock, slow: Path
) -> None:
    """Half past two comes twice; the second one was meant."""
    meant = datetime(2026, 10, 25, 1, 30, tzinfo=UTC)
    plan_freezing(server.settings, meant)
    clock.show(meant - timedelta(minutes=59))
    tokens = register_all(server.settings, {"Grutto": Role.TEAM})
    with Client(server.url, token=tokens["Grutto"]) as client:
        accept(client)
        assert finish(client, slow, proof=True)["state"] == "proved"
        clock.show(meant + timedelta(seconds=1))
        with pytest.raises(ChallengeError) as refused:
            client.submit(slow)
        assert "frozen" in str(refused.value)
        assert httpx.get(f"{server.url}/api/phase").json()["phase"] == "frozen"
