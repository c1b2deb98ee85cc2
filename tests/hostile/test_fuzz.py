"""Ten thousand inputs that nobody means well: each is answered, and leaves nothing.

At full size 8,650 go straight to what checks them (5,190 bundles, and 1,730 each of
lists of people and of texts), and 1,560 are requests: uploads, JSON, and every form.

What is sent follows from a seed and the number of the input alone: a failure names
both, and `FUZZ_SEED=... pytest` makes the same again.
"""

from __future__ import annotations

import asyncio
import contextlib
import io
import shutil
import signal
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from typing import Any

import httpx
import pytest

from challenge.brief import read_brief
from challenge.errors import BundleRefusedError, ChallengeError
from challenge.records import Role
from challenge.rules.guest_list import decode_list, preview_list, read_guests
from challenge.rules.inviting import Guest
from challenge.rules.text import check_line, check_link, check_name, check_text
from challenge.sandbox import inspect_bundle
from challenge.settings import Settings
from challenge.store import Database
from challenge.synthesis import Release
from challenge.web import rates

from ..challenge.web.entrance import SITE, Desk
from ..factories import QUICKSTART, small_bundle
from . import fuzzing
from .senders import Senders
from .test_openapi import SLUGS

BRIEF = read_brief(QUICKSTART)
# More than any of them needs, on a machine that does much else.
HANG_SECONDS = 60


@dataclass(frozen=True)
class Inputs:
    """Which inputs: numbers, each made from the seed."""

    seed: int
    numbers: range

    def each(self) -> Iterator[tuple[int, Random]]:
        """Give each number, and what its input is made from."""
        for number in self.numbers:
            yield number, Random(f"{self.seed} {number}")


def check_texts(database: Database, random: Random) -> None:
    text = fuzzing.hostile_text(random)
    checks: tuple[Callable[[], Any], ...] = (
        lambda: check_text("note", text, longest=2000),
        lambda: check_line("name", text, longest=200),
        lambda: check_name(text, longest=80),
        lambda: check_link("link", f"https://{text}", longest=2000),
    )
    for check in checks:
        with contextlib.suppress(ChallengeError):
            check()


def check_people(database: Database, random: Random) -> None:
    text = decode_list(fuzzing.people(random))
    with contextlib.suppress(ChallengeError), database.read() as unit:
        preview_list(unit, text, brief=BRIEF, now=datetime.now(UTC))
    with contextlib.suppress(ChallengeError):
        read_guests(text, Guest(Role.TEAM))


def check_bundle(database: Database, random: Random) -> None:
    slug, told = "", "it passes"
    try:
        inspect_bundle(io.BytesIO(fuzzing.bundle(random)))
    except BundleRefusedError as refused:
        slug, told = refused.slug, refused.message
    assert slug in {"", *SLUGS}
    assert 0 < len(told) < 500


DIRECT = (check_bundle, check_bundle, check_bundle, check_people, check_texts)


def fuzz_directly(database: Database, inputs: Inputs) -> None:
    """Give inputs to what checks them."""
    for number, random in inputs.each():
        check = DIRECT[number % len(DIRECT)]
        with bounded(f"{check.__name__} {number}, seed {inputs.seed}"):
            check(database, random)


@contextlib.contextmanager
def bounded(what: str) -> Iterator[None]:
    """Say which input failed or hung."""

    def hangs(*_: object) -> None:
        raise TimeoutError(f"{what} hangs")

    before = signal.signal(signal.SIGALRM, hangs)
    signal.alarm(HANG_SECONDS)
    try:
        yield
    except BaseException as error:
        error.add_note(f"input {what}")
        raise
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)


@pytest.fixture
def spool(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where temporary files go; nothing may stay there."""
    place = tmp_path / "spool"
    place.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(place))
    return place


def directly(database: Database, spool: Path, inputs: Inputs) -> None:
    """Give inputs to what checks them; no file stays."""
    fuzz_directly(database, inputs)
    assert list(spool.iterdir()) == []


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_whatever_is_checked_passes_or_is_refused_by_name(
    database: Database, spool: Path
) -> None:
    directly(database, spool, Inputs(fuzzing.SEED, range(150)))


@pytest.mark.full
@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_so_do_thousands(database: Database, spool: Path) -> None:
    directly(database, spool, Inputs(fuzzing.fresh_seed(), range(150, 8650)))


async def send_all(senders: Senders, inputs: Inputs) -> Counter[int]:
    """Send requests; the phase and the sessions come back now and then."""
    told: Counter[int] = Counter()
    transport = httpx.ASGITransport(senders.app)
    async with (
        senders.app.router.lifespan_context(senders.app),
        httpx.AsyncClient(transport=transport) as client,
    ):
        for number, random in inputs.each():
            if number % 50 == 0:
                senders.world.room.go("open" if number % 100 else "jury", is_open=True)
                senders.world.room.change(senders.world._enter)
            request = senders.request(random)
            what = f"{request.method} {request.url.path} {number}"
            with bounded(f"{what}, seed {inputs.seed}"):
                answer = await client.send(request)
                check_answer(answer)
            told[answer.status_code] += 1
        senders.world.room.go("open")
        good = await client.post(
            f"{SITE}/api/submissions",
            headers=senders._token("Zwaluw"),
            files={"bundle": ("good.zip", small_bundle("Good"))},
        )
        assert good.status_code == 202
    return told


def check_answer(answer: httpx.Response) -> None:
    """Hold an answer against what any may be."""
    assert answer.status_code < 500, answer.text[:2000]
    if answer.headers.get("content-type") == "application/problem+json":
        assert answer.json()["slug"] in SLUGS
    elif answer.status_code >= 400:
        assert "text/html" in answer.headers["content-type"]


def over_http(
    settings: Settings, release: Release, spool: Path, inputs: Inputs
) -> Counter[int]:
    senders = Senders(settings, release)
    told = asyncio.run(send_all(senders, inputs))
    assert list(spool.iterdir()) == []
    check_kept(settings)
    return told


def check_kept(settings: Settings) -> None:
    """Every bundle on the shelf belongs to a submission, and each of those has one."""
    desk = Desk(settings)
    with desk.database.read() as unit:
        found = unit.submissions.all()
    desk.database.close()
    shelf = settings.files_folder / "bundles"
    named = {one.bundle_sha256 for one in found if len(one.bundle_sha256) == 64}
    kept = {place.stem for place in shelf.iterdir()}
    assert {place.suffix for place in shelf.iterdir()} == {".zip"}
    assert named == kept
    shutil.rmtree(shelf)


@pytest.fixture
def uncounted(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody is held off, so that everything is read."""
    monkeypatch.setattr(rates, "RATES", {})


# Starlette leaves the last file of a form that ends too early to the collector.
@pytest.mark.filterwarnings("ignore:Unclosed file <tempfile.Spooled:ResourceWarning")
@pytest.mark.usefixtures("uncounted")
@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_whatever_is_sent_is_answered_and_the_next_good_bundle_comes_in(
    settings: Settings, release: Release, spool: Path
) -> None:
    told = over_http(settings, release, spool, Inputs(fuzzing.SEED, range(60)))
    assert len(told) > 2


@pytest.mark.full
# Starlette leaves the last file of a form that ends too early to the collector.
@pytest.mark.filterwarnings("ignore:Unclosed file <tempfile.Spooled:ResourceWarning")
@pytest.mark.usefixtures("uncounted")
@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_so_are_many_more(settings: Settings, release: Release, spool: Path) -> None:
    inputs = Inputs(fuzzing.fresh_seed(), range(60, 1560))
    told = over_http(settings, release, spool, inputs)
    assert len(told) > 4
