"""The form of the verdict: what chair or organiser write down."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Annotated, ClassVar

from fastapi import APIRouter, Form, Request, Response
from fastapi.responses import RedirectResponse

from challenge.brief import Brief
from challenge.errors import RequestRefusedError
from challenge.records import Principal
from challenge.rules.basis import (
    BASIS,
    Computed,
    awaited_finals,
    basis_of,
    check_basis,
)
from challenge.rules.blockers import NOBODY, Blocker, verdict_demand
from challenge.rules.ending import is_undecided
from challenge.rules.jury import JuryVerdict
from challenge.rules.panel import leads
from challenge.rules.phases import current_phase
from challenge.rules.verdicts import (
    VERSIONS,
    Draft,
    check_deciding,
    check_draft,
    check_version,
    decide,
)
from challenge.store import Unit
from challenge.store.verdicts import Decision
from challenge.web.access import Deployment, Here, Person
from challenge.web.deliberation import Panel, find_panel, panel_is_open
from challenge.web.mistakes import mistakes
from challenge.web.pages import page
from leaderboard import Phase

router = APIRouter(tags=["jury"], include_in_schema=False)


@dataclass(frozen=True, slots=True)
class DecideView:
    """What the form of the verdict shows.

    Attributes
    ----------
    is_open : bool
        Whether ballots may still change; then there is no form.
    may_decide : bool
        Whether the reader may write the verdict down now.
    computed : tuple of str
        Judged teams in the order of the ballots.
    unjudged : tuple of str
        Teams that pitched and have no points, so that they get no place.
    draft : Draft
        What stands in the form.
    version : int
        How many versions the writer knows of.
    basis : str
        What the order that they saw was computed from.
    versions : list of Decision
        What was written down, newest first.
    awaited : tuple of str
        Submissions whose final scores it waits for, by team and number.
    lapsed : Blocker or None
        Why the last version cannot be published, or why none can be written down; None
        where it can, or none is there yet.
    holds : bool
        Whether the last version is the outcome, or will be.
    errors : dict of str to str
        Why the form was refused.
    """

    template: ClassVar[str] = "verdict/decide.html"

    is_open: bool
    may_decide: bool
    computed: tuple[str, ...]
    unjudged: tuple[str, ...]
    draft: Draft
    version: int
    basis: str
    versions: list[Decision]
    awaited: tuple[str, ...]
    lapsed: Blocker | None
    holds: bool
    errors: dict[str, str]


@dataclass(frozen=True, slots=True)
class ConfirmView:
    """What is asked before a verdict is written down.

    Attributes
    ----------
    draft : Draft
        What is about to be written down.
    deviates : bool
        Whether its order is another one than was computed.
    version : int
        How many versions the writer knows of.
    unjudged : tuple of str
        Teams that pitched and have no points, so that they get no place.
    basis : str
        What the order was computed from.
    winner : str
        What was typed.
    errors : dict of str to str
        Why that was refused.
    """

    template: ClassVar[str] = "verdict/confirm.html"

    draft: Draft
    deviates: bool
    version: int
    unjudged: tuple[str, ...]
    basis: str
    winner: str = ""
    errors: dict[str, str] = field(default_factory=dict)


@router.get("/jury/verdict")
def verdict_form(request: Request, here: Here, person: Person) -> Response:
    """Show the form, with the last version or the computed order in it."""
    return _form(request, here, person)


@router.post("/jury/verdict")
def record(
    request: Request,
    here: Here,
    person: Person,
    place: Annotated[list[str], Form(default_factory=list)],
    reasons: Annotated[str, Form()] = "",
    deviation: Annotated[str, Form()] = "",
    version: Annotated[int, Form()] = 0,
    basis: Annotated[str, Form()] = "",
    winner: Annotated[str | None, Form()] = None,
    change: Annotated[bool, Form()] = False,
) -> Response:
    """Ask for the winner's name once more, and then write the verdict down."""
    draft = Draft(tuple(place), reasons, deviation)
    if change:
        return _form(request, here, person, draft, version=version, basis=basis)
    computed, unjudged = _computed(here, basis)
    try:
        if winner is None:
            draft = _checked(here, person, draft, version=version, computed=computed)
            asked = _asked(draft, computed, unjudged, version)
            return page(request, asked, reader=person)
        _write_down(
            here, person, draft, version=version, winner=winner, computed=computed
        )
    except RequestRefusedError as wrong:
        if winner is None or wrong.field != "winner":
            return _form(
                request, here, person, draft, wrong, version=version, basis=basis
            )
        asked = _asked(draft, computed, unjudged, version)
        errors = mistakes(request, "verdict", wrong)
        again = replace(asked, winner=winner, errors=errors)
        return page(request, again, reader=person, status=422)
    return RedirectResponse("/jury/verdict", status_code=303)


