"""Whether the server lives, and whether it can do its work."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter

from challenge.web.access import Here

router = APIRouter(prefix="/health", tags=["health"])


@router.get("/live")
def live() -> dict[str, str]:
    """Answer at all."""
    return {"status": "live"}


@router.get("/ready")
def ready(here: Here) -> dict[str, Any]:
    """Answer after asking the database, and say what is served."""
    with here.database.read() as unit:
        people = unit.people.count()
    return {
        "status": "ready",
        "challenge": here.brief.slug,
        "release": here.release.version,
        "submissions": "refused: no sandbox" if here.closed else "accepted",
        "people": people,
    }
