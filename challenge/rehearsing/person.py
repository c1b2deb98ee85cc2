"""Somebody with a token and a connection, whose every answer is written down."""

from __future__ import annotations

import re
import time
from typing import TYPE_CHECKING, Any, Self
from urllib.parse import urlsplit

import httpx

from challenge.rehearsing.ledger import NO_ANSWER, Answer, Ledger

if TYPE_CHECKING:
    from challenge.rehearsing.day import Pace

# Nobody looks at a page for longer before they reload it.
PATIENCE_SECONDS = 30.0
RELOAD_SECONDS = 1.0
# After a fault a server needs some seconds; who stands there tries for so long.
INSIST_SECONDS = 120.0
# A server closes what was idle for five seconds; a browser sees that and connects anew.
IDLE_SECONDS = 2.0
_ID = re.compile(r"/[0-9a-f]{16}(?=/|$)")


class Person:
    """One person at one browser or program.

    Parameters
    ----------
    url : str
        Of the server.
    name : str
        Who; what the ledger calls them.
    token : str
        Empty for a visitor.
    ledger : Ledger
        Gets every answer.
    pace : Pace
        Ends the waiting when the day is over.
    """

    def __init__(
        self, url: str, name: str, token: str, ledger: Ledger, pace: Pace
    ) -> None:
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        self.name = name
        self.ledger = ledger
        self.pace = pace
        self._http = httpx.Client(
            base_url=url,
            headers=headers | {"Accept-Language": "nl"},
            timeout=PATIENCE_SECONDS,
            limits=httpx.Limits(keepalive_expiry=IDLE_SECONDS),
        )

    def __enter__(self) -> Self:
        """Give the person."""
        return self

    def __exit__(self, *error: object) -> None:
        """Close the connection."""
        self._http.close()

    def ask(
        self, method: str, path: str, *, route: str = "", **request: Any
    ) -> httpx.Response | None:
        """Ask once, and write down what came.

        Parameters
        ----------
        method, path : str
            What to ask.
        route : str
            How the ledger calls it, where the path has a name in it.
        **request : object
            As `httpx` takes it.

        Returns
        -------
        Response or None
            None where no answer came.
        """
        began = time.monotonic()
        answer, told = None, ""
        try:
            answer = self._http.request(method, path, **request)
            told = _slug(answer)
        except httpx.HTTPError as error:
            told = type(error).__name__
        status = NO_ANSWER if answer is None else answer.status_code
        seconds = time.monotonic() - began
        called = f"{method} {route or _route(path)}"
        # What breaks after the day was broken off, broke for that.
        if not self.pace.is_over:
            self.ledger.answers.append(
                Answer(self.name, called, began, seconds, status, told)
            )
        return answer

    def insist(
        self, method: str, path: str, *, route: str = "", **request: Any
    ) -> httpx.Response | None:
        """Ask until the server answers, as who reloads a page; as `ask` does.

        For what can be asked twice; None where the day ended before it answered.
        """
        until = time.monotonic() + INSIST_SECONDS
        while True:
            answer = self.ask(method, path, route=route, **request)
            if answer is not None and answer.status_code < 500:
                return answer
            if time.monotonic() > until or not self.pace.rest(RELOAD_SECONDS):
                return None

    def odd(self, told: str) -> None:
        """Write down what went otherwise than planned, unless all was broken off."""
        if not self.pace.is_over:
            self.ledger.oddities.append(f"{self.name}: {told}")


def _slug(answer: httpx.Response) -> str:
    if answer.headers.get("content-type") != "application/problem+json":
        return ""
    return str(answer.json().get("slug", ""))


def _route(path: str) -> str:
    return _ID.sub("/{id}", urlsplit(path).path)
