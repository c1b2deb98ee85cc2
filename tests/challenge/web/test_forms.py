"""Every form: refused it comes back with all of it, sent twice it is one act."""

from __future__ import annotations

import asyncio
import html
import re
import shutil
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime

import httpx
import pytest
from fastapi import FastAPI
from sqlalchemy import create_engine, select

from challenge.brief import read_brief
from challenge.records import Interest, Role, Stage, State
from challenge.rules.announcing import announce
from challenge.rules.helping import ask
from challenge.rules.inviting import Guest, invite
from challenge.rules.lessons import note_lesson
from challenge.rules.passwords import check_password
from challenge.rules.sessions import open_session
from challenge.rules.terms import terms_of
from challenge.settings import Settings
from challenge.store import Unit
from challenge.store.tables import metadata
from challenge.synthesis import Release
from challenge.web import repeats
from challenge.web.app import create_app
from challenge.web.cookies import SESSION_COOKIE
from challenge.web.policy import POLICY

from ...conftest import settings_for
from ...factories import QUICKSTART
from .entrance import SITE
from .room import PEOPLE, Room

BRIEF = read_brief(QUICKSTART)
CRITERIA = [f"points_{criterion.slug}" for criterion in BRIEF.rubric]
TYPED = "Wat iemand typte: <b> & é"
SECRET = "een goed wachtwoord van hier"
PDF = ("slides.pdf", b"%PDF-1.7\n%%EOF")
# What a log-in leaves behind, and what every refusal does.
ASIDE = {"attempts", "sessions", "incidents", "sqlite_sequence"}
Fields = Mapping[str, object]


@dataclass(frozen=True)
class Form:
    """One form: who sends it, well and badly, and where it says what is wrong."""

    who: str = "Organisatie"
    good: Fields = field(default_factory=dict)
    # None: nothing is typed in it, so nothing is lost.
    bad: Fields | None = None
    at: str = ""
    # Of the fields of `bad`, what does not come back.
    lost: tuple[str, ...] = ()
    status: int = 422
    # By which the good one is named.
    path: str = ""
    changes: bool = True


