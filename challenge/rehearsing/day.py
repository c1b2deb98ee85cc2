"""What everybody on a rehearsed day shares: the plan, the clock, the books."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field

from challenge.rehearsing.bundles import Shelf
from challenge.rehearsing.ledger import Ledger
from challenge.rehearsing.pacing import Pace
from challenge.rehearsing.person import Person
from challenge.rehearsing.plan import Plan


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

    def person(self, name: str, token: str | None = None) -> Person:
        """Give somebody a browser.

        Parameters
        ----------
        name : str
            Who; with a token of theirs if they have one.
        token : str, optional
            Another token than theirs.

        Returns
        -------
        Person
            To be closed.
        """
        token = self.tokens.get(name, "") if token is None else token
        return Person(self.url, name, token, self.ledger, self.pace)

    def wait(self, event: threading.Event) -> bool:
        """Wait for a moment of the day that somebody brings about.

        Parameters
        ----------
        event : Event
            One of those above.

        Returns
        -------
        bool
            False if the day was broken off first.
        """
        while not event.wait(0.5):
            if self.pace.is_over:
                return False
        return True
