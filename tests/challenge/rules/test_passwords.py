"""Passwords of people who return."""

from __future__ import annotations

from typing import Any

import pytest
from zxcvbn import zxcvbn
from zxcvbn.frequency_lists import FREQUENCY_LISTS

from challenge.brief import read_brief
from challenge.errors import (
    AuthenticationRequiredError,
    BarredError,
    RequestRefusedError,
)
from challenge.records import Principal, Role
from challenge.rules import passwords
from challenge.rules.guessing import is_guessable
from challenge.rules.passwords import (
    check_password,
    matches,
    recognise,
    set_password,
)
from challenge.rules.registration import bar, register
from challenge.rules.sessions import open_session, visit
from challenge.store import Database

from ...factories import NOON, QUICKSTART

BRIEF = read_brief(QUICKSTART)
GOOD = "vier woorden zonder haast"
WULP = Principal(1, "Wulp", Role.JUROR)


def test_a_password_is_kept_as_argon2id_with_owasps_cost() -> None:
    kept = check_password(WULP, GOOD)
    assert kept.startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    assert GOOD not in kept
    assert kept != check_password(WULP, GOOD)
    assert matches(kept, GOOD)
    assert not matches(kept, GOOD + " ")


def test_a_password_is_the_same_on_every_keyboard() -> None:
    kept = check_password(WULP, "caf\u00e9 met twaalf")
    assert matches(kept, "cafe\u0301 met twaalf")


@pytest.mark.parametrize(
    ("password", "name"),
    [
        ("elf tekens.", "Wulp"),
        ("x" * 201, "Wulp"),
        ("De IJsvogels 1", "de ijsvogels 1"),
        ("IJsvogels2026!!", "De IJsvogels"),
        ("password1234", "Wulp"),
        ("P@ssw0rd-2026", "Wulp"),
        ("Wachtwoord2026!", "Wulp"),
        ("qwertyuiop12", "Wulp"),
        ("123456789012", "Wulp"),
        ("aaaaaaaaaaaa", "Wulp"),
        ("abababababab", "Wulp"),
        ("zyxwvutsrqpo", "Wulp"),
        ("Kansrijk 2026", "Wulp"),
        ("Smart Start 1000", "Wulp"),
        ("quickstart-27-11", "Wulp"),
        ("Welkom-2026!", "Wulp"),
        ("Ｗｅｌｋｏｍ　２０２６", "Wulp"),
        ("K@nsr1jk2026", "Wulp"),
        ("TeamKievit2026", "Kievit"),
        ("1qaz2wsx3edc", "Wulp"),
        ("!QAZ@WSX3edc", "Wulp"),
        ("27-11-2026 27-11-2026", "Wulp"),
        ("-_-_-_-_-_-_", "Wulp"),
        # Three known words together are many tries to zxcvbn.
        ("WelkomTilburg2026!", "Wulp"),
        ("Wulp-Kansrijk-2026", "Wulp"),
        ("wulp welkom geheim", "Wulp"),
        ("letmein2026letmein", "Wulp"),
        ("wachtwoord-_=+[]{}", "Wulp"),
    ],
)
def test_a_password_that_is_easy_to_guess_is_refused(password: str, name: str) -> None:
    with pytest.raises(RequestRefusedError, match="password"):
        check_password(Principal(1, name, Role.TEAM), password, brief=BRIEF)


def test_what_is_used_most_is_refused() -> None:
    used = [one for one in FREQUENCY_LISTS["passwords"][:3000] if len(one) >= 12]
    assert len(used) == 12
    assert [one for one in used if not is_guessable(one, "Wulp")] == []


def test_zxcvbn_sees_few_letters_and_no_marks(monkeypatch: pytest.MonkeyPatch) -> None:
    """It would try all that marks may stand for: seconds that others wait for."""
    seen: list[str] = []

    def watched(text: str, **words: list[str]) -> dict[str, Any]:
        seen.append(text)
        return zxcvbn(text, **words)

    monkeypatch.setattr("zxcvbn.zxcvbn", watched)
    assert not is_guessable("4@8({[<3691!|70$5+%2" * 10, "Wulp", BRIEF)
    assert all(text.isalnum() and len(text) <= 40 for text in seen)
    assert len(seen) == 2


@pytest.mark.parametrize("password", [GOOD[:12], GOOD * 8], ids=len)
def test_twelve_to_two_hundred_characters_will_do(password: str) -> None:
    assert matches(check_password(WULP, password), password)


@pytest.mark.parametrize(
    "password",
    [
        "839201746582",
        "f3a9c07b1e5d",
        "k#9&v!Q2^p%z",
        "een ander goed wachtwoord",
        "Wulpen op het wad",
        "paard nietje batterij",
        "paard-nietje-batterij-lamp",
    ],
)
def test_a_known_word_among_others_and_numbers_by_chance_will_do(password: str) -> None:
    assert check_password(WULP, password, brief=BRIEF)


def test_a_name_and_its_password_belong_together() -> None:
    kept = check_password(WULP, GOOD)
    other = Principal(2, "Wulp", Role.TEAM)
    candidates = {other: check_password(other, "iets heel anders"), WULP: kept}
    assert recognise(candidates, " wulp", GOOD) == WULP
    assert recognise(candidates, "Wulp", "iets heel anders") == other
    with pytest.raises(AuthenticationRequiredError):
        recognise(candidates, "Wulp", "nog iets anders")
    with pytest.raises(AuthenticationRequiredError):
        recognise(candidates, "Grutto", GOOD)


@pytest.mark.parametrize("name", ["Wulp", "Grutto"], ids=["known", "unknown"])
def test_a_name_that_nobody_has_takes_the_same_work(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    candidates = {WULP: check_password(WULP, GOOD)}
    work: list[str] = []

    def counted(kept: str, password: str) -> bool:
        work.append(kept.rpartition("$")[0].rpartition("$")[0])
        return matches(kept, password)

    monkeypatch.setattr(passwords, "matches", counted)
    with pytest.raises(AuthenticationRequiredError):
        recognise(candidates, name, "nog iets anders")
    assert work == ["$argon2id$v=19$m=19456,t=2,p=1"]


def test_a_new_password_ends_the_other_sessions(database: Database) -> None:
    with database.begin() as unit:
        person, _ = register(unit, Role.JUROR, "Wulp", by="a test", now=NOON)
        here, elsewhere = (open_session(unit, person, now=NOON) for _ in range(2))
        session = visit(unit, here, now=NOON).session
        kept = check_password(person, GOOD)
        set_password(unit, person, kept, now=NOON, but=session.token_hash)
        assert visit(unit, here, now=NOON).person == person
        assert visit(unit, elsewhere, now=NOON) is None
        assert unit.people.with_passwords() == {person: kept}
        entry = unit.audit.all()[-1]
    assert entry["action"] == "change password"
    assert entry["detail"] == {}


def test_who_is_barred_hears_why_only_with_the_right_password(
    database: Database,
) -> None:
    with database.begin() as unit:
        person, _ = register(unit, Role.JUROR, "Wulp", by="a test", now=NOON)
        unit.people.keep_password(person, check_password(person, GOOD))
        bar(unit, person, "Left.", by="Organisatie", now=NOON)
        candidates = unit.people.with_passwords()
    with pytest.raises(BarredError):
        recognise(candidates, "Wulp", GOOD)
    with pytest.raises(AuthenticationRequiredError):
        recognise(candidates, "Wulp", "nog iets anders")
