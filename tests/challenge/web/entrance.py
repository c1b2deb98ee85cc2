"""What tests of the ways in make again and again."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import httpx

from challenge.records import Principal, Role
from challenge.rules.registration import register
from challenge.rules.sessions import open_session
from challenge.settings import Settings
from challenge.store import open_database
from challenge.web.cookies import SESSION_COOKIE

SITE = "http://test"


def now() -> datetime:
    return datetime.now(UTC)


class Desk:
    """The database beside the application, for what a test needs to be there."""

    def __init__(self, settings: Settings) -> None:
        self.database = open_database(settings.database)

    def add(self, role: Role, name: str) -> tuple[Principal, str]:
        with self.database.begin() as unit:
            return register(unit, role, name, by="a test", now=now())

    def session(self, person: Principal, *, age: timedelta = timedelta()) -> str:
        with self.database.begin() as unit:
            return open_session(unit, person, now=now() - age)


def get(path: str, *, secret: str = "", token: str = "") -> httpx.Request:
    headers = {"Accept": "text/html"}
    if secret:
        headers["Cookie"] = f"{SESSION_COOKIE}={secret}"
    if token:
        headers["Authorization"] = f"Bearer {token}"
    return httpx.Request("GET", SITE + path, headers=headers)


def post(
    path: str, *, secret: str = "", origin: str = SITE, site: str = SITE, **form: str
) -> httpx.Request:
    headers = {"Accept": "text/html", "Origin": origin}
    if secret:
        headers["Cookie"] = f"{SESSION_COOKIE}={secret}"
    return httpx.Request("POST", site + path, headers=headers, data=form)


def cookie(answer: httpx.Response) -> str:
    return answer.headers.get("set-cookie", "")


def secret_in(answer: httpx.Response) -> str:
    return re.search(rf"{SESSION_COOKIE}=([^;]*)", cookie(answer))[1].strip('"')
