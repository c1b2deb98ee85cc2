"""Links that let one person in, once."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest

from challenge.brief import Brief, read_brief
from challenge.brief.sections import SourceSet, Team
from challenge.errors import (
    BarredError,
    InvitationRefusedError,
    NotFoundError,
    RequestRefusedError,
)
from challenge.records import Principal, Role
from challenge.rules.guest_list import preview_list, read_guests
from challenge.rules.invitations import accept, find_invitation, new_code
from challenge.rules.inviting import (
    INVITATION_LENGTH,
    Guest,
    invite,
    invite_back,
    renew_invitation,
    revoke_invitation,
)
from challenge.rules.registration import bar, register, seat
from challenge.schema import Words
from challenge.store import Database, Unit

from ...factories import NOON, QUICKSTART

STREET = SourceSet(
    name="street", label=Words(nl="Straat", en="Street"), tables=("elsewhere",)
)
BRIEF = read_brief(QUICKSTART).model_copy(update={"sources": (STREET,), "teams": ()})
BY = {"by": "Organisatie", "now": NOON}


def make(unit: Unit, guest: Guest, brief: Brief = BRIEF) -> str:
    return invite(unit, guest, brief=brief, **BY)[1]


def come(unit: Unit, code: str, name: str = "") -> Principal:
    return accept(unit, code, name=name, brief=BRIEF, now=NOON)


def team(name: str = "", sources: str = "all") -> Guest:
    return Guest(Role.TEAM, name, sources)


def test_whoever_has_the_code_comes_in_as_invited(database: Database) -> None:
    with database.begin() as unit:
        code = make(unit, Guest(Role.JUROR, chairs=True))
        found = come(unit, code, " Bewoner  uit de wijk ")
        *_, entry = unit.audit.all()
    assert (found.name, found.role, found.chairs) == (
        "Bewoner uit de wijk",
        Role.JUROR,
        True,
    )
    assert (entry["actor"], entry["action"]) == (found.name, "accept invitation")


def test_a_name_that_was_given_stands(database: Database) -> None:
    with database.begin() as unit:
        found = come(unit, make(unit, team("Grutto", "street")), "De winnaars")
    assert (found.name, found.sources) == ("Grutto", "street")


def test_a_code_reads_well_on_paper_and_is_never_drawn_twice() -> None:
    codes = {new_code() for _ in range(500)}
    assert len(codes) == 500
    assert not set("".join(codes)) & set("ILOU")
    assert {len(code) for code in codes} == {19}


def test_a_code_is_read_as_it_may_have_been_typed(database: Database) -> None:
    with database.begin() as unit:
        code = make(unit, team("Grutto"))
        typed = code.lower().replace("-", " ").replace("0", "o").replace("1", "l")
        assert find_invitation(unit, f" {typed} ", now=NOON).name == "Grutto"


def test_a_code_is_not_stored(database: Database, tmp_path) -> None:
    with database.begin() as unit:
        code = make(unit, team("Grutto"))
    files = b"".join(p.read_bytes() for p in tmp_path.glob("test.db*"))
    assert code.encode() not in files
    assert code.replace("-", "").encode() not in files


def test_a_code_works_once(database: Database) -> None:
    with database.begin() as unit:
        code = make(unit, team())
        come(unit, code, "Grutto")
        with pytest.raises(InvitationRefusedError) as refused:
            come(unit, code, "Wulp")
        assert len(unit.people.all(Role.TEAM)) == 1
    assert refused.value.cause == "used"


def test_of_two_who_use_a_code_at_once_one_comes_in(database: Database) -> None:
    with database.begin() as unit:
        code = make(unit, team())
    start = Barrier(2)

    def try_as(name: str) -> str:
        start.wait()
        try:
            with database.begin() as unit:
                return come(unit, code, name).name
        except InvitationRefusedError as error:
            return error.cause

    with ThreadPoolExecutor(2) as both:
        ends = [*both.map(try_as, ["Grutto", "Wulp"])]
    with database.read() as unit:
        [winner] = unit.people.all(Role.TEAM)
    assert sorted(ends) == sorted([winner.name, "used"])


@pytest.mark.parametrize(
    ("after", "cause"),
    [(INVITATION_LENGTH, "expired"), (timedelta(), "revoked")],
    ids=["expired", "revoked"],
)
def test_a_code_that_ended_says_how(
    database: Database, after: timedelta, cause: str
) -> None:
    with database.begin() as unit:
        made, code = invite(unit, team("Grutto"), brief=BRIEF, **BY)
        if cause == "revoked":
            revoke_invitation(unit, made.id, **BY)
            with pytest.raises(NotFoundError):
                revoke_invitation(unit, made.id, **BY)
        with pytest.raises(InvitationRefusedError) as refused:
            accept(unit, code, name="", brief=BRIEF, now=NOON + after)
        assert unit.people.all(Role.TEAM) == []
    assert refused.value.cause == cause


def test_an_unknown_code_says_so(database: Database) -> None:
    with database.begin() as unit, pytest.raises(InvitationRefusedError) as refused:
        come(unit, new_code())
    assert refused.value.cause == "unknown"


def test_a_name_that_is_refused_leaves_the_invitation_open(
    database: Database,
) -> None:
    with database.begin() as unit:
        register(unit, Role.TEAM, "Grutto", sources="all", **BY)
        code = make(unit, team())
    with pytest.raises(RequestRefusedError, match="already"), database.begin() as unit:
        come(unit, code, "grutto")
    with database.begin() as unit:
        assert come(unit, code, "Wulp").name == "Wulp"


def test_a_name_that_the_brief_keeps_for_other_sources_is_refused(
    database: Database,
) -> None:
    brief = BRIEF.model_copy(update={"teams": (Team(name="Wulp", sources="street"),)})
    with database.begin() as unit:
        code = make(unit, team(sources="all"), brief)
        with pytest.raises(RequestRefusedError, match="name: the brief keeps"):
            accept(unit, code, name="wulp", brief=brief, now=NOON)


def test_nobody_is_invited_twice_under_one_name(database: Database) -> None:
    with database.begin() as unit:
        make(unit, team("Grutto"))
        with pytest.raises(RequestRefusedError, match="open invitation"):
            make(unit, team(" grutto"))


@pytest.mark.parametrize(
    "guest",
    [
        Guest(Role.TEAM, "Grutto", "nowhere"),
        Guest(Role.TEAM, "Grutto"),
        Guest(Role.PARTNER, "Gemeente"),
        Guest(Role.PARTNER, "Gemeente", partner="nowhere"),
        Guest(Role.TEAM, "Grutto", "all", chairs=True),
    ],
    ids=[
        "no such set",
        "nobody chose",
        "no table",
        "no such table",
        "a team that chairs",
    ],
)
def test_an_invitation_to_a_place_that_is_not_there_is_refused(
    database: Database, guest: Guest
) -> None:
    with database.begin() as unit, pytest.raises(RequestRefusedError):
        make(unit, guest)


def test_a_partner_comes_in_for_its_table(database: Database) -> None:
    table = BRIEF.partners[0].name
    with database.begin() as unit:
        code = make(unit, Guest(Role.PARTNER, "Gemeente", partner=table))
        assert come(unit, code).partner == table


@pytest.mark.parametrize("days", [-1, 0, 61])
def test_an_invitation_works_for_a_day_to_sixty(database: Database, days: int) -> None:
    length = timedelta(days=days)
    with database.begin() as unit, pytest.raises(RequestRefusedError, match="days"):
        invite(unit, team("Grutto"), brief=BRIEF, length=length, **BY)


def test_somebody_who_lost_the_way_in_comes_back_as_themselves(
    database: Database,
) -> None:
    with database.begin() as unit:
        person, _ = register(unit, Role.JUROR, "Wulp", **BY)
        _, code = invite_back(unit, person, **BY)
        assert come(unit, code, "Somebody else") == person
        assert unit.people.all(Role.JUROR) == [person]


def test_no_two_open_invitations_hold_one_name_in_whatever_role(
    database: Database,
) -> None:
    with database.begin() as unit:
        make(unit, Guest(Role.JUROR, "Wulp"))
        with pytest.raises(RequestRefusedError, match="open invitation for Wulp"):
            make(unit, team("WULP"))


def test_who_was_barred_does_not_come_back_by_a_link(database: Database) -> None:
    with database.begin() as unit:
        person, _ = register(unit, Role.JUROR, "Wulp", **BY)
        _, code = invite_back(unit, person, **BY)
        barred = bar(unit, person, "Left.", **BY)
        with pytest.raises(BarredError):
            come(unit, code)
        with pytest.raises(BarredError):
            invite_back(unit, barred, **BY)


def test_a_lost_card_is_made_anew_and_the_old_one_stops(database: Database) -> None:
    with database.begin() as unit:
        made, old = invite(unit, team("Grutto", "street"), brief=BRIEF, **BY)
        renewed, new = renew_invitation(unit, made.id, **BY)
        assert unit.invitations.open(now=NOON) == [renewed]
        with pytest.raises(InvitationRefusedError):
            come(unit, old)
        assert come(unit, new).sources == "street"


def test_a_card_for_a_chair_is_renewed_as_long_as_there_is_no_other(
    database: Database,
) -> None:
    with database.begin() as unit:
        card, _ = invite(unit, Guest(Role.JUROR, chairs=True), brief=BRIEF, **BY)
        card, _ = renew_invitation(unit, card.id, **BY)
        assert card.chairs
        after = card.expires_at + timedelta(days=1)
        juror, _ = register(unit, Role.JUROR, "Wulp", by="a test", now=after)
        seat(unit, juror, chairs=True, by="a test", now=after)
        with pytest.raises(RequestRefusedError, match="a chair already"):
            renew_invitation(unit, card.id, by="a test", now=after)


def test_a_list_is_read_as_it_is_pasted_from_a_sheet() -> None:
    text = 'Naam\tBronnen\nGrutto\tstreet\n\nKievit\nWulp;all\n"Zwaluw, De",street\n'
    found = read_guests(text, team(sources="all"), unnamed=1)
    assert [(g.name, g.sources) for g in found] == [
        ("Grutto", "street"),
        ("Kievit", "all"),
        ("Wulp", "all"),
        ("Zwaluw, De", "street"),
        ("", "all"),
    ]


@pytest.mark.parametrize(
    ("text", "role", "told"),
    [
        ("", Role.TEAM, "0 people"),
        ("x\n" * 201, Role.TEAM, "201 people"),
        ("Grutto\nWulp,a,b", Role.TEAM, "line 2 has 3 columns"),
        ("Bewoner;chair", Role.JUROR, "line 1 has 2 columns"),
        ("x" * 140_000, Role.TEAM, "line 1 is too long"),
        ("Grutto\n" + "x" * 140_000, Role.TEAM, "line 2 is too long"),
    ],
    ids=["nobody", "too many", "columns", "no column for a juror", "long", "longer"],
)
def test_a_list_that_cannot_be_read_says_where(
    text: str, role: Role, told: str
) -> None:
    with pytest.raises(RequestRefusedError, match=told):
        read_guests(text, Guest(role))


def test_a_line_that_is_too_long_is_one_wrong_line_of_the_preview(
    database: Database,
) -> None:
    text = "x" * 140_000 + "\nGrutto;street"
    with database.read() as unit:
        long, short = preview_list(unit, text, brief=BRIEF, now=NOON)
    assert (long.number, long.wrong.field) == (1, "names")
    assert (short.number, short.name, short.wrong) == (2, "Grutto", None)
