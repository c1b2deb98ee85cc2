"""What is packed, and what is not."""

from __future__ import annotations

import httpx
import pytest

from challenge.records import Role

from .conftest import Ask
from .entrance import Desk, get, post


def packed(path: str, **headers: str) -> httpx.Request:
    asked = get(path)
    asked.headers.update({"Accept-Encoding": "gzip", **headers})
    return asked


@pytest.mark.parametrize("path", ["/", "/board/part", "/static/style.css"])
def test_what_is_text_travels_packed_and_says_the_same(ask: Ask, path: str) -> None:
    small, plain = ask([packed(path), packed(path, **{"Accept-Encoding": "identity"})])
    assert small.headers["content-encoding"] == "gzip"
    assert "accept-encoding" in small.headers["vary"].lower()
    assert "content-encoding" not in plain.headers
    assert int(small.headers["content-length"]) < len(plain.content)
    # But for what a page says of the second in which it was asked.
    assert abs(len(small.content) - len(plain.content)) < 20


def test_what_is_packed_already_is_left_alone(ask: Ask) -> None:
    [font] = ask([packed("/static/vendor/source-sans-3.woff2")])
    assert "content-encoding" not in font.headers


def test_a_packed_file_has_a_tag_that_a_browser_can_ask_with(ask: Ask) -> None:
    [first] = ask([packed("/static/style.css")])
    assert first.headers["etag"].startswith('W/"')
    asked = packed("/static/style.css", **{"If-None-Match": first.headers["etag"]})
    assert ask([asked])[0].status_code == 304


def test_an_answer_that_shows_a_token_is_never_packed(ask: Ask, desk: Desk) -> None:
    team, _ = desk.add(Role.TEAM, "Zwaluw")
    asked = post("/account/tokens", secret=desk.session(team), label="", scope="all")
    asked.headers["Accept-Encoding"] = "gzip"
    [answer] = ask([asked])
    assert len(answer.content) > 1000
    assert "content-encoding" not in answer.headers
