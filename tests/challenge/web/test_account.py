"""Logging in and out, tokens and passwords of one's own."""

from __future__ import annotations

import re
from datetime import timedelta
from urllib.parse import quote

import httpx
import pytest
from fastapi import FastAPI

from challenge.records import Role
from challenge.rules.passwords import check_password, recognise
from challenge.rules.registration import bar
from challenge.rules.tokens import make_token, replace_tokens
from challenge.store import Database
from challenge.web.cookies import HOST_PREFIX, SESSION_COOKIE
from challenge.web.login import own_path

from .conftest import Ask
from .entrance import SITE, Desk, cookie, get, now, post, secret_in

GOOD = "vier woorden zonder haast"


def test_a_token_opens_a_browser_with_a_safe_cookie(ask: Ask, desk: Desk) -> None:
    _, token = desk.add(Role.ORGANISER, "Organisatie")
    [answer] = ask([post("/login", token=f" {token} ")])
    assert (answer.status_code, answer.headers["location"]) == (303, "/organiser")
    written = cookie(answer)
    assert {"HttpOnly", "SameSite=Lax", "Path=/"} <= {*re.split("; ?", written)}
    assert "Secure" not in written
    assert token not in written


def test_over_https_the_cookie_belongs_to_this_host_alone(ask: Ask, desk: Desk) -> None:
    juror, token = desk.add(Role.JUROR, "Wulp")
    secure = "https://test"
    [answer] = ask([post("/login", token=token, origin=secure, site=secure)])
    written = cookie(answer)
    assert written.startswith(HOST_PREFIX + SESSION_COOKIE)
    assert "Secure" in written
    assert "Domain" not in written
    # What another host of the domain could have set is not taken.
    planted = {"Cookie": f"{SESSION_COOKIE}={desk.session(juror)}"}
    [page] = ask([httpx.Request("GET", f"{secure}/account", headers=planted)])
    assert page.status_code == 401


def test_a_name_and_password_open_a_browser(ask: Ask, desk: Desk) -> None:
    juror, _ = desk.add(Role.JUROR, "Wulp")
    with desk.database.begin() as unit:
        unit.people.keep_password(juror, check_password(juror, GOOD))
    good, wrong, nobody = ask(
        [
            post("/login", name="wulp", password=GOOD, next="/challenge"),
            post("/login", name="Wulp", password="iets heel anders"),
            post("/login", name="Grutto", password=GOOD),
        ]
    )
    assert (good.status_code, good.headers["location"]) == (303, "/challenge")
    assert (wrong.status_code, nobody.status_code) == (401, 401)
    told = "Deze naam en dit wachtwoord horen niet bij elkaar."
    assert told in wrong.text
    assert told in nobody.text
    assert 'value="Wulp"' in wrong.text
    assert "iets heel anders" not in wrong.text


@pytest.mark.parametrize("path", ["/account/password", "/login"])
def test_no_password_outlives_a_rotation_that_came_while_it_was_looked_at(
    ask: Ask, desk: Desk, monkeypatch: pytest.MonkeyPatch, path: str
) -> None:
    juror, token = desk.add(Role.JUROR, "Wulp")
    request = post(path, name="Wulp", password=GOOD)
    if path == "/login":
        place, work = "challenge.web.login.recognise", recognise
        with desk.database.begin() as unit:
            unit.people.keep_password(juror, check_password(juror, GOOD))
    else:
        place, work = "challenge.web.account.check_password", check_password
        request.headers["Authorization"] = f"Bearer {token}"

    def meanwhile(*given: object, **said: object) -> object:
        with desk.database.begin() as unit:
            replace_tokens(unit, juror, by="a test", now=now())
        return work(*given, **said)

    monkeypatch.setattr(place, meanwhile)
    [answer] = ask([request])
    assert answer.status_code == 401
    with desk.database.read() as unit:
        assert unit.people.password_of(juror) is None
        assert unit.sessions.of(juror, now=now()) == []


