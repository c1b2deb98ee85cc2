"""What goes wrong for somebody: limits, logged out meanwhile, guesses, two clicks."""

from __future__ import annotations

import asyncio
import html
import io
import re
import zipfile

import httpx
import pytest
from fastapi import FastAPI
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

from challenge.errors import QuotaExceededError
from challenge.records import Role
from challenge.rules.attempts import AT_NAME
from challenge.rules.slides import PDF_LIMIT_MIB
from challenge.settings import Settings
from challenge.store import Unit
from challenge.web import ranking

from .conftest import Ask
from .entrance import SITE, Desk, cookie, get, post
from .room import Room
from .test_team import PDF, send

CODE = re.compile(r"\b[0-9A-Z]{4}-[0-9A-Z]{2}\b")
NOTE = "Onze notitie <van> vandaag"


@pytest.fixture
def room(settings: Settings) -> Room:
    made = Room(settings)
    made.go("open")
    return made


def upload(
    room: Room, *, note: str = NOTE, content: bytes = b"no zip"
) -> httpx.Request:
    """Send the form as a browser does: in the order of the page."""
    headers = {
        "Accept": "text/html",
        "Authorization": f"Bearer {room.tokens['Zwaluw']}",
    }
    files = [("note", (None, note)), ("bundle", ("x.zip", content))]
    made = httpx.Request(
        "POST", f"{SITE}/submissions?key=k", headers=headers, files=files
    )
    made.read()
    return made


