"""The organiser's desk: what needs attention now, and where to see to it."""

from __future__ import annotations

from collections.abc import Sequence, Set
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import ClassVar

from fastapi import APIRouter, Request, Response

from challenge.records import Isolation, Principal, Role, State, Submission
from challenge.rules.blockers import ADVICE, NOBODY, Blocker, demands, nobody_yet
from challenge.rules.phases import path_of
from challenge.rules.quota import day_around
from challenge.rules.timeline import Clock, clock
from challenge.store import Unit
from challenge.store.announcements import Announcement
from challenge.store.help_requests import HelpRequest
from challenge.synthesis.manifest import Publication
from challenge.web.access import Deployment, Here, Person
from challenge.web.fleet import Fleet
from challenge.web.machine import Machine
from challenge.web.navigation import desk_links
from challenge.web.pages import choose_language, page
from challenge.web.submissions import waits_in_words
from challenge.web.tags import unless_known
from challenge.web.timetable import Step, phase_steps
from challenge.web.vitals import Vitals, take_vitals
from leaderboard import Phase

router = APIRouter(tags=["organiser"], include_in_schema=False)
_FRESH_SECONDS = 10
_LATEST = 12  # so many ended submissions stand below those that wait and run
_QUESTIONS = 50  # so many open ones stand here; all of them at /organiser/help
# More than rounding to whole seconds makes of clocks that agree.
_SKEW_SECONDS = 3


@dataclass(frozen=True, slots=True)
class Waits:
    """What stands small below the figures.

    Attributes
    ----------
    queue, help : float or None
        Seconds that the oldest of them waits; None: nobody does.
    busy : tuple of str
        Teams whose submission runs.
    scored, teams : int
        How many teams have a score today, of how many; none that is barred.
    last : Submission or None
        What came in last.
    """

    queue: float | None
    help: float | None
    busy: tuple[str, ...]
    scored: int
    teams: int
    last: Submission | None


@dataclass(frozen=True, slots=True)
class DeskView:
    """What the desk shows.

    Attributes
    ----------
    clock : Clock
        Where the challenge is.
    steps : list of Step
        The strip of the day.
    demands : dict of Phase to tuple of Blocker
        What each phase to come asks for, also what is done.
    advice : frozenset of str
        Keys of those that keep nothing from going on.
    nobody : frozenset of str
        Keys of those that are done since there is nobody yet.
    attention : list of str
        Keys of what cannot wait.
    counts : dict of str to int
        Of the figures: queue, running, scored, failed, help.
    longest : Waits
        What stands small below them.
    queue : list of Submission
        Those that run and wait, then the last that ended.
    waits : dict of str to str
        Place in the queue in words, by id.
    fleet : Fleet
        Who runs submissions.
    ages : dict of str to int
        Seconds since each worker was heard of.
    machine : Machine
        What is left of it.
    skew : float
        Seconds that another clock differs from the one of this page.
    skewed : bool
        Whether that is more than rounding.
    help_requests : list of HelpRequest
        The oldest open questions of teams, oldest first.
    publication : Publication or None
        Who signed the release.
    spoken : list of Announcement
        What stands on every page.
    links : list of (str, list of (str, str))
        Other pages of the reader, as `challenge.web.navigation.desk_links` says.
    """

    template: ClassVar[str] = "organiser/desk.html"

    clock: Clock
    steps: list[Step]
    demands: dict[Phase, tuple[Blocker, ...]]
    advice: frozenset[str]
    nobody: frozenset[str]
    attention: list[str]
    counts: dict[str, int]
    longest: Waits
    queue: list[Submission]
    waits: dict[str, str]
    fleet: Fleet
    ages: dict[str, int]
    machine: Machine
    skew: float
    skewed: bool
    help_requests: list[HelpRequest]
    publication: Publication | None
    spoken: list[Announcement]
    links: list[tuple[str, list[tuple[str, str]]]]


@router.get("/organiser")
def desk(request: Request, here: Here, person: Person) -> Response:
    """Show the day: phase, figures, queue, machine, questions, release."""
    return page(request, _view(request, here, person), reader=person)


