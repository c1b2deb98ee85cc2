"""The phases on the organiser's desk and in the API."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from typing import Annotated, Any, ClassVar

from fastapi import APIRouter, Form, Request, Response
from fastapi.responses import RedirectResponse
from pydantic import BaseModel, Field

from challenge.errors import PhaseBlockedError, RequestRefusedError
from challenge.records import Principal, Role
from challenge.rules.blockers import Blocker, advice, blockers
from challenge.rules.phases import path_of, phase_before
from challenge.rules.steps import go_to, schedule
from challenge.rules.timeline import Clock, clock, planned
from challenge.store import Unit
from challenge.store.phases import PhaseChange
from challenge.web.access import Deployment, Here, Person, Visitor
from challenge.web.pages import choose_language, page, texts
from challenge.web.timetable import (
    Step,
    moment_of,
    phase_steps,
    read_time,
    times_typed,
)
from leaderboard import Phase

router = APIRouter(prefix="/api/phase", tags=["challenge"])
pages = APIRouter(include_in_schema=False)

PAGE = "/organiser/phase"


class StepForm(BaseModel):
    """A step to another phase."""

    phase: Phase = Field(description="The next one, or the one before.")
    reason: str = Field(default="", description="Why; going back takes a reason.")


class TimeForm(BaseModel):
    """When a phase starts by itself."""

    starts_at: datetime | None = Field(
        description="With an offset, or on the clock of the event; null: by hand."
    )


@dataclass(frozen=True, slots=True)
class PhaseView:
    """What the organiser sees of the phases.

    Attributes
    ----------
    clock : Clock
        Where the challenge is.
    steps : list of Step
        The strip.
    previous : Phase or None
        Where it can go back to.
    blockers : tuple of Blocker
        What keeps it from going on.
    advice : tuple of Blocker
        What is better known before it goes on.
    times : dict of Phase to str
        Of phases to come: what stands in the field for its time.
    changes : list of PhaseChange
        Newest first.
    event_zone : str
        Whose clock it is.
    may_change : bool
        Whether the reader is an organiser.
    asked : Phase or None
        The step that waits for a yes; None also where something keeps it from being
        made.
    reason : str
        What was typed with it.
    errors : dict of str to str
        Field to why it was refused.
    """

    template: ClassVar[str] = "phases/phase.html"

    clock: Clock
    steps: list[Step]
    previous: Phase | None
    blockers: tuple[Blocker, ...]
    advice: tuple[Blocker, ...]
    times: Mapping[Phase, str]
    changes: list[PhaseChange]
    event_zone: str
    may_change: bool
    asked: Phase | None = None
    reason: str = ""
    errors: Mapping[str, str] = field(default_factory=dict)


@router.get("")
def phase(here: Here, reader: Visitor) -> dict[str, Any]:
    """Tell the phase, what comes next and when; an organiser also what it waits for.

    And as `advice` what is better known before that, and keeps nothing from going on.
    """
    here.phase  # noqa: B018  what is due is enacted first
    now = datetime.now(UTC)
    with here.database.read() as unit:
        return _document(here, unit, reader, now)


@router.post("")
def change_phase(here: Here, person: Person, form: StepForm) -> dict[str, Any]:
    """Go to the next phase, or back to the one before."""
    now = datetime.now(UTC)
    with here.database.begin() as unit:
        _go(here, unit, form.phase, person, form.reason, now)
        return _document(here, unit, person, now)


@router.put("/{name}")
def set_time(here: Here, person: Person, name: Phase, form: TimeForm) -> dict[str, Any]:
    """Set when a phase starts by itself; null: by hand."""
    now = datetime.now(UTC)
    starts_at = form.starts_at and moment_of(here, name, form.starts_at)
    with here.database.begin() as unit:
        schedule(unit, here.brief, {name: starts_at}, by=person.name, now=now)
        return _document(here, unit, person, now)


@pages.get(PAGE)
def phases_page(
    request: Request, here: Here, person: Person, to: Phase | None = None
) -> Response:
    """Show the strip, what stands in the way, and the times; ask before a step."""
    return _page(request, here, person, asked=to)


@pages.post(PAGE)
def step(
    request: Request,
    here: Here,
    person: Person,
    to: Annotated[Phase, Form()],
    reason: Annotated[str, Form()] = "",
) -> Response:
    """Go to another phase."""
    words, now = texts(choose_language(request)), datetime.now(UTC)
    try:
        with here.database.begin() as unit:
            _go(here, unit, to, person, reason, now)
    except PhaseBlockedError:
        errors = {"phase": words["phase_wrong_blocked"]}
    except RequestRefusedError as refused:
        errors = {refused.field: words[f"phase_wrong_{refused.field}"]}
    else:
        return RedirectResponse(PAGE, status_code=303)
    asked = to if "reason" in errors else None
    return _page(request, here, person, asked=asked, reason=reason, errors=errors)


@pages.post(f"{PAGE}/schedule")
def set_times(
    request: Request,
    here: Here,
    person: Person,
    practice: Annotated[str, Form()] = "",
    open: Annotated[str, Form()] = "",
    frozen: Annotated[str, Form()] = "",
    jury: Annotated[str, Form()] = "",
    closed: Annotated[str, Form()] = "",
) -> Response:
    """Keep every time that differs; an empty field is a phase by hand."""
    now = datetime.now(UTC)
    sent = (practice, open, frozen, jury, closed)
    typed = dict(zip(list(Phase)[1:], sent, strict=True))
    try:
        with here.database.begin() as unit:
            shown = times_typed(here, unit, clock(unit, here.brief, now))
            typed = {phase: text for phase, text in typed.items() if phase in shown}
            new = {p: read_time(here, p, t) for p, t in typed.items() if t != shown[p]}
            schedule(unit, here.brief, new, by=person.name, now=now)
    except RequestRefusedError as refused:
        wrong = texts(choose_language(request))["phase_wrong_time"]
        errors = {refused.field: wrong}
        return _page(request, here, person, errors=errors, typed=typed)
    return RedirectResponse(PAGE, status_code=303)


def _go(
    here: Deployment,
    unit: Unit,
    phase: Phase,
    person: Principal,
    reason: str,
    now: datetime,
) -> None:
    name = here.release.name
    go_to(unit, here.brief, phase, release=name, by=person.name, reason=reason, now=now)


def _document(
    here: Deployment, unit: Unit, reader: Principal | None, now: datetime
) -> dict[str, Any]:
    said = clock(unit, here.brief, now)
    times = planned(unit, here.brief)
    document = {
        "phase": said.phase,
        "began": said.began,
        "next": said.next,
        "ends": said.ends,
        "seconds_left": said.seconds_left,
        "zone": here.brief.event.zone,
        "phases": [
            {"name": name, "starts_at": times.get(name)} for name in path_of(here.brief)
        ],
    }
    if reader is None or reader.role not in (Role.ORGANISER, Role.AUDITOR):
        return document
    return document | {
        "blockers": [asdict(one) for one in _blockers(here, unit, said)],
        "advice": [asdict(one) for one in _advice(here, unit, said)],
    }


def _blockers(here: Deployment, unit: Unit, said: Clock) -> tuple[Blocker, ...]:
    if said.next is None:
        return ()
    return blockers(unit, here.brief, here.release.name, said.next)


def _advice(here: Deployment, unit: Unit, said: Clock) -> tuple[Blocker, ...]:
    if said.next is None:
        return ()
    return advice(unit, here.brief, here.release.name, said.next)


def _page(
    request: Request,
    here: Deployment,
    person: Principal,
    *,
    asked: Phase | None = None,
    reason: str = "",
    errors: Mapping[str, str] | None = None,
    typed: Mapping[Phase, str] | None = None,
) -> Response:
    here.phase  # noqa: B018  what is due is enacted first
    language, now = choose_language(request), datetime.now(UTC)
    with here.database.read() as unit:
        said = clock(unit, here.brief, now)
        previous = phase_before(here.brief, said.phase)
        blocked = _blockers(here, unit, said)
        # Nobody is asked for a yes that would be refused; the page says what is left.
        if asked not in (previous, None if blocked else said.next):
            asked = None
        view = PhaseView(
            clock=said,
            steps=phase_steps(here, unit, language, now),
            previous=previous,
            blockers=blocked,
            advice=_advice(here, unit, said),
            times=times_typed(here, unit, said) | dict(typed or {}),
            changes=unit.phases.changes()[::-1],
            event_zone=here.brief.event.zone,
            may_change=person.role is Role.ORGANISER,
            asked=asked,
            reason=reason,
            errors=errors or {},
        )
    return page(request, view, reader=person, status=422 if errors else 200)
