"""Sandboxes that wait warmed up, so that a run need not; each is used once.

Importing what a model needs takes seconds, and isolating it milliseconds. Nobody
gets a sandbox that somebody else had: what is taken is replaced.
"""

from __future__ import annotations

import contextlib
import threading
from collections import deque
from collections.abc import Callable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor

from challenge.errors import SandboxUnavailableError
from challenge.records import Loader
from challenge.sandbox.session import Session


class Pool:
    """Keep some sandboxes ready for each loader.

    Safe to share between threads.

    Parameters
    ----------
    start : callable
        Starts a sandbox for a loader and returns at once. It is called from many
        threads, and itself sees to it that the sandbox outlives them.
    sizes : mapping of Loader to int
        How many are to wait; a loader that is not named has none.
    refills_at_once : int
        How many warm up side by side.
    """

    def __init__(
        self,
        start: Callable[[Loader], Session],
        sizes: Mapping[Loader, int],
        refills_at_once: int,
    ) -> None:
        self._start = start
        self._lock = threading.Lock()
        self._warming: set[Session] = set()
        self._awaited = 0
        self._is_closed = False
        self._refills = ThreadPoolExecutor(
            refills_at_once, thread_name_prefix="sandbox-refill"
        )
        self._waiting: dict[Loader, deque[Future[Session]]] = {
            loader: deque() for loader, size in sizes.items() if size > 0
        }
        # In turns, so that after a start each loader soon has one.
        for turn in range(max(sizes.values(), default=0)):
            for loader, size in sizes.items():
                if turn < size:
                    self._refill(loader)

    def take(self, loader: Loader) -> Session | None:
        """Take a sandbox for good, and have its replacement warmed up.

        One that has died meanwhile is dropped for the next one.

        Parameters
        ----------
        loader : Loader
            What loads the model.

        Returns
        -------
        Session or None
            Ready; the caller ends it. None when nothing is kept for this loader,
            nothing that is kept is of use, or none has begun to warm up: a cold start
            is sooner there.
        """
        waiting = self._waiting.get(loader, deque())
        for _ in range(len(waiting)):
            with self._lock:
                if self._is_closed:
                    return None
                oldest = waiting.popleft()
                self._refill(loader)
            if oldest.cancel():
                return None
            session = self._await(oldest)
            if session is not None and session.is_alive:
                return session
            _end(session)
        return None

    def ready(self) -> int:
        """Count the sandboxes that have warmed up and live.

        Returns
        -------
        int
            At most the sum of the sizes.
        """
        with self._lock:
            futures = [future for kept in self._waiting.values() for future in kept]
        done = [_result(future) for future in futures if future.done()]
        return sum(session is not None and session.is_alive for session in done)

    def close(self) -> None:
        """End every waiting sandbox and every thread, and wait for that."""
        with self._lock:
            self._is_closed = True
            for session in self._warming:
                session.interrupt()
        self._refills.shutdown(cancel_futures=True)
        for kept in self._waiting.values():
            while kept:
                _end(_result(kept.popleft()))

    def _refill(self, loader: Loader) -> None:
        self._waiting[loader].append(self._refills.submit(self._warm_up, loader))

    def _await(self, future: Future[Session]) -> Session | None:
        """Wait for a sandbox; what warms up meanwhile need not let others go first."""
        with self._lock:
            self._awaited += 1
            if not future.done():
                for session in self._warming:
                    session.wait_its_turn()
        try:
            return _result(future)
        finally:
            with self._lock:
                self._awaited -= 1

    def _warm_up(self, loader: Loader) -> Session:
        session = self._start(loader)
        with self._lock:
            self._warming.add(session)
            if self._awaited:
                session.wait_its_turn()
            if self._is_closed:
                session.interrupt()
        try:
            session.wait_until_ready()
        finally:
            with self._lock:
                self._warming.discard(session)
        return session


def _result(future: Future[Session]) -> Session | None:
    """Wait for a sandbox; None if it did not start: a cold start says why."""
    with contextlib.suppress(SandboxUnavailableError):
        if not future.cancelled():
            return future.result()
    return None


def _end(session: Session | None) -> None:
    if session is not None:
        with session:
            pass
