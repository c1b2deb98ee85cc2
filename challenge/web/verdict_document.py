"""The verdict as it is read: by everybody once all is closed, by the room before."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any, ClassVar

from fastapi import APIRouter, Request, Response

from challenge.brief.sections import Criterion
from challenge.errors import NotFoundError
from challenge.records import Principal, Role
from challenge.rules.ballot_sheet import COLUMNS, ballot_rows, pseudonyms
from challenge.rules.blockers import Blocker, verdict_demand
from challenge.rules.deliberation import notes_for
from challenge.rules.ending import is_undecided, told_versions
from challenge.rules.panel import leads
from challenge.rules.phases import current_phase
from challenge.rules.sheet import write_sheet
from challenge.rules.tally import counted_ballots
from challenge.store.verdicts import Decision
from challenge.synthesis.notices import FORBIDDEN_USE, NOTICE
from challenge.web.access import Deployment, Here, Person, Visitor
from challenge.web.jury import current_verdict
from challenge.web.pages import LANGUAGES, choose_language, page
from challenge.web.sheets import sheet_response
from leaderboard import Phase

router = APIRouter(tags=["jury"], include_in_schema=False)


@dataclass(frozen=True, slots=True)
class VerdictView:
    """What everybody reads once all is closed.

    Attributes
    ----------
    is_public : bool
        False: a preview for the jury's room.
    decision : Decision or None
        The last version; None where the challenge closed without a verdict.
    versions : list of Decision
        All of them, newest first.
    rubric : tuple of Criterion
        What the jury looked at.
    judged : int
        How many jurors judged.
    notes : tuple of str
        What jurors tell the reader, where that is a team.
    lapsed : Blocker or None
        Why it would not be published as it stands; None where it would, or is.
    """

    template: ClassVar[str] = "verdict/public.html"

    is_public: bool
    decision: Decision | None
    versions: list[Decision]
    rubric: tuple[Criterion, ...]
    judged: int
    notes: tuple[str, ...]
    lapsed: Blocker | None


@router.get("/verdict")
def verdict(request: Request, here: Here, reader: Visitor) -> Response:
    """Show the order with its reasons, rubric, method and versions."""
    versions, is_public = _versions_for(here, reader, request.url.path)
    is_team = is_public and reader is not None and reader.role is Role.TEAM
    with here.database.read() as unit:
        ballots = counted_ballots(unit)
        asked = verdict_demand(unit, here.brief)
    view = VerdictView(
        is_public=is_public,
        decision=versions[0] if versions else None,
        versions=versions,
        rubric=here.brief.rubric,
        judged=len({ballot.juror for ballot in ballots if ballot.points}),
        notes=notes_for(reader.name, ballots) if is_team and reader else (),
        lapsed=asked if asked.count and not is_public else None,
    )
    return page(request, view, reader=reader)


@router.get("/verdict.json")
def verdict_document(
    request: Request, here: Here, reader: Visitor, response: Response
) -> dict[str, Any]:
    """Give the same as the page, without feedback."""
    response.headers["Content-Disposition"] = 'attachment; filename="verdict.json"'
    versions, _ = _versions_for(here, reader, request.url.path)
    return public_document(here, versions)


@router.get("/organiser/verdict.csv")
def ballots_sheet(request: Request, here: Here, person: Person) -> Response:
    """Give every ballot as a sheet, jurors by number; formulas cannot start in it."""
    with here.database.read() as unit:
        rows = ballot_rows(unit.ballots.ballots(), pseudonyms(unit))
    text = write_sheet(COLUMNS, rows, language=choose_language(request))
    return sheet_response(text, "verdict.csv")


@router.get("/organiser/verdict.json")
def whole_document(here: Here, person: Person, response: Response) -> dict[str, Any]:
    """Give everything about the verdict: versions, ballots by number, tally."""
    response.headers["Content-Disposition"] = 'attachment; filename="verdict.json"'
    with here.database.read() as unit:
        versions = unit.verdicts.all()[::-1]
        rows = ballot_rows(unit.ballots.ballots(), pseudonyms(unit))
    tally = current_verdict(here).to_dict()
    # Jurors stand by number in the ballots; severity would name them again.
    tally.pop("recusals")
    if tally["result"]:
        tally["result"].pop("jurors")
    return {
        **public_document(here, versions),
        "ballots": [dict(zip(COLUMNS, row, strict=True)) for row in rows],
        "tally": tally,
    }


def public_document(here: Deployment, versions: list[Decision]) -> dict[str, Any]:
    """Write the verdict as everybody may read it once all is closed.

    Parameters
    ----------
    here : Deployment
        The challenge.
    versions : list of Decision
        Newest first.

    Returns
    -------
    dict
        Without who wrote it down.
    """
    return {
        "challenge": here.brief.slug,
        "release": here.release.version,
        "rehearsal": here.release.manifest.rehearsal,
        "notice": {slug: NOTICE[slug] for slug in LANGUAGES},
        "forbidden_use": {slug: FORBIDDEN_USE[slug] for slug in LANGUAGES},
        "rubric": [criterion.model_dump() for criterion in here.brief.rubric],
        "method": here.brief.jury.model_dump(),
        "versions": [
            {key: told for key, told in asdict(decision).items() if key != "by"}
            for decision in versions[::-1]
        ],
    }


def _versions_for(
    here: Deployment, reader: Principal | None, path: str
) -> tuple[list[Decision], bool]:
    """Newest first; the jury's room reads along, everybody else after the end."""
    with here.database.read() as unit:
        versions = told_versions(unit)
        is_there = bool(versions) or is_undecided(unit)
        is_public = current_phase(unit, here.brief) is Phase.CLOSED
    in_room = reader is not None and reader.role in (Role.ORGANISER, Role.AUDITOR)
    if not is_there or not (is_public or in_room or leads(reader)):
        raise NotFoundError("page", path)
    return versions, is_public
