"""Keep the last answer to an expensive question."""

from __future__ import annotations

import threading
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
