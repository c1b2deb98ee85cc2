"""Who runs submissions at this moment, and how many wait for them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property

from challenge.records import Isolation, WorkerFacts
from challenge.web.access import Deployment


@dataclass(frozen=True)
class Fleet:
    """The workers that were heard of lately, as one.

    Attributes
    ----------
    workers : tuple of WorkerFacts
        Alive, by name.
    probed : Isolation or None
        What the web process found on its own machine; None if it did not look.
    """

    workers: tuple[WorkerFacts, ...]
    probed: Isolation | None

    @cached_property
    def isolation(self) -> Isolation | None:
        """What stands between a model and the machine; None as long as nobody says.

        Of several workers the least protected one counts.
        """
        levels = (Isolation.TRUSTED, Isolation.NONE, Isolation.BUBBLEWRAP)
        found = [worker.isolation for worker in self.workers]
        return min(found, key=levels.index) if found else self.probed

    @property
    def engine(self) -> str | None:
        """What carries submissions out: ``"threads"`` or ``"dask"``; None if nobody."""
        if not self.workers:
            return None
        return "dask" if any(worker.engine for worker in self.workers) else "threads"

    @property
    def slots(self) -> int:
        """How many submissions run side by side."""
        return sum(worker.slots for worker in self.workers)

    @property
    def pool_size(self) -> int:
        """How many sandboxes should wait warmed up."""
        return sum(worker.pool_size for worker in self.workers)

    @property
    def pool_ready(self) -> int:
        """How many sandboxes waited warmed up at the last heartbeat."""
        return sum(worker.pool_ready for worker in self.workers)


def find_fleet(here: Deployment) -> Fleet:
    """Ask the database who runs submissions.

    Parameters
    ----------
    here : Deployment
        The running server.

    Returns
    -------
    Fleet
        Without workers if none was heard of for a minute.
    """
    with here.database.read() as unit:
        alive = unit.workers.alive(datetime.now(UTC), here.release.name)
    return fleet_of(here, alive)


def fleet_of(here: Deployment, alive: Iterable[WorkerFacts]) -> Fleet:
    """See workers that were heard of as one.

    Parameters
    ----------
    here : Deployment
        The running server.
    alive : iterable of WorkerFacts
        Of its release.

    Returns
    -------
    Fleet
        With what this machine was found to have.
    """
    probed = Isolation.NONE if here.closed else here.isolation
    return Fleet(tuple(alive), probed)


def is_trusted(here: Deployment) -> bool:
    """Tell whether models run without a sandbox, which every page has to say.

    Parameters
    ----------
    here : Deployment
        The running server.

    Returns
    -------
    bool
        True if this server was told so, or a worker elsewhere was.
    """
    told = here.settings.trust_submissions
    return told or find_fleet(here).isolation is Isolation.TRUSTED
