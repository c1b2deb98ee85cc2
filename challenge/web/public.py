"""Pages for everybody: the challenge, and what the API takes."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar

from fastapi import APIRouter, Request, Response

from challenge.brief import Brief
from challenge.brief.organiser import Organiser, read_organiser
from challenge.brief.sections import Evidence
from challenge.records import Limits
from challenge.rules.phases import path_of
from challenge.rules.timeline import planned
from challenge.schema import Words
from challenge.store import Unit
from challenge.web.access import Deployment, Here, Visitor
from challenge.web.pages import page
from leaderboard import Phase

router = APIRouter(include_in_schema=False)


@dataclass(frozen=True, slots=True)
class Indicator:
    """One circumstance, and what is known of it before anybody opens the data.

    Attributes
    ----------
    label : Words or str
        As the data call it; as the brief wrote it where they have no such column.
    evidence : tuple of Evidence
        Literature and experience; both count.
    """

    label: Words | str
    evidence: tuple[Evidence, ...]


@dataclass(frozen=True, slots=True)
class Governance:
    """Who answers for the data, who was asked, and what they are for.

    Attributes
    ----------
    creator, contact : str
        Organisation and address; empty: nobody filled it in.
    asked : tuple of str
        Whose experience the brief cites, each once.
    intended, terms : tuple of str
        Paragraphs of the organiser's datasheet, as written; may be empty.
    """

    creator: str
    contact: str
    asked: tuple[str, ...]
    intended: tuple[str, ...]
    terms: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ChallengeView:
    """The challenge as everybody may read it: first what is known, then the data.

    Attributes
    ----------
    brief : Brief
        Question, target, rules and rubric.
    limits : Limits
        Of one sandbox.
    upload_limit_mib : int
        Largest bundle, in MiB.
    indicators : tuple of Indicator
        In the order of the brief.
    times : dict of Phase to datetime or None
        When each phase begins; None: by hand.
    governance : Governance
        Who was asked, what it is for, and what not.
    """

    template: ClassVar[str] = "public/challenge.html"

    brief: Brief
    limits: Limits
    upload_limit_mib: int
    indicators: tuple[Indicator, ...]
    times: Mapping[Phase, datetime | None]
    governance: Governance


@dataclass(frozen=True, slots=True)
class ApiView:
    """The API, drawn from its own description.

    Attributes
    ----------
    schema : dict
        OpenAPI document.
    """

    template: ClassVar[str] = "api.html"

    schema: dict[str, Any]


@router.get("/challenge")
def challenge(request: Request, here: Here, reader: Visitor) -> Response:
    """Show question, evidence, rules, rubric, governance and the way to the data."""
    with here.database.read() as unit:
        view = _view(here, unit)
    return page(request, view, reader=reader)


@router.get("/api/docs")
def api_docs(request: Request, reader: Visitor) -> Response:
    """List the API from its own description, without a script."""
    return page(request, ApiView(request.app.openapi()), reader=reader)


def indicators(brief: Brief) -> tuple[Indicator, ...]:
    """Gather what is known, by what it is about.

    Parameters
    ----------
    brief : Brief
        Has the evidence, and the columns that it may name.

    Returns
    -------
    tuple of Indicator
        In the order in which the brief first names them.
    """
    labels: dict[str, Words] = {
        **{feature.name: feature.label for feature in brief.features},
        **{name: column.label for name, column in brief.columns.items()},
        **{audited.column: audited.label for audited in brief.attributes},
    }
    found: dict[str, tuple[Evidence, ...]] = {}
    for known in brief.evidence:
        found[known.indicator] = (*found.get(known.indicator, ()), known)
    return tuple(
        Indicator(labels.get(name, name), evidence) for name, evidence in found.items()
    )


def governance(brief: Brief, organiser: Organiser) -> Governance:
    """Say who was asked, and what the data are for.

    Parameters
    ----------
    brief : Brief
        Cites whose experience it rests on.
    organiser : Organiser
        From ``DATASHEET.md``; what nobody wrote there stays empty.

    Returns
    -------
    Governance
        For the challenge page.
    """
    parts = {name.lower(): text for name, text in organiser.parts.items()}
    told = (known.reference for known in brief.evidence if known.kind == "experience")
    return Governance(
        creator=organiser.creator,
        contact=organiser.contact,
        asked=tuple(dict.fromkeys(told)),
        intended=_paragraphs(parts.get("uses", "")),
        terms=_paragraphs(parts.get("terms of use", "")),
    )


def _paragraphs(text: str) -> tuple[str, ...]:
    """Read Markdown as plain paragraphs: nothing of it is a tag here."""
    bare = re.sub(r"<!--.*?-->", "", text, flags=re.DOTALL)
    parts = re.split(r"\n\s*\n|\n(?=[-*] )", bare)
    lines = (" ".join(part.split()) for part in parts)
    said = (re.sub(r"^[-*] |\*\*|`", "", line) for line in lines)
    return tuple(line for line in said if line)


def _view(here: Deployment, unit: Unit) -> ChallengeView:
    settings = here.settings
    times = planned(unit, here.brief)
    for change in unit.phases.changes():
        times[Phase(change.phase)] = change.at
    organiser = read_organiser(settings.content / settings.challenge)
    return ChallengeView(
        brief=here.brief,
        limits=settings.limits,
        upload_limit_mib=settings.upload_limit_mib,
        indicators=indicators(here.brief),
        times={phase: times.get(phase) for phase in path_of(here.brief)},
        governance=governance(here.brief, organiser),
    )
