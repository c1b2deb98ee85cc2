"""A juror's day: declare, read each pitch and vote; and lead the panel."""

from __future__ import annotations

from html.parser import HTMLParser

from challenge.rehearsing.day import Day
from challenge.rehearsing.person import Person
from challenge.rehearsing.plan import Juror

JURY_SHARE = 0.8
"""Of the time after freezing, in which ballots are filled in."""
_REASONS = "Hier kan iemand morgen mee beginnen. Een repetitie."


def judge(day: Day, juror: Juror) -> None:
    """Let one juror declare and judge."""
    if not day.wait(day.frozen):
        return
    with day.person(juror.name) as person:
        _declare(juror, person)
        if not day.wait(day.judging):
            return
        person.insist("GET", "/jury")
        judged = [name for name in juror.points if name in day.ledger.pitched]
        seconds = day.plan.seconds - day.plan.freezes_at
        pause = day.pace.ours(JURY_SHARE * seconds) / max(1, len(judged))
        for name in judged:
            if not day.pace.rest(pause):
                return
            _vote(day, juror, person, name)


def conclude(day: Day, chair: Juror) -> None:
    """Close the panel and write the verdict down, once everybody voted."""
    with day.person(chair.name) as person:
        answer = person.insist("POST", "/jury/panel", data={"state": "closed"})
        person.insist("GET", "/jury/deliberation")
        found = person.insist("GET", "/jury/verdict")
        places = _order(found.text) if found is not None else []
        if answer is None or not places:
            person.odd("there was no order to decide on")
            return
        form = {"place": places, "reasons": _REASONS, "version": "0"}
        person.insist("POST", "/jury/verdict", data=form)
        sure = form | {"winner": places[0]}
        answer = person.insist("POST", "/jury/verdict", data=sure)
        if answer is None or answer.status_code != 303:
            person.odd("the verdict was not written down")


def _declare(juror: Juror, person: Person) -> None:
    """Say of every team that there is nothing to say: no vote counts without."""
    person.insist("GET", "/jury/conflicts")
    form = {f"kind_{name}": "none" for name in juror.points}
    answer = person.insist("POST", "/jury/conflicts", data=form)
    if answer is None or answer.status_code != 303:
        person.odd("the declaration was not kept")


def _vote(day: Day, juror: Juror, person: Person, name: str) -> None:
    shown = person.insist("GET", f"/jury/{name}", route="/jury/{team}")
    if shown is None or not shown.is_success:
        person.odd(f"the pitch of {name} could not be read")
        return
    api, route = f"/api/ballots/{name}", "/api/ballots/{team}"
    form = {"points": juror.points[name], "note": "Helder voor wie dit is."}
    answer = person.insist("PUT", api, route=route, json=form)
    if answer is not None and answer.is_success:
        day.ledger.ballots[juror.name, name] = dict(juror.points[name])
    else:
        person.odd(f"the ballot on {name} was not kept")


class _Options(HTMLParser):
    """Collects what is chosen in the fields of a form."""

    def __init__(self) -> None:
        super().__init__()
        self.chosen: list[str] = []
        self._reads = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "option" and "selected" in dict(attrs):
            self._reads = True
            self.chosen.append("")

    def handle_data(self, data: str) -> None:
        if self._reads:
            self.chosen[-1] += data

    def handle_endtag(self, tag: str) -> None:
        if tag == "option":
            self._reads = False


def _order(text: str) -> list[str]:
    """Read the computed order from the form of the verdict."""
    found = _Options()
    found.feed(text.partition('action="/jury/verdict"')[2])
    return found.chosen
