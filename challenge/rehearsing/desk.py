"""The organiser's day: set the deadline, announce, go from phase to phase."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from typing import Any

from challenge.rehearsing.day import Day
from challenge.rehearsing.person import Person

ROUND_SECONDS = 3.0
"""Between two looks at the desk."""
LONGEST_SECONDS = 900.0
"""That a step may have to wait for the queue before it is broken off."""
_NEWS = {"nl": "Welkom. Dit is een generale repetitie.", "en": "This is a rehearsal."}


def keep(day: Day, name: str) -> None:
    """Let the organiser run the day up to the jury."""
    try:
        with day.person(name) as person:
            desk = _Desk(day, person)
            desk.open_doors()
            desk.mind()
            if not desk.go_to("jury"):
                return
            day.judging.set()
            if day.wait(day.voted) and desk.go_to("closed"):
                day.closed.set()
    finally:
        if not day.closed.is_set():
            # Nobody waits for what does not come any more.
            day.pace.end()


class _Desk:
    def __init__(self, day: Day, person: Person) -> None:
        self._day, self._person = day, person

    def open_doors(self) -> None:
        """Begin, and promise when the board freezes."""
        while (phase := self._phase().get("phase")) in ("draft", "practice"):
            follows = {"draft": "practice", "practice": "open"}[str(phase)]
            self._step(follows)
            if not self._day.pace.rest(0.1):
                return
        left = self._day.pace.left(self._day.plan.freezes_at)
        at = datetime.now(UTC) + timedelta(seconds=max(1.0, left))
        told = {"starts_at": at.isoformat()}
        answer = self._person.insist("PUT", "/api/phase/frozen", json=told)
        if answer is None or not answer.is_success:
            self._person.odd("the deadline could not be set")
        self._person.insist("POST", "/organiser/announcements", data=_NEWS)

    def mind(self) -> None:
        """Look at the desk until the board is frozen."""
        left = self._day.pace.left(self._day.plan.freezes_at)
        until = time.monotonic() + left + LONGEST_SECONDS
        while self._day.pace.rest(ROUND_SECONDS):
            self._person.ask("GET", "/organiser/live")
            if self._phase().get("phase") == "frozen":
                break
            if time.monotonic() > until:
                self._person.odd("the board did not freeze by itself")
                self._step("frozen")
        self._day.frozen.set()

    def go_to(self, phase: str) -> bool:
        """Go on as soon as nothing stands in the way any more."""
        until = time.monotonic() + LONGEST_SECONDS
        waits: list[dict[str, Any]] = []
        while self._day.pace.rest(1.0) and time.monotonic() < until:
            waits = self._phase().get("blockers") or []
            if any(blocker["key"] == "interpretations" for blocker in waits):
                self._waive()
            elif not waits and self._step(phase):
                return True
        told = ", ".join(f"{one['key']}: {one['count']}" for one in waits)
        self._person.odd(f"phase {phase} never came; it waited for {told or 'nothing'}")
        return False

    def _phase(self) -> dict[str, Any]:
        answer = self._person.insist("GET", "/api/phase")
        found: dict[str, Any] = {} if answer is None else answer.json()
        seen = self._day.ledger.phases
        if found and found["phase"] not in seen[-1:]:
            seen.append(found["phase"])
        return found

    def _step(self, phase: str) -> bool:
        answer = self._person.insist("POST", "/api/phase", json={"phase": phase})
        if answer is not None and answer.is_success:
            self._phase()
            return True
        return False

    def _waive(self) -> None:
        """Do without the notes of teams that wrote none."""
        for team in self._day.plan.teams:
            place = f"/organiser/interpretations/{team.name}/waive"
            route = "/organiser/interpretations/{team}/waive"
            self._person.insist("POST", place, route=route)
