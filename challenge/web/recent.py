"""Keep the last answers to expensive questions."""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Hashable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Generic, TypeVar

T = TypeVar("T")


class Recent(Generic[T]):
    """A few values, each for its own key; the one unused longest goes first.

    While one thread makes a value, those who ask for the same wait, and nobody else:
    three hundred readers of a new board get it made once, and whoever reads another
    board meanwhile is not held up.

    Parameters
    ----------
    most : int
        How many are kept.
    """

    def __init__(self, most: int) -> None:
        self._lock, self._most = threading.Lock(), most
        self._kept: OrderedDict[Hashable, _Promise[T]] = OrderedDict()
        self._behind = ThreadPoolExecutor(1, thread_name_prefix="behind")
        self._wanted: dict[Hashable, Hashable] = {}
        self._waits_since: dict[Hashable, float] = {}

    def get(self, key: Hashable, make: Callable[[], T]) -> T:
        """Give the value for a key.

        Parameters
        ----------
        key : hashable
            Says all that the value depends on.
        make : callable
            Makes it when it is not kept; what it raises, whoever waits gets too, and
            the next one tries again.

        Returns
        -------
        object
            What `make` returned for this key.
        """
        found, _ = self._promise(key)
        found.keep(make)
        return self._taken(key, found)

    def soon(
        self,
        key: Hashable,
        make: Callable[[], T],
        *,
        viewer: Hashable,
        patience_seconds: float,
    ) -> T | None:
        """Give the value for a key if it is there; else have it made, and do not wait.

        Behind the requests values are made one at a time, so that a room of readers
        who each have something to look at meanwhile leaves the processor to others.

        Parameters
        ----------
        key : hashable
            As `get` takes it.
        make : callable
            Makes it; what it raises, the next one who asks gets.
        viewer : hashable
            For whom; what they asked for before and nobody began to make is left.
        patience_seconds : float
            A viewer who was told to wait longer ago than this gets the value now,
            however often the key changed meanwhile.

        Returns
        -------
        object or None
            None while it is being made.
        """
        found, is_new = self._promise(key)
        now = time.monotonic()
        self._wanted[viewer] = key
        is_late = now - self._waits_since.setdefault(viewer, now) > patience_seconds
        if is_late or found.future.done():
            self._waits_since.pop(viewer, None)
            return self.get(key, make)
        if is_new:
            self._behind.submit(self._make_wanted, key, make, viewer)
        return None

    def forget(self, key: Hashable) -> None:
        """Keep what is made for a key for those who wait, and for nobody after them.

        Parameters
        ----------
        key : hashable
            That says no more what its value depends on.
        """
        with self._lock:
            self._kept.pop(key, None)

    def clear(self) -> None:
        """Forget all that is kept, as `benchmarks/web.py` does before it measures."""
        with self._lock:
            self._kept.clear()

    def close(self) -> None:
        """Make nothing behind requests any more; what was begun is ended."""
        self._behind.shutdown(cancel_futures=True)

    def _make_wanted(
        self, key: Hashable, make: Callable[[], T], viewer: Hashable
    ) -> None:
        if self._wanted.get(viewer) == key:
            self._promise(key)[0].keep(make)

    def _promise(self, key: Hashable) -> tuple[_Promise[T], bool]:
        with self._lock:
            is_new = key not in self._kept
            found = self._kept.setdefault(key, _Promise())
            self._kept.move_to_end(key)
            if len(self._kept) > self._most:
                self._kept.popitem(last=False)
        return found, is_new

    def _taken(self, key: Hashable, found: _Promise[T]) -> T:
        try:
            return found.future.result()
        except BaseException:
            with self._lock:
                if self._kept.get(key) is found:
                    del self._kept[key]
            raise


class _Promise(Generic[T]):
    """A value to come, which whoever is first makes."""

    def __init__(self) -> None:
        self.future: Future[T] = Future()
        self._is_begun = threading.Lock()

    def keep(self, make: Callable[[], T]) -> None:
        if not self._is_begun.acquire(blocking=False):
            return
        try:
            self.future.set_result(make())
        except BaseException as error:
            self.future.set_exception(error)
