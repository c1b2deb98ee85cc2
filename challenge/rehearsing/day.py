"""A rehearsed day while it is played: its clock, and what everybody on it shares."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass, field

from challenge.rehearsing.bundles import Shelf
from challenge.rehearsing.ledger import Ledger
from challenge.rehearsing.person import Person
from challenge.rehearsing.plan import Plan


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
        """Tell how many of our seconds a while of the day takes."""
        return seconds / self._times

    def left(self, at: float) -> float:
        """Tell how many of our seconds it is to a second of the day."""
        return self.ours(at) - self.elapsed()

    def rest(self, seconds: float) -> bool:
        """Wait so many of our seconds, and tell whether the day goes on."""
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
        left = self.left(at)
        self._over.wait(min(max(0.0, left), longest))
        return self.is_over or left <= longest


@dataclass(frozen=True, slots=True)
class Day:
    """One rehearsed day while it is played.

    Attributes
    ----------
    url : str
        Of the server.
    plan : Plan
        Who does what.
    pace : Pace
        The clock.
    ledger : Ledger
        The clients' books.
    shelf : Shelf
        What teams hand in.
    tokens : dict of str to str
        By name.
    frozen, judging, voted, closed : Event
        The board froze; the jury may judge; all jurors are done; all is over.
    """

    url: str
    plan: Plan
    pace: Pace
    ledger: Ledger
    shelf: Shelf
    tokens: dict[str, str]
    frozen: threading.Event = field(default_factory=threading.Event)
    judging: threading.Event = field(default_factory=threading.Event)
    voted: threading.Event = field(default_factory=threading.Event)
    closed: threading.Event = field(default_factory=threading.Event)

    def person(self, name: str) -> Person:
        """Give somebody a browser, with their token if they have one."""
        token = self.tokens.get(name, "")
        return Person(self.url, name, token, self.ledger, self.pace)

    def wait(self, event: threading.Event) -> bool:
        """Wait for one of the moments above; false if the day was broken off first."""
        while not event.wait(0.5):
            if self.pace.is_over:
                return False
        return True
