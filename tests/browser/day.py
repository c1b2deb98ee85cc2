"""A day's work on a server, so that no page of it is empty."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from challenge.brief import read_brief
from challenge.records import Interest, Role
from challenge.rules.basis import Computed, basis_of
from challenge.rules.helping import ask
from challenge.rules.inviting import Guest, invite
from challenge.rules.lessons import note_lesson
from challenge.rules.phases import current_phase
from challenge.rules.verdicts import Draft, decide
from challenge.settings import Settings
from challenge.store import Unit, open_database

from ..factories import RELEASE, pyfunc_bundle
from ..functional.conftest import Server, finish, register_all

BROKEN = """
def _load_pyfunc(path):
    raise RuntimeError("no weights")
"""
# In phase jury, once the panel is closed.
DELIBERATION = "deliberation"
TEAM, OTHER_TEAM = "Zwaluw", "Grutto"
JUROR, ORGANISER = "Jurylid", "Organisatie"
AUDITOR, PARTNER = "Toezicht", "Bron"
# Whoever takes part in the day; a visitor has no name and no role.
ROLES = {
    TEAM: Role.TEAM,
    OTHER_TEAM: Role.TEAM,
    JUROR: Role.JUROR,
    ORGANISER: Role.ORGANISER,
    AUDITOR: Role.AUDITOR,
    PARTNER: Role.PARTNER,
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

    def go_to(self, moment: str) -> None:
        """Go to a phase or to `DELIBERATION`, also back; no rule is asked."""
        settings, now = self.server.settings, datetime.now(UTC)
        is_open = moment != DELIBERATION
        phase = moment if is_open else "jury"
        brief = read_brief(settings.content / settings.challenge)
        with writing(settings) as unit:
            if current_phase(unit, brief) != phase:
                unit.phases.change(phase, by="a test", now=now)
            if unit.panels.is_open() != is_open:
                unit.panels.change(is_open=is_open, by="a test", now=now)


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
    """Add to a server with a score and a pitch of `TEAM` what else a day has.

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
    names = {"submission_id": scored, "refused_id": refused["id"]}
    names |= {"team_name": TEAM, "juror_name": JUROR, "code": seat_and_invite(server)}
    names["help_code"] = ask_for_help(server)
    day = Day(server, names)
    day.go_to("jury")
    with server.client(JUROR) as juror:
        criteria = juror.challenge()["rubric"]
        points = {criterion["slug"]: 4 for criterion in criteria}
        juror.ballot(TEAM, points=points, note="Helder voor wie dit bedoeld is.")
    day.go_to(DELIBERATION)
    decide_and_learn(server)
    day.go_to("open")
    return day


def seat_and_invite(server: Server) -> str:
    """Give the juror the chair and no interest in any team; invite another team."""
    settings, now = server.settings, datetime.now(UTC)
    brief = read_brief(settings.content / settings.challenge)
    with writing(settings) as unit:
        juror = unit.people.named(Role.JUROR, JUROR)
        assert juror
        unit.people.seat(juror, chairs=True)
        for team in unit.people.all(Role.TEAM):
            unit.conflicts.declare(juror, team, Interest.NONE, reason="", now=now)
        guest = Guest(Role.TEAM, "IJsvogel")
        return invite(unit, guest, brief=brief, by=ORGANISER, now=now)[1]


def ask_for_help(server: Server) -> str:
    """Let `TEAM` ask the organiser something; give the code."""
    with writing(server.settings) as unit:
        team = unit.people.named(Role.TEAM, TEAM)
        assert team
        return ask(
            unit,
            team,
            text="Wat betekent deze grafiek?",
            submission_id="",
            now=datetime.now(UTC),
        )


def decide_and_learn(server: Server) -> None:
    """Write the verdict down, and a lesson of the day."""
    settings, now = server.settings, datetime.now(UTC)
    brief = read_brief(settings.content / settings.challenge)
    draft = Draft((TEAM,), reasons="Hier kan iemand morgen mee beginnen.")
    with writing(settings) as unit:
        chair = unit.people.named(Role.JUROR, JUROR)
        assert chair
        computed = Computed((TEAM,), basis_of(unit, brief, RELEASE))
        order = {"winner": TEAM, "computed": computed, "release": RELEASE}
        decide(unit, chair, draft, version=0, **order, brief=brief, now=now)
        text = "Een netwerk telt zwaarder dan gedacht."
        note_lesson(unit, chair, kind="finding", text=text, brief=brief, now=now)


def register_missing(server: Server) -> None:
    """Register whoever takes part in the day and has no token."""
    missing = {who: role for who, role in ROLES.items() if who not in server.tokens}
    server.tokens.update(register_all(server.settings, missing))


@contextmanager
def writing(settings: Settings) -> Iterator[Unit]:
    """Write in the database of a server, beside it."""
    opened = open_database(settings.database)
    with closing(opened) as database, database.begin() as unit:
        yield unit