def test_a_planted_session_is_not_taken_over_at_log_in(ask: Ask, desk: Desk) -> None:
    mallory, _ = desk.add(Role.TEAM, "Kievit")
    _, token = desk.add(Role.JUROR, "Wulp")
    planted = desk.session(mallory)
    login, page = ask(
        [post("/login", secret=planted, token=token), get("/", secret="x")]
    )
    assert secret_in(login) != planted
    [after] = ask([get("/account", secret=planted)])
    assert after.status_code == 401
    assert page.status_code == 200


def test_logging_out_ends_the_session_here_and_in_the_browser(
    ask: Ask, desk: Desk
) -> None:
    juror, _ = desk.add(Role.JUROR, "Wulp")
    secret = desk.session(juror)
    before, out, after = ask(
        [
            get("/account", secret=secret),
            post("/logout", secret=secret),
            get("/account", secret=secret),
        ]
    )
    assert [r.status_code for r in (before, out, after)] == [200, 303, 401]
    assert secret_in(out) == ""
    assert "Max-Age=0" in cookie(out)


def test_a_secret_of_an_hour_is_replaced_with_the_next_page(
    ask: Ask, desk: Desk
) -> None:
    juror, _ = desk.add(Role.JUROR, "Wulp")
    old = desk.session(juror, age=timedelta(hours=2))
    first, second = ask([get("/account", secret=old), get("/account", secret=old)])
    assert secret_in(first) not in ("", old)
    assert (second.status_code, cookie(second)) == (200, "")
    [third] = ask([get("/account", secret=secret_in(first))])
    assert third.status_code == 200


def test_logging_in_with_a_stale_session_leaves_one_cookie_that_works(
    ask: Ask, desk: Desk
) -> None:
    team, _ = desk.add(Role.TEAM, "Kievit")
    _, token = desk.add(Role.JUROR, "Wulp")
    old = desk.session(team, age=timedelta(hours=2))
    [login] = ask([post("/login", secret=old, token=token)])
    [page] = ask([get("/account", secret=secret_in(login))])
    assert len(login.headers.get_list("set-cookie")) == 1
    assert "Jurylid Wulp" in page.text


def test_a_page_that_needs_somebody_leads_back_to_itself(ask: Ask, desk: Desk) -> None:
    _, token = desk.add(Role.JUROR, "Wulp")
    [asked] = ask([get("/account?lang=nl")])
    assert asked.status_code == 401
    assert 'name="next" value="/account?lang=nl"' in asked.text
    [answer] = ask([post("/login", token=token, next="/account?lang=nl")])
    assert answer.headers["location"] == "/account?lang=nl"


def test_a_form_without_a_session_says_that_the_text_is_still_there(ask: Ask) -> None:
    [answer] = ask([post("/account/tokens", label="Laptop")])
    assert answer.status_code == 401
    assert "Je tekst staat nog op de vorige pagina" in answer.text
    assert 'target="_blank"' in answer.text


ELSEWHERE = [
    *("https://elsewhere.example/", "//elsewhere.example", "/\\elsewhere.example"),
    *("\\\\elsewhere.example", "javascript:alert(1)", "elsewhere", " //elsewhere"),
    *("/\t/elsewhere.example", "/\n/elsewhere", "", "http:elsewhere", "//[", "///x"),
]


@pytest.mark.parametrize("path", ELSEWHERE, ids=ascii)
def test_a_path_that_may_lead_to_another_site_is_dropped(path: str) -> None:
    assert own_path(path) == ""


def test_logging_in_leads_to_no_other_site(ask: Ask, desk: Desk) -> None:
    _, token = desk.add(Role.PARTNER, "Gemeente")
    forms = ask([get(f"/login?next={quote(path)}") for path in ELSEWHERE])
    answers = ask([post("/login", token=token, next=path) for path in ELSEWHERE])
    assert all('name="next" value=""' in form.text for form in forms)
    assert {answer.headers["location"] for answer in answers} == {"/"}


@pytest.mark.parametrize("path", ["/", "/jury/Team%20A", "/board?set=final#x", "/a//b"])
def test_a_path_of_ours_is_kept(path: str) -> None:
    assert own_path(path) == path


