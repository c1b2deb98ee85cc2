"""Who takes part, at the organiser's desk."""

from __future__ import annotations

import re

import httpx
import pytest

from challenge.records import Role
from challenge.rules.tokens import find_token

from .conftest import Ask
from .entrance import SITE, Desk, get, now, post

CARDS = "/organiser/invitations/cards"
CODE = re.compile(r"/invitation/([0-9A-Z-]{19})")


@pytest.fixture
def organiser(desk: Desk) -> str:
    """A session of an organiser."""
    return desk.session(desk.add(Role.ORGANISER, "Organisatie")[0])


def test_teams_are_invited_from_a_list_and_come_in_with_their_cards(
    ask: Ask, desk: Desk, organiser: str
) -> None:
    form = {"role": "team", "names": "Naam\nZwaluw\nGrutto\n", "unnamed": "1"}
    [cards] = ask([post(CARDS, secret=organiser, **form)])
    codes = sorted({*CODE.findall(cards.text)})
    assert (cards.status_code, len(codes)) == (200, 3)
    assert cards.text.count("<svg") - cards.text.count('<svg class="defs"') >= 3
    assert cards.text.count('lang="nl">Scan') == cards.text.count('lang="en">Scan') == 3
    page, empty = ask(
        [get("/organiser/people", secret=organiser), get(CARDS, secret=organiser)]
    )
    assert not CODE.findall(page.text + empty.text)
    assert "Zwaluw" in page.text
    answers = ask([post(f"/invitation/{code}", name="Kievit") for code in codes])
    assert [answer.status_code for answer in answers] == [200, 200, 200]
    with desk.database.read() as unit:
        teams = [team.name for team in unit.people.all(Role.TEAM)]
        assert unit.invitations.open(now=now()) == []
    assert teams == ["Grutto", "Kievit", "Zwaluw"]


@pytest.mark.parametrize(
    ("form", "field"),
    [
        ({"names": "Zwaluw\nGrutto"}, "names"),
        ({"names": ""}, "names"),
        ({"names": "Zwaluw", "role": "boss"}, "role"),
        ({"names": "Zwaluw", "days": "100"}, "days"),
        ({"names": "Zwaluw", "unnamed": "veel"}, "unnamed"),
        ({"names": "Gemeente", "role": "partner"}, "partner"),
    ],
    ids=["taken", "nobody", "no role", "days", "number", "no table"],
)
def test_one_wrong_line_makes_no_card_and_the_list_stays_typed(
    ask: Ask, desk: Desk, organiser: str, form: dict[str, str], field: str
) -> None:
    desk.add(Role.TEAM, "Grutto")
    [answer] = ask([post(CARDS, secret=organiser, **form)])
    assert answer.status_code == 422
    assert f'id="{field}-error"' in answer.text
    assert form["names"] in answer.text
    with desk.database.read() as unit:
        assert unit.invitations.open(now=now()) == []


@pytest.mark.parametrize(
    ("form", "said"),
    [
        (
            {"names": "Wulp\nZwaluw"},
            "Namen: Voor Zwaluw staat al een uitnodiging open.",
        ),
        ({"names": "", "unnamed": "veel"}, "Plus zoveel kaarten zonder naam: Schrijf"),
        ({"names": "Wulp", "days": "0"}, "Geldig, in dagen: Schrijf een aantal dagen"),
    ],
)
def test_an_invited_name_and_a_wrong_number_are_refused_in_dutch_alone(
    ask: Ask, organiser: str, form: dict[str, str], said: str
) -> None:
    _, answer = ask(
        [
            post(CARDS, secret=organiser, names="Zwaluw"),
            post(CARDS, secret=organiser, **form),
        ]
    )
    assert answer.status_code == 422
    assert said in answer.text
    assert "in het Engels" not in answer.text


@pytest.mark.parametrize("many", [{"names": "Ans\nBo"}, {"unnamed": "2"}])
def test_the_tick_for_the_chair_is_for_one_card(
    ask: Ask, desk: Desk, organiser: str, many: dict[str, str]
) -> None:
    form = {"role": "juror", "chairs": "true"} | many
    [answer] = ask([post(CARDS, secret=organiser, **form)])
    assert answer.status_code == 422
    assert 'id="chairs-error"' in answer.text
    with desk.database.read() as unit:
        assert unit.invitations.open(now=now()) == []


