"""A jury with teams, before an application in phase jury."""

from __future__ import annotations

from contextlib import closing
from typing import Any
from urllib.parse import urlencode

import httpx

from challenge.records import Interest, Role
from challenge.rules.registration import register
from challenge.settings import Settings
from challenge.store import open_database

from ...factories import NOON

PEOPLE = {
    "Zwaluw": Role.TEAM,
    "Grutto": Role.TEAM,
    "Ans": Role.JUROR,
    "Bo": Role.JUROR,
    "Chris": Role.JUROR,
    "Organisatie": Role.ORGANISER,
    "Toezicht": Role.AUDITOR,
    "Bron": Role.PARTNER,
}
CHAIR = "Chris"


class Jury:
    """People with tokens, two pitches, and requests in their names.

    Ans and Bo declared that they have no interest in any team; Chris, who leads the
    panel, declared nothing yet.
    """

    def __init__(self, settings: Settings, phase: str = "jury") -> None:
        self.settings = settings
        with closing(open_database(settings.database)) as database:
            with database.begin() as unit:
                self.tokens = {
                    name: register(unit, role, name, by="a test", now=NOON)[1]
                    for name, role in PEOPLE.items()
                }
                people = {n: unit.people.named(r, n) for n, r in PEOPLE.items()}
                unit.people.seat(people[CHAIR], chairs=True)
                for team in ("Zwaluw", "Grutto"):
                    unit.pitches.put(
                        people[team], title=f"Idee {team}", text="Samen.", now=NOON
                    )
                    for juror in ("Ans", "Bo"):
                        unit.conflicts.declare(
                            people[juror],
                            people[team],
                            Interest.NONE,
                            reason="",
                            now=NOON,
                        )
                unit.phases.change(phase, by="a test", now=NOON)
            self.ids = {name: person.id for name, person in people.items()}

    def get(self, path: str, who: str | None = "Ans", **headers: str) -> httpx.Request:
        return self._request("GET", path, who, headers)

    def post(
        self, path: str, who: str | None = "Ans", live: bool = False, **fields: Any
    ) -> httpx.Request:
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        headers |= {"HX-Request": "true"} if live else {}
        content = urlencode(fields, doseq=True)
        return self._request("POST", path, who, headers, content=content)

    def put(self, path: str, who: str, **body: Any) -> httpx.Request:
        return self._request("PUT", path, who, {}, json=body)

    def audit(self) -> list[tuple[str, str, str, dict[str, Any]]]:
        path = self.settings.database
        with closing(open_database(path)) as database, database.read() as unit:
            return [
                (e["actor"], e["action"], e["subject"], e["detail"])
                for e in unit.audit.all()
                if e["actor"] in PEOPLE
            ]

    def _request(
        self, method: str, path: str, who: str | None, headers: dict, **body: Any
    ) -> httpx.Request:
        headers = {"Accept": "text/html", "Accept-Language": "nl"} | headers
        if who:
            headers["Authorization"] = f"Bearer {self.tokens[who]}"
        return httpx.Request(method, f"http://test{path}", headers=headers, **body)
