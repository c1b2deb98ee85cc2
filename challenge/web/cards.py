"""Invitations on paper: made, shown once, and printed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Annotated, ClassVar
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

import segno
from fastapi import APIRouter, Form, Request, Response
from markupsafe import Markup

from challenge.errors import NotFoundError, RequestRefusedError
from challenge.records import Principal, Role
from challenge.rules.guest_list import read_guests
from challenge.rules.inviting import Guest, invite, invite_back, renew_invitation
from challenge.store.invitations import Invitation
from challenge.web.access import Deployment, Here, Person
from challenge.web.formats import Formats
from challenge.web.numbers import Key
from challenge.web.pages import LANGUAGES, page
from challenge.web.roster import InviteForm, roster
from challenge.web.site import LOCAL, site_of

router = APIRouter(include_in_schema=False)

Made = tuple[Invitation, str]


@dataclass(frozen=True, slots=True)
class Card:
    """One invitation, for one sheet of A5.

    Attributes
    ----------
    invitation : Invitation
        What it is for.
    code : str
        Shown now and never again.
    link : str
        Address that the QR code holds.
    picture : Markup
        The QR code, as SVG.
    until : dict of str to str
        When it stops working, by language.
    """

    invitation: Invitation
    code: str
    link: str
    picture: Markup
    until: dict[str, str]


@dataclass(frozen=True, slots=True)
class CardsView:
    """Cards to print.

    Attributes
    ----------
    cards : list of Card
        Those that were just made; empty: codes cannot be shown again.
    local : bool
        Whether the links work on this machine alone.
    """

    template: ClassVar[str] = "people/cards.html"
    cards: list[Card]
    local: bool


@router.get("/organiser/invitations/cards")
def no_cards(request: Request, here: Here, person: Person) -> Response:
    """Say that codes are shown only right after they were made."""
    return _cards(request, here, person, [])


@router.post("/organiser/invitations/cards")
def make_cards(
    request: Request,
    here: Here,
    person: Person,
    form: Annotated[InviteForm, Form()],
) -> Response:
    """Invite everybody of a list, or nobody, and show their cards."""
    now = datetime.now(UTC)
    try:
        length = timedelta(days=_number("days", form.days))
        unnamed = _number("unnamed", form.unnamed or "0")
        guests = read_guests(form.names, _guest(form), unnamed=unnamed)
        with here.database.begin() as unit:
            made = [
                invite(
                    unit,
                    guest,
                    brief=here.brief,
                    by=person.name,
                    now=now,
                    length=length,
                )
                for guest in guests
            ]
    except RequestRefusedError as wrong:
        return roster(request, here, person, form=form, wrong=wrong)
    return _cards(request, here, person, made)


@router.post("/organiser/invitations/{invitation_id}/renew")
def renew(request: Request, here: Here, person: Person, invitation_id: Key) -> Response:
    """Withdraw an invitation and make it anew."""
    with here.database.begin() as unit:
        now = datetime.now(UTC)
        made = renew_invitation(unit, invitation_id, by=person.name, now=now)
    return _cards(request, here, person, [made])


@router.post("/organiser/people/{person_id}/invitation")
def let_back(request: Request, here: Here, person: Person, person_id: Key) -> Response:
    """Make a link that lets in somebody who takes part already."""
    with here.database.begin() as unit:
        whom = unit.people.get(person_id)
        if whom is None:
            raise NotFoundError("person", str(person_id))
        made = invite_back(unit, whom, by=person.name, now=datetime.now(UTC))
    return _cards(request, here, person, [made])


def draw_card(site: str, made: Made, zone: ZoneInfo) -> Card:
    """Draw one invitation for paper.

    Parameters
    ----------
    site : str
        Address that the world knows the server by, with its last slash.
    made : tuple of Invitation and str
        As it was just made, and its code.
    zone : ZoneInfo
        Of the clock that says when it ends.

    Returns
    -------
    Card
        With link and QR code.
    """
    invitation, code = made
    link = f"{site}invitation/{code}"
    # Capitals and digits alone would make a smaller code; hosts are lower case.
    drawn = segno.make(link, error="m", micro=False)
    picture = drawn.svg_inline(border=2, omitsize=True, svgclass="qr", lineclass=None)
    ends = invitation.expires_at
    until = {one: Formats(one, zone).moment(ends) for one in LANGUAGES}
    # Drawn by segno from an address of ours.
    return Card(invitation, code, link, Markup(picture), until)  # noqa: S704


def _cards(
    request: Request, here: Deployment, person: Principal, made: list[Made]
) -> Response:
    zone = here.brief.event.clock
    cards = [draw_card(site_of(request), one, zone) for one in made]
    view = CardsView(cards=cards, local=urlsplit(site_of(request)).hostname in LOCAL)
    return page(request, view, reader=person)


def _guest(form: InviteForm) -> Guest:
    if form.role not in [*Role]:
        raise RequestRefusedError(
            "role", "there is no such role.", hint=f"One of: {', '.join(Role)}."
        )
    role = Role(form.role)
    return Guest(
        role,
        sources=form.sources if role is Role.TEAM else "",
        partner=form.partner if role is Role.PARTNER else "",
        chairs=form.chairs and role is Role.JUROR,
    )


def _number(field: str, text: str) -> int:
    if not text.strip().isdecimal() or len(text.strip()) > 3:
        raise RequestRefusedError(
            field, "it is no whole number.", hint="Write it in digits."
        )
    return int(text)