def test_somebody_makes_labels_uses_and_revokes_a_token(ask: Ask, desk: Desk) -> None:
    team, _ = desk.add(Role.TEAM, "Grutto")
    secret = desk.session(team)
    [made] = ask([post("/account/tokens", secret=secret, label="Laptop", scope="read")])
    token = re.search(r"kansrijk_\w{49}", made.text)[0]
    read, write, page = ask(
        [
            get("/api/submissions", token=token),
            httpx.Request(
                "POST",
                f"{SITE}/api/pitches",
                headers={"Authorization": f"Bearer {token}"},
                json={"title": "a", "text": "b"},
            ),
            get("/account", secret=secret),
        ]
    )
    assert (made.status_code, read.status_code) == (200, 200)
    assert write.json()["slug"] == "scope-too-narrow"
    assert token not in page.text
    assert "Laptop" in page.text
    with desk.database.read() as unit:
        mine = unit.tokens.of(team)[-1]
    assert mine.used_at is not None
    [revoked] = ask([post(f"/account/tokens/{mine.id}/revoke", secret=secret)])
    [after] = ask([get("/api/submissions", token=token)])
    assert (revoked.status_code, after.status_code) == (303, 401)


def test_nobody_revokes_what_is_not_theirs(ask: Ask, desk: Desk) -> None:
    team, token = desk.add(Role.TEAM, "Grutto")
    other, _ = desk.add(Role.TEAM, "Wulp")
    with desk.database.read() as unit:
        [theirs] = unit.tokens.of(team)
    secret = desk.session(other)
    refused, works = ask(
        [
            post(f"/account/tokens/{theirs.id}/revoke", secret=secret),
            get("/api/submissions", token=token),
        ]
    )
    assert (refused.status_code, works.status_code) == (404, 200)


def test_a_label_that_is_refused_stays_in_the_form(ask: Ask, desk: Desk) -> None:
    team, _ = desk.add(Role.TEAM, "Grutto")
    form = {"label": "x" * 41, "scope": "submit"}
    [answer] = ask([post("/account/tokens", secret=desk.session(team), **form)])
    assert answer.status_code == 422
    assert f'value="{"x" * 41}"' in answer.text
    assert '<option value="submit" selected>' in answer.text
    assert 'aria-describedby="label-error"' in answer.text


def test_a_password_is_chosen_changed_and_never_shown(ask: Ask, desk: Desk) -> None:
    juror, _ = desk.add(Role.JUROR, "Wulp")
    here, elsewhere = desk.session(juror), desk.session(juror)
    path, fresh = "/account/password", "nog vier woorden erbij"
    first, short, wrong, second = ask(
        [
            post(path, secret=here, password=GOOD),
            post(path, secret=here, password="kort", current=GOOD),
            post(path, secret=here, password=fresh, current="iets heel anders"),
            post(path, secret=here, password=fresh, current=GOOD),
        ]
    )
    assert [r.status_code for r in (first, short, wrong, second)] == [
        303,
        422,
        422,
        303,
    ]
    assert 'id="current-error"' in wrong.text
    assert fresh not in wrong.text
    inside, outside, login = ask(
        [
            get("/account", secret=here),
            get("/account", secret=elsewhere),
            post("/login", name="Wulp", password=fresh),
        ]
    )
    assert [r.status_code for r in (inside, outside, login)] == [200, 401, 303]


def test_somebody_logs_out_everywhere_but_here(ask: Ask, desk: Desk) -> None:
    juror, _ = desk.add(Role.JUROR, "Wulp")
    here, elsewhere = desk.session(juror), desk.session(juror)
    ask([post("/account/sessions/close", secret=here)])
    inside, outside = ask([get("/account", secret=s) for s in (here, elsewhere)])
    assert (inside.status_code, outside.status_code) == (200, 401)


def test_an_auditor_sees_the_page_and_can_change_nothing_on_it(
    ask: Ask, desk: Desk
) -> None:
    auditor, _ = desk.add(Role.AUDITOR, "Controle")
    secret = desk.session(auditor)
    page, refused = ask(
        [get("/account", secret=secret), post("/account/tokens", secret=secret)]
    )
    assert (page.status_code, refused.status_code) == (200, 403)
    assert 'action="/account' not in page.text


