"""Keep the last answers to expensive questions."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

T = TypeVar("T")


class Latest(Generic[T]):
    """One value, made anew when its key changes.

    While one thread makes it the others wait, so it is made once.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._kept: tuple[Hashable, T] | None = None

    def get(self, key: Hashable, make: Callable[[], T]) -> T:
        """Give the value for a key.

        Parameters
        ----------
        key : hashable
            Says which state of the world the value belongs to.
        make : callable
            Makes the value when the kept one belongs to another key.

        Returns
        -------
        object
            What `make` returned for this key.
        """
        with self._lock:
            if self._kept is None or self._kept[0] != key:
                self._kept = (key, make())
            return self._kept[1]


class Recent(Generic[T]):
    """A few values, each for its own key; the one unused longest goes first.

    While one thread makes a value the others wait: three hundred readers who ask for
    the same new board get it made once.

    Parameters
    ----------
    most : int
        How many are kept.
    """

    def __init__(self, most: int) -> None:
        self._lock, self._most = threading.Lock(), most
        self._kept: OrderedDict[Hashable, T] = OrderedDict()

    def get(self, key: Hashable, make: Callable[[], T]) -> T:
        """Give the value for a key.

        Parameters
        ----------
        key : hashable
            Says all that the value depends on.
        make : callable
            Makes it when it is not kept.

        Returns
        -------
        object
            What `make` returned for this key.
        """
        with self._lock:
            if key not in self._kept:
                self._kept[key] = make()
                if len(self._kept) > self._most:
                    self._kept.popitem(last=False)
            self._kept.move_to_end(key)
            return self._kept[key]
