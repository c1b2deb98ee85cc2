"""Who sends what nobody means well to the application, logged in as everybody."""

from __future__ import annotations

from datetime import UTC, datetime
from random import Random

import httpx

from challenge.records import Role
from challenge.rules.guest_list import decode_list
from challenge.settings import Settings
from challenge.store.grants import Grant
from challenge.synthesis import Release
from challenge.web.app import create_app

from ..challenge.web.entrance import SITE, Desk
from ..challenge.web.test_forms import FORMS, World
from . import fuzzing

JSON = {
    "POST /api/pitches": ("Zwaluw", {"title": "Samen", "text": "Iets."}),
    "PUT /api/ballots/Zwaluw": ("Ans", {"points": {}, "recused": False, "note": ""}),
    "POST /api/terms": ("Zwaluw", {"sha256": "ab"}),
    "POST /api/teams": ("Organisatie", {"name": "Mus", "sources": ""}),
    "POST /api/rescore": ("Organisatie", {"reason": "Kijken."}),
    "PUT /api/phase/frozen": ("Organisatie", {"starts_at": None}),
    "PUT /api/submissions/aaaaaaaaaaaaaaaa/final": ("Zwaluw", {"choice": 1}),
    "POST /api/invitations/0000-0000-0000-0000": (None, {"name": "Mus"}),
}


class Senders:
    """The application with everybody logged in, and what they send."""

    def __init__(self, settings: Settings, release: Release) -> None:
        self.settings = settings
        self.world = World(settings, release)
        self.app = create_app(settings)
        desk = Desk(settings)
        with desk.database.begin() as unit:
            for team in ("Zwaluw", "Grutto", "Kievit"):
                person = unit.people.named(Role.TEAM, team)
                given = Grant(9999, "Voor de proef.", "O", datetime.now(UTC))
                unit.grants.add(person.id, given)
        desk.database.close()

    def request(self, random: Random) -> httpx.Request:
        """Make one request that somebody sends."""
        match random.randrange(4):
            case 0:
                return self._upload(random)
            case 1:
                return self._json(random)
        return self._form(random)

    def _upload(self, random: Random) -> httpx.Request:
        files = {"bundle": ("x.zip", fuzzing.bundle(random))}
        data = {"note": fuzzing.sendable(fuzzing.hostile_text(random))[:2500]}
        headers = self._token("Zwaluw")
        if random.random() < 0.3:
            headers["Idempotency-Key"] = str(random.random())
        made = httpx.Request(
            "POST", f"{SITE}/api/submissions", headers=headers, data=data, files=files
        )
        return self._broken(random, made)

    def _json(self, random: Random) -> httpx.Request:
        line = random.choice([*JSON])
        who, good = JSON[line]
        method, _, path = line.partition(" ")
        headers = {"Content-Type": "application/json"} | self._token(who)
        content = fuzzing.body(random, good)
        return httpx.Request(method, SITE + path, headers=headers, content=content)

    def _form(self, random: Random) -> httpx.Request:
        route = random.choice([*FORMS])
        form = FORMS[route]
        fields = dict(form.good)
        for name in random.sample([*fields, "extra"], k=1):
            fields[name] = fuzzing.sendable(fuzzing.hostile_text(random))
        if isinstance(form.good.get("pdf"), tuple):
            fields["pdf"] = ("x.pdf", fuzzing.slides(random))
        if isinstance(form.good.get("bundle"), tuple):
            fields["bundle"] = ("x.zip", fuzzing.bundle(random))
        if "names" in form.good:
            fields["names"] = decode_list(fuzzing.people(random))
        return self._broken(random, self.world.request(route, form, fields))

    def _broken(self, random: Random, made: httpx.Request) -> httpx.Request:
        """Damage the whole body now and then, so that the form itself is none."""
        made.read()
        if not made.content or random.random() < 0.85:
            return made
        headers = {k: v for k, v in made.headers.items() if k != "content-length"}
        content = fuzzing.damaged(random, made.content)
        return httpx.Request(made.method, made.url, headers=headers, content=content)

    def _token(self, who: str | None) -> dict[str, str]:
        room = self.world.room
        return {"Authorization": f"Bearer {room.tokens[who]}"} if who else {}
