"""The application itself, without a server, on the quickstart."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Iterator
from functools import cache

import httpx
import pytest
from fastapi import FastAPI

from challenge.brief import read_brief
from challenge.settings import Settings
from challenge.web.app import create_app

from .entrance import Desk

Ask = Callable[[Iterable[httpx.Request]], list[httpx.Response]]


# The folder that is not written; reading it takes longer than most tests.
remembered = cache(read_brief)


@pytest.fixture
def app(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> FastAPI:
    with monkeypatch.context() as quick:
        quick.setattr("challenge.web.app.read_brief", remembered)
        return create_app(settings)


@pytest.fixture
def ask(app: FastAPI) -> Ask:
    """Send requests to the application itself, in order."""
    return asking(app)


@pytest.fixture
def desk(settings: Settings) -> Iterator[Desk]:
    """The database beside the application."""
    made = Desk(settings)
    yield made
    made.database.close()


def asking(app: FastAPI) -> Ask:
    """Make what sends requests to an application, in order."""

    async def send(requests: Iterable[httpx.Request]) -> list[httpx.Response]:
        transport = httpx.ASGITransport(app)
        async with (
            app.router.lifespan_context(app),
            httpx.AsyncClient(transport=transport) as client,
        ):
            return [await client.send(request) for request in requests]

    return lambda requests: asyncio.run(send(requests))