OPEN = {
    "/organiser/teams/{team_name}/extra": Form(
        good={"extra": "2", "reason": TYPED},
        bad={"extra": "veel", "reason": TYPED},
        at="extra",
    ),
    "/login": Form(
        "",
        {"name": "Ans", "password": SECRET},
        {"name": "Ans", "password": "zomaar iets anders", "next": "/jury/clock"},
        at="name",
        lost=("password",),
        status=401,
    ),
    "/logout": Form("Accountant", changes=False),
    "/invitation/{code}": Form(
        "",
        {"name": "Wulp", "language": "nl"},
        {"name": TYPED, "password": "kort", "language": "en"},
        at="password",
        lost=("password",),
    ),
    "/account/password": Form(
        "Ans",
        {"current": SECRET, "password": "een ander goed wachtwoord"},
        {"current": SECRET, "password": "kort"},
        at="password",
        lost=("current", "password"),
    ),
    "/account/tokens": Form(
        "Zwaluw",
        {"label": "laptop", "scope": "all"},
        {"label": "laptop & é", "scope": "odd"},
        at="scope",
        lost=("scope",),
    ),
    "/account/tokens/{token_id}/revoke": Form("Grutto"),
    "/account/sessions/close": Form("Ans", changes=False),
    "/data": Form(
        "Zwaluw",
        {"sha256": "{terms}", "accepted": "true"},
        {"sha256": "{terms}"},
        at="accepted",
    ),
    "/help": Form("Zwaluw", {"text": TYPED}, {"text": TYPED + "\u202e"}, at="text"),
    "/interpretation": Form(
        "Zwaluw", {"text": TYPED}, {"text": TYPED + "x" * 20000}, at="text"
    ),
    "/picks": Form(
        "Zwaluw",
        {"first": "a" * 16, "second": "b" * 16},
        {"first": "b" * 16, "second": "b" * 16},
        at="second",
    ),
    "/pitch": Form(
        "Zwaluw",
        {"title": "Samen", "text": TYPED, "version": "1"},
        {
            "title": TYPED,
            "text": TYPED + "1",
            "canvas_3": TYPED + "3",
            "link": "http://x",
            "version": "7",
        },
        at="link",
    ),
    "/pitch/pdf": Form("Zwaluw", {"pdf": PDF}, {"pdf": ("x.pdf", b"no")}, at="pdf"),
    "/pitch/pdf/remove": Form("Zwaluw"),
    "/submissions": Form(
        "Zwaluw",
        {"bundle": ("x.zip", b"a bundle that is none")},
        {"note": TYPED, "proof": "yes"},
        at="bundle",
        path="/submissions?key=one",
    ),
    "/organiser/announcements": Form(
        good={"nl": "Pauze", "en": "Break"}, bad={"nl": TYPED, "en": ""}, at="en"
    ),
    "/organiser/announcements/{number}/withdraw": Form(),
    "/organiser/help/{code}": Form(
        good={"answer": TYPED}, bad={"answer": TYPED + "x" * 9000}, at="answer"
    ),
    "/organiser/interpretations/{team_name}/waive": Form(),
    "/organiser/invitations/cards": Form(
        good={"role": "team", "names": "Mees", "days": "7", "unnamed": "1"},
        bad={"role": "team", "names": TYPED, "days": "morgen", "unnamed": "3"},
        at="days",
    ),
    "/organiser/invitations/{invitation_id}/renew": Form(),
    "/organiser/invitations/{invitation_id}/revoke": Form(),
    "/organiser/people/{person_id}/bar": Form(
        good={"reason": TYPED}, bad={"reason": TYPED + "x" * 900}, at="reason"
    ),
    # There is a chair already: seating another is refused, see test_roster.
    "/organiser/people/{person_id}/chair": Form(good={"chairs": "false"}),
    "/organiser/people/{person_id}/invitation": Form(),
    "/organiser/people/{person_id}/token": Form(),
    "/organiser/teams/{team_name}/disqualify": Form(
        good={"reason": TYPED}, bad={"reason": TYPED + "x" * 900}, at="reason"
    ),
    "/organiser/rescoring": Form(
        good={"reason": TYPED}, bad={"reason": TYPED + "x" * 900}, at="reason"
    ),
    "/organiser/people/list": Form(
        good={"names": "Mus"},
        bad={"names": f"Spreeuw\n{TYPED}\u202e"},
        at="names",
        changes=False,
    ),
    "/organiser/phase/schedule": Form(
        good={"frozen": "", "jury": "", "closed": ""},
        bad={"frozen": "over een uur", "jury": "2199-01-01T10:00", "closed": ""},
        at="frozen",
        changes=False,
    ),
    "/lessons": Form(
        good={"kind": "finding", "text": TYPED},
        bad={"kind": "finding", "text": "", "interpretation": TYPED},
        at="text",
    ),
    "/lessons/{number}/withdraw": Form(),
}
JURY = {
    "/jury/conflicts": Form(
        "Bo",
        {f"kind_{team}": "none" for team in ("Zwaluw", "Grutto", "Kievit")},
        {"kind_Zwaluw": "knows", "reason_Zwaluw": TYPED},
        at="kind_Grutto",
    ),
    "/jury/{team_name}": Form(
        "Ans",
        {"action": "submit", **dict.fromkeys(CRITERIA, "3"), "note": TYPED},
        {
            "action": "submit",
            "note": TYPED,
            "private_note": TYPED + "2",
        },
        at=CRITERIA[0],
    ),
    "/organiser/ballots/{juror_name}/{team_name}": Form(
        good={"action": "submit", **dict.fromkeys(CRITERIA, "3")},
        bad={"action": "recuse", "note": TYPED, "reason": TYPED + "x" * 20000},
        at="reason",
    ),
    "/jury/clock": Form(
        "Voorzitter",
        {"action": "start", "team": "Zwaluw"},
        {
            "action": "order",
            "place_Zwaluw": "71",
            "place_Grutto": "71",
        },
        at="order",
    ),
    "/jury/panel": Form("Voorzitter", {"state": "closed"}),
    "/organiser/rescoring/{number}/publish": Form(
        good={"note": TYPED}, bad={"note": TYPED + "x" * 900}, at="note"
    ),
}
VERDICT = {
    "/jury/deliberation": Form("Ans", {"preferred": "Zwaluw", "other": "Grutto"}),
    "/jury/verdict": Form(
        "Voorzitter",
        {
            "place": ["Zwaluw", "Grutto"],
            "reasons": TYPED,
            "deviation": TYPED,
            "winner": "Zwaluw",
        },
        {
            "place": ["Grutto", "Grutto"],
            "reasons": TYPED,
            "deviation": TYPED + "2",
        },
        at="places",
    ),
    # Last, since it changes what the others may.
    "/organiser/phase": Form(
        good={"to": "frozen", "reason": TYPED},
        bad={"to": "frozen", "reason": TYPED + "x" * 900},
        at="reason",
    ),
}
FORMS = OPEN | JURY | VERDICT


