"""A jury's room in the database that the application opens: people, points, phase."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from urllib.parse import urlencode

import httpx

from challenge.records import Interest, Opinion, Principal, Role
from challenge.rules.registration import register
from challenge.settings import Settings
from challenge.store import Unit, open_database

PEOPLE = {
    "Zwaluw": Role.TEAM,
    "Grutto": Role.TEAM,
    "Kievit": Role.TEAM,
    "Ans": Role.JUROR,
    "Bo": Role.JUROR,
    "Voorzitter": Role.JUROR,
    "Organisatie": Role.ORGANISER,
    "Accountant": Role.AUDITOR,
}
Points = Mapping[tuple[str, str], int]


class Room:
    """Everybody of one small challenge, and requests in their names."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self.tokens: dict[str, str] = {}
        now = datetime.now(UTC)
        database = open_database(settings.database)
        with database.begin() as unit:
            for name, role in PEOPLE.items():
                _, self.tokens[name] = register(unit, role, name, by="a test", now=now)
            unit.people.seat(self.person(unit, "Voorzitter"), chairs=True)
        database.close()

    def person(self, unit: Unit, name: str) -> Principal:
        found = unit.people.named(PEOPLE[name], name)
        assert found is not None
        return found

    def change(self, act) -> None:
        """Do something to the database, in one transaction."""
        database = open_database(self._settings.database)
        with database.begin() as unit:
            act(unit)
        database.close()

    def judge(
        self,
        points: Points,
        notes: Mapping[tuple[str, str], str] = {},
        declared: bool = True,
    ) -> None:
        """Let jurors give points: (juror, team) to points; 0 is a recusal."""

        def act(unit: Unit) -> None:
            now = datetime.now(UTC)
            for team in sorted({team for _, team in points}):
                unit.pitches.put(
                    self.person(unit, team), title="Titel", text="Tekst.", now=now
                )
            for (juror, team), given in points.items():
                opinion = Opinion(
                    {"bruikbaarheid": given} if given else {},
                    note=notes.get((juror, team), ""),
                    private_note="geheim-van-het-jurylid",
                )
                unit.ballots.put(
                    self.person(unit, juror),
                    self.person(unit, team),
                    opinion,
                    now=now,
                    submitted_at=now,
                    recused=not given,
                )
                if declared:
                    self._declare(unit, juror, team)

        self.change(act)

    def declare(self, juror: str, team: str, kind: Interest) -> None:
        """Let a juror say what they have to do with a team; ballots stay."""
        self.change(lambda unit: self._declare(unit, juror, team, kind))

    def _declare(
        self, unit: Unit, juror: str, team: str, kind: Interest = Interest.NONE
    ) -> None:
        people = self.person(unit, juror), self.person(unit, team)
        unit.conflicts.declare(*people, kind, reason="", now=datetime.now(UTC))

    def go(self, phase: str, *, is_open: bool = False) -> None:
        """Go to a phase, with the panel open or closed."""

        def act(unit: Unit) -> None:
            now = datetime.now(UTC)
            unit.phases.change(phase, by="a test", now=now)
            unit.panels.change(is_open=is_open, by="a test", now=now)

        self.change(act)

    def get(self, path: str, who: str | None = None) -> httpx.Request:
        return httpx.Request("GET", f"http://test{path}", headers=self._headers(who))

    def post(self, path: str, who: str | None, **form: object) -> httpx.Request:
        body = urlencode(form, doseq=True)
        form_type = {"Content-Type": "application/x-www-form-urlencoded"}
        headers = self._headers(who) | form_type
        return httpx.Request(
            "POST", f"http://test{path}", headers=headers, content=body
        )

    def _headers(self, who: str | None) -> dict[str, str]:
        headers = {"Accept": "text/html"}
        if who:
            headers["Authorization"] = f"Bearer {self.tokens[who]}"
        return headers