@pytest.mark.parametrize("role", [Role.JUROR, Role.ORGANISER, Role.PARTNER])
def test_who_is_barred_is_told_why_and_stays_out(
    ask: Ask, desk: Desk, role: Role
) -> None:
    person, token = desk.add(role, "Wulp")
    secret = desk.session(person)
    with desk.database.begin() as unit:
        bar(unit, person, "Left the panel.", by="Organisatie", now=now())
    login, api, old = ask(
        [
            post("/login", token=token),
            get("/api/submissions", token=token),
            get("/account", secret=secret),
        ]
    )
    assert (login.status_code, api.status_code, old.status_code) == (403, 403, 401)
    assert "Left the panel." in login.text
    assert "set-cookie" not in login.headers


def test_a_token_for_handing_in_does_no_more(ask: Ask, desk: Desk) -> None:
    team, _ = desk.add(Role.TEAM, "Grutto")
    with desk.database.begin() as unit:
        token = make_token(
            unit, team, label="CI", scope="submit", by="a test", now=now()
        )
    headers = {"Authorization": f"Bearer {token}"}
    pitch = httpx.Request(
        "POST", f"{SITE}/api/pitches", headers=headers, json={"title": "a", "text": "b"}
    )
    bundle = httpx.Request("POST", f"{SITE}/api/submissions", headers=headers)
    refused, unread, login = ask([pitch, bundle, post("/login", token=token)])
    assert refused.json()["slug"] == "scope-too-narrow"
    assert unread.status_code != 403
    assert login.status_code == 401


def test_the_pages_to_come_in_are_there_without_anybody(ask: Ask, app: FastAPI) -> None:
    for language in ("nl", "en"):
        [answer] = ask([get(f"/login?lang={language}")])
        assert answer.status_code == 200
        assert answer.text.count("<form") >= 2


def test_logging_out_after_an_hour_leaves_no_cookie_that_works(
    ask: Ask, desk: Desk
) -> None:
    juror, _ = desk.add(Role.JUROR, "Wulp")
    old = desk.session(juror, age=timedelta(hours=2))
    out, after = ask([post("/logout", secret=old), get("/account", secret=old)])
    assert (out.status_code, after.status_code) == (303, 401)
    with desk.database.read() as unit:
        assert unit.sessions.of(juror, now=now()) == []


def test_bad_tokens_of_one_guest_keep_nobody_of_the_same_address_out(
    ask: Ask, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("challenge.rules.attempts.AT_ALL", 3)
    juror, token = desk.add(Role.JUROR, "Wulp")
    with desk.database.begin() as unit:
        unit.people.keep_password(juror, check_password(juror, GOOD))
    *bad, by_token, by_password = ask(
        [
            *(post("/login", token=f"kansrijk_{n}") for n in range(5)),
            post("/login", token=token),
            post("/login", name="Wulp", password=GOOD),
        ]
    )
    assert {answer.status_code for answer in bad} == {401}
    assert (by_token.status_code, by_password.status_code) == (303, 303)


def test_a_valid_token_enters_where_passwords_failed_too_often(
    ask: Ask, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("challenge.rules.attempts.AT_ALL", 2)
    _, token = desk.add(Role.JUROR, "Wulp")
    found = ask(
        [
            *(post("/login", name=f"n{n}", password="zomaar iets") for n in range(3)),
            post("/login", token=token),
        ]
    )
    assert [answer.status_code for answer in found] == [401, 401, 429, 303]


def test_a_bad_token_waits_for_no_turn_to_write(
    ask: Ask, monkeypatch: pytest.MonkeyPatch
) -> None:
    def busy(self: Database) -> None:
        raise AssertionError("a bad token writes")

    monkeypatch.setattr(Database, "begin", busy)
    [answer] = ask([post("/login", token="kansrijk_0")])
    assert answer.status_code == 401
