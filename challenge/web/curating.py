"""The organiser's page of the data: what was found, what the gate says, who signed."""

from __future__ import annotations

import shlex
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, ClassVar

from fastapi import APIRouter, Request, Response

from challenge.brief import Report
from challenge.errors import ChallengeMissingError, Fault
from challenge.records import Principal, Role
from challenge.rules.checking import check_folder
from challenge.rules.publication import PUBLISHED, unfinished_of
from challenge.rules.releases import (
    Condition,
    Difference,
    Known,
    differences,
    known_releases,
)
from challenge.rules.source_values import public_report
from challenge.synthesis import Release
from challenge.web.access import Deployment, Here, Person
from challenge.web.pages import choose_language, page, texts

router = APIRouter(tags=["organiser"], include_in_schema=False)


@dataclass(frozen=True, slots=True)
class Candidate:
    """A release that nobody signed yet, as its public report says it.

    Attributes
    ----------
    release : Release
        Which one.
    found : tuple of str
        What its public report says, one English sentence each.
    objections : tuple of (str, str)
        What stands in the way, and what to do.
    changes : list of Difference
        Against the served release.
    commands : str
        To read its sealed report, and to sign it.
    """

    release: Release
    found: tuple[str, ...]
    objections: tuple[tuple[str, str], ...]
    changes: list[Difference]
    commands: str


@dataclass(frozen=True, slots=True)
class DataView:
    """What the page of the data shows.

    Attributes
    ----------
    served : Release
        What teams get now.
    built : list of Known
        Every version there is, newest first.
    candidates : list of Candidate
        Those of them that could be signed, newest first.
    checked : Report or None
        What `challenge check` finds in the folder as it is now; None: it is gone.
    found : tuple of str
        What the public report says, one English sentence each.
    objections : tuple of (str, str)
        Thresholds that the public figures do not keep to, and what to do.
    excused : int
        How many of those a rehearsal may have.
    unfinished : tuple of Fault
        What somebody still had to write when the served release was built.
    signed : list of dict
        Entries of the audit table about the served release, oldest first.
    since : list of Difference
        What the served release has differently from the one signed before it.
    tables : tuple of str
        Names of the partners' tables.
    commands : str
        To check and build anew.
    """

    template: ClassVar[str] = "organiser/data.html"

    served: Release
    built: list[Known]
    candidates: list[Candidate]
    checked: Report | None
    found: tuple[str, ...]
    objections: tuple[tuple[str, str], ...]
    excused: int
    unfinished: tuple[Fault, ...]
    signed: list[dict[str, Any]]
    since: list[Difference]
    tables: tuple[str, ...]
    commands: str


@router.get("/organiser/data")
def data(request: Request, here: Here, person: Person) -> Response:
    """Show check, report, gate and signer, and every version that there is."""
    gate, audit, served = here.brief.gate, public_report(here.release), here.release
    with here.database.read() as unit:
        signed = unit.audit.details(PUBLISHED, served.name)
    built = known_releases(served, here.settings.content)
    earlier = [one for one in built if one.condition is Condition.EARLIER]
    before = [one for one in earlier if int(one.release.version) < int(served.version)]
    name = _signer(request, person)
    view = DataView(
        served=served,
        built=built,
        candidates=[
            _candidate(here, one.release, name)
            for one in built
            if one.condition is Condition.BUILT
        ],
        checked=_checked(here),
        found=audit.sentences(gate) if audit else (),
        objections=audit.objections(gate) if audit else (),
        excused=sum(b.is_excused for b in audit.breaches(gate)) if audit else 0,
        unfinished=unfinished_of(served, here.settings),
        signed=signed,
        since=(
            differences(before[0].release.manifest, served.manifest) if before else []
        ),
        tables=tuple(partner.name for partner in here.brief.partners),
        commands=_build_commands(here),
    )
    return page(request, view, reader=person)


def _candidate(here: Deployment, release: Release, name: str) -> Candidate:
    gate, audit = here.brief.gate, public_report(release)
    as_what = " --rehearsal" if release.manifest.rehearsal else ""
    return Candidate(
        release=release,
        found=audit.sentences(gate) if audit else (),
        objections=audit.objections(gate) if audit else (),
        changes=differences(here.release.manifest, release.manifest),
        commands=f"challenge report {release.name}\n"
        f"challenge publish {release.name} --by {shlex.quote(name)}{as_what}",
    )


def _build_commands(here: Deployment) -> str:
    """Write what makes a new release; a typed seed makes a rehearsal."""
    slug, content = here.release.slug, here.settings.content
    # No path of the machine stands on a page: one types this beside that folder.
    folder = shlex.quote(str(Path(content.name) / slug))
    return f"challenge check {folder}\nchallenge build {slug}"


def _signer(request: Request, person: Principal) -> str:
    if person.role is Role.ORGANISER:
        return person.name
    return texts(choose_language(request))["curating_name"]


def _checked(here: Deployment) -> Report | None:
    folder = here.settings.content / here.release.slug
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    facts = [(path, path.stat()) for path in files]
    stamp = tuple((str(path), s.st_mtime_ns, s.st_size) for path, s in facts)
    try:
        return _check_once(folder, stamp)
    except ChallengeMissingError:
        return None


@lru_cache(maxsize=2)
def _check_once(folder: Path, stamp: tuple[tuple[str, int, int], ...]) -> Report:
    """Check a folder again only once a file of it changed: it takes a second."""
    return check_folder(folder)[0]
