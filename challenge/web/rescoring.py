"""Scoring anew on the organiser's desk and in the API: ask, compare, publish."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from typing import Annotated, Any, ClassVar

from fastapi import APIRouter, Form, Request, Response
from fastapi.responses import RedirectResponse
from pydantic import BaseModel, Field

from challenge.errors import RequestRefusedError
from challenge.records import Principal, Role
from challenge.rules.republishing import Change, compare, publish
from challenge.rules.rescoring import ask, find
from challenge.store import Unit
from challenge.store.rescorings import Rescoring
from challenge.web.access import Deployment, Here, Person
from challenge.web.numbers import Key
from challenge.web.pages import choose_language, page, texts
from leaderboard import __version__

router = APIRouter(prefix="/api/rescore", tags=["organiser"])
pages = APIRouter(include_in_schema=False)

PAGE = "/organiser/rescoring"
ROWS = ("board", "final", "external")


class AskForm(BaseModel):
    """A wish to score anew."""

    reason: str = Field(description="Why, 1 to 500 characters.")


class PublishForm(BaseModel):
    """A re-score that takes the place of what is there."""

    note: str = Field(description="What everybody is told, 1 to 500 characters.")


@dataclass(frozen=True, slots=True)
class RescoringView:
    """What the organiser sees of scoring anew.

    Attributes
    ----------
    scorer : str
        Version that scores now.
    rounds : list of (Rescoring, dict)
        Newest first, each with the changes by row set.
    may_change : bool
        Whether the reader is an organiser.
    typed : dict of str to str
        What stands in a form that was refused.
    errors : dict of str to str
        Field to why.
    """

    template: ClassVar[str] = "phases/rescoring.html"

    scorer: str
    rounds: list[tuple[Rescoring, dict[str, list[Change]]]]
    may_change: bool
    typed: Mapping[str, str] = field(default_factory=dict)
    errors: Mapping[str, str] = field(default_factory=dict)


@router.get("")
def rescores(here: Here, person: Person) -> list[dict[str, Any]]:
    """List what was scored anew, newest first."""
    with here.database.read() as unit:
        return [asdict(one) for one in unit.rescorings.all(here.release.name)]


@router.post("", status_code=202)
def ask_rescore(here: Here, person: Person, form: AskForm) -> dict[str, Any]:
    """Ask to score everything anew from sealed predictions; nothing changes yet."""
    with here.database.begin() as unit:
        number = _ask(here, unit, person, form.reason)
        return _document(here, unit, number)


@router.get("/{number}")
def rescore(here: Here, person: Person, number: Key) -> dict[str, Any]:
    """Give old and new score and place of every team."""
    with here.database.read() as unit:
        return _document(here, unit, number)


@router.post("/{number}/publish")
def publish_rescore(
    here: Here, person: Person, number: Key, form: PublishForm
) -> dict[str, Any]:
    """Let the new scorecards take the place of the old ones, which stay readable."""
    with here.database.begin() as unit:
        _publish(here, unit, person, number, form.note)
        return _document(here, unit, number)


@pages.get(PAGE)
def rescoring_page(request: Request, here: Here, person: Person) -> Response:
    """Show every round, and the form that asks for one."""
    return _page(request, here, person)


@pages.post(PAGE)
def ask_on_page(
    request: Request,
    here: Here,
    person: Person,
    reason: Annotated[str, Form()] = "",
) -> Response:
    """Ask for a round."""
    try:
        with here.database.begin() as unit:
            _ask(here, unit, person, reason)
    except RequestRefusedError as refused:
        return _page(request, here, person, refused, {"reason": reason})
    return RedirectResponse(PAGE, status_code=303)


@pages.post(f"{PAGE}/{{number}}/publish")
def publish_on_page(
    request: Request,
    here: Here,
    person: Person,
    number: Key,
    note: Annotated[str, Form()] = "",
) -> Response:
    """Publish a round."""
    try:
        with here.database.begin() as unit:
            _publish(here, unit, person, number, note)
    except RequestRefusedError as refused:
        return _page(request, here, person, refused, {"note": note})
    return RedirectResponse(PAGE, status_code=303)


def _ask(here: Deployment, unit: Unit, person: Principal, reason: str) -> int:
    now = datetime.now(UTC)
    return ask(unit, here.release.name, by=person.name, reason=reason, now=now)


def _publish(
    here: Deployment, unit: Unit, person: Principal, number: int, note: str
) -> None:
    publish(
        unit,
        here.release.name,
        number,
        note=note,
        by=person.name,
        now=datetime.now(UTC),
    )


def _changes(here: Deployment, unit: Unit, number: int) -> dict[str, list[Change]]:
    found = {
        rows: compare(
            unit, here.release.name, number, policy=here.brief.policy, rows=rows
        )
        for rows in ROWS
    }
    return {rows: changes for rows, changes in found.items() if changes}


def _document(here: Deployment, unit: Unit, number: int) -> dict[str, Any]:
    one = find(unit, here.release.name, number)
    changes = _changes(here, unit, number) if one.done_at else {}
    return asdict(one) | {
        "changes": {
            rows: [asdict(c) | {"moves": c.moves} for c in by_team]
            for rows, by_team in changes.items()
        }
    }


def _page(
    request: Request,
    here: Deployment,
    person: Principal,
    refused: RequestRefusedError | None = None,
    typed: Mapping[str, str] | None = None,
) -> Response:
    words = texts(choose_language(request))
    with here.database.read() as unit:
        rounds = [
            (one, _changes(here, unit, one.id) if one.done_at else {})
            for one in unit.rescorings.all(here.release.name)
        ]
    view = RescoringView(
        scorer=__version__,
        rounds=rounds,
        may_change=person.role is Role.ORGANISER,
        typed=typed or {},
        errors={refused.field: words[f"rescore_wrong_{refused.field}"]}
        if refused
        else {},
    )
    return page(request, view, reader=person, status=422 if refused else 200)