@router.get("/organiser/live")
def live(request: Request, here: Here, person: Person) -> Response:
    """Give the part of the desk that lives; ages and the machine every ten seconds."""
    view = _view(request, here, person)
    said = view.clock
    seen = (
        *(int(said.now.timestamp() / _FRESH_SECONDS), choose_language(request)),
        *(
            said.phase,
            said.next,
            said.ends,
            view.attention,
            view.demands,
            sorted(view.nobody),
        ),
        *(view.queue, view.counts, view.waits, view.help_requests, view.spoken),
        replace(view.longest, queue=None, help=None),
    )
    return unless_known(
        request, seen, lambda: page(request, view, reader=person, block="live")
    )


def _view(request: Request, here: Deployment, person: Principal) -> DeskView:
    now, language = datetime.now(UTC), choose_language(request)
    since, _ = day_around(now, here.brief.event.clock)
    here.phase  # noqa: B018  what is due is enacted first
    with here.database.read() as unit:
        said = clock(unit, here.brief, now)
        steps = phase_steps(here, unit, language, now)
        asked = _demands(here, unit, said)
        nobody = nobody_yet(unit, here.release.name)
        submissions = unit.submissions.all()
        spoken = unit.announcements.current()
        questions = unit.help_requests.open(most=_QUESTIONS)
        teams = {t.name for t in unit.people.all(Role.TEAM) if t.barred is None}
        vitals = take_vitals(here, unit, now)
    return DeskView(
        clock=said,
        steps=steps,
        demands=asked,
        advice=ADVICE,
        nobody=nobody,
        attention=_attention(vitals, asked.get(said.next, ()) if said.next else ()),
        counts=_counts(vitals),
        longest=_waits(vitals, submissions, questions, teams, since),
        queue=_in_order(submissions),
        waits=waits_in_words(here, submissions, language),
        fleet=vitals.fleet,
        ages={
            w.name: int((now - w.seen_at).total_seconds()) for w in vitals.fleet.workers
        },
        machine=vitals.machine,
        skew=vitals.skew,
        skewed=vitals.skew > _SKEW_SECONDS,
        help_requests=questions,
        publication=here.release.published,
        spoken=spoken,
        links=desk_links(person),
    )


def _demands(
    here: Deployment, unit: Unit, said: Clock
) -> dict[Phase, tuple[Blocker, ...]]:
    """List what the phases to come ask for."""
    order = list(Phase)
    found = {
        phase: demands(unit, here.brief, here.release.name, phase)
        for phase in path_of(here.brief)
        if order.index(phase) > order.index(said.phase)
    }
    return {phase: asked for phase, asked in found.items() if asked}


def _waits(
    vitals: Vitals,
    submissions: Sequence[Submission],
    questions: Sequence[HelpRequest],
    teams: Set[str],
    since: datetime,
) -> Waits:
    today = [s for s in submissions if s.updated_at >= since]
    asked = min((question.asked_at for question in questions), default=None)
    return Waits(
        queue=vitals.since(vitals.figures.oldest),
        help=vitals.since(asked),
        busy=tuple(s.team for s in submissions if s.state is State.RUNNING),
        scored=len(teams & {s.team for s in today if s.state is State.SCORED}),
        teams=len(teams),
        last=max(submissions, key=lambda s: s.created_at, default=None),
    )


def _counts(vitals: Vitals) -> dict[str, int]:
    figures = vitals.figures
    return {
        "queue": figures.waiting,
        "running": figures.running,
        "scored": figures.scored_today,
        "failed": figures.failed,
        "help": figures.questions,
    }


def _attention(vitals: Vitals, following: Sequence[Blocker]) -> list[str]:
    """Name what cannot wait, worst first; also of what the next phase asks for."""
    fleet, machine = vitals.fleet, vitals.machine
    left = {one.key for one in following if one.count}
    is_bare = fleet.isolation in (Isolation.NONE, Isolation.TRUSTED)
    found = {
        "worker": not fleet.slots,
        "isolation": is_bare or not vitals.is_open,
        "disk": machine.is_short,
        "memory": machine.memory is not None and machine.memory > 0.9,
        "clock": vitals.skew > _SKEW_SECONDS,
        "failed": vitals.figures.failed > 0,
        "help": vitals.figures.questions > 0,
        "blocked": bool(left - ADVICE),
        "nobody": NOBODY in left,
    }
    return [key for key, holds in found.items() if holds]


def _in_order(submissions: list[Submission]) -> list[Submission]:
    order = {State.RUNNING: 0, State.QUEUED: 1}
    busy = sorted(
        (s for s in submissions if s.state in order), key=lambda s: order[s.state]
    )
    ended = [s for s in submissions[::-1] if s.state not in order]
    return busy + ended[:_LATEST]
