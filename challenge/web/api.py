"""The JSON interface: parse, ask a rule, answer."""

from __future__ import annotations

from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any, Literal

from fastapi import APIRouter
from pydantic import BaseModel, Field

from challenge.records import Principal, Role
from challenge.rules import casting, pitching
from challenge.rules.quota import left_today
from challenge.rules.rubric import Asking
from challenge.rules.sources import features_of, label_of, source_of
from challenge.web.access import Deployment, Here, Person, Visitor
from challenge.web.board import current_standings
from challenge.web.board_document import board_document
from challenge.web.handouts import files_for, terms_document
from challenge.web.ranking import check_shown

router = APIRouter(prefix="/api", tags=["challenge"])


class PitchForm(BaseModel):
    """A pitch as a team sends it."""

    title: str = Field(description="1 to 200 characters.")
    text: str = Field(description="1 to 10,000 characters.")


class BallotForm(BaseModel):
    """A ballot as a juror sends it."""

    points: dict[str, int] = Field(
        default_factory=dict, description="Criterion to points, 1 to 5."
    )
    recused: bool = Field(
        default=False, description="You do not judge this team; then without points."
    )
    note: str = Field(
        default="", description="For the team; why you are recused is not told them."
    )


@router.get("/challenge")
def challenge(here: Here, reader: Visitor) -> dict[str, Any]:
    """Describe the challenge, the reader's source set, and the files that they get."""
    brief, manifest = here.brief, here.release.manifest
    source = source_of(reader, brief)
    return {
        "slug": brief.slug,
        "title": brief.title.model_dump(),
        "question": brief.question.model_dump(),
        "target": brief.target.model_dump(mode="json"),
        "capacity": brief.capacity,
        "quota": quota_document(here, reader),
        "rubric": [criterion.model_dump() for criterion in brief.rubric],
        "jury": brief.jury.model_dump(),
        "features": list(brief.feature_names),
        "sources": source_document(here, source),
        "upload_limit_mib": here.settings.upload_limit_mib,
        "release": {
            "version": here.release.version,
            "rehearsal": manifest.rehearsal,
            "seed_commitment": manifest.seed_commitment,
            "files": here.release.checksums_of(files_for(here, reader)),
            "bytes": {
                name: file.bytes
                for name, file in manifest.files_of(files_for(here, reader)).items()
            },
        },
        "terms": terms_document(here, reader),
        "you": you_document(reader) if reader else None,
    }


@router.get("/board")
def board(
    here: Here,
    reader: Visitor,
    set: Literal["board", "final", "external"] = "board",
) -> dict[str, Any]:
    """Give the ranked board with the same fields as the page.

    Final and external rows are there for jurors once they judge, for all at the end.
    """
    check_shown(here, reader, set)
    ranked = current_standings(here, set)
    return board_document(here, ranked, reader=reader, rows=set)


@router.post("/pitches", status_code=201)
def pitch(here: Here, team: Person, form: PitchForm) -> dict[str, Any]:
    """Keep your team's pitch; sending it again replaces it."""
    with here.database.begin() as unit:
        kept = pitching.pitch(
            unit,
            here.brief,
            team,
            title=form.title,
            text=form.text,
            now=datetime.now(UTC),
        )
    return {"team": kept.team, "title": kept.title, "updated_at": kept.updated_at}


@router.get("/ballots")
def ballots(here: Here, person: Person) -> list[dict[str, Any]]:
    """List every submitted ballot with points, recusal and note; for the organiser."""
    with here.database.read() as unit:
        found = unit.ballots.ballots()
    return [_without_private(asdict(ballot)) for ballot in found]


@router.put("/ballots/{team_name}")
def ballot(
    here: Here, juror: Person, team_name: str, form: BallotForm
) -> dict[str, Any]:
    """Submit your ballot on one team, or that you are recused; again replaces."""
    with here.database.begin() as unit:
        kept = casting.cast(
            unit,
            Asking(juror, team_name, here.brief),
            points=form.points,
            recused=form.recused,
            note=form.note,
            now=datetime.now(UTC),
        )
    return {
        "team": kept.team,
        "points": kept.points,
        "abstained": kept.abstained,
        "recused": kept.recused,
        "updated_at": kept.updated_at,
    }


def _without_private(ballot: dict[str, Any]) -> dict[str, Any]:
    """Leave out the note that is the juror's alone, which is empty here anyway."""
    return {key: value for key, value in ballot.items() if key != "private_note"}


def you_document(reader: Principal) -> dict[str, Any]:
    """Say as whom somebody reads, and to a team that is disqualified why."""
    return {"name": reader.name, "role": reader.role, "barred": reader.barred}


def source_document(here: Deployment, source: str) -> dict[str, Any]:
    """Say which tables a source set has, and which features they fill."""
    return {
        "name": source,
        "label": label_of(source, here.brief).model_dump(),
        "tables": list(here.brief.tables_of(source)),
        "features": list(features_of(source, here.brief)),
    }


def quota_document(here: Deployment, reader: Principal | None) -> dict[str, Any]:
    """Say what a team may use a day, and to a team what it has left today."""
    quota: dict[str, Any] = here.brief.quota.model_dump()
    if reader is None or reader.role is not Role.TEAM:
        return quota
    with here.database.read() as unit:
        left = left_today(unit, here.brief, reader.id, datetime.now(UTC))
    return quota | {
        "scored_left": left.scored,
        "uploads_left": left.uploads,
        "starts_again_at": left.starts_again_at,
    }
