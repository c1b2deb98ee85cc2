"""How the whole server is doing: the figures of the day beside those of the machine."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from challenge.rules.figures import Figures, read_figures
from challenge.rules.quota import day_around
from challenge.store import Unit
from challenge.web.access import Deployment
from challenge.web.fleet import Fleet, fleet_of
from challenge.web.machine import Machine, clock_skew, look_at_machine


@dataclass(frozen=True, slots=True)
class Vitals:
    """What the desk and ``/metrics`` are drawn from.

    Attributes
    ----------
    at : datetime
        When it was looked at, aware UTC.
    figures : Figures
        From the database.
    fleet : Fleet
        Who runs submissions.
    machine : Machine
        What is left of the one of the web process.
    skew : float
        Seconds that the clock of the database or of a worker differs from ours.
    is_open : bool
        Whether uploads are taken; not on a machine that cannot isolate a model.
    """

    at: datetime
    figures: Figures
    fleet: Fleet
    machine: Machine
    skew: float
    is_open: bool

    def since(self, moment: datetime | None) -> float | None:
        """Tell how long something waits.

        Parameters
        ----------
        moment : datetime or None
            Aware UTC; None: nothing waits.

        Returns
        -------
        float or None
            Seconds, never less than 0; None: nothing waits.
        """
        return max(0.0, (self.at - moment).total_seconds()) if moment else None


def take_vitals(here: Deployment, unit: Unit, now: datetime) -> Vitals:
    """See how the server is doing.

    Parameters
    ----------
    here : Deployment
        The running server.
    unit : Unit
        An open transaction.
    now : datetime
        Aware UTC.

    Returns
    -------
    Vitals
        Of this moment.
    """
    day_began, _ = day_around(now, here.brief.event.clock)
    figures = read_figures(unit, here.release.name, now=now, day_began=day_began)
    return Vitals(
        at=now,
        figures=figures,
        fleet=fleet_of(here, figures.workers),
        machine=look_at_machine(here),
        skew=clock_skew(unit, here.release.name),
        is_open=here.closed is None,
    )
