"""Acts that decide the outcome ask again who somebody is."""

from __future__ import annotations

import asyncio
import html
import itertools
import re
from datetime import timedelta
from pathlib import Path
from urllib.parse import quote

import httpx
import pytest
from fastapi import FastAPI, Request
from starlette.routing import Route

from challenge.errors import ConfirmationRequiredError
from challenge.records import Principal, Role
from challenge.rules.attempts import AT_ALL, AT_NAME
from challenge.rules.confirming import CONFIRMED_FOR
from challenge.rules.credentials import hash_token
from challenge.rules.passwords import check_password
from challenge.rules.sessions import rotate
from challenge.rules.tokens import Scope, make_token
from challenge.web.confirming import CONFIRMED, confirmed
from challenge.web.cookies import SESSION_COOKIE
from challenge.web.policy import POLICY

from .conftest import Ask, asking
from .entrance import SITE, Desk, get, now, post, secret_in

DOC = Path(__file__).parents[3] / "docs/audit-log.md"
GOOD = "vier woorden zonder haast"
OLD = CONFIRMED_FOR + timedelta(seconds=1)
ANNOUNCING = "/organiser/announcements/1/withdraw"
BARRING = "/organiser/people/{}/bar"
FIELD = 'name="confirmation"'


def asks_again(answer: httpx.Response) -> bool:
    asked = FIELD in answer.text or '"confirmation-required"' in answer.text
    return answer.status_code == 403 and asked


def filled(path: str) -> str:
    return re.sub(r"\{\w+\}", "99", path)


def sent(act: str, secret: str, token: str = "") -> httpx.Request:
    method, _, path = act.partition(" ")
    headers = {"Accept": "text/html", "Origin": SITE}
    headers["Cookie"] = f"{SESSION_COOKIE}={secret}"
    if token:
        headers["Authorization"] = f"Bearer {token}"
    form = None if path.startswith("/api") else {"reason": "Daarom."}
    return httpx.Request(method, SITE + filled(path), headers=headers, data=form)


def repeated(answer: httpx.Response, secret: str, **typed: str) -> httpx.Request:
    """Send the form of the page as a browser would, with what somebody types."""
    form = re.search(
        r'<form method="post" action="([^"]*)">(.*?)</form>', main_of(answer), re.DOTALL
    )
    hidden = re.findall(r'type="hidden" name="([^"]*)" value="([^"]*)"', form[2])
    fields = {html.unescape(k): html.unescape(v) for k, v in hidden}
    return post(html.unescape(form[1]), secret=secret, **fields, **typed)


def main_of(answer: httpx.Response) -> str:
    return answer.text[answer.text.index("<main") :]


@pytest.fixture(scope="module")
def password() -> str:
    """What is kept of `GOOD`; to make it takes a second of a core."""
    return check_password(Principal(1, Role.ORGANISER, "Organisatie"), GOOD)


@pytest.fixture
def organiser(desk: Desk) -> tuple[Principal, str]:
    return desk.add(Role.ORGANISER, "Organisatie")


def test_every_act_asks_in_an_old_session_and_in_a_fresh_one_goes_on(
    app: FastAPI, desk: Desk
) -> None:
    people = {role: desk.add(role, role.value) for role in Role}
    acts = {}
    for act in CONFIRMED:
        method, _, path = act.partition(" ")
        roles = POLICY.routes[method, path]
        acts[act] = next(role for role in Role if role in roles)
    old = {r: desk.session(person, age=OLD) for r, (person, _) in people.items()}
    asked = asking(app)([sent(act, old[role]) for act, role in acts.items()])
    assert {act for act, told in zip(acts, asked, strict=True) if asks_again(told)} == {
        *acts
    }
    # One by one: some of these acts end the sessions before them.
    young = OLD - timedelta(minutes=1)
    fresh = (
        sent(act, desk.session(people[role][0], age=young))
        for act, role in acts.items()
    )
    # One line decides for all of them.
    some = sorted(acts)[::8]
    bearer = (sent(act, "", people[acts[act]][1]) for act in some)
    told = asking(app)(itertools.chain(fresh, bearer))
    assert len(told) == len(CONFIRMED) + len(some)
    assert not any(asks_again(answer) for answer in told)
    # But for one: no such juror is the chair.
    stopped = {a.request.url.path for a in told if a.status_code in (401, 403, 500)}
    assert stopped == {"/jury/verdict"}


