"""A team's day: come in, download, pitch, hand in and watch."""

from __future__ import annotations

import secrets
import time
from dataclasses import replace
from typing import Any

import httpx

from challenge.rehearsing.day import Day
from challenge.rehearsing.desk import LONGEST_SECONDS
from challenge.rehearsing.kinds import Kind
from challenge.rehearsing.ledger import NO_ANSWER, Upload
from challenge.rehearsing.person import INSIST_SECONDS, Person
from challenge.rehearsing.plan import Act, Team

WATCH_SECONDS = 4.0
"""As often as a page of ours asks again."""
TRIES = 6
"""To use up a quota of which refused models took nothing."""
AFTER_DEADLINE_SECONDS = 2.0
CLOSE_SECONDS = 1.0
"""Before the deadline, in which an upload may come too late on the way."""
ENDS = frozenset({"scored", "proved", "refused", "failed"})
_TEXT = "Wat zien we, voor wie, en wat weten we niet? Een repetitie."


def play(day: Day, team: Team) -> None:
    """Let one team have its day."""
    day.pace.wait_until(team.comes_at)
    with day.person(team.name) as person:
        _TeamDay(day, team, person).spend()


class _TeamDay:
    def __init__(self, day: Day, team: Team, person: Person) -> None:
        self._day, self._team, self._person = day, team, person
        self._open: list[str] = []
        self._scored: list[str] = []

    def spend(self) -> None:
        self._come_in()
        for act in self._team.acts:
            self._watch_until(act.at)
            if self._day.pace.is_over:
                return
            if act is self._team.acts[0]:
                self._pitch()
            if act.kind is Kind.TOO_MANY:
                self._use_up(act)
            else:
                self._hand_in(act.kind, act.draw)
        self._watch_for_freeze()
        if self._team.is_late and self._day.pace.rest(AFTER_DEADLINE_SECONDS):
            self._hand_in(Kind.LATE, 0)
        self._watch_for_ends()
        self._look_back()

    def _come_in(self) -> None:
        """Read the terms, accept them, and download what is ours."""
        found = self._person.insist("GET", "/api/challenge")
        if found is None or not found.is_success:
            self._person.odd("the challenge could not be read")
            return
        told = found.json()
        self._person.insist(
            "POST", "/api/terms", json={"sha256": told["terms"]["sha256"]}
        )
        version = told["release"]["version"]
        for name in told["release"]["files"]:
            place = f"/api/releases/{version}/files/{name}"
            route = "/api/releases/{version}/files/{name}"
            file = self._person.insist("GET", place, route=route)
            if file is not None and not file.is_success:
                self._person.odd(f"{name} was refused with {file.status_code}")
        for page in ("/start", "/challenge", "/"):
            self._person.insist("GET", page)

    def _use_up(self, act: Act) -> None:
        """Want one more than the quota, once there is nothing left."""
        for number in range(TRIES):
            if self._left() == 0:
                self._hand_in(Kind.TOO_MANY, act.draw)
                return
            self._hand_in(Kind.HONEST, act.draw + number)
        self._person.odd("the quota was not used up")

    def _left(self) -> int | None:
        found = self._person.insist("GET", "/api/challenge")
        if found is None:
            return None
        left = int(found.json()["quota"]["scored_left"])
        self._day.ledger.left[self._team.name] = left
        return left

    def _hand_in(self, kind: Kind, draw: int) -> None:
        """Hand in, and again as long as nobody can know whether it came in."""
        bundle = self._day.shelf.bundle(kind, self._team.sources, draw)
        until = time.monotonic() + INSIST_SECONDS
        while time.monotonic() < until:
            upload = replace(self._send(kind, bundle), is_close=self._is_close())
            self._day.ledger.uploads.append(upload)
            if upload.is_in:
                self._open.append(upload.id)
            if not upload.is_struck:
                return
            if not self._day.pace.rest(WATCH_SECONDS / 2):
                return
        self._person.odd(f"{kind.value} could not be handed in")

    def _is_close(self) -> bool:
        left = self._day.pace.left(self._day.plan.freezes_at)
        return left < CLOSE_SECONDS or self._day.frozen.is_set()

    def _send(self, kind: Kind, bundle: bytes) -> Upload:
        note = self._day.ledger.next_note()
        sent: dict[str, Any] = {
            "files": {"bundle": ("bundle.zip", bundle)},
            "data": {"note": note, "proof": "yes" if kind is Kind.PROOF else "no"},
        }
        if kind is Kind.TWICE:
            return self._send_twice(note, sent)
        answer = self._person.ask("POST", "/api/submissions", **sent)
        return _upload(note, self._team.name, kind, answer)

    def _send_twice(self, note: str, sent: dict[str, Any]) -> Upload:
        """Press the button of a browser's form twice: one submission."""
        place = f"/submissions?key={secrets.token_hex(8)}"
        answers = [self._person.insist("POST", place, **sent) for _ in range(2)]
        places = {one.headers.get("location", "") for one in answers if one is not None}
        if len(places) > 1:
            self._person.odd(f"one form sent twice became {' and '.join(places)}")
        told = _upload(note, self._team.name, Kind.TWICE, answers[-1])
        return replace(told, id=places.pop().rpartition("/")[2] if places else "")

    def _pitch(self) -> None:
        form = {"title": f"{self._team.name}: samen eerder", "text": _TEXT}
        answer = self._person.insist("POST", "/api/pitches", json=form)
        if answer is None or answer.status_code != 201:
            self._person.odd("the pitch was not kept")
        else:
            self._day.ledger.pitched.add(self._team.name)

    def _watch_until(self, at: float) -> None:
        while not self._day.pace.wait_until(at, longest=WATCH_SECONDS):
            self._look()

    def _watch_for_freeze(self) -> None:
        while not self._day.frozen.is_set() and self._watch(WATCH_SECONDS):
            pass

    def _watch_for_ends(self) -> None:
        until = time.monotonic() + LONGEST_SECONDS
        while self._open and self._watch(WATCH_SECONDS):
            if time.monotonic() > until:
                self._person.odd(f"{', '.join(self._open)} did not end")
                return

    def _watch(self, seconds: float) -> bool:
        self._look()
        return self._day.pace.rest(seconds)

    def _look(self) -> None:
        """Ask what became of what is under way, as the page does."""
        for key in [*self._open]:
            found = self._person.ask("GET", f"/api/submissions/{key}")
            if found is not None and found.status_code == httpx.codes.NOT_FOUND:
                # Nobody waits for what is lost; the account says so as well.
                self._open.remove(key)
                self._person.odd(f"submission {key} is not there any more")
            if found is None or not found.is_success:
                continue
            state = found.json()["state"]
            if state in ENDS:
                self._open.remove(key)
                self._day.ledger.saw_end(key, state)
            if state == "scored":
                self._scored.append(key)

    def _look_back(self) -> None:
        self._left()
        for page in ("/submissions", "/", "/api/board"):
            self._person.insist("GET", page)
        if self._scored:
            self._person.insist("GET", f"/submissions/{self._scored[-1]}/scorecard")
        if self._day.wait(self._day.closed):
            for page in ("/", "/?set=final", "/verdict", "/submissions"):
                found = self._person.insist("GET", page)
                if found is not None and not found.is_success:
                    self._person.odd(f"{page} answered {found.status_code} at the end")


def _upload(note: str, team: str, kind: Kind, answer: httpx.Response | None) -> Upload:
    if answer is None:
        return Upload(note, team, kind, NO_ANSWER)
    is_ours = "json" in answer.headers.get("content-type", "")
    told = answer.json() if is_ours else {}
    return Upload(
        note,
        team,
        kind,
        answer.status_code,
        slug=str(told.get("slug", "")),
        id=str(told.get("id") or told.get("submission") or ""),
    )
