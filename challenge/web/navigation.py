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


def navigation(reader: Principal | None) -> list[tuple[str, str]]:
    """List the pages of a reader's menu.

    Parameters
    ----------
    reader : Principal or None
        None for a visitor.

    Returns
    -------
    list of (str, str)
        Path and key of its name; only paths that `POLICY` admits the reader to.
    """
    role = reader.role if reader else None
    own = OWN.get(role, ()) if role else ()
    return [
        (path, key)
        for path, key in (*EVERYBODY, *own)
        if POLICY.admits("GET", path, role)
    ]
