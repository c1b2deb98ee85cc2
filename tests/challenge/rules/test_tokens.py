"""What programs show to come in."""

from __future__ import annotations

import re
import zlib
from datetime import timedelta

import pytest

from challenge.errors import (
    AuthenticationRequiredError,
    NotFoundError,
    RequestRefusedError,
    ScopeTooNarrowError,
)
from challenge.records import Principal, Role
from challenge.rules.credentials import hash_token, is_mistyped, new_token
from challenge.rules.inviting import invite_back
from challenge.rules.passwords import set_password
from challenge.rules.registration import register
from challenge.rules.sessions import open_session
from challenge.rules.tokens import (
    TOKENS_EACH,
    check_scope,
    find_token,
    is_use_stale,
    make_token,
    replace_tokens,
    revoke_token,
)
from challenge.store import Database

from ...factories import NOON

LETTERS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
BY = {"by": "a test", "now": NOON}


@pytest.fixture
def team(database: Database) -> tuple[Principal, str]:
    with database.begin() as unit:
        return register(unit, Role.TEAM, "Grutto", **BY)


def test_a_scanner_knows_a_token_by_its_prefix_and_checksum() -> None:
    token = new_token()
    assert re.fullmatch(r"kansrijk_[0-9A-Za-z]{43}[0-9A-Za-z]{6}", token)
    number = 0
    for letter in token[-6:]:
        number = number * 62 + LETTERS.index(letter)
    assert number == zlib.crc32(token[:-6].encode())


@pytest.mark.parametrize("place", [9, 30, 51, 57])
def test_one_wrong_letter_is_seen_without_a_database(place: int) -> None:
    token = new_token()
    wrong = "A" if token[place] != "A" else "B"
    assert not is_mistyped(token)
    assert is_mistyped(token[:place] + wrong + token[place + 1 :])


def test_a_token_of_before_there_were_checksums_still_works(
    database: Database,
) -> None:
    old = "kansrijk_" + "x" * 43
    with database.begin() as unit:
        person = unit.people.add(
            Role.TEAM, "Kievit", token_hash=hash_token(old), now=NOON
        )
        assert find_token(unit, old)[0] == person


@pytest.mark.parametrize(
    "token",
    [None, "", "kansrijk_wrong", new_token()],
    ids=["none", "empty", "wrong", "another"],
)
def test_an_unknown_token_is_nobody(database: Database, token: str | None) -> None:
    with database.begin() as unit, pytest.raises(AuthenticationRequiredError):
        find_token(unit, token)


def test_one_token_is_revoked_and_the_other_works(
    database: Database, team: tuple[Principal, str]
) -> None:
    person, first = team
    with database.begin() as unit:
        second = make_token(unit, person, label=" Laptop ", **BY)
        old, new = unit.tokens.of(person)
        assert (old.start, new.label) == (first[:13], "Laptop")
        revoke_token(unit, person, old.id, **BY)
        assert find_token(unit, second)[0] == person
        with pytest.raises(AuthenticationRequiredError):
            find_token(unit, first)
        with pytest.raises(NotFoundError):
            revoke_token(unit, person, old.id, **BY)
        assert unit.audit.all()[-1]["action"] == "revoke token"


def test_nobody_revokes_the_token_of_somebody_else(
    database: Database, team: tuple[Principal, str]
) -> None:
    person, token = team
    with database.begin() as unit:
        other, _ = register(unit, Role.TEAM, "Wulp", **BY)
        [theirs] = unit.tokens.of(person)
        with pytest.raises(NotFoundError):
            revoke_token(unit, other, theirs.id, **BY)
        assert find_token(unit, token)[0] == person


def test_rotating_ends_all_tokens_and_gives_one(
    database: Database, team: tuple[Principal, str]
) -> None:
    person, first = team
    with database.begin() as unit:
        second = make_token(unit, person, label="", **BY)
        fresh = replace_tokens(unit, person, **BY)
        assert find_token(unit, fresh)[0] == person
        assert len(unit.tokens.of(person)) == 1
        for ended in (first, second):
            with pytest.raises(AuthenticationRequiredError):
                find_token(unit, ended)


def test_rotating_ends_every_other_way_in_and_tells_how_many_there_were(
    database: Database, team: tuple[Principal, str]
) -> None:
    person, _ = team
    with database.begin() as unit:
        other, _ = register(unit, Role.TEAM, "Kievit", **BY)
        for one in (person, other):
            set_password(unit, one, "encoded", now=NOON)
            invite_back(unit, one, **BY)
        open_session(unit, person, now=NOON)
        replace_tokens(unit, person, **BY)
        assert [*unit.people.with_passwords()] == [other]
        assert [one.person_id for one in unit.invitations.open(now=NOON)] == [other.id]
        [entry] = [e for e in unit.audit.all() if e["action"] == "rotate token"]
    ended = dict.fromkeys(("tokens", "sessions", "passwords", "invitations"), 1)
    left = dict.fromkeys(ended, 0) | {"tokens": 1}
    assert entry["detail"] == {"before": ended, "after": left}


@pytest.mark.parametrize(
    ("scope", "method", "path", "may"),
    [
        ("all", "DELETE", "/api/teams", True),
        ("read", "GET", "/api/submissions", True),
        ("read", "HEAD", "/api/submissions", True),
        ("read", "POST", "/api/submissions", False),
        ("submit", "POST", "/api/submissions", True),
        ("submit", "POST", "/api/terms", True),
        ("submit", "GET", "/api/submissions/{submission_id}", True),
        ("submit", "POST", "/api/pitches", False),
        ("submit", "PUT", "/api/submissions", False),
        ("metrics", "GET", "/metrics", True),
        ("metrics", "GET", "/api/board", False),
        ("metrics", "POST", "/api/submissions", False),
        ("unheard-of", "POST", "/api/submissions", False),
    ],
)
def test_a_token_does_what_it_was_made_for(
    scope: str, method: str, path: str, may: bool
) -> None:
    if may:
        check_scope(scope, method, path)
    else:
        with pytest.raises(ScopeTooNarrowError, match=scope):
            check_scope(scope, method, path)


def test_a_token_has_a_scope_that_exists_and_a_label_that_can_be_seen(
    database: Database, team: tuple[Principal, str]
) -> None:
    person, _ = team
    with database.begin() as unit:
        with pytest.raises(RequestRefusedError, match="scope"):
            make_token(unit, person, label="", scope="everything", **BY)
        with pytest.raises(RequestRefusedError, match="label"):
            make_token(unit, person, label="a\u200bb", **BY)


def test_nobody_has_more_than_twenty_tokens(
    database: Database, team: tuple[Principal, str]
) -> None:
    person, _ = team
    with database.begin() as unit:
        for _ in range(TOKENS_EACH - 1):
            make_token(unit, person, label="", **BY)
        with pytest.raises(RequestRefusedError, match="20 tokens"):
            make_token(unit, person, label="", **BY)


def test_the_last_use_is_kept_once_a_minute(
    database: Database, team: tuple[Principal, str]
) -> None:
    person, token = team
    with database.begin() as unit:
        _, never = find_token(unit, token)
        unit.tokens.used(never.id, now=NOON)
        _, used = find_token(unit, token)
        assert unit.tokens.last_used() == {person.id: NOON}
    soon, later = NOON + timedelta(seconds=59), NOON + timedelta(seconds=60)
    assert is_use_stale(never, now=NOON)
    assert not is_use_stale(used, now=soon)
    assert is_use_stale(used, now=later)
