"""Hand a team's work over to the next pilot, and decide whether it competes."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, BinaryIO, ClassVar
from urllib.parse import quote

from fastapi import APIRouter, Form, Request, Response
from fastapi.responses import RedirectResponse, StreamingResponse

from challenge.errors import NotFoundError, RequestRefusedError
from challenge.records import Principal, Submission
from challenge.rules.deliberation import notes_for
from challenge.rules.ending import told_versions
from challenge.rules.handover import Estate, pack
from challenge.rules.panel import team_named
from challenge.rules.phases import current_phase
from challenge.rules.picks import counting, disqualify, on_live_board, stand_in
from challenge.rules.registration import bar, readmit
from challenge.rules.shelf import bundle_name, pdf_name
from challenge.rules.tally import counted_ballots
from challenge.store import Unit
from challenge.web.access import Deployment, Here, Person
from challenge.web.mistakes import mistakes
from challenge.web.pages import page
from leaderboard import Audience, Phase, RowSet, Scorecard, release

router = APIRouter(tags=["organiser"], include_in_schema=False)
_BLOCK_BYTES = 1 << 16


@dataclass(frozen=True, slots=True)
class CompetingView:
    """What decides whether a team and its submissions compete.

    Attributes
    ----------
    team : Principal
        Which one.
    submissions : list of Submission
        Its own, newest first.
    gone : dict of str to str
        Why a submission does not count, by id.
    counts : str
        Id of the one that counts; empty: none.
    instead : Submission or None
        What would count if that one did not.
    sole : str
        Id of the one without which it has no row on the ranking; empty: none.
    reason : str
        What was typed.
    errors : dict of str to str
        Why that was refused: of a submission under ``reason-`` and its id.
    """

    template: ClassVar[str] = "organiser/competing.html"

    team: Principal
    submissions: list[Submission]
    gone: dict[str, str]
    counts: str
    instead: Submission | None
    sole: str
    reason: str = ""
    errors: dict[str, str] = field(default_factory=dict)


@router.get("/organiser/handover/{team_name}.zip")
def handover(here: Here, person: Person, team_name: str) -> Response:
    """Give all of one team as a zip, made on disk and sent in parts."""
    with here.database.read() as unit:
        team = team_named(unit, team_name)
        estate = estate_of(here, unit, team)
    # Closed, and so removed, when the last part is sent.
    file = tempfile.TemporaryFile(dir=here.settings.home)  # noqa: SIM115
    pack(estate, file)
    with here.database.begin() as unit:
        unit.audit.add(person.name, "hand over", team.name, now=datetime.now(UTC))
    plain = re.sub(r"[^A-Za-z0-9_-]+", "-", team.name).strip("-") or "team"
    headers = {"Content-Disposition": f'attachment; filename="{plain}.zip"'}
    return StreamingResponse(
        _parts(file), media_type="application/zip", headers=headers
    )


@router.get("/organiser/teams/{team_name}/disqualify")
def competing(request: Request, here: Here, person: Person, team_name: str) -> Response:
    """Show whether a team competes, and which of its submissions."""
    return _page(request, here, person, team_name)


@router.post("/organiser/teams/{team_name}/disqualify")
def change_competing(
    request: Request,
    here: Here,
    person: Person,
    team_name: str,
    reason: Annotated[str, Form()] = "",
    submission: Annotated[str, Form()] = "",
    again: Annotated[bool, Form()] = False,
) -> Response:
    """Disqualify a team, or one submission of it, with a reason; or reinstate."""
    now = datetime.now(UTC)
    try:
        with here.database.begin() as unit:
            team = team_named(unit, team_name)
            if submission:
                if submission not in [s.id for s in unit.submissions.of_team(team.id)]:
                    raise NotFoundError("submission", submission)
                told = None if again else reason
                disqualify(unit, submission, reason=told, by=person.name, now=now)
            elif again:
                readmit(unit, team, reason, by=person.name, now=now)
            else:
                bar(unit, team, reason, by=person.name, now=now)
    except RequestRefusedError as wrong:
        # Each submission has a reason of its own on the page.
        end = f"-{submission}" if submission else ""
        found = mistakes(request, "competing", wrong)
        errors = {field + end: said for field, said in found.items()}
        return _page(request, here, person, team_name, reason, errors)
    return RedirectResponse(quote(request.scope["path"]), status_code=303)


def estate_of(here: Deployment, unit: Unit, team: Principal) -> Estate:
    """Collect what there is of one team and may leave now.

    Parameters
    ----------
    here : Deployment
        The challenge.
    unit : Unit
        An open transaction.
    team : Principal
        Whose.

    Returns
    -------
    Estate
        Without verdict and notes before the end.
    """
    name = here.release.name
    pitch = unit.pitches.get(team.id)
    slides = pitch.pdf_sha256 if pitch else ""
    counts = counting(unit, name).get(team.id)
    submission = unit.submissions.get(counts.submission_id) if counts else None
    bundle = submission.bundle_sha256 if submission else ""
    phase = current_phase(unit, here.brief)
    versions = told_versions(unit) if phase is Phase.CLOSED else []
    notes = notes_for(team.name, counted_ballots(unit)) if versions else ()
    return Estate(
        team=team.name,
        challenge=here.brief.title.nl,
        release=name,
        pitch=pitch,
        interpretation=unit.interpretations.get(team).text,
        terms=here.terms.text["nl"],
        public=here.release.path / "public",
        bundle=_brought(here, bundle_name(bundle)) if bundle else None,
        pdf=_brought(here, pdf_name(slides)) if slides else None,
        scorecards=_scorecards(unit, name, submission, phase),
        verdict=versions[0] if versions else None,
        notes=notes,
    )


def _brought(here: Deployment, name: Path) -> Path | None:
    """Find a file on the shelf; one that is gone is left out."""
    with suppress(FileNotFoundError):
        return here.shelf.bring(name)
    return None


def _scorecards(
    unit: Unit, name: str, submission: Submission | None, phase: Phase
) -> dict[str, str]:
    """Scorecards as the team itself gets them: nothing more may leave the house."""
    result = unit.results.get(submission.id) if submission else None
    if submission is None or result is None:
        return {}
    kept = {RowSet.PRACTICE: result.practice, RowSet.BOARD: result.scorecard}
    for rows in (RowSet.FINAL, RowSet.EXTERNAL):
        scored = unit.finals.all(name, rows).get(submission.id)
        if scored:
            kept[rows] = scored.scorecard
    leaving = {
        rows: release(Scorecard.from_json(card), Audience.TEAM, phase, rows=rows)
        for rows, card in kept.items()
    }
    # What is one live score stands on the board; a file of it would soon be old.
    return {
        rows.value: card.to_json()
        for rows, card in leaving.items()
        if isinstance(card, Scorecard)
    }


def _parts(file: BinaryIO) -> Iterator[bytes]:
    with file:
        file.seek(0)
        while part := file.read(_BLOCK_BYTES):
            yield part


def _page(
    request: Request,
    here: Deployment,
    person: Principal,
    team_name: str,
    reason: str = "",
    errors: dict[str, str] | None = None,
) -> Response:
    name = here.release.name
    with here.database.read() as unit:
        team = team_named(unit, team_name)
        found = counting(unit, name).get(team.id)
        counts = found.submission_id if found else ""
        next_one = stand_in(unit, name, team.id)
        is_closed = unit.phases.last() == Phase.CLOSED
        live = "" if team.barred else on_live_board(unit, name, team.id)
        view = CompetingView(
            team=team,
            submissions=unit.submissions.of_team(team.id),
            gone=unit.picks.disqualified(name),
            counts=counts,
            instead=unit.submissions.get(next_one.submission_id) if next_one else None,
            # At the end what counts is what ranks, so that another can stand in.
            sole=live if not is_closed else "" if next_one else counts,
            reason=reason,
            errors=errors or {},
        )
    return page(request, view, reader=person, status=422 if errors else 200)
