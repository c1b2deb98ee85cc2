"""The clock of a rehearsed day, so many times as quick as ours."""

from __future__ import annotations

import threading
import time


class Pace:
    """Turns seconds of the day into moments of ours, and lets people wait for them.

    Parameters
    ----------
    times : float
        How many seconds of the day pass in one of ours; 1 is real time.
    """

    def __init__(self, times: float) -> None:
        self._times = times
        self._began = time.monotonic()
        self._over = threading.Event()

    @property
    def is_over(self) -> bool:
        """Whether everybody goes home at once."""
        return self._over.is_set()

    def begin(self) -> None:
        """Let the day begin now."""
        self._began = time.monotonic()

    def end(self) -> None:
        """Send everybody home: whoever waits stops waiting."""
        self._over.set()

    def elapsed(self) -> float:
        """Tell how many of our seconds it lasts so far."""
        return time.monotonic() - self._began

    def ours(self, seconds: float) -> float:
        """Tell how long a while of the day takes.

        Parameters
        ----------
        seconds : float
            Of the day.

        Returns
        -------
        float
            Of our seconds.
        """
        return seconds / self._times

    def rest(self, seconds: float) -> bool:
        """Wait so many of our seconds.

        Parameters
        ----------
        seconds : float
            Of ours; 0 or less: not at all.

        Returns
        -------
        bool
            Whether the day goes on.
        """
        return not self._over.wait(max(0.0, seconds))

    def wait_until(self, at: float, *, longest: float = float("inf")) -> bool:
        """Wait for a moment of the day.

        Parameters
        ----------
        at : float
            Second of the day.
        longest : float
            Of our seconds; after that many it has not come yet.

        Returns
        -------
        bool
            Whether it has come; also true once the day is over.
        """
        left = self.ours(at) - self.elapsed()
        self._over.wait(min(max(0.0, left), longest))
        return self.is_over or left <= longest

    def wait_for(self, event: threading.Event, *, longest: float = 1.0) -> bool:
        """Wait for something that somebody does, in short turns.

        Parameters
        ----------
        event : Event
            Set when it is done.
        longest : float
            Of our seconds.

        Returns
        -------
        bool
            Whether it is done, or the day is over.
        """
        return event.wait(min(longest, 0.5)) or self.is_over
