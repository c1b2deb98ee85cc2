"""Browsers that are logged in."""

from __future__ import annotations

from datetime import timedelta

import pytest

from challenge.errors import AuthenticationRequiredError
from challenge.records import Principal, Role
from challenge.rules.credentials import hash_token
from challenge.rules.registration import register
from challenge.rules.sessions import (
    GRACE,
    ROTATE_AFTER,
    SESSION_LENGTH,
    close_others,
    log_in,
    log_out,
    open_session,
    rotate,
    visit,
)
from challenge.rules.tokens import make_token
from challenge.store import Database
from challenge.store.sessions import Session

from ...factories import NOON

SECOND = timedelta(seconds=1)


@pytest.fixture
def juror(database: Database) -> tuple[Principal, str]:
    with database.begin() as unit:
        return register(unit, Role.JUROR, "Wulp", by="a test", now=NOON)


def test_a_session_ends_with_its_length(
    database: Database, juror: tuple[Principal, str]
) -> None:
    person, token = juror
    with database.begin() as unit:
        found, secret = log_in(unit, token, now=NOON)
        late = NOON + SESSION_LENGTH
        during = visit(unit, secret, now=late - SECOND)
        after = visit(unit, secret, now=late)
    assert (found, during.person, after) == (person, person, None)


def test_logging_in_never_takes_over_a_secret_that_the_browser_brought(
    database: Database, juror: tuple[Principal, str]
) -> None:
    person, token = juror
    planted = "chosen by somebody else"
    with database.begin() as unit:
        _, first = log_in(unit, token, now=NOON, before=planted)
        assert visit(unit, planted, now=NOON) is None
        _, second = log_in(unit, token, now=NOON, before=first)
        assert visit(unit, first, now=NOON) is None
        assert visit(unit, second, now=NOON).person == person
    assert len({planted, first, second}) == 3


def test_a_secret_is_not_stored(
    database: Database, juror: tuple[Principal, str], tmp_path
) -> None:
    with database.begin() as unit:
        secret = open_session(unit, juror[0], now=NOON)
    files = b"".join(p.read_bytes() for p in tmp_path.glob("test.db*"))
    assert secret.encode() not in files


def test_after_an_hour_a_secret_is_replaced_and_works_a_minute_longer(
    database: Database, juror: tuple[Principal, str]
) -> None:
    hour = NOON + ROTATE_AFTER
    with database.begin() as unit:
        old = open_session(unit, juror[0], now=NOON)
        assert not visit(unit, old, now=hour - SECOND).is_stale
        stale = visit(unit, old, now=hour)
        new = rotate(unit, stale.session, now=hour)
        during = visit(unit, old, now=hour + GRACE - SECOND)
        after = visit(unit, old, now=hour + GRACE)
        fresh = visit(unit, new, now=hour + GRACE)
    assert stale.is_stale
    assert not during.is_stale
    assert after is None
    assert fresh.session.expires_at == NOON + SESSION_LENGTH


def test_of_two_requests_at_once_one_replaces_the_secret(
    database: Database, juror: tuple[Principal, str]
) -> None:
    hour = NOON + ROTATE_AFTER
    with database.begin() as unit:
        session = visit(unit, open_session(unit, juror[0], now=NOON), now=hour).session
        secrets = [rotate(unit, session, now=hour) for _ in range(2)]
        assert len(unit.sessions.of(juror[0], now=hour)) == 2
    assert [secret is None for secret in secrets] == [False, True]


def test_a_session_of_before_the_hour_was_kept_is_replaced_at_once(
    database: Database, juror: tuple[Principal, str]
) -> None:
    with database.begin() as unit:
        kept = Session(hash_token("old"), juror[0].id, None, NOON + SESSION_LENGTH)
        unit.sessions.open(kept)
        assert visit(unit, "old", now=NOON).is_stale


def test_expired_sessions_are_deleted(
    database: Database, juror: tuple[Principal, str]
) -> None:
    with database.begin() as unit:
        open_session(unit, juror[0], now=NOON)
        late = NOON + SESSION_LENGTH
        open_session(unit, juror[0], now=late)
        kept = unit.sessions.of(juror[0], now=NOON - timedelta(days=1))
    assert [one.created_at for one in kept] == [late]


@pytest.mark.parametrize("scope", ["read", "submit"])
def test_a_token_for_less_does_not_open_a_browser_that_may_all(
    database: Database, juror: tuple[Principal, str], scope: str
) -> None:
    with database.begin() as unit:
        token = make_token(unit, juror[0], label="", scope=scope, by="a test", now=NOON)
        with pytest.raises(AuthenticationRequiredError):
            log_in(unit, token, now=NOON)


@pytest.mark.parametrize("which", ["old", "new"])
def test_logging_out_ends_the_secret_before_and_after_and_no_other_browser(
    database: Database, juror: tuple[Principal, str], which: str
) -> None:
    person, hour = juror[0], NOON + ROTATE_AFTER
    with database.begin() as unit:
        secrets = {"old": open_session(unit, person, now=NOON)}
        other_old = open_session(unit, person, now=NOON + SECOND)
        stale = visit(unit, secrets["old"], now=hour).session
        secrets["new"] = rotate(unit, stale, now=hour)
        later = hour + SECOND
        other = rotate(unit, visit(unit, other_old, now=later).session, now=later)
        log_out(unit, secrets[which], now=later)
        found = {
            secret: visit(unit, secret, now=later)
            for secret in (*secrets.values(), other_old, other)
        }
    assert [one is None for one in found.values()] == [True, True, False, False]


def test_logging_in_anew_ends_what_was_just_replaced_too(
    database: Database, juror: tuple[Principal, str]
) -> None:
    person, hour = juror[0], NOON + ROTATE_AFTER
    with database.begin() as unit:
        old = open_session(unit, person, now=NOON)
        new = rotate(unit, visit(unit, old, now=hour).session, now=hour)
        open_session(unit, person, now=hour, before=new)
        assert visit(unit, old, now=hour) is None


def test_logging_out_of_no_session_is_fine(database: Database) -> None:
    with database.begin() as unit:
        log_out(unit, "nobody has this", now=NOON)


def test_logging_out_elsewhere_is_written_down_where_there_was_a_session(
    database: Database, juror: tuple[Principal, str]
) -> None:
    person, _ = juror
    with database.begin() as unit:
        here, _ = (open_session(unit, person, now=NOON) for _ in range(2))
        for _ in range(2):
            close_others(unit, person, hash_token(here), now=NOON)
        acts = [e for e in unit.audit.all() if e["action"] == "close sessions"]
        assert [one.token_hash for one in unit.sessions.of(person, now=NOON)] == [
            hash_token(here)
        ]
    assert [entry["detail"] for entry in acts] == [{"before": 2, "after": 1}]