@pytest.mark.parametrize("why", ["phase", "uploads", "barred", "size"])
def test_a_form_that_is_refused_before_its_file_is_read_keeps_the_note(
    ask: Ask, room: Room, app: FastAPI, why: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    request, status = (
        upload(room),
        {"phase": 409, "uploads": 429, "barred": 403, "size": 413},
    )
    if why == "phase":
        room.go("jury")
    elif why == "barred":
        room.change(
            lambda unit: unit.people.bar(room.person(unit, "Zwaluw"), "Te laat")
        )
    elif why == "uploads":
        monkeypatch.setattr("challenge.rules.intake.check_quota", _no_more)
    else:
        # Says so itself, as a browser does; what it says is not read.
        request.headers["Content-Length"] = str(1 << 40)
    [answer] = ask([request])
    assert answer.status_code == status[why]
    main = answer.text[answer.text.index("<main") :]
    assert NOTE in html.unescape(main)
    assert 'class="summary"' in main


def _no_more(*_: object, **__: object) -> None:
    raise QuotaExceededError(team="Zwaluw", limit=1, kind="uploads")


@pytest.mark.parametrize("path", ["/submissions?key=k", "/pitch/pdf"])
def test_a_file_that_says_it_is_too_large_is_refused_unread(
    app: FastAPI, room: Room, path: str
) -> None:
    read = 0

    async def body():
        nonlocal read
        while True:
            read += 1
            yield b"x" * 65536

    headers = {
        "Accept": "text/html",
        "Authorization": f"Bearer {room.tokens['Zwaluw']}",
        "Content-Type": "multipart/form-data; boundary=b",
        "Content-Length": str(1 << 40),
    }

    async def go() -> httpx.Response:
        transport = httpx.ASGITransport(app)
        async with (
            app.router.lifespan_context(app),
            httpx.AsyncClient(transport=transport) as client,
        ):
            made = httpx.Request("POST", SITE + path, headers=headers, content=body())
            return await client.send(made)

    answer = asyncio.run(go())
    assert answer.status_code == 413
    assert read <= 2


def test_forms_say_the_limit_of_a_file_before_it_is_sent(ask: Ask, room: Room) -> None:
    slides, bundle = ask(
        [room.get("/pitch", "Zwaluw"), room.get("/submissions", "Zwaluw")]
    )
    assert f'data-limit-bytes="{PDF_LIMIT_MIB << 20}"' in slides.text
    assert f"groter dan {PDF_LIMIT_MIB} MiB" in slides.text
    assert "data-limit-bytes" in bundle.text


def test_a_refused_bundle_sent_twice_is_recorded_once_and_a_mended_one_anew(
    ask: Ask, room: Room
) -> None:
    better = io.BytesIO()
    with zipfile.ZipFile(better, "w") as packed:
        packed.writestr("README.md", "Nog geen model.")
    first, again, other = ask(
        [upload(room), upload(room), upload(room, content=better.getvalue())]
    )
    assert [a.status_code for a in (first, again, other)] == [422] * 3
    counts: list[int] = []
    room.change(lambda unit: counts.append(len(unit.submissions.all())))
    assert counts == [2]


def test_the_same_pdf_sent_twice_is_written_down_once(ask: Ask, room: Room) -> None:
    ask([send(room, "/pitch/pdf", "Zwaluw", "pdf", PDF) for _ in range(2)])

    def check(unit: Unit) -> None:
        acts = [entry["action"] for entry in unit.audit.all()]
        assert acts.count("attach pdf") == 1

    room.change(check)


def test_a_page_without_a_session_is_where_one_goes_after_logging_in(
    ask: Ask, desk: Desk
) -> None:
    _, token = desk.add(Role.ORGANISER, "Desk")
    [asked] = ask([get("/organiser/audit?by=Ans&page=2")])
    assert asked.status_code == 401
    kept = html.unescape(re.search(r'name="next" value="([^"]*)"', asked.text)[1])
    [back] = ask([post("/login", token=token, next=kept)])
    assert back.headers["location"] == "/organiser/audit?by=Ans&page=2"


def test_a_form_without_a_session_shows_what_was_typed_but_no_secret(ask: Ask) -> None:
    sent = post("/help", text=NOTE, password="geheim woord")
    sent.headers["Referer"] = f"{SITE}/help?about=x"
    abroad = post("/help", text=NOTE)
    abroad.headers["Referer"] = "https://elsewhere.example/help"
    answer, other = ask([sent, abroad])
    assert answer.status_code == 401
    assert NOTE in html.unescape(answer.text)
    assert "geheim woord" not in answer.text
    assert "/login?next=/help%3Fabout%3Dx" in answer.text
    assert "elsewhere" not in other.text


def test_guessing_a_password_is_bounded_and_says_how_long(ask: Ask, desk: Desk) -> None:
    _, token = desk.add(Role.JUROR, "Wulp")
    *early, late, by_token = ask(
        [
            *(post("/login", name="Wulp", password=f"{n}") for n in range(AT_NAME + 1)),
            post("/login", token=token),
        ]
    )
    assert {answer.status_code for answer in early} == {401}
    assert late.status_code == 429
    assert 0 < int(late.headers["retry-after"]) <= 300
    assert "te vaak mislukt" in late.text
    assert 'value="Wulp"' in late.text
    assert by_token.status_code == 303


def test_behind_a_proxy_that_is_trusted_everybody_has_an_address_of_their_own(
    app: FastAPI, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("challenge.rules.attempts.AT_NAME", 2)
    desk.add(Role.JUROR, "Wulp")
    behind = ProxyHeadersMiddleware(app, trusted_hosts="10.0.0.5")

    async def guess(client: httpx.AsyncClient, address: str) -> int:
        form = post("/login", name="Wulp", password="zomaar iets")
        form.headers["X-Forwarded-For"] = address
        return (await client.send(form)).status_code

    async def go(proxy: str) -> list[int]:
        transport = httpx.ASGITransport(behind, client=(proxy, 1))
        async with (
            app.router.lifespan_context(app),
            httpx.AsyncClient(transport=transport) as client,
        ):
            for _ in range(2):
                await guess(client, "192.0.2.1")
            return [await guess(client, f"192.0.2.{n}") for n in (1, 2)]

    assert asyncio.run(go("10.0.0.5")) == [429, 401]
    # Whom nobody trusts may say what they like: they are one address.
    assert asyncio.run(go("10.0.0.6")) == [429, 429]


def test_whoever_holds_a_session_does_not_guess_its_password_either(
    ask: Ask, desk: Desk
) -> None:
    juror, _ = desk.add(Role.JUROR, "Wulp")
    with desk.database.begin() as unit:
        unit.people.keep_password(
            juror, "$argon2id$v=19$m=8,t=1,p=1$c29tZXNhbHQ$AAAAAAAA"
        )
    secret = desk.session(juror)
    answers = ask(
        post("/account/password", secret=secret, current=f"{n}", password="x" * 12)
        for n in range(AT_NAME + 1)
    )
    assert [a.status_code for a in answers] == [422] * AT_NAME + [429]
    assert answers[-1].headers["retry-after"]


def test_a_form_is_one_act_only_right_after_itself(ask: Ask, desk: Desk) -> None:
    person, _ = desk.add(Role.ORGANISER, "Desk")
    secret = desk.session(person)
    label = [
        post("/account/tokens", secret=secret, label=n, scope="all") for n in "aaba"
    ]
    first, again, other, anew = ask(label)
    assert first.text == again.text
    assert len({first.text, other.text, anew.text}) == 3


def test_a_redirect_keeps_the_language_that_was_chosen(ask: Ask, room: Room) -> None:
    room.judge({("Bo", "Zwaluw"): 3})
    away, missing = ask(
        [room.get("/jury?lang=en", "Ans"), room.get("/nowhere?lang=en")]
    )
    assert away.status_code == 303
    assert missing.status_code == 404
    for answer in (away, missing):
        assert cookie(answer).startswith("lang=en")


@pytest.mark.parametrize(
    ("language", "said"),
    [("nl", "Er ging iets mis bij ons"), ("en", "Something went wrong")],
)
def test_a_page_that_breaks_shows_a_code_that_an_organiser_can_look_up(
    app: FastAPI,
    ask: Ask,
    desk: Desk,
    language: str,
    said: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    _, token = desk.add(Role.ORGANISER, "Desk")

    def surprise(*_: object) -> None:
        raise KeyError("row 17")

    with monkeypatch.context() as broken:
        broken.setattr(ranking, "board_page", surprise)
        answer = _tolerant(app, get(f"/?lang={language}"))
    assert answer.status_code == 500
    assert f'<html lang="{language}"' in answer.text
    assert said in answer.text
    code = CODE.search(answer.text)[0]
    [found] = ask([get(f"/organiser/incidents?code={code}", token=token)])
    assert found.text.count(code) > 1
    assert "KeyError" in found.text


def _tolerant(app: FastAPI, request: httpx.Request) -> httpx.Response:
    async def go() -> httpx.Response:
        transport = httpx.ASGITransport(app, raise_app_exceptions=False)
        async with (
            app.router.lifespan_context(app),
            httpx.AsyncClient(transport=transport) as client,
        ):
            return await client.send(request)

    return asyncio.run(go())


@pytest.mark.parametrize("path", ["/api/submissions", "/submissions?key=k"])
def test_a_client_that_goes_away_in_the_middle_of_an_upload_is_no_fault_of_ours(
    room: Room, app: FastAPI, caplog: pytest.LogCaptureFixture, path: str
) -> None:
    whole = upload(room, content=b"x" * 9_000)
    messages = iter(
        [
            {"type": "http.request", "body": whole.content[:500], "more_body": True},
            {"type": "http.disconnect"},
        ]
    )

    async def receive() -> dict[str, object]:
        return next(messages, {"type": "http.disconnect"})

    async def send(message: dict[str, object]) -> None:
        """Nobody is there to read it."""

    place, _, query = path.partition("?")
    scope = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": "POST",
        "scheme": "http",
        "path": place,
        "raw_path": place.encode(),
        "query_string": query.encode(),
        "headers": [(k.lower(), v) for k, v in whole.headers.raw],
        "client": ("127.0.0.1", 5),
        "server": ("127.0.0.1", 80),
    }

    async def ask() -> None:
        async with app.router.lifespan_context(app):
            await app(scope, receive, send)

    asyncio.run(ask())

    assert [r for r in caplog.records if r.levelname == "ERROR"] == []
    found: list[object] = []
    room.change(lambda unit: found.extend(unit.submissions.all()))
    assert found == []
