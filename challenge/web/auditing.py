"""Who did what, when: the audit table with a filter, as a page, a sheet and JSON."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Annotated, Any, ClassVar
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Depends, Query, Request, Response

from challenge.rules.sheet import write_sheet
from challenge.store.audit import Wanted
from challenge.web.access import Here, Person
from challenge.web.numbers import LARGEST
from challenge.web.pages import choose_language, page
from challenge.web.sheets import sheet_response

router = APIRouter(tags=["organiser"])
COLUMNS = ("id", "at", "actor", "action", "subject", "detail")
_PAGE = 50
_MOST = 100_000  # rows of one sheet


@dataclass(frozen=True, slots=True)
class Filter:
    """What somebody typed above the table.

    Attributes
    ----------
    actor, action, subject : str
        Parts of what stands there.
    since, until : str
        Days as ``YYYY-MM-DD``, both of them included; empty, or no day: no bound.
    """

    actor: str = ""
    action: str = ""
    subject: str = ""
    since: str = ""
    until: str = ""

    def wanted_in(self, zone: ZoneInfo) -> Wanted:
        """Ask the store, with days as the clock on the wall begins them.

        Parameters
        ----------
        zone : ZoneInfo
            Of the event.

        Returns
        -------
        Wanted
            In UTC.
        """
        last = _midnight(self.until, zone)
        return Wanted(
            self.actor.strip(),
            self.action.strip(),
            self.subject.strip(),
            _midnight(self.since, zone),
            last and last + timedelta(days=1),
        )

    def query(self, number: int = 1) -> str:
        """Write it as the end of an address.

        Parameters
        ----------
        number : int
            Which page.

        Returns
        -------
        str
            Begins with a question mark.
        """
        filled = {key: getattr(self, key) for key in self.__slots__}
        return "?" + urlencode(
            {k: v for k, v in filled.items() if v} | {"page": number}
        )


@dataclass(frozen=True, slots=True)
class AuditView:
    """What the page of the audit table shows.

    Attributes
    ----------
    wanted : Filter
        What was typed.
    entries : list of dict
        Of this page, newest first.
    count : int
        How many there are in all.
    number, pages : int
        Which page, of how many.
    """

    template: ClassVar[str] = "organiser/audit.html"

    wanted: Filter
    entries: list[dict[str, Any]]
    count: int
    number: int
    pages: int


def _filter(
    actor: str = "",
    action: str = "",
    subject: str = "",
    since: str = "",
    until: str = "",
) -> Filter:
    return Filter(actor, action, subject, since, until)


Asked = Annotated[Filter, Depends(_filter)]


@router.get("/organiser/audit", include_in_schema=False)
def audit_page(
    request: Request,
    here: Here,
    person: Person,
    asked: Asked,
    number: Annotated[int, Query(alias="page", ge=1)] = 1,
) -> Response:
    """Show the entries that somebody asks for, newest first."""
    wanted = asked.wanted_in(here.brief.event.clock)
    with here.database.read() as unit:
        count = unit.audit.count(wanted)
        pages = max(1, -(-count // _PAGE))
        number = min(number, pages)
        entries = unit.audit.search(wanted, limit=_PAGE, offset=_PAGE * (number - 1))
    for entry in entries:
        entry["detail"] = _written(entry["detail"])
    return page(request, AuditView(asked, entries, count, number, pages), reader=person)


@router.get("/organiser/audit.csv", include_in_schema=False)
def audit_sheet(request: Request, here: Here, person: Person, asked: Asked) -> Response:
    """Give the same entries as a sheet."""
    wanted = asked.wanted_in(here.brief.event.clock)
    with here.database.read() as unit:
        entries = unit.audit.search(wanted, limit=_MOST)
    rows = [sheet_row(entry) for entry in entries]
    text = write_sheet(COLUMNS, rows, language=choose_language(request))
    return sheet_response(text, "audit.csv")


@router.get("/api/audit")
def audit_document(
    here: Here,
    person: Person,
    asked: Asked,
    limit: Annotated[int, Query(ge=1, le=1000)] = 100,
    offset: Annotated[int, Query(ge=0, le=LARGEST)] = 0,
) -> dict[str, Any]:
    """List who did what, newest first; for organiser and auditor."""
    wanted = asked.wanted_in(here.brief.event.clock)
    with here.database.read() as unit:
        return {
            "count": unit.audit.count(wanted),
            "entries": unit.audit.search(wanted, limit=limit, offset=offset),
        }


def sheet_row(entry: dict[str, Any]) -> list[Any]:
    """Write one entry as a row of a sheet.

    Parameters
    ----------
    entry : dict
        As the store gives it.

    Returns
    -------
    list
        One cell a column of `COLUMNS`.
    """
    return [_plain(key, entry[key]) for key in COLUMNS]


def _plain(key: str, cell: Any) -> Any:
    if key == "at":
        return cell.isoformat()
    return _written(cell) if key == "detail" else cell


def _written(detail: dict[str, Any]) -> str:
    return json.dumps(detail, ensure_ascii=False, sort_keys=True) if detail else ""


def _midnight(day: str, zone: ZoneInfo) -> datetime | None:
    """Begin of a day on the clock on the wall; None for what is no day."""
    try:
        start = datetime.combine(date.fromisoformat(day.strip()), time(), zone)
        return start.astimezone(UTC)
    except (ValueError, OverflowError):
        return None
