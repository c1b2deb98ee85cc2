"""Which address stands on paper, and under which names the server answers."""

from __future__ import annotations

import httpx
import pytest
from pydantic import ValidationError

from challenge.records import Role
from challenge.settings import Settings
from challenge.web.app import create_app

from .conftest import Ask, asking
from .entrance import Desk, get, post

PUBLIC = "https://kansrijk.example"
CARDS = "/organiser/invitations/cards"
ELSEWHERE = "http://elsewhere.example"


@pytest.fixture
def known(settings: Settings) -> Ask:
    """Ask a server that was told its address."""
    changed = settings.model_copy(update={"address": PUBLIC})
    return asking(create_app(changed))


def test_cards_hold_the_address_that_was_set_whatever_the_request_says(
    known: Ask, desk: Desk
) -> None:
    secret = desk.session(desk.add(Role.ORGANISER, "Bureau")[0])
    local = "http://127.0.0.1:8000"
    form = post(CARDS, secret=secret, origin=local, site=local, names="Zwaluw")
    [cards] = known([form])
    assert cards.status_code == 200
    assert f"{PUBLIC}/invitation/" in cards.text
    assert "127.0.0.1" not in cards.text


@pytest.mark.parametrize("path", ["/board/big", "/organiser/script", "/start"])
def test_every_page_with_an_address_has_the_one_that_was_set(
    known: Ask, desk: Desk, path: str
) -> None:
    role = Role.TEAM if path == "/start" else Role.ORGANISER
    _, token = desk.add(role, "Zwaluw")
    request = get(path, token=token)
    request.headers["Host"] = "localhost:8000"
    [answer] = known([request])
    assert PUBLIC in answer.text
    assert "localhost" not in answer.text


def test_without_a_setting_cards_hold_the_address_of_the_request(
    ask: Ask, desk: Desk
) -> None:
    secret = desk.session(desk.add(Role.ORGANISER, "Bureau")[0])
    [cards] = ask([post(CARDS, secret=secret, names="Zwaluw")])
    assert "http://test/invitation/" in cards.text


def test_a_server_with_an_address_answers_to_no_other_name(known: Ask) -> None:
    hosts = ["kansrijk.example", "KANSRIJK.example:443", "127.0.0.1:8000", "[::1]"]
    asked = [*hosts, "elsewhere.example", "kansrijk.example.elsewhere.example", ""]
    found = known(
        httpx.Request("GET", f"{PUBLIC}/health/live", headers={"Host": host})
        for host in asked
    )
    assert [a.status_code for a in found] == [200] * 4 + [400] * 3
    assert "kansrijk.example" in found[-2].json()["detail"]


def test_prometheus_asks_by_whatever_name_it_finds_a_process(known: Ask) -> None:
    found = known(
        httpx.Request("GET", f"{PUBLIC}{path}", headers={"Host": host})
        for path, host in [
            ("/metrics", "172.31.250.3:8000"),
            ("/metrics/", "172.31.250.3:8000"),
            ("/metrics", "<script>"),
        ]
    )
    assert [answer.status_code for answer in found] == [401, 400, 400]
    assert "172.31.250.3" not in found[0].text


def test_without_a_setting_every_name_is_answered(ask: Ask) -> None:
    [answer] = ask([httpx.Request("GET", f"{ELSEWHERE}/health/live")])
    assert answer.status_code == 200


@pytest.mark.parametrize("address", [PUBLIC, f"{PUBLIC}/", "http://192.0.2.1:8000"])
def test_an_address_is_kept_without_its_last_slash(address: str) -> None:
    assert Settings(address=address).address == address.rstrip("/")


@pytest.mark.parametrize(
    "address",
    [
        "kansrijk.example",
        "ftp://kansrijk.example",
        "https://",
        "https://[",
        "https://a@kansrijk.example",
        "https://kansrijk.example/day",
        "https://kansrijk.example?x",
        "https://kansrijk.example:port",
    ],
)
def test_what_is_no_address_of_a_site_is_refused(address: str) -> None:
    with pytest.raises(ValidationError, match="https://"):
        Settings(address=address)