def test_no_second_chair_is_invited_beside_a_card_or_a_chair(
    ask: Ask, desk: Desk, organiser: str
) -> None:
    form = {"role": "juror", "chairs": "true"}
    first, second = ask(
        [
            post(CARDS, secret=organiser, names="Ans", **form),
            post(CARDS, secret=organiser, names="Bo", **form),
        ]
    )
    assert (first.status_code, second.status_code) == (200, 422)
    assert 'id="chairs-error"' in second.text
    ask([post(f"/invitation/{CODE.findall(first.text)[0]}")])
    [third] = ask([post(CARDS, secret=organiser, names="Bo", **form)])
    assert third.status_code == 422
    with desk.database.read() as unit:
        assert [j.name for j in unit.people.all(Role.JUROR) if j.chairs] == ["Ans"]


def test_an_invitation_is_withdrawn_or_made_anew(
    ask: Ask, desk: Desk, organiser: str
) -> None:
    [cards] = ask([post(CARDS, secret=organiser, names="Zwaluw\nGrutto")])
    old = list(dict.fromkeys(CODE.findall(cards.text)))
    with desk.database.read() as unit:
        zwaluw, grutto = unit.invitations.open(now=now())
    gone, anew = ask(
        [
            post(f"/organiser/invitations/{zwaluw.id}/revoke", secret=organiser),
            post(f"/organiser/invitations/{grutto.id}/renew", secret=organiser),
        ]
    )
    assert gone.status_code == 303
    [new] = {*CODE.findall(anew.text)}
    answers = ask([get(f"/invitation/{code}") for code in (*old, new)])
    assert [answer.status_code for answer in answers] == [404, 404, 200]


def test_a_rotated_token_is_shown_once_and_the_old_one_stops(
    ask: Ask, desk: Desk, organiser: str
) -> None:
    team, old = desk.add(Role.TEAM, "Grutto")
    [made] = ask([post(f"/organiser/people/{team.id}/token", secret=organiser)])
    new = re.search(r"kansrijk_\w{49}", made.text)[0]
    page, before, after = ask(
        [
            get("/organiser/people", secret=organiser),
            get("/api/submissions", token=old),
            get("/api/submissions", token=new),
        ]
    )
    assert "Nieuw token van Grutto" in made.text
    assert new not in page.text
    assert (before.status_code, after.status_code) == (401, 200)


def test_who_chose_a_password_with_a_leaked_token_is_out_after_rotation(
    ask: Ask, desk: Desk, organiser: str
) -> None:
    team, leaked = desk.add(Role.TEAM, "Grutto")
    chosen = {"name": "Grutto", "password": "four words of a thief"}
    choose = post("/account/password", password=chosen["password"])
    choose.headers["Authorization"] = f"Bearer {leaked}"
    [taken, before] = [ask([one])[0] for one in (choose, post("/login", **chosen))]
    [made] = ask([post(f"/organiser/people/{team.id}/token", secret=organiser)])
    [after] = ask([post("/login", **chosen)])
    assert [taken.status_code, before.status_code] == [303, 303]
    assert (made.status_code, after.status_code) == (200, 401)
    assert "het wachtwoord en een open uitnodiging" in made.text


def test_a_juror_is_stopped_with_a_reason_and_let_in_again(
    ask: Ask, desk: Desk, organiser: str
) -> None:
    juror, token = desk.add(Role.JUROR, "Wulp")
    path = f"/organiser/people/{juror.id}/bar"
    [refused] = ask([post(path, secret=organiser, reason=" ")])
    [stopped] = ask([post(path, secret=organiser, reason="Coaches a team.")])
    [out, page] = ask(
        [
            get("/api/submissions", token=token),
            get("/organiser/people", secret=organiser),
        ]
    )
    [again] = ask([post(path, secret=organiser, reason="No longer.", again="true")])
    [back] = ask([get("/api/submissions", token=token)])
    codes = [r.status_code for r in (refused, stopped, out, again, back)]
    assert codes == [422, 303, 403, 303, 200]
    assert "Gestopt: Coaches a team." in page.text


