"""What stands in the masthead: the pages that a reader may open, and no others."""

from __future__ import annotations

from challenge.records import Principal, Role
from challenge.web.policy import POLICY

EVERYBODY = (
    ("/", "nav_board"),
    ("/challenge", "nav_challenge"),
    ("/data", "data"),
    ("/method", "nav_method"),
)
"""Paths, and the keys of their names."""

PICKS = ("/picks", "picks_nav")

OWN: dict[Role, tuple[tuple[str, str], ...]] = {
    Role.TEAM: (
        ("/start", "nav_start"),
        ("/submissions", "nav_submissions"),
        ("/pitch", "nav_pitch"),
        ("/help", "nav_help"),
    ),
    Role.JUROR: (("/jury", "nav_pitches"), ("/jury/deliberation", "nav_deliberation")),
    Role.ORGANISER: (
        ("/organiser", "nav_today"),
        ("/organiser/people", "nav_teams"),
        ("/organiser/ballots", "nav_jury"),
        ("/organiser/data", "nav_curation"),
        ("/organiser/audit", "nav_log"),
    ),
}
"""Beside those, by role; an auditor reads what the organiser reads."""
OWN[Role.AUDITOR] = OWN[Role.ORGANISER]

DESK: tuple[tuple[str, tuple[tuple[str, str], ...]], ...] = (
    (
        "desk_of_people",
        (
            ("/organiser/people", "roster_heading"),
            ("/organiser/people/list", "list_title"),
            ("/organiser/interpretations", "desk_to_notes"),
            ("/organiser/help", "help_desk"),
        ),
    ),
    (
        "desk_of_day",
        (
            ("/organiser/phase", "phase_title"),
            ("/organiser/announcements", "announcements_title"),
            ("/organiser/script", "script_title"),
            ("/board/big", "board_big"),
        ),
    ),
    (
        "desk_of_jury",
        (
            ("/jury/clock", "jury_clock"),
            ("/jury/blank", "jury_blank"),
            ("/organiser/ballots", "jury_typed"),
            ("/jury/deliberation", "deliberation_title"),
            ("/organiser/verdict", "desk_to_evidence"),
            ("/jury/verdict", "verdict_record"),
        ),
    ),
    (
        "desk_of_account",
        (
            ("/organiser/data", "curating_title"),
            ("/organiser/rescoring", "rescore_title"),
            ("/organiser/audit", "audit_title"),
            ("/organiser/incidents", "incidents_title"),
            ("/lessons", "lessons_title"),
        ),
    ),
)
"""Every page of the desk under a key of what it is about; a test follows them all."""


def desk_links(reader: Principal) -> list[tuple[str, list[tuple[str, str]]]]:
    """List the pages behind the desk.

    Parameters
    ----------
    reader : Principal
        Whose desk.

    Returns
    -------
    list of (str, list of (str, str))
        Key of what they are about, then path and key of the name of each that
        `POLICY` admits the reader to.
    """
    found = [(about, _admitted(links, reader.role)) for about, links in DESK]
    return [(about, links) for about, links in found if links]


def navigation(
    reader: Principal | None, *, picks: bool = False
) -> list[tuple[str, str]]:
    """List the pages of a reader's menu.

    Parameters
    ----------
    reader : Principal or None
        None for a visitor.
    picks : bool
        Whether what a team picks matters now.

    Returns
    -------
    list of (str, str)
        Path and key of its name; only paths that `POLICY` admits the reader to.
    """
    role = reader.role if reader else None
    own = OWN.get(role, ()) if role else ()
    last = (PICKS,) if picks else ()
    return _admitted((*EVERYBODY, *own, *last), role)


def _admitted(
    links: tuple[tuple[str, str], ...], role: Role | None
) -> list[tuple[str, str]]:
    return [link for link in links if POLICY.admits("GET", link[0], role)]
