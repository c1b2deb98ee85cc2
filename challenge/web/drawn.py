"""What was drawn of the board lately, and from which state of the world."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, TypeVar

from fastapi import Request

from challenge.rules.standings import state_of
from challenge.rules.timeline import clock
from challenge.web.access import Deployment
from challenge.web.recent import Recent
from leaderboard import Phase

T = TypeVar("T")

# Both languages, each kind of reader, and as many teams as an event has.
FRAGMENTS = 256


@dataclass(frozen=True, slots=True)
class Version:
    """Which state of the world a board is drawn from; equal for equal boards.

    Attributes
    ----------
    phase : Phase
        Of the day.
    rests_on : tuple
        All else that decides what stands on it.
    """

    phase: Phase
    rests_on: tuple[Any, ...]


def version_of(here: Deployment) -> Version:
    """Say which state of the world the board is drawn from.

    Parameters
    ----------
    here : Deployment
        The running server.

    Returns
    -------
    Version
        Of now; enacts a phase that is due.
    """
    phase, name = here.phase, here.release.name
    with here.database.read() as unit:
        said = clock(unit, here.brief, datetime.now(UTC))
        moments = (said.began, said.next, said.ends, said.is_late)
        rescorings = tuple(unit.rescorings.all(name))
        return Version(phase, (name, moments, state_of(unit, name), rescorings))


def fragments(request: Request) -> Recent[Any]:
    """Hand out what was drawn lately; of one application, as its database is."""
    kept: Recent[Any] = request.app.state.fragments
    return kept


def while_it_holds(
    request: Request,
    here: Deployment,
    key: tuple[Any, Version, Any],
    draw: Callable[[], T],
) -> Callable[[], T]:
    """Draw something for `fragments` that stays only if the world stood still.

    A version may come back, as when a team is let in again: what was drawn of another
    one in between may not be found under it.

    Parameters
    ----------
    request : Request
        Of the application.
    here : Deployment
        The running server.
    key : tuple
        Under which it is kept; the version is its second part.
    draw : callable
        Draws it.

    Returns
    -------
    callable
        Draws it too.
    """

    def drawn() -> T:
        found = draw()
        if version_of(here) != key[1]:
            fragments(request).forget(key)
        return found

    return drawn
