"""A pause of the worker while the machine lets nothing be done."""

from __future__ import annotations

from time import monotonic

LONGEST_REST_SECONDS = 30.0


class Rest:
    """A pause that doubles each time it follows another, until something went well."""

    def __init__(self) -> None:
        self._seconds = 0.0
        self._until = 0.0

    @property
    def is_over(self) -> bool:
        """Whether something may be tried again."""
        return monotonic() >= self._until

    def begin(self) -> None:
        """Pause, unless a pause goes on: several runs fail of one fault."""
        if self.is_over:
            self._seconds = min(2 * self._seconds or 1.0, LONGEST_REST_SECONDS)
            self._until = monotonic() + self._seconds

    def forget(self) -> None:
        """Let the next pause be short: something went well."""
        self._seconds = 0.0
