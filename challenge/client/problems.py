"""What the server or the network said, as errors that name the repair."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from urllib.parse import urlsplit

import httpx

from challenge.errors import ServerRefusedError, ServerUnreachableError

PROXIES = frozenset({502, 503, 504})
"""What a proxy answers while the server behind it starts again."""

_NUMBER = re.compile(r"^\[\w* ?-?\d+\] ")
# What OpenSSL says, and what that means to somebody who typed an address.
_TLS = {
    "CERTIFICATE_VERIFY_FAILED": (
        "its certificate is not one that this machine trusts",
        "Check the address. If the network has an authority of its own, set"
        " SSL_CERT_FILE to its PEM file.",
    ),
    "WRONG_VERSION_NUMBER": (
        "it does not speak https",
        "Check the port, or write http:// if the organiser gave you that.",
    ),
}


def site_of(address: str) -> str:
    """Read the address of a server, whatever page of it was copied.

    Parameters
    ----------
    address : str
        As somebody typed it.

    Returns
    -------
    str
        Scheme and host, such as ``"https://kansrijk.example"``.

    Raises
    ------
    ServerUnreachableError
        If it is no address; nothing was asked.

    Examples
    --------
    >>> site_of("https://kansrijk.example/start?lang=nl")
    'https://kansrijk.example'
    """
    try:
        parts = urlsplit(address.strip())
        is_site = bool(parts.hostname) and parts.port != 0
        httpx.URL(address.strip())
    except (ValueError, httpx.InvalidURL):
        is_site = False
    if is_site and parts.scheme in ("http", "https"):
        return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}"
    raise ServerUnreachableError(
        address,
        reason="the address has no host"
        if "://" in address
        else "the address has no protocol",
        hint="Give it in full, as your invitation has it, such as"
        " `challenge login https://kansrijk.example`.",
    )


def lost(
    url: str, error: httpx.HTTPError, *, was_there: bool
) -> ServerUnreachableError:
    """Say what the network said.

    Parameters
    ----------
    url : str
        Where we asked.
    error : httpx.HTTPError
        What happened.
    was_there : bool
        Whether there was an answer before: an address that never answered is more
        likely wrong than passing.

    Returns
    -------
    ServerUnreachableError
        To be raised.
    """
    told = _NUMBER.sub("", str(error)) or type(error).__name__
    for sign, (reason, hint) in _TLS.items():
        if sign in told:
            return ServerUnreachableError(url, reason=reason, hint=hint)
    never = isinstance(error, httpx.ConnectError | httpx.ConnectTimeout)
    return ServerUnreachableError(url, reason=told, is_passing=was_there or not never)


def refusal(
    answer: httpx.Response, *, repair: str
) -> ServerRefusedError | ServerUnreachableError:
    """Say what an answer that is no success means.

    Parameters
    ----------
    answer : httpx.Response
        Read to its end.
    repair : str
        What to do about a token that the server does not know.

    Returns
    -------
    ServerRefusedError or ServerUnreachableError
        The server's own words, or that it is no server of ours.
    """
    site, after = _origin(answer.url), retry_after(answer)
    if answer.headers.get("content-type") != "application/problem+json":
        return _not_ours(answer, site, after)
    problem = answer.json()
    if answer.status_code == httpx.codes.UNAUTHORIZED:
        problem["hint"] = repair
    if problem["slug"] == "permission-denied":
        problem["hint"] += f" `challenge login {site}` changes who you are here."
    error = ServerRefusedError.from_problem(problem)
    error.retry_after = after
    return error


def retry_after(answer: httpx.Response) -> float | None:
    """Read how long the server wants to be left alone.

    Parameters
    ----------
    answer : httpx.Response
        Any.

    Returns
    -------
    float or None
        Seconds, never below 0; None if it does not say, or not in words of RFC 9110.
    """
    told = answer.headers.get("retry-after", "").strip()
    if told.isascii() and told.isdigit():
        return float(told)
    try:
        then = parsedate_to_datetime(told)
    except ValueError:
        return None
    then = then if then.tzinfo else then.replace(tzinfo=UTC)
    return max(0.0, (then - datetime.now(UTC)).total_seconds())


def _not_ours(
    answer: httpx.Response, site: str, after: float | None
) -> ServerUnreachableError:
    status = answer.status_code
    if answer.is_redirect:
        place = answer.headers.get("location", "elsewhere")
        moved = _origin(answer.url.join(place))
        hint = f"If that is the challenge, log in there: `challenge login {moved}`."
        return ServerUnreachableError(site, reason=f"it sends us to {place}", hint=hint)
    return ServerUnreachableError(
        site,
        reason=f"status {status} is not ours",
        is_passing=status in PROXIES,
        retry_after=after,
    )


def _origin(url: httpx.URL) -> str:
    return f"{url.scheme}://{url.netloc.decode('ascii')}"
