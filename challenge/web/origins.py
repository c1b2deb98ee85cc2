"""Refuse what another site does in somebody's name.

A browser says with every request that changes something from where it comes, and no
script can forge that; so no form of ours needs a hidden token.

References
----------
W3C, "Fetch Metadata Request Headers". OWASP, "Cross-Site Request Forgery Prevention
Cheat Sheet", fetch metadata. F. Valsorda, "Cross-Site Request Forgery", 2025 (the
algorithm of Go's ``http.CrossOriginProtection``).
"""

from __future__ import annotations

from urllib.parse import urlsplit

from fastapi import Request

from challenge.errors import ForeignOriginError
from challenge.rules.tokens import SAFE_METHODS
from challenge.web.cookies import session_secret

# "none": typed, or from a bookmark; no page made it.
_OURS = frozenset({"same-origin", "none"})


def check_origin(request: Request) -> None:
    """Refuse a change that a page of another site asks for.

    Parameters
    ----------
    request : Request
        As it came in. One with a bearer token passes: a browser adds none by itself.

    Raises
    ------
    ForeignOriginError
        If the browser says that it comes from elsewhere, or a session cookie comes
        without a word on where it comes from.
    """
    if request.method in SAFE_METHODS or _has_bearer(request):
        return
    site, origin = request.headers.get("sec-fetch-site"), request.headers.get("origin")
    if site is not None:
        is_ours = site in _OURS
    elif origin is not None:
        # Over plain http browsers leave the first header out.
        is_ours = place_of(origin) == request.headers.get("host")
    else:
        is_ours = not session_secret(request)
    if not is_ours:
        raise ForeignOriginError


def place_of(address: str) -> str:
    """Read host and port of an address that anybody may have written.

    Parameters
    ----------
    address : str
        Such as ``"https://kansrijk.example:8000/board"``.

    Returns
    -------
    str
        Such as ``"kansrijk.example:8000"``; empty if it is no address.
    """
    try:
        return urlsplit(address).netloc
    except ValueError:
        return ""


def _has_bearer(request: Request) -> bool:
    scheme = request.headers.get("authorization", "").partition(" ")[0]
    return scheme.lower() == "bearer"