def _computed(here: Deployment, seen: str) -> tuple[Computed, tuple[str, ...]]:
    """Compute the order, and who gets no place; what moved since is found later."""
    basis = seen or _basis(here)
    panel = find_panel(here)
    return Computed(panel.order, basis), panel.verdict.unjudged


def _asked(
    draft: Draft, computed: Computed, unjudged: tuple[str, ...], version: int
) -> ConfirmView:
    deviates = draft.places != computed.places
    return ConfirmView(draft, deviates, version, unjudged, computed.basis)


def _basis(here: Deployment) -> str:
    with here.database.read() as unit:
        return basis_of(unit, here.brief, here.release.name)


def _checked(
    here: Deployment,
    person: Principal,
    draft: Draft,
    *,
    version: int,
    computed: Computed,
) -> Draft:
    """Refuse what cannot be written down before the winner is asked for."""
    with here.database.read() as unit:
        check_deciding(unit, person, here.brief, here.release.name)
        check_basis(unit, computed, here.brief, here.release.name)
        draft = check_draft(draft, computed=computed.places)
        check_version(unit, draft, version, here.brief)
    return draft


def _write_down(
    here: Deployment,
    person: Principal,
    draft: Draft,
    *,
    version: int,
    winner: str,
    computed: Computed,
) -> None:
    with here.database.begin() as unit:
        decide(
            unit,
            person,
            draft,
            version=version,
            winner=winner,
            computed=computed,
            brief=here.brief,
            release=here.release.name,
            now=datetime.now(UTC),
        )


def _form(
    request: Request,
    here: Deployment,
    person: Principal,
    draft: Draft | None = None,
    wrong: RequestRefusedError | None = None,
    *,
    version: int | None = None,
    basis: str = "",
) -> Response:
    # Before the order is computed, so that what moves meanwhile is found.
    now = _basis(here)
    is_late = bool(wrong and wrong.field in (BASIS, VERSIONS))
    is_open = panel_is_open(here)
    panel = Panel(JuryVerdict(None), (), []) if is_open else find_panel(here)
    computed = panel.order
    with here.database.read() as unit:
        versions = unit.verdicts.all()[::-1]
        is_jury = current_phase(unit, here.brief) is Phase.JURY
        awaited = awaited_finals(unit, here.brief, here.release.name)
        lapsed = _lapsed(unit, here.brief, versions) if is_jury else None
        is_over = is_undecided(unit)
    if draft is None or len(draft.places) != len(computed):
        draft = _shown(draft, versions, computed)
    view = DecideView(
        is_open=is_open,
        may_decide=leads(person) and is_jury and not is_open,
        awaited=awaited if is_jury and not is_open else (),
        computed=computed,
        unjudged=panel.verdict.unjudged,
        draft=draft,
        version=len(versions) if version is None or is_late else version,
        basis=now if is_late else basis or now,
        versions=[] if is_open else versions,
        lapsed=lapsed,
        holds=lapsed is None and not is_over,
        errors=mistakes(request, "verdict", wrong),
    )
    status = 409 if is_late else 422 if wrong else 409 if is_open else 200
    return page(request, view, reader=person, status=status)


def _lapsed(unit: Unit, brief: Brief, versions: Sequence[Decision]) -> Blocker | None:
    """Say what keeps the last version from being the outcome, or any from being one."""
    asked = verdict_demand(unit, brief)
    return asked if asked.count and (versions or asked.key == NOBODY) else None


def _shown(
    draft: Draft | None, versions: Sequence[Decision], computed: tuple[str, ...]
) -> Draft:
    """Fill the form with what was typed, or written down last, on these teams."""
    kept = draft or (Draft.of(versions[0]) if versions else Draft((), ""))
    is_whole = sorted(kept.places) == sorted(computed)
    return kept if is_whole else replace(kept, places=computed)
