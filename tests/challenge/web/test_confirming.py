"""Acts that decide the outcome ask again who somebody is."""

from __future__ import annotations

import html
import itertools
import re
from datetime import timedelta
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI

from challenge.records import Principal, Role
from challenge.rules.attempts import AT_NAME
from challenge.rules.confirming import CONFIRMED_FOR
from challenge.rules.credentials import hash_token
from challenge.rules.passwords import check_password
from challenge.rules.sessions import rotate
from challenge.rules.tokens import Scope, make_token
from challenge.web.confirming import CONFIRMED
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
    bearer = (sent(act, "", people[role][1]) for act, role in acts.items())
    told = asking(app)(itertools.chain(fresh, bearer))
    assert len(told) == 2 * len(CONFIRMED)
    assert not any(asks_again(answer) for answer in told)
    # But for one: no such juror is the chair.
    stopped = [a.request.url.path for a in told if a.status_code in (401, 403, 500)]
    assert stopped == ["/jury/verdict"] * 2


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
    ask: Ask, desk: Desk, organiser: tuple[Principal, str]
) -> None:
    person, _ = organiser
    _, other = desk.add(Role.ORGANISER, "Tweede")
    with desk.database.begin() as unit:
        unit.people.keep_password(person, check_password(person, GOOD))
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


def test_nobody_guesses_on(
    ask: Ask, desk: Desk, organiser: tuple[Principal, str]
) -> None:
    old = desk.session(organiser[0], age=OLD)
    guess = {"secret": old, "confirmation": "een gok", "reason": "Tekst die blijft"}
    *_, last = ask([post(ANNOUNCING, **guess) for _ in range(AT_NAME + 1)])
    assert last.status_code == 429
    assert int(last.headers["Retry-After"]) > 0
    assert "Tekst die blijft" in last.text


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
    assert f'action="{ANNOUNCING}?lang=en"' in told.text


def test_the_documentation_names_every_act_that_asks() -> None:
    told = DOC.read_text("utf-8").partition("## Who are you, again")[2]
    rows = re.findall(r"^\| `((?:POST|PUT|DELETE) [^`]+)` \|", told, re.MULTILINE)
    assert sorted(rows) == sorted(CONFIRMED)
