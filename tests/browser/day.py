"""A day's work on a server, so that no page of it is empty."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from challenge.records import Role

from ..factories import pyfunc_bundle
from ..functional.conftest import Server, finish, register_all

BROKEN = """
def _load_pyfunc(path):
    raise RuntimeError("no weights")
"""
TEAM, OTHER_TEAM = "Zwaluw", "Grutto"
JUROR, ORGANISER = "Jurylid", "Organisatie"
# Whoever takes part in the day; a visitor has no name and no role.
ROLES = {
    TEAM: Role.TEAM,
    OTHER_TEAM: Role.TEAM,
    JUROR: Role.JUROR,
    ORGANISER: Role.ORGANISER,
}


@dataclass(frozen=True)
class Day:
    """A server with teams, scores, a refusal, a pitch and a ballot.

    Attributes
    ----------
    server : Server
        Running.
    names : dict of str to str
        What stands for each parameter in the path of a page.
    """

    server: Server
    names: dict[str, str]


def spend(server: Server, bundle: Path) -> Day:
    """Let two teams and a juror do what they do on a day.

    Parameters
    ----------
    server : Server
        Just started, with a juror and an organiser.
    bundle : Path
        Deserves a score.
    """
    register_missing(server)
    with server.client(TEAM) as team:
        scored = finish(team, bundle)
        team.pitch(title="Voorlezen", text="Een boekje bij elk bezoek.")
    return furnish(server, scored["id"])


def furnish(server: Server, scored: str) -> Day:
    """Add to a server with a score of `TEAM` what else a day has.

    Parameters
    ----------
    server : Server
        With `TEAM`; whoever else is needed and missing is registered.
    scored : str
        Id of a scored submission of `TEAM`.
    """
    register_missing(server)
    broken = server.settings.home / "broken.zip"
    broken.write_bytes(pyfunc_bundle(BROKEN))
    with server.client(OTHER_TEAM) as other:
        refused = finish(other, broken)
    assert refused["state"] == "refused"
    with server.client(JUROR) as juror:
        criteria = juror.challenge()["rubric"]
        points = {criterion["slug"]: 4 for criterion in criteria}
        juror.ballot(TEAM, points=points, note="Helder voor wie dit bedoeld is.")
    return Day(server, {"submission_id": scored, "refused_id": refused["id"]})


def register_missing(server: Server) -> None:
    """Register whoever takes part in the day and has no token."""
    missing = {who: role for who, role in ROLES.items() if who not in server.tokens}
    server.tokens.update(register_all(server.settings, missing))
