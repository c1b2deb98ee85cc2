"""What a laptop needs before the day: our own wheel for all, the kit for a team."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import ClassVar

from fastapi import APIRouter, BackgroundTasks, Request, Response
from fastapi.responses import FileResponse

from challenge.errors import NotFoundError
from challenge.kit.folder import About, kit_files
from challenge.kit.packing import Parcel, keep, parcel
from challenge.kit.steps import install
from challenge.kit.wheel import own_wheel
from challenge.records import Principal, Role
from challenge.rules.phases import check_open, may_download
from challenge.rules.terms import check_accepted
from challenge.web.access import Deployment, Here, Person, Visitor
from challenge.web.handouts import files_for
from challenge.web.pages import page
from challenge.web.site import site_of

router = APIRouter(include_in_schema=False)
SHELF = "kit"
"""Folder of the zips, under the home of the server."""
# A kit is made once, however many ask for it at the start of the day.
_MAKING = threading.Lock()


@dataclass(frozen=True, slots=True)
class KitView:
    """What a laptop can fetch here.

    Attributes
    ----------
    wheel, sha256 : str
        Name and digest of our own wheel.
    wheel_bytes : int
        Its size.
    command : str
        Installs it.
    kit : str
        Name of the reader's kit.
    kit_bytes : int
        Size of what is in it, unpacked; 0 where the reader gets none.
    """

    template: ClassVar[str] = "public/kit.html"

    wheel: str
    sha256: str
    wheel_bytes: int
    command: str
    kit: str
    kit_bytes: int


@router.get("/kit/")
def index(request: Request, here: Here, reader: Visitor) -> Response:
    """List what there is to fetch; pip reads the same page with `--find-links`."""
    wheel = own_wheel()
    view = KitView(
        wheel=wheel.name,
        sha256=wheel.sha256,
        wheel_bytes=len(wheel.content),
        command=install(site_of(request).rstrip("/")),
        kit=f"{here.release.slug}.zip",
        kit_bytes=parcel_for(here, files_for(here, reader)).bytes if reader else 0,
    )
    return page(request, view, reader=reader)


@router.head("/kit/{slug}.zip")
@router.get("/kit/{slug}.zip")
def kit(
    here: Here, person: Person, request: Request, after: BackgroundTasks, slug: str
) -> Response:
    """Give the starter kit with the data of whoever asks; a download like any other."""
    if slug != here.release.slug:
        raise NotFoundError("kit", slug)
    with here.database.read() as unit:
        check_accepted(unit, person, here.terms)
    if person.role not in (Role.ORGANISER, Role.AUDITOR):
        check_open(may_download(here.phase), "download", here.phase)
    made = parcel_for(here, files_for(here, person))
    shelf = here.settings.home / SHELF
    place = shelf / made.name
    if not place.is_file():
        with _MAKING:
            keep(made, shelf)
    if request.method == "GET":
        after.add_task(_log, here, person, is_part="range" in request.headers)
    return FileResponse(
        place, filename=f"{slug}.zip", headers={"ETag": f'"{made.digest}"'}
    )


@router.head("/kit/{name}")
@router.get("/kit/{name}")
def wheel(request: Request, name: str) -> Response:
    """Give our own wheel; whoever has it already asks whether it changed."""
    found = own_wheel()
    if name != found.name:
        raise NotFoundError("file of the kit", name)
    # Not for ever: a server that is brought up to date may keep its version.
    headers = {"ETag": f'"{found.sha256}"', "Cache-Control": "public, no-cache"}
    headers["X-Sha256"] = found.sha256
    if f'"{found.sha256}"' in request.headers.get("if-none-match", ""):
        return Response(status_code=304, headers=headers)
    return Response(
        found.content, media_type="application/octet-stream", headers=headers
    )


def parcel_for(here: Deployment, source: str | None) -> Parcel:
    """Collect the kit of a source set, with the address that was set if one was."""
    title = here.brief.title.model_dump()
    is_rehearsal = here.release.manifest.rehearsal
    about = About(title, here.release.name, here.settings.address, is_rehearsal)
    return parcel(here.release, source, kit_files(about))


def _log(here: Deployment, person: Principal, *, is_part: bool) -> None:
    name = f"{here.release.slug}.zip"
    with here.database.begin() as unit:
        unit.handouts.log(
            person, here.release.name, name, now=datetime.now(UTC), is_part=is_part
        )
