"""Keep the last answers to expensive questions."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from concurrent.futures import Future
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
        self._kept: OrderedDict[Hashable, Future[T]] = OrderedDict()

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
        with self._lock:
            is_new = key not in self._kept
            found = self._kept.setdefault(key, Future())
            self._kept.move_to_end(key)
            if len(self._kept) > self._most:
                self._kept.popitem(last=False)
        if is_new:
            self._make(key, found, make)
        return found.result()

    def __contains__(self, key: Hashable) -> bool:
        """Tell whether the value for a key is there, and nobody has to wait for it."""
        with self._lock:
            return key in self._kept and self._kept[key].done()

    def clear(self) -> None:
        """Forget all that is kept."""
        with self._lock:
            self._kept.clear()

    def _make(self, key: Hashable, promised: Future[T], make: Callable[[], T]) -> None:
        try:
            promised.set_result(make())
        except BaseException as error:
            with self._lock:
                self._kept.pop(key, None)
            promised.set_exception(error)
