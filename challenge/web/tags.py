"""Tags of parts that are polled, so that nothing is drawn where nothing changed."""

from __future__ import annotations

from collections.abc import Callable
from hashlib import sha256

from fastapi import Request, Response


def unless_known(
    request: Request,
    seen: object,
    draw: Callable[[], Response],
    *,
    viewer: object = None,
    vary: str = "",
) -> Response:
    """Answer a poll: 304 where the browser has what it would be given.

    Parameters
    ----------
    request : Request
        With the tag of what the browser has, if it has anything.
    seen : object
        All that the answer depends on; equal things have equal texts.
    draw : callable
        Makes the answer; a 304 leaves the browser with what it has for now.
    viewer : object
        Of what is seen, who sees it; `has_earlier` asks for it.
    vary : str
        Headers of the request that decide too, besides cookie and language.

    Returns
    -------
    Response
        With its tag, to be asked for again each time.
    """
    tag = f'{_start(viewer)}{_digest(seen)}"'
    headers = {"ETag": tag, "Cache-Control": "private, no-cache"}
    headers["Vary"] = f"Cookie, Accept-Language{vary and ', ' + vary}"
    known = request.headers.get("if-none-match", "")
    if tag in [one.strip() for one in known.split(",")]:
        return Response(status_code=304, headers=headers)
    answer = draw()
    if answer.status_code == 304:
        headers["ETag"] = known
    answer.headers.update(headers)
    return answer


def has_earlier(request: Request, viewer: object) -> bool:
    """Tell whether the browser has an earlier answer to the same viewer."""
    return request.headers.get("if-none-match", "").startswith(_start(viewer))


def _start(viewer: object) -> str:
    return f'W/"{_digest(viewer)[:8]}-'


def _digest(seen: object) -> str:
    return sha256(repr(seen).encode()).hexdigest()[:24]