@dataclass(frozen=True)
class Told:
    """What came of one form: refused, and sent well twice."""

    bad: httpx.Response | None
    first: httpx.Response
    second: httpx.Response
    # Later: no answer is kept any more, so the form itself is asked again.
    later: httpx.Response
    # What the database held before, and after each.
    held: tuple[dict, dict, dict, dict, dict]


class World:
    """One application, everybody logged in, and something for each form to act on."""

    def __init__(self, settings: Settings, release: Release) -> None:
        self.settings, self.release = settings, release
        self.room = Room(settings)
        self.sessions: dict[str, str] = {}
        self.room.judge(
            {
                (juror, team): 3
                for juror in ("Ans", "Bo")
                for team in ("Zwaluw", "Grutto", "Kievit")
            },
            declared=False,
        )
        self.room.go("open")
        self.known: dict[str, object] = {}
        self.room.change(self._prepare)
        self.room.change(self._enter)

    def _prepare(self, unit: Unit) -> None:
        now = datetime.now(UTC)
        people = {name: self.room.person(unit, name) for name in PEOPLE}
        unit.people.keep_password(people["Ans"], check_password(people["Ans"], SECRET))
        invited = [
            invite(unit, guest, brief=BRIEF, by="a test", now=now)
            for guest in (
                Guest(Role.TEAM),
                Guest(Role.JUROR, "Renate"),
                Guest(Role.JUROR, "Rudi"),
            )
        ]
        for team in ("Zwaluw", "Grutto", "Kievit"):
            unit.conflicts.declare(
                people["Ans"], people[team], Interest.NONE, reason="", now=now
            )
        announce(unit, people["Organisatie"], nl="Hoi", en="Hello", now=now)
        note_lesson(
            unit, people["Ans"], kind="finding", text="Iets", brief=BRIEF, now=now
        )
        for key in ("a" * 16, "b" * 16):
            unit.submissions.add(
                id=key,
                team_id=people["Zwaluw"].id,
                state=State.SCORED,
                stage=Stage.SCORED,
                release=self.release.name,
                sources="",
                bundle_sha256=key,
                created_at=now,
                updated_at=now,
            )
        code = ask(unit, people["Kievit"], text="Hoe?", submission_id="", now=now)
        token = unit.tokens.of(people["Grutto"])[0]
        # By the last word of a route but for its parameters; else Zwaluw, or number 1.
        self.known = {
            "invitation": invited[0][1],
            "renew": invited[1][0].id,
            "revoke": invited[2][0].id,
            "tokens": token.id,
            "help": code,
            "bar": people["Accountant"].id,
            "chair": people["Bo"].id,
            "people": people["Bo"].id,
            "token": people["Grutto"].id,
            "disqualify": "Kievit",
            "waive": "Grutto",
        }

    def path_of(self, route: str) -> str:
        """Fill a route with what it acts on."""
        words = [word for word in route.split("/") if word and "{" not in word]
        known = self.known.get(words[-1], 1)
        if words[1:2] == ["tokens"]:
            known = self.known["tokens"]
        elif words[1:] == ["people", "invitation"]:
            known = self.known["people"]
        filled = route.replace("{team_name}", str(known)) if known != 1 else route
        filled = filled.replace("{team_name}", "Zwaluw").replace("{juror_name}", "Bo")
        return re.sub(r"\{\w+\}", str(known), filled)

    def _enter(self, unit: Unit) -> None:
        """Log everybody in; also again, since some forms end sessions."""
        for name in PEOPLE:
            person, now = self.room.person(unit, name), datetime.now(UTC)
            self.sessions[name] = open_session(unit, person, now=now)
        # What only a worker does.
        for one in unit.rescorings.all(self.release.name):
            unit.rescorings.mark(one.id, done_at=now)

    def request(self, route: str, form: Form, fields: Fields) -> httpx.Request:
        path = form.path or self.path_of(route)
        headers = {"Accept": "text/html", "Origin": SITE, "Accept-Language": "nl"}
        if form.who:
            headers["Cookie"] = f"{SESSION_COOKIE}={self.sessions[form.who]}"
        terms = terms_of(BRIEF, self.release).sha256
        data = {
            k: terms if v == "{terms}" else v
            for k, v in fields.items()
            if not isinstance(v, tuple)
        }
        files = {k: v for k, v in fields.items() if isinstance(v, tuple)}
        made = httpx.Request(
            "POST", SITE + path, headers=headers, data=data, files=files or None
        )
        made.read()
        return httpx.Request(
            "POST", made.url, headers=made.headers, content=made.content
        )

    def held(self) -> dict[str, list]:
        engine = create_engine(self.settings.database)
        with engine.connect() as connection:
            tables = {
                table.name: connection.execute(
                    select(table).order_by(*table.primary_key)
                ).all()
                for table in metadata.sorted_tables
                if table.name not in ASIDE
            }
        engine.dispose()
        return tables

    async def send(self, app: FastAPI) -> dict[str, Told]:
        transport = httpx.ASGITransport(app)
        async with (
            app.router.lifespan_context(app),
            httpx.AsyncClient(transport=transport) as client,
        ):
            told = {
                route: await self._tell(client, route, form)
                for route, form in OPEN.items()
            }
            self.room.go("jury", is_open=True)
            self.room.change(self._enter)
            told |= {
                route: await self._tell(client, route, form)
                for route, form in JURY.items()
            }
            self.room.go("jury")
            return told | {
                route: await self._tell(client, route, form)
                for route, form in VERDICT.items()
            }

    async def _tell(self, client: httpx.AsyncClient, route: str, form: Form) -> Told:
        if route == "/organiser/phase":
            self.room.go("open")
        good = self.request(route, form, form.good)
        held = [self.held()]
        bad = None
        if form.bad is not None:
            bad = await client.send(self.request(route, form, form.bad))
        held.append(self.held())
        first = await client.send(good)
        held.append(self.held())
        second = await client.send(self.request(route, form, form.good))
        held.append(self.held())
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(repeats, "SECONDS", 0.0)
            later = await client.send(self.request(route, form, form.good))
        return Told(bad, first, second, later, (*held, self.held()))


