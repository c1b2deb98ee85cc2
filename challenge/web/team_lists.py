"""A list of teams from a spreadsheet: what it would make, then the cards in one go."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Annotated, ClassVar

from fastapi import APIRouter, File, Form, Request, Response, UploadFile

from challenge.errors import RequestRefusedError
from challenge.rules.guest_list import LONGEST, Entry, decode_list, preview_list
from challenge.web.access import Deployment, Here, Person
from challenge.web.pages import choose_language, page, texts

router = APIRouter(tags=["organiser"], include_in_schema=False)
PAGE = "/organiser/people/list"
_NAMED = 8  # so many wrong lines are named in the sentence above; all stand below


@dataclass(frozen=True, slots=True)
class ListView:
    """A list of teams, and what it would make.

    Attributes
    ----------
    names : str
        The list as it came.
    entries : list of Entry
        One a line; empty before there is a list.
    sources : dict of str to str
        Source sets that a second column may name, with their labels.
    most : int
        Most lines.
    errors : dict of str to str
        Why the list was refused as a whole.
    """

    template: ClassVar[str] = "people/list.html"

    names: str = ""
    entries: list[Entry] = field(default_factory=list)
    sources: dict[str, str] = field(default_factory=dict)
    most: int = LONGEST
    errors: dict[str, str] = field(default_factory=dict)


@router.get(PAGE)
def team_list(request: Request, here: Here, person: Person) -> Response:
    """Show the form for a list."""
    view = ListView(sources=_labels(request, here))
    return page(request, view, reader=person)


@router.post(PAGE)
def preview(
    request: Request,
    here: Here,
    person: Person,
    sheet: Annotated[UploadFile | None, File()] = None,
    names: Annotated[str, Form()] = "",
) -> Response:
    """Show line by line what a list would make; a file goes before what was typed."""
    words, entries = texts(choose_language(request)), list[Entry]()
    text = decode_list(sheet.file.read()) if sheet and sheet.filename else names
    try:
        with here.database.read() as unit:
            now = datetime.now(UTC)
            entries = preview_list(unit, text, brief=here.brief, now=now)
    except RequestRefusedError:
        errors = {"names": words["list_wrong_names"].format(most=LONGEST)}
    else:
        wrong = [entry.number for entry in entries if entry.wrong is not None]
        errors = {"names": _refused(wrong, words)} if wrong else {}
    view = ListView(text, entries, _labels(request, here), errors=errors)
    return page(request, view, reader=person, status=422 if errors else 200)


def _labels(request: Request, here: Deployment) -> dict[str, str]:
    language = choose_language(request)
    return {one.name: getattr(one.label, language) for one in here.brief.sources}


def _refused(numbers: list[int], words: Mapping[str, str]) -> str:
    """Say which lines cannot be, the first of them by number."""
    one = words["list_line"].lower()
    if len(numbers) == 1:
        return words["list_wrong_one"].format(line=f"{one} {numbers[0]}")
    named = [f"{one} {number}" for number in numbers[:_NAMED]]
    more = len(numbers) - len(named)
    named += [words["list_wrong_more"].format(count=more)] if more else []
    lines = f"{', '.join(named[:-1])} {words['list_wrong_and']} {named[-1]}"
    return words["list_wrong"].format(count=len(numbers), lines=lines)
