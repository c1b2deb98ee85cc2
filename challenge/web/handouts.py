"""The files of a release: whoever has them accepted its terms, and it is kept."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated, Any, ClassVar

from fastapi import APIRouter, BackgroundTasks, Form, Request, Response
from fastapi.responses import FileResponse, RedirectResponse
from pydantic import BaseModel, Field

from challenge.errors import NotFoundError
from challenge.records import Principal, Role
from challenge.rules.phases import check_open, may_download
from challenge.rules.sources import core_of, label_of, source_of
from challenge.rules.terms import Terms, accept, check_accepted
from challenge.schema import Words
from challenge.synthesis.manifest import FileFacts
from challenge.web.access import Deployment, Here, Person, Visitor
from challenge.web.dictionary import Table, read_dictionary
from challenge.web.pages import choose_language, page

router = APIRouter(prefix="/api", tags=["challenge"])
pages = APIRouter(include_in_schema=False)

DICTIONARY, REPORT = "dictionary.json", "report.html"
_BYTES = {"content": {"*/*": {"schema": {"type": "string", "format": "binary"}}}}
_SAID = {"content": {"text/plain": {"schema": {"type": "string"}}}}
# Starlette answers ranges itself.
FILE_ANSWERS: dict[int | str, dict[str, Any]] = {
    200: _BYTES | {"description": "The file; its ETag is its sha256."},
    206: _BYTES | {"description": "A part of it, or several."},
    400: _SAID | {"description": "A `Range` that is none."},
    416: _SAID | {"description": "A `Range` beyond its end."},
}


@dataclass(frozen=True, slots=True)
class DataView:
    """The terms of a release, its tables, and its files for whoever accepted them.

    Attributes
    ----------
    terms : Terms
        What a reader agrees to.
    accepted_at : datetime or None
        When the reader did.
    is_unticked : bool
        Whether the form came without its tick.
    may_accept, may_download : bool
        Whether the reader still has to accept, and gets links.
    files : dict of str to FileFacts
        Those of the reader, in reading order.
    has_report : bool
        Whether one of them is the audit report.
    sources : Words or None
        Label of the reader's source set; None where all teams have the same.
    core : str
        Partners whose tables every team has; may be empty.
    tables : tuple of Table
        The dictionary of the reader's tables.
    """

    template: ClassVar[str] = "public/data.html"

    terms: Terms
    accepted_at: datetime | None
    is_unticked: bool
    may_accept: bool
    may_download: bool
    files: Mapping[str, FileFacts]
    has_report: bool
    sources: Words | None
    core: str
    tables: tuple[Table, ...]


class TermsForm(BaseModel):
    """Terms that somebody read and accepts."""

    sha256: str = Field(description="Digest of the terms, as GET /api/challenge gives.")


@router.head("/releases/{version}/files/{name:path}", include_in_schema=False)
@router.get(
    "/releases/{version}/files/{name:path}",
    response_class=FileResponse,
    responses=FILE_ANSWERS,
)
def release_file(
    here: Here,
    person: Person,
    request: Request,
    after: BackgroundTasks,
    version: str,
    name: str,
) -> Response:
    """Download one of your files; supports ranges, the ETag is its sha256."""
    if version != here.release.version:
        raise NotFoundError("release", version)
    path = here.release.public_file(name, source=files_for(here, person))
    with here.database.read() as unit:
        check_accepted(unit, person, here.terms)
    if person.role not in (Role.ORGANISER, Role.AUDITOR):
        check_open(may_download(here.phase), "download", here.phase)
    if request.method == "GET":
        # After the last byte: a database that is busy holds up nobody's download.
        after.add_task(_log, here, person, name, is_part="range" in request.headers)
    sha256 = here.release.checksums[name]
    return FileResponse(
        path, filename=path.name, headers={"ETag": f'"{sha256}"', "X-Sha256": sha256}
    )


@router.post("/terms")
def accept_terms(here: Here, person: Person, form: TermsForm) -> dict[str, Any]:
    """Accept the terms of the release, once; then you can download its files."""
    _accept(here, person, form.sha256)
    return terms_document(here, person)


@router.get("/downloads")
def downloads(here: Here, person: Person) -> list[dict[str, object]]:
    """List who fetched which file and when, oldest first; for the organiser."""
    with here.database.read() as unit:
        return unit.handouts.downloads()


@pages.get("/data")
def data(request: Request, here: Here, reader: Visitor) -> Response:
    """Show the terms, and the files once they are accepted."""
    return _page(request, here, reader)


@pages.post("/data")
def accept_on_page(
    request: Request,
    here: Here,
    person: Person,
    sha256: Annotated[str, Form()],
    accepted: Annotated[bool, Form()] = False,
) -> Response:
    """Accept the terms with the box ticked."""
    if not accepted:
        return _page(request, here, person, is_unticked=True)
    _accept(here, person, sha256)
    return RedirectResponse("/data", status_code=303)


def files_for(here: Deployment, reader: Principal | None) -> str | None:
    """Name the source set whose files a reader gets; None: those of all sets."""
    if reader is not None and reader.role is Role.ORGANISER:
        return None
    return source_of(reader, here.brief)


def terms_document(here: Deployment, reader: Principal | None) -> dict[str, Any]:
    """Write the terms, when this reader accepted them, and whether they still must."""
    accepted_at = _accepted_at(here, reader)
    return {
        "release": here.terms.release,
        "sha256": here.terms.sha256,
        "text": here.terms.text,
        "accepted_at": accepted_at,
        "required": _must_accept(here, reader) and accepted_at is None,
    }


def _must_accept(here: Deployment, reader: Principal | None) -> bool:
    return reader is not None and here.terms.binds(reader)


def _accept(here: Deployment, person: Principal, sha256: str) -> None:
    with here.database.begin() as unit:
        accept(unit, person, here.terms, sha256=sha256, now=datetime.now(UTC))


def _accepted_at(here: Deployment, reader: Principal | None) -> datetime | None:
    if reader is None:
        return None
    with here.database.read() as unit:
        return unit.handouts.accepted_at(reader, here.terms.sha256)


def _in_order(files: Mapping[str, FileFacts]) -> dict[str, FileFacts]:
    """List rows to learn from first, then groups, tables, and what describes them."""
    firsts = ("train.", "practice.", "groups.")

    def place(name: str) -> tuple[int, str]:
        last = name.rpartition("/")[2]
        if name.startswith("tables/"):
            return len(firsts), name
        ranks = (rank for rank, start in enumerate(firsts) if last.startswith(start))
        return next(ranks, len(firsts) + 1), name

    return {name: files[name] for name in sorted(files, key=place)}


def _log(here: Deployment, person: Principal, name: str, *, is_part: bool) -> None:
    with here.database.begin() as unit:
        unit.handouts.log(
            person, here.release.name, name, now=datetime.now(UTC), is_part=is_part
        )


def _page(
    request: Request,
    here: Deployment,
    reader: Principal | None,
    *,
    is_unticked: bool = False,
) -> Response:
    accepted_at = _accepted_at(here, reader)
    must_accept = _must_accept(here, reader)
    files = here.release.manifest.files_of(files_for(here, reader))
    source = source_of(reader, here.brief)
    view = DataView(
        terms=here.terms,
        accepted_at=accepted_at,
        is_unticked=is_unticked,
        may_accept=must_accept and accepted_at is None,
        may_download=reader is not None and (not must_accept or bool(accepted_at)),
        files=_in_order(files),
        has_report=REPORT in files,
        sources=label_of(source, here.brief) if here.brief.sources else None,
        core=", ".join(core_of(here.brief)),
        tables=read_dictionary(
            here.release.public_file(DICTIONARY),
            choose_language(request),
            here.brief.tables_of(source),
        ),
    )
    return page(request, view, reader=reader, status=422 if is_unticked else 200)