@pytest.fixture(scope="module")
def told(release: Release, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Told]:
    home = tmp_path_factory.mktemp("forms") / "home"
    shutil.copytree(release.path.parent, home / "releases/quickstart")
    shutil.copy(release.path.parents[2] / "challenge.db", home)
    settings = settings_for(home)
    return asyncio.run(World(settings, release).send(create_app(settings)))


def test_every_form_of_the_application_stands_in_this_table() -> None:
    posted = {
        path
        for method, path in POLICY.routes
        if method == "POST" and not path.startswith("/api")
    }
    assert posted == set(FORMS)


REFUSED = [route for route, form in FORMS.items() if form.bad is not None]


@pytest.mark.parametrize("route", REFUSED)
def test_a_refused_form_says_what_above_it_and_beside_the_field(
    told: dict[str, Told], route: str
) -> None:
    form, answer = FORMS[route], told[route].bad
    assert answer.status_code == form.status
    main = answer.text[answer.text.index("<main") :]
    above = re.search(
        r'<div class="summary"[^>]*id="errors".*?</div>', main, re.DOTALL
    )[0]
    assert f'href="#{form.at}"' in above
    beside = re.search(rf'<[^>]*\bid="{form.at}"[^>]*>', main)[0]
    assert 'aria-invalid="true"' in beside
    assert (
        f"{form.at}-error"
        in re.search(r'aria-describedby="([^"]*)"', beside)[1].split()
    )
    assert re.search(rf'<p class="error" id="{form.at}-error">', main)


@pytest.mark.parametrize("route", REFUSED)
def test_nothing_that_was_typed_is_lost_when_a_form_is_refused(
    told: dict[str, Told], route: str
) -> None:
    form, answer = FORMS[route], told[route].bad
    main = html.unescape(answer.text[answer.text.index("<main") :])
    typed = {k: v for k, v in form.bad.items() if isinstance(v, str) and v != "{terms}"}
    lost = {k for k, v in typed.items() if v not in main}
    assert lost == set(form.lost)
    assert not any(
        typed[name] in main for name in form.lost if name in ("password", "current")
    )


