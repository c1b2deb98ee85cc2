"""The viewers in the room, who only look: each page asks again every few seconds."""

from __future__ import annotations

from challenge.rehearsing.day import Day
from challenge.rehearsing.plan import stream

BOARD_SECONDS = 4.0
"""As often as the board's page asks again; the pace of the day does not change that."""
OTHER_PAGE_SHARE = 0.05
OTHER_PAGES = ("/", "/challenge", "/method", "/board/big", "/clock")


def watch(day: Day, name: str) -> None:
    """Let one viewer watch the board until the end."""
    chance, known = stream(day.plan.size.seed, name), ""
    with day.person(name) as person:
        day.pace.rest(chance.uniform(0, BOARD_SECONDS))
        while not day.closed.is_set() and not day.pace.is_over:
            if chance.random() < OTHER_PAGE_SHARE:
                person.ask("GET", chance.choice(OTHER_PAGES))
            else:
                headers = {"If-None-Match": known, "HX-Request": "true"}
                found = person.ask("GET", "/board/part", headers=headers)
                known = (found.headers.get("etag", "") if found else "") or known
            day.pace.rest(BOARD_SECONDS)
