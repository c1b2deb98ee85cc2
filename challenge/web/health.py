"""Whether the server lives, and whether it can do its work.

An answer at all means that pages and uploads work; whether submissions are also run
stands in it, since they wait until they are, and nothing is lost.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from fastapi import APIRouter

from challenge.web.access import Here
from challenge.web.fleet import fleet_of

router = APIRouter(prefix="/health", tags=["health"])


@router.get("/live")
def live() -> dict[str, str]:
    """Answer at all."""
    return {"status": "live"}


@router.get("/ready")
def ready(here: Here) -> dict[str, Any]:
    """Answer after asking the database, and say what is served and who runs models."""
    release = here.release.name
    with here.database.read() as unit:
        fleet = fleet_of(here, unit.workers.alive(datetime.now(UTC), release))
        people, waiting = unit.people.count(), unit.tallies.waiting(release)
    return {
        # A refusal that is known is an answer; a queue that nobody empties is not.
        "status": "ready" if fleet.slots or here.closed else "no worker",
        "challenge": here.brief.slug,
        "release": here.release.version,
        "submissions": "refused: no sandbox" if here.closed else "accepted",
        "people": people,
        "isolation": fleet.isolation,
        "workers": len(fleet.workers),
        "engine": fleet.engine,
        "pool": {"size": fleet.pool_size, "ready": fleet.pool_ready},
        "queue": waiting,
    }
