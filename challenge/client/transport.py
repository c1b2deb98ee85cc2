"""Requests to one server, tried again where that is safe and may help."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import httpx

from challenge.client.problems import lost, refusal, site_of
from challenge.errors import ServerRefusedError, ServerUnreachableError

PAUSES = (0.5, 1.0, 2.0, 4.0, 8.0)
"""Seconds before each further try; together as long as a server takes to start."""

LONGEST_PAUSE = 60.0
"""Seconds; who is asked to wait longer is told so instead."""

_WAIT_SECONDS = 120.0  # a model of 20 MiB over a slow venue network
_CONNECT_SECONDS = 10.0
_REPEATABLE = frozenset({"GET", "HEAD", "PUT", "DELETE"})
# A server that cannot isolate models will not learn it in a minute.
_LASTING = frozenset({"sandbox-unavailable"})
_BUSY = frozenset({429, 503})

Trouble = ServerRefusedError | ServerUnreachableError


@dataclass(frozen=True, slots=True)
class Retry:
    """Something is about to be asked again.

    Attributes
    ----------
    reason : str
        What went wrong.
    seconds : float
        How long we wait first.
    number, most : int
        Which further try it is, and how many there are.
    """

    reason: str
    seconds: float
    number: int
    most: int


class Transport:
    """Requests to one server.

    Parameters
    ----------
    url : str
        Address of the server, or of any page of it.
    token : str or None
        None asks as a visitor.
    told : callable or None
        Hears of every `Retry`.
    repair : str
        What to do about a token that is not known; empty: log in again.
    wait : callable
        Waits so many seconds.
    """

    def __init__(
        self,
        url: str,
        *,
        token: str | None = None,
        told: Callable[[Retry], None] | None = None,
        repair: str = "",
        wait: Callable[[float], None] = time.sleep,
    ) -> None:
        self.site = site_of(url)
        self.wait = wait
        self._told = told
        self._repair = repair or (
            f"`challenge login {self.site}` with the token that you were given, or with"
            f" a new one: made at {self.site}/account, or asked of the organiser."
        )
        self._was_there = False
        limit = httpx.Timeout(_WAIT_SECONDS, connect=_CONNECT_SECONDS)
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        self._http = httpx.Client(base_url=self.site, headers=headers, timeout=limit)

    def close(self) -> None:
        """Close the connection."""
        self._http.close()

    def ask(
        self,
        method: str,
        path: str,
        *,
        is_repeatable: bool = False,
        **request: Any,
    ) -> httpx.Response:
        """Ask, and ask again as long as that is safe and may help.

        Parameters
        ----------
        method, path : str
            What is asked.
        is_repeatable : bool
            Whether the server does it once, however often it is asked; what HTTP
            calls idempotent always is.
        **request
            As httpx takes it.

        Returns
        -------
        httpx.Response
            A success.

        Raises
        ------
        ServerRefusedError
            If the server says no.
        ServerUnreachableError
            If there is no usable answer.
        """
        tried = 0
        while True:
            try:
                return self._once(method, path, **request)
            except (ServerRefusedError, ServerUnreachableError) as trouble:
                may = is_repeatable or method in _REPEATABLE
                if not may or not self.has_patience(trouble, tried):
                    raise
            tried += 1

    @contextmanager
    def reading(self, path: str, headers: dict[str, str]) -> Iterator[httpx.Response]:
        """Open an answer to be read bit by bit; asked once.

        Parameters
        ----------
        path : str
            What is fetched.
        headers : dict of str to str
            Sent along.

        Yields
        ------
        httpx.Response
            A success, or 416.

        Raises
        ------
        ServerRefusedError, ServerUnreachableError
            As `ask` does, also while it is read.
        """
        try:
            with self._http.stream("GET", path, headers=headers) as answer:
                self._was_there = True
                is_past = answer.status_code == 416
                if not answer.is_success and not is_past:
                    answer.read()
                    raise refusal(answer, repair=self._repair)
                yield answer
        except httpx.HTTPError as error:
            raise lost(self.site, error, was_there=self._was_there) from error

    def has_patience(self, trouble: Trouble, tried: int) -> bool:
        """Wait before another try, if one may help.

        Parameters
        ----------
        trouble : ServerRefusedError or ServerUnreachableError
            What went wrong.
        tried : int
            How many further tries there were.

        Returns
        -------
        bool
            False, at once, if it will not help or there were enough.
        """
        after = trouble.retry_after
        if not _may_pass(trouble) or tried >= len(PAUSES):
            return False
        if after is not None and after > LONGEST_PAUSE:
            return False
        seconds = PAUSES[tried] if after is None else after
        if self._told:
            self._told(Retry(trouble.message, seconds, tried + 1, len(PAUSES)))
        self.wait(seconds)
        return True

    def _once(self, method: str, path: str, **request: Any) -> httpx.Response:
        try:
            answer = self._http.request(method, path, **request)
        except httpx.HTTPError as error:
            raise lost(self.site, error, was_there=self._was_there) from error
        self._was_there = True
        if answer.is_success:
            return answer
        raise refusal(answer, repair=self._repair)


def _may_pass(trouble: Trouble) -> bool:
    """Whether asking again may help; a quota gives no hour to come back at."""
    if isinstance(trouble, ServerUnreachableError):
        return trouble.is_passing
    if trouble.status not in _BUSY or trouble.slug in _LASTING:
        return False
    return trouble.status != 429 or trouble.retry_after is not None