def test_a_session_that_ended_since_somebody_was_let_in_confirms_nothing(
    app: FastAPI, desk: Desk, organiser: tuple[Principal, str]
) -> None:
    """Once an act went on if the session ended between two looks at it."""
    secret = desk.session(organiser[0])
    scope = sent(f"POST {ANNOUNCING}", secret)
    request = Request(
        {
            "type": "http",
            "method": "POST",
            "path": ANNOUNCING,
            "app": app,
            "route": Route("/organiser/announcements/{number}/withdraw", print),
            "headers": [(b"cookie", scope.headers["cookie"].encode())],
        }
    )
    assert asyncio.run(passes(request))
    with desk.database.begin() as unit:
        unit.sessions.close(hash_token(secret))
    assert not asyncio.run(passes(request))


async def passes(request: Request) -> bool:
    """Say whether somebody who was let in may go on."""
    async with request.app.router.lifespan_context(request.app):
        try:
            await confirmed(request)
        except ConfirmationRequiredError:
            return False
    return True


@pytest.mark.parametrize("name", ["Gr%6Fep", "A%25B", "Wat is é?", "a b"])
def test_the_page_sends_the_act_to_where_it_went(
    ask: Ask, desk: Desk, organiser: tuple[Principal, str], name: str
) -> None:
    """A team `Gr%6Fep` once had `Groep` barred in its place."""
    old = desk.session(organiser[0], age=OLD)
    path = f"/organiser/teams/{quote(name)}/disqualify"
    [asked] = ask([post(path, secret=old, reason="Regel 2")])
    assert asks_again(asked)
    again = repeated(asked, old, confirmation="x")
    assert again.url.raw_path == httpx.URL(SITE + path).raw_path


def test_strangers_at_the_same_address_keep_no_organiser_from_an_act(
    ask: Ask, desk: Desk, organiser: tuple[Principal, str], password: str
) -> None:
    person, token = organiser
    with desk.database.begin() as unit:
        unit.people.keep_password(person, password)
        for number in range(AT_ALL):
            unit.attempts.add("127.0.0.1", f"{number}", now=now())
    # One each for a token and a password, since what is right confirms the session.
    olds = [desk.session(person, age=OLD) for _ in range(2)]
    told = ask(
        [
            post("/login", name="Organisatie", password="gok"),
            *(
                post(ANNOUNCING, secret=old, confirmation=typed)
                for old, typed in zip(olds, (token, GOOD), strict=True)
            ),
        ]
    )
    assert [answer.status_code for answer in told] == [429, 404, 404]


def test_what_changes_nothing_for_good_asks_nobody(
    ask: Ask, desk: Desk, organiser: tuple[Principal, str]
) -> None:
    old = desk.session(organiser[0], age=OLD)
    told = ask(
        [
            get("/organiser", secret=old),
            post("/organiser/announcements", secret=old, nl="Pauze", en="Break"),
        ]
    )
    assert [answer.status_code for answer in told] == [200, 303]


def test_after_the_token_the_act_goes_on_with_all_that_was_typed(
    ask: Ask, desk: Desk, organiser: tuple[Principal, str]
) -> None:
    team, _ = desk.add(Role.TEAM, "Zwaluw")
    path, reason = BARRING.format(team.id), 'Regel 2 & "3" <b>, é'
    old = desk.session(organiser[0], age=OLD)
    [asked] = ask([post(path, secret=old, reason=reason)])
    assert asked.status_code == 403
    assert "een token van jou" in asked.text
    with desk.database.read() as unit:
        assert unit.people.get(team.id).barred is None
    again = repeated(asked, old, confirmation=organiser[1])
    [done] = ask([again])
    assert done.status_code == 303
    with desk.database.read() as unit:
        assert unit.people.get(team.id).barred == reason
        acts = [e["action"] for e in unit.audit.all() if e["actor"] == "Organisatie"]
    assert acts == ["confirm", "bar team"]
    # The session goes on with a secret of its own, and does not ask again.
    fresh = secret_in(done)
    assert fresh != old
    [later] = ask([post(path, secret=fresh, reason=reason, again="true")])
    assert later.status_code == 303


