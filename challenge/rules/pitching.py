"""What a team tells the jury: drafts save, and two members never overwrite."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime

from challenge.brief import Brief
from challenge.errors import TooManySavesError
from challenge.records import Pitch, Principal, Role
from challenge.rules.competing import check_competes
from challenge.rules.phases import check_open, current_phase, may_pitch
from challenge.rules.quota import day_around
from challenge.rules.slides import ATTACHED, check_slides
from challenge.rules.text import check_link, check_text
from challenge.store import Unit
from leaderboard import Phase

TITLE_LENGTH = 200
TEXT_LENGTH = 10_000
SECTION_LENGTH = 2000
LINK_LENGTH = 500
SECTIONS = ("1", "2", "3", "4", "5")
SAVES_A_DAY = 500
"""Of one team: each is an entry of the audit table, which none leaves."""
_SAVED = "save pitch"

# Before the end a pitch is for its team and for whoever runs or judges the day.
_INSIDE = frozenset({Role.JUROR, Role.ORGANISER, Role.AUDITOR})


@dataclass(frozen=True, slots=True)
class Draft:
    """What stands in the form of a pitch.

    Attributes
    ----------
    title, text, link : str
        As they were typed; each may be empty.
    canvas : dict of str to str
        Section, ``"1"`` to ``"5"``, to what was typed.
    """

    title: str = ""
    text: str = ""
    link: str = ""
    canvas: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Saved:
    """What came of saving.

    Attributes
    ----------
    pitch : Pitch
        As it is kept now.
    kept : bool
        False if somebody else changed it meanwhile; then nothing was written.
    """

    pitch: Pitch
    kept: bool


def pitch(
    unit: Unit, brief: Brief, team: Principal, *, title: str, text: str, now: datetime
) -> Pitch:
    """Keep title and text of a pitch, as a program sends them; the rest stays.

    Parameters
    ----------
    unit : Unit
        An open writing transaction.
    brief : Brief
        Says until when.
    team : Principal
        Whose pitch.
    title : str
        1 to 200 characters.
    text : str
        1 to 10,000 characters.
    now : datetime
        Aware UTC.

    Returns
    -------
    Pitch
        As it is kept.

    Raises
    ------
    BarredError, PhaseClosedError
        If the team does not compete any more, or the jury has begun.
    RequestRefusedError
        If title or text is empty, too long, or cannot be shown.
    TooManySavesError
        If the team used its saves of today.
    """
    title = check_text("title", title, longest=TITLE_LENGTH)
    text = check_text("text", text, longest=TEXT_LENGTH)
    found = unit.pitches.get(team.id)
    draft = Draft(
        title, text, found.link if found else "", found.canvas if found else {}
    )
    version = found.version if found else 0
    return save(unit, brief, team, draft, version=version, now=now).pitch


def save(
    unit: Unit,
    brief: Brief,
    team: Principal,
    draft: Draft,
    *,
    version: int,
    now: datetime,
) -> Saved:
    """Keep a draft of a pitch; nothing in it has to be filled in.

    What is kept already is not kept again.

    Parameters
    ----------
    unit : Unit
        An open writing transaction.
    brief : Brief
        Says until when.
    team : Principal
        Whose pitch.
    draft : Draft
        What was typed.
    version : int
        Which version was changed; 0 for a new pitch.
    now : datetime
        Aware UTC.

    Returns
    -------
    Saved
        With the other one's pitch if the version is not the last one.

    Raises
    ------
    BarredError, PhaseClosedError
        If the team does not compete any more, or the jury has begun.
    RequestRefusedError
        If something is too long, cannot be shown, or the link is no https address.
    TooManySavesError
        If the team used its saves of today.
    """
    checked = _check(draft)
    found = _hold(unit, brief, team)
    if found is not None:
        same = Draft(found.title, found.text, found.link, found.canvas) == checked
        if same or found.version != version:
            return Saved(found, kept=same)
    today, _ = day_around(now, brief.event.clock)
    if unit.audit.times(_SAVED, team.name, since=today) >= SAVES_A_DAY:
        raise TooManySavesError(team=team.name, limit=SAVES_A_DAY)
    kept = unit.pitches.put(
        team,
        title=checked.title,
        text=checked.text,
        link=checked.link,
        canvas=checked.canvas,
        pdf_sha256=found.pdf_sha256 if found else "",
        pdf_bytes=found.pdf_bytes if found else 0,
        version=version + 1,
        now=now,
    )
    unit.audit.add(
        *(team.name, _SAVED, team.name),
        now=now,
        before=found.version if found else 0,
        after=kept.version,
    )
    return Saved(kept, kept=True)


def attach(
    unit: Unit, brief: Brief, team: Principal, sha256: str, size: int, *, now: datetime
) -> Pitch:
    """Put a PDF with a pitch, or take it away.

    Parameters
    ----------
    unit : Unit
        An open writing transaction.
    brief : Brief
        Says until when.
    team : Principal
        Whose pitch.
    sha256 : str
        Of the file on the shelf; empty: none any more.
    size : int
        Its bytes.
    now : datetime
        Aware UTC.

    Returns
    -------
    Pitch
        As it is kept; its version stays, since no text changed.

    Raises
    ------
    BarredError, PhaseClosedError
        If the team does not compete any more, or the jury has begun.
    TooManyPdfsError
        If the team used its PDFs of today.
    """
    found = _hold(unit, brief, team) or Pitch(team.name, "", "", now, version=0)
    if found.pdf_sha256 == sha256:
        return found
    if sha256:
        check_slides(unit, brief, team, now=now)
    act = ATTACHED if sha256 else "remove pdf"
    before, after = found.pdf_sha256 or None, sha256 or None
    unit.audit.add(team.name, act, team.name, now=now, before=before, after=after)
    return unit.pitches.put(
        team,
        title=found.title,
        text=found.text,
        link=found.link,
        canvas=found.canvas,
        pdf_sha256=sha256,
        pdf_bytes=size,
        version=found.version,
        now=now,
    )


def missing(draft: Draft) -> list[str]:
    """Name what the jury would still like to read.

    Parameters
    ----------
    draft : Draft
        As it stands in the form.

    Returns
    -------
    list of str
        ``"title"``, ``"text"``, ``"canvas_1"`` to ``"canvas_5"``.
    """
    empty = [name for name in ("title", "text") if not getattr(draft, name)]
    return empty + [f"canvas_{n}" for n in SECTIONS if not draft.canvas.get(n)]


def _hold(unit: Unit, brief: Brief, team: Principal) -> Pitch | None:
    unit.pitches.hold(team)
    check_competes(unit, team)
    phase = current_phase(unit, brief)
    check_open(may_pitch(phase), "change your pitch", phase)
    return unit.pitches.get(team.id)


def _check(draft: Draft) -> Draft:
    canvas = {
        n: check_text(
            f"canvas_{n}", draft.canvas.get(n, ""), shortest=0, longest=SECTION_LENGTH
        )
        for n in SECTIONS
    }
    return replace(
        draft,
        title=check_text("title", draft.title, shortest=0, longest=TITLE_LENGTH),
        text=check_text("text", draft.text, shortest=0, longest=TEXT_LENGTH),
        link=check_link("link", draft.link, longest=LINK_LENGTH),
        canvas={n: text for n, text in canvas.items() if text},
    )


def shown_pitches(unit: Unit, reader: Principal | None, phase: Phase) -> list[Pitch]:
    """List the pitches as somebody may read them on the board.

    Drafts save as they are typed, and say that the jury reads them: other teams and
    visitors see only whose there is one, until the challenge is closed.

    Parameters
    ----------
    unit : Unit
        An open transaction.
    reader : Principal or None
        Who reads; None for a visitor.
    phase : Phase
        Where the challenge is.

    Returns
    -------
    list of Pitch
        Without title and text where they may not be read.
    """
    found = unit.pitches.all()
    if phase is Phase.CLOSED or (reader is not None and reader.role in _INSIDE):
        return found
    own = reader.name if reader is not None and reader.role is Role.TEAM else None
    return [p if p.team == own else replace(p, title="", text="") for p in found]
