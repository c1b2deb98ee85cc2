"""The part of the board that lives: what a room of viewers asks for again and again."""

from __future__ import annotations

import gzip
import time
from collections.abc import Hashable

from fastapi import APIRouter, Request, Response
from fastapi.responses import HTMLResponse

from challenge.records import Principal
from challenge.web.access import Deployment, Here, Visitor
from challenge.web.compression import LEVEL
from challenge.web.drawn import Version, fragments, version_of, while_it_holds
from challenge.web.pages import choose_language, page
from challenge.web.ranking import board_page, draw, left_for, seen_as
from challenge.web.recent import Recent
from challenge.web.tags import has_earlier, unless_known

router = APIRouter(include_in_schema=False)

# Of one moment, since each is the whole part: visitors share theirs.
PARTS = 16
# A new board is drawn behind its readers, who have the one before; whoever still has
# that at the third poll, 4 seconds each, waits.
PATIENCE_SECONDS = 6


@router.get("/board/part")
def part(request: Request, here: Here, reader: Visitor) -> Response:
    """Give the part of the board that lives; nothing where nothing changed.

    What changed is looked at once a second, and drawn behind whoever has something to
    look at: a board is late by that second and by two polls at most.
    """
    version = _lately(request, here)
    viewer = seen_as(here, request, reader)
    seen = (version, viewer, left_for(here, reader))

    def answer() -> Response:
        if has_earlier(request, viewer) and not _is_drawn(
            request, here, reader, version
        ):
            return Response(status_code=304)
        return _answered(request, here, reader, seen)

    return unless_known(request, seen, answer, viewer=viewer, vary="Accept-Encoding")


def _is_drawn(
    request: Request, here: Deployment, reader: Principal | None, version: Version
) -> bool:
    """Tell whether the board is there for this reader; if not, have it drawn."""
    viewer, language = seen_as(here, request, reader), choose_language(request)
    key = ("board", version, viewer)
    return bool(
        fragments(request).soon(
            key,
            while_it_holds(
                request, here, key, lambda: draw(here, reader, language, "board")
            ),
            viewer=viewer,
            patience_seconds=PATIENCE_SECONDS,
        )
    )


def _answered(
    request: Request,
    here: Deployment,
    reader: Principal | None,
    seen: tuple[Version, Hashable, Hashable],
) -> Response:
    kept: Recent[tuple[bytes, bytes]] = request.app.state.parts
    # All who ask within a second get the same bytes: a countdown shows seconds.
    plain, packed = kept.get(
        (repr(seen), int(time.time())),
        lambda: _written(request, here, reader, seen[0]),
    )
    if "gzip" in request.headers.get("accept-encoding", ""):
        return HTMLResponse(packed, headers={"Content-Encoding": "gzip"})
    return HTMLResponse(plain)


def _lately(request: Request, here: Deployment) -> Version:
    """Say the same as `version_of`, looked at once a second for a whole room."""
    kept: Recent[Version] = request.app.state.versions
    return kept.get(int(time.monotonic()), lambda: version_of(here))


def _written(
    request: Request, here: Deployment, reader: Principal | None, version: Version
) -> tuple[bytes, bytes]:
    view = board_page(request, here, reader, "board", version)
    plain = bytes(page(request, view, reader=reader, block="board").body)
    return plain, gzip.compress(plain, LEVEL)
