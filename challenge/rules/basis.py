"""What a verdict rests on: ballots, pitches and choices, and models where agreed."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from challenge.brief import Brief
from challenge.errors import RequestRefusedError
from challenge.rules.panel import OPENED, SHUT
from challenge.rules.picks import counting
from challenge.store import Unit

RECORDED = "record verdict"
"""What the audit table calls it that a verdict was written down."""
COMPARED = "compare teams"
"""What it calls it that a juror chose between teams that tie."""
BASIS = "basis"
"""The field of a refusal since what the order was computed from changed meanwhile."""
_ON_BALLOTS = (OPENED, "change phase", "bar juror", "readmit juror")
"""Acts after which a verdict is written down anew: it rests on ballots and pitches."""
_ON_MODELS = (
    *("bar team", "readmit team", "disqualify submission", "reinstate submission"),
    "publish rescore",
)
"""And these, where the brief gives the model board a part in it."""


@dataclass(frozen=True, slots=True)
class Computed:
    """An order as it follows from ballots, choices and models.

    Attributes
    ----------
    places : tuple of str
        Judged teams, best first.
    basis : str
        Of when it was shown to whoever writes it down.
    """

    places: tuple[str, ...]
    basis: str


def basis_of(unit: Unit, brief: Brief, release: str) -> str:
    """Name the state of what an order is computed from.

    Parameters
    ----------
    unit : Unit
        An open transaction.
    brief : Brief
        Says whether the model board has a part in it.
    release : str
        ``slug/version``.

    Returns
    -------
    str
        The last act on any of it, and how many final scores have a part in it. The same
        one later: nothing moved, and what was computed in between holds.
    """
    acts = (COMPARED, *_ON_BALLOTS, *_ON_MODELS)
    finals = unit.finals.count(release) if _rests_on_models(brief) else 0
    return f"{unit.audit.last_of(*acts)[0]}.{finals}"


def check_basis(unit: Unit, computed: Computed, brief: Brief, release: str) -> None:
    """Refuse a verdict on an order that its writer saw before something changed.

    Somebody may bar a juror while they look at it, or while they wait to write.

    Parameters
    ----------
    unit : Unit
        An open writing transaction.
    computed : Computed
        The order.
    brief : Brief
        Says whether the model board has a part in it.
    release : str
        ``slug/version``.

    Raises
    ------
    RequestRefusedError
        If something that it rests on was changed since.
    """
    if basis_of(unit, brief, release) != computed.basis:
        raise RequestRefusedError(
            BASIS,
            "something that the verdict rests on was changed meanwhile.",
            hint="Look at the order again, and send it again if it still holds.",
        )


def without_finals(unit: Unit, keys: Iterable[str]) -> tuple[str, ...]:
    """Name the submissions that are still to be scored for the end.

    Parameters
    ----------
    unit : Unit
        An open transaction.
    keys : iterable of str
        Submissions.

    Returns
    -------
    tuple of str
        Team and number.
    """
    waiting = [key for key in keys if not unit.finals.has(key)]
    found = (unit.submissions.get(key) for key in waiting)
    return tuple(sorted(f"{one.team} {one.number}" for one in found if one))


def awaited_finals(unit: Unit, brief: Brief, release: str) -> tuple[str, ...]:
    """Name the final scores that a verdict waits for.

    Parameters
    ----------
    unit : Unit
        An open transaction.
    brief : Brief
        Says whether the model board has a part in the verdict.
    release : str
        ``slug/version``.

    Returns
    -------
    tuple of str
        Team and number of what counts; empty where models have no part, or all are
        there. What would stand in for one of them holds up the end alone.
    """
    if not _rests_on_models(brief):
        return ()
    counted = counting(unit, release).values()
    return without_finals(unit, [one.submission_id for one in counted])


def last_word(unit: Unit, brief: Brief) -> str:
    """Tell what came last: the verdict, or something that changes what it rests on.

    Parameters
    ----------
    unit : Unit
        An open transaction.
    brief : Brief
        Says whether the model board has a part in the verdict.

    Returns
    -------
    str
        Of the audit table, in its order, since clocks jump: `RECORDED`, or an act after
        which the verdict is written down anew; empty before any.
    """
    acts = (*_ON_BALLOTS, *_ON_MODELS) if _rests_on_models(brief) else _ON_BALLOTS
    return unit.audit.last_of(RECORDED, *acts)[1]


def is_decided_after(unit: Unit, moment: datetime) -> bool:
    """Tell whether somebody changed what the end waits for or rests on after a moment.

    Parameters
    ----------
    unit : Unit
        An open transaction.
    moment : datetime
        Aware UTC.

    Returns
    -------
    bool
        True also where that was all that the end waited for.
    """
    acts = (RECORDED, SHUT, *_ON_BALLOTS, *_ON_MODELS)
    return unit.audit.last_of(*acts, after=moment) != (0, "")


def _rests_on_models(brief: Brief) -> bool:
    return brief.jury.within_tie_set or brief.jury.weights is not None