def test_a_juror_is_made_chair(ask: Ask, desk: Desk, organiser: str) -> None:
    juror, token = desk.add(Role.JUROR, "Wulp")
    path = f"/organiser/people/{juror.id}/chair"
    ask([post(path, secret=organiser, chairs="true")])
    with desk.database.read() as unit:
        assert find_token(unit, token)[0].chairs
    ask([post(path, secret=organiser, chairs="false")])
    with desk.database.read() as unit:
        assert not find_token(unit, token)[0].chairs


def test_a_second_chair_is_refused_with_the_page(
    ask: Ask, desk: Desk, organiser: str
) -> None:
    first, second = (desk.add(Role.JUROR, name)[0] for name in ("Wulp", "Kievit"))
    [made, refused] = ask(
        [
            post(f"/organiser/people/{juror.id}/chair", secret=organiser, chairs="true")
            for juror in (first, second)
        ]
    )
    assert (made.status_code, refused.status_code) == (303, 422)
    assert "De jury heeft al een voorzitter" in refused.text


def test_nobody_is_changed_who_is_not_there(ask: Ask, organiser: str) -> None:
    acts = ("token", "bar", "chair", "invitation")
    paths = [f"/organiser/people/999/{act}" for act in acts]
    paths += ["/organiser/invitations/999/revoke", "/organiser/invitations/999/renew"]
    found = ask([post(path, secret=organiser, reason="x") for path in paths])
    assert {answer.status_code for answer in found} == {404}


def test_who_lost_the_way_in_gets_a_card(ask: Ask, desk: Desk, organiser: str) -> None:
    juror, _ = desk.add(Role.JUROR, "Wulp")
    [card] = ask([post(f"/organiser/people/{juror.id}/invitation", secret=organiser)])
    [code] = {*CODE.findall(card.text)}
    [joined] = ask([post(f"/invitation/{code}")])
    assert "Welkom, Wulp" in joined.text


def test_the_roster_leads_to_the_hand_over_of_each_team(
    ask: Ask, desk: Desk, organiser: str
) -> None:
    desk.add(Role.TEAM, "De Grutto")
    [page] = ask([get("/organiser/people", secret=organiser)])
    [link] = re.findall(r'href="(/organiser/handover/[^"]*)"', page.text)
    [given] = ask([get(link, secret=organiser)])
    assert given.headers["content-type"] == "application/zip"


def test_an_auditor_reads_who_takes_part_without_buttons(ask: Ask, desk: Desk) -> None:
    desk.add(Role.TEAM, "Grutto")
    secret = desk.session(desk.add(Role.AUDITOR, "Controle")[0])
    [page] = ask([get("/organiser/people", secret=secret)])
    assert "Grutto" in page.text
    assert 'action="/organiser' not in page.text


def test_cards_say_that_a_link_to_this_machine_helps_no_phone(
    ask: Ask, organiser: str
) -> None:
    here, local = "http://test", "http://127.0.0.1"
    found = ask(
        [
            post(CARDS, secret=organiser, names=name, site=site, origin=site)
            for name, site in (("Zwaluw", here), ("Grutto", local))
        ]
    )
    told = ["alleen op deze computer" in answer.text for answer in found]
    assert told == [False, True]


def test_a_program_lists_and_adds_teams(ask: Ask, desk: Desk) -> None:
    _, token = desk.add(Role.ORGANISER, "Organisatie")
    headers = {"Authorization": f"Bearer {token}"}

    def send(name: str) -> httpx.Request:
        return httpx.Request(
            "POST", f"{SITE}/api/teams", headers=headers, json={"name": name}
        )

    added, twice, listed = ask(
        [send("Grutto"), send("grutto"), get("/api/teams", token=token)]
    )
    assert (added.status_code, twice.status_code) == (201, 422)
    [team] = listed.json()
    assert (team["name"], team["barred"]) == ("Grutto", None)
    assert "token" not in team
    [works] = ask([get("/api/submissions", token=added.json()["token"])])
    assert works.status_code == 200
