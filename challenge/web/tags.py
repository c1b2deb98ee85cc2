"""Tags of parts that are polled, so that nothing is drawn where nothing changed."""

from __future__ import annotations

from collections.abc import Callable
from hashlib import sha256

from fastapi import Request, Response


def unless_known(
    request: Request, seen: object, draw: Callable[[], Response], *, vary: str = ""
) -> Response:
    """Answer a poll: 304 where the browser has what it would be given.

    Parameters
    ----------
    request : Request
        With the tag of what the browser has, if it has anything.
    seen : object
        All that the answer depends on; equal things have equal texts.
    draw : callable
        Makes the answer.
    vary : str
        Headers of the request that decide too, besides cookie and language.

    Returns
    -------
    Response
        With its tag, to be asked for again each time.
    """
    tag = f'W/"{sha256(repr(seen).encode()).hexdigest()[:24]}"'
    headers = {"ETag": tag, "Cache-Control": "private, no-cache"}
    headers["Vary"] = f"Cookie, Accept-Language{vary and ', ' + vary}"
    known = request.headers.get("if-none-match", "")
    if tag in [one.strip() for one in known.split(",")]:
        return Response(status_code=304, headers=headers)
    answer = draw()
    answer.headers.update(headers)
    return answer
