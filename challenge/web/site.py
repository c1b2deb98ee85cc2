"""Under which address the world knows this server, for links that leave the screen."""

from __future__ import annotations

from urllib.parse import urlsplit

from fastapi import Request
from starlette.datastructures import URL

# Names of this machine that mean another one on a phone.
LOCAL = frozenset({"localhost", "127.0.0.1", "::1"})


def site_of(request: Request) -> str:
    """Say where a link leads that stands on paper, on a screen or in a command.

    Parameters
    ----------
    request : Request
        Says under which name the server was reached, which counts where no address
        was set.

    Returns
    -------
    str
        Such as ``"https://kansrijk.example/"``, with its last slash.
    """
    return f"{known}/" if (known := _address(request)) else str(request.base_url)


def on_site(request: Request, url: URL) -> URL:
    """Write an address of a page as the world reaches it.

    Parameters
    ----------
    request : Request
        Of the running server.
    url : URL
        As the page was asked for.

    Returns
    -------
    URL
        With scheme and host of the address that was set, where one was.
    """
    parts = urlsplit(_address(request))
    return url.replace(scheme=parts.scheme, netloc=parts.netloc) if parts[1] else url


def _address(request: Request) -> str:
    known: str = request.app.state.deployment.settings.address
    return known
