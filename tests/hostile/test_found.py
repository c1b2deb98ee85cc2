"""What fuzzing found once, each by name: it stays mended."""

from __future__ import annotations

import asyncio

import httpx
import pytest

from challenge.settings import Settings
from challenge.synthesis import Release
from challenge.web.app import create_app

from ..challenge.web.test_forms import FORMS, World

TYPED = "/organiser/ballots/{juror_name}/{team_name}"


@pytest.mark.parametrize(
    "changed",
    [{"action": "sub"}, {"action": "save"}, {"action": "reopen"}, {"version": "0"}],
    ids=["cut", "draft", "reopen", "version"],
)
def test_a_ballot_from_paper_with_another_button_is_refused_and_changes_nothing(
    changed: dict[str, str], settings: Settings, release: Release
) -> None:
    """It broke with 500, or changed a juror's own draft in nobody's name."""
    world = World(settings, release)
    world.room.go("jury", is_open=True)
    app, form = create_app(settings), FORMS[TYPED]
    before = ballots(world)

    async def send() -> httpx.Response:
        transport = httpx.ASGITransport(app, raise_app_exceptions=False)
        async with (
            app.router.lifespan_context(app),
            httpx.AsyncClient(transport=transport) as client,
        ):
            return await client.send(
                world.request(TYPED, form, {**form.good, **changed})
            )

    assert asyncio.run(send()).status_code == 422
    assert ballots(world) == before


def ballots(world: World) -> list:
    found: list = []
    world.room.change(lambda unit: found.extend(unit.ballots.ballots()))
    return found