def test_a_secret_that_is_replaced_stays_confirmed(
    ask: Ask, desk: Desk, organiser: tuple[Principal, str]
) -> None:
    person, _ = organiser
    early = desk.session(person, age=timedelta(minutes=2))
    with desk.database.begin() as unit:
        session = unit.sessions.get(hash_token(early), now=now())
        late = rotate(unit, session, now=now())
    [told] = ask([post(ANNOUNCING, secret=late)])
    assert told.status_code == 404


def test_a_password_confirms_too_and_another_one_does_not(
    ask: Ask, desk: Desk, organiser: tuple[Principal, str], password: str
) -> None:
    person, _ = organiser
    _, other = desk.add(Role.ORGANISER, "Tweede")
    with desk.database.begin() as unit:
        unit.people.keep_password(person, password)
        narrow = make_token(
            unit, person, label="", scope=Scope.READ, by="a test", now=now()
        )
    old = desk.session(person, age=OLD)
    wrong = ["iets heel anders", other, narrow]
    *refused, good = ask(
        [post(ANNOUNCING, secret=old, confirmation=typed) for typed in [*wrong, GOOD]]
    )
    for typed, answer in zip(wrong, refused, strict=True):
        assert asks_again(answer)
        assert "Dit is niet van jou" in answer.text
        assert typed not in answer.text
    # There is no such announcement: it was looked for.
    assert good.status_code == 404
    with desk.database.read() as unit:
        acts = [e["action"] for e in unit.audit.all() if e["actor"] == "Organisatie"]
    assert acts == [*["fail to confirm"] * 3, "confirm"]


def test_nobody_guesses_on_and_a_token_goes_on_all_the_same(
    ask: Ask, desk: Desk, organiser: tuple[Principal, str]
) -> None:
    old = desk.session(organiser[0], age=OLD)
    guess = {"secret": old, "confirmation": "een gok", "reason": "Tekst die blijft"}
    right = guess | {"confirmation": organiser[1]}
    *_, last, good = ask(
        [*[post(ANNOUNCING, **guess)] * (AT_NAME + 1), post(ANNOUNCING, **right)]
    )
    assert last.status_code == 429
    assert int(last.headers["Retry-After"]) > 0
    assert "Tekst die blijft" in last.text
    assert good.status_code == 404


def test_who_has_nothing_to_show_is_told_to_choose_a_password(
    ask: Ask, desk: Desk, organiser: tuple[Principal, str]
) -> None:
    person, _ = organiser
    with desk.database.begin() as unit:
        unit.tokens.revoke_all(person, now=now())
    old = desk.session(person, age=OLD)
    asked, chosen = ask(
        [
            post(ANNOUNCING, secret=old),
            post("/account/password", secret=old, password=GOOD),
        ]
    )
    assert asked.status_code == 403
    assert "Kies eerst een wachtwoord" in asked.text
    assert chosen.status_code == 303
    [after] = ask([post(ANNOUNCING, secret=old, confirmation=GOOD)])
    assert after.status_code == 404


def test_a_session_alone_makes_no_password_where_there_is_a_token(
    ask: Ask, desk: Desk, organiser: tuple[Principal, str]
) -> None:
    old = desk.session(organiser[0], age=OLD)
    [told] = ask([post("/account/password", secret=old, password=GOOD)])
    assert asks_again(told)


def test_the_page_speaks_english_too(
    ask: Ask, desk: Desk, organiser: tuple[Principal, str]
) -> None:
    old = desk.session(organiser[0], age=OLD)
    [told] = ask([post(f"{ANNOUNCING}?lang=en", secret=old)])
    assert "Show that it is you" in told.text
    assert "An announcement is taken off the pages." in told.text
    assert f'action="{ANNOUNCING}?lang=en"' in told.text


def test_the_documentation_names_every_act_that_asks() -> None:
    told = DOC.read_text("utf-8").partition("## Who are you, again")[2]
    rows = re.findall(r"^\| `((?:POST|PUT|DELETE) [^`]+)` \|", told, re.MULTILINE)
    assert sorted(rows) == sorted(CONFIRMED)
