"""The organiser's page of the data: what was found, what the gate says, who signed."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from typing import Any, ClassVar

from fastapi import APIRouter, Request, Response

from challenge.errors import Fault, ReleaseMissingError
from challenge.rules.publication import PUBLISHED, unfinished_of
from challenge.synthesis import Release, open_release, versions
from challenge.synthesis.audit import Audit
from challenge.web.access import Deployment, Here, Person
from challenge.web.pages import page

router = APIRouter(tags=["organiser"], include_in_schema=False)


@dataclass(frozen=True, slots=True)
class DataView:
    """What the page of the data shows.

    Attributes
    ----------
    served : Release
        What teams get now.
    built : list of Release
        Every version there is, newest first.
    found : tuple of str
        What the public report says, one English sentence each.
    objections : tuple of (str, str)
        Thresholds that the public figures do not keep to, and what to do.
    excused : int
        How many of those a rehearsal may have.
    unfinished : tuple of Fault
        What somebody still has to write.
    signed : list of dict
        Entries of the audit table about the served release, oldest first.
    tables : tuple of str
        Names of the partners' tables.
    """

    template: ClassVar[str] = "organiser/data.html"

    served: Release
    built: list[Release]
    found: tuple[str, ...]
    objections: tuple[tuple[str, str], ...]
    excused: int
    unfinished: tuple[Fault, ...]
    signed: list[dict[str, Any]]
    tables: tuple[str, ...]


@router.get("/organiser/data")
def data(request: Request, here: Here, person: Person) -> Response:
    """Show report and gate of the served release, and every version that there is."""
    gate, audit = here.brief.gate, _report(here.release)
    with here.database.read() as unit:
        signed = unit.audit.details(PUBLISHED, here.release.name)
    breaches = audit.breaches(gate) if audit else ()
    view = DataView(
        served=here.release,
        built=_built(here),
        found=audit.sentences(gate) if audit else (),
        objections=audit.objections(gate) if audit else (),
        excused=sum(breach.is_excused for breach in breaches),
        unfinished=unfinished_of(here.release, here.settings),
        signed=signed,
        tables=tuple(partner.name for partner in here.brief.partners),
    )
    return page(request, view, reader=person)


def _report(release: Release) -> Audit | None:
    """Read the public report; the web process never opens the sealed one."""
    with suppress(OSError, ValueError):
        text = (release.path / "public" / "report.json").read_text("utf-8")
        return Audit.model_validate_json(text)
    return None


def _built(here: Deployment) -> list[Release]:
    folder = here.release.path.parent
    found = []
    for number in versions(folder)[::-1]:
        # One that is being built, or broken, is not this page's to report.
        with suppress(ReleaseMissingError):
            found.append(open_release(folder / str(number)))
    return found