@pytest.mark.parametrize("route", REFUSED)
def test_a_refused_form_changes_nothing(told: dict[str, Told], route: str) -> None:
    before, after, *_ = told[route].held
    if route == "/login":
        # That it failed is kept; what was typed is not.
        *kept, failed = after["audit"]
        assert failed[3:5] == ("fail to log in", "Ans")
        after = after | {"audit": kept}
    assert before == after


# What may happen twice to whoever means it, so that only `challenge.web.repeats` holds
# a second click back: what it changes then, and why that is right.
AUDIT = frozenset({"audit"})
MEANT_TWICE: dict[str, tuple[frozenset[str], str]] = {
    "/login": (AUDIT, "each log-in opens a session, and is written down"),
    "/account/tokens": (AUDIT | {"tokens"}, "for each laptop another token"),
    "/organiser/people/{person_id}/token": (
        AUDIT | {"tokens"},
        "a token that was lost again; the one before it stops",
    ),
    "/organiser/people/{person_id}/invitation": (
        AUDIT | {"invitations"},
        "a link that was lost again",
    ),
    "/organiser/help/{code}": (
        AUDIT | {"help_requests"},
        "an answer may be mended; the last one stands, with its time",
    ),
    "/organiser/people/{person_id}/bar": (AUDIT, "said again, they are out already"),
    "/organiser/people/{person_id}/chair": (AUDIT, "said again, it is them already"),
    "/organiser/teams/{team_name}/disqualify": (AUDIT, "said again, it is out already"),
    "/jury/{team_name}": (
        AUDIT | {"ballots"},
        "until the panel closes a ballot is sent anew: one ballot, another version",
    ),
    "/organiser/ballots/{juror_name}/{team_name}": (
        AUDIT | {"ballots"},
        "as above, typed in for a juror",
    ),
    "/jury/deliberation": (
        AUDIT | {"comparisons"},
        "a preference may change; one of each pair stands, with its time",
    ),
}
# What comes without a session, or with a file: no answer to it is kept.
NOT_KEPT = {"/login", "/invitation/{code}", "/submissions"}


@pytest.mark.parametrize("route", FORMS)
def test_a_form_that_is_sent_twice_does_nothing_twice(
    told: dict[str, Told], route: str
) -> None:
    form, found = FORMS[route], told[route]
    _, before, once, twice, _ = found.held
    good = {422} if route == "/submissions" else {200, 303}
    assert found.first.status_code in good
    assert (before != once) == form.changes
    if route != "/login":
        assert {t for t in once if once[t] != twice[t]} == set()
    if route not in NOT_KEPT:
        assert (found.first.status_code, found.first.content) == (
            found.second.status_code,
            found.second.content,
        )
        assert found.first.headers.get("location") == found.second.headers.get(
            "location"
        )


@pytest.mark.parametrize("route", FORMS)
def test_a_form_whose_answer_is_forgotten_does_nothing_twice_either(
    told: dict[str, Told], route: str
) -> None:
    *_, before, after = told[route].held
    changed = {table for table in before if before[table] != after[table]}
    meant, _ = MEANT_TWICE.get(route, (frozenset(), ""))
    assert changed == meant
    # Told, or refused with a reason; it never breaks.
    assert told[route].later.status_code < 500


# Acts that change something and stand in no entry of the audit table, with the reason.
UNLOGGED = {
    "/logout": "it ends a session, and changes nothing else",
    "/submissions": "the table of submissions keeps every upload: who, when, what",
    "/account/sessions/close": "nobody is logged in elsewhere; see test_sessions",
    "/organiser/people/list": "it reads a list of names back, and keeps nothing",
    "/organiser/phase/schedule": "no time changes here; the API's does, below",
}


@pytest.mark.parametrize("route", FORMS)
def test_every_form_that_changes_something_is_in_the_audit_table(
    told: dict[str, Told], route: str
) -> None:
    _, before, after, *_ = told[route].held
    entries = after["audit"][len(before["audit"]) :]
    assert bool(entries) == (route not in UNLOGGED)
