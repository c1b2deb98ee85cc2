"""Names, tokens and sessions."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from challenge.errors import AuthenticationRequiredError, RequestRefusedError
from challenge.records import Role
from challenge.rules.registration import (
    SESSION_LENGTH,
    authenticate,
    choose_sources,
    hash_token,
    log_in,
    register,
)
from challenge.store import Database

from ...factories import NOON


def test_a_token_finds_its_owner_and_is_not_stored(
    database: Database, tmp_path
) -> None:
    with database.begin() as unit:
        added, token = register(unit, Role.TEAM, "  Grutto ", by="a test", now=NOON)
        found = authenticate(unit, token)
    assert found == added
    assert found.name == "Grutto"
    files = b"".join(p.read_bytes() for p in tmp_path.glob("test.db*"))
    assert token.encode() not in files


def test_two_tokens_are_never_alike(database: Database) -> None:
    with database.begin() as unit:
        tokens = {
            register(unit, Role.TEAM, f"T{i}", by="a test", now=NOON)[1]
            for i in range(50)
        }
    assert len(tokens) == 50
    assert all(token.startswith("kansrijk_") for token in tokens)


@pytest.mark.parametrize("name", ["", "   ", "x" * 81], ids=["empty", "blank", "long"])
def test_a_name_without_a_length_of_1_to_80_is_refused(
    database: Database, name: str
) -> None:
    with database.begin() as unit, pytest.raises(RequestRefusedError, match="name"):
        register(unit, Role.TEAM, name, by="a test", now=NOON)


def test_a_name_is_unique_within_its_role_only(database: Database) -> None:
    with database.begin() as unit:
        register(unit, Role.TEAM, "Grutto", by="a test", now=NOON)
        register(unit, Role.JUROR, "Grutto", by="a test", now=NOON)
        with pytest.raises(RequestRefusedError, match="already"):
            register(unit, Role.TEAM, "Grutto", by="a test", now=NOON)


@pytest.mark.parametrize(
    "name",
    [
        *("IJsvogel\u200b", "IJs\u00advogel", "\ufeffIJsvogel", "IJs\u2060vogel"),
        *("IJs\u202evogel", "IJs\u2028vogel", "IJs\u2029vogel", "IJs\x00vogel"),
        *("IJs\u0378vogel", "IJs\ue000vogel", "IJs\ufe0fvogel", "IJs\u3164vogel"),
        *("IJs\u034fvogel", "IJs\u2800vogel", "IJs\U000e0101vogel", "IJs\tvogel"),
    ],
    ids=ascii,
)
def test_a_name_with_a_character_that_nobody_sees_is_refused_with_its_number(
    database: Database, name: str
) -> None:
    with database.begin() as unit, pytest.raises(RequestRefusedError) as refused:
        register(unit, Role.TEAM, name, by="a test", now=NOON)
    hidden = next(c for c in name if c not in "IJsvogel")
    told = refused.value.message
    assert f"U+{ord(hidden):04X}" in told or "cannot be shown" in told


@pytest.mark.parametrize(
    "twin",
    [
        *("team één", "TEAM ÉÉN", "Team  Één", " Team\u00a0Één "),
        *("Team E\u0301e\u0301n", "\uff34eam Één", "\U0001d413eam Één"),
    ],
    ids=ascii,
)
def test_a_name_that_reads_as_another_one_is_taken(
    database: Database, twin: str
) -> None:
    with database.begin() as unit:
        register(unit, Role.TEAM, "Team Één", by="a test", now=NOON)
        with pytest.raises(RequestRefusedError, match="called Team Één already"):
            register(unit, Role.TEAM, twin, by="a test", now=NOON)


@pytest.mark.parametrize(
    ("name", "scripts"),
    [
        ("Zw\u0430luw", "LATIN (Z, U+005A) and CYRILLIC (\u0430, U+0430)"),
        ("\u0397ommel", "GREEK (\u0397, U+0397) and LATIN (o, U+006F)"),
        ("Team \u0410", "LATIN (T, U+0054) and CYRILLIC (\u0410, U+0410)"),
        ("Gr\U0001d6d6tto", "LATIN (G, U+0047) and GREEK (\u03c5, U+03C5)"),
    ],
    ids=ascii,
)
def test_a_name_with_letters_of_two_scripts_is_refused_with_both(
    database: Database, name: str, scripts: str
) -> None:
    with database.begin() as unit, pytest.raises(RequestRefusedError) as refused:
        register(unit, Role.TEAM, name, by="a test", now=NOON)
    assert refused.value.message == f"name: its letters are {scripts}."
    assert "one script" in refused.value.hint


@pytest.mark.parametrize(
    "name",
    [
        *("Één Łódź 3½", "Ça va – Grøn & Ñu", "\uff34eam 1", "Team ªº", "2026"),
        *("Ласточка 1", "Χελιδόνι", "ツバメ", "سنونو ٣", "Q\u0308uelle"),
    ],
    ids=ascii,
)
def test_a_name_in_one_script_is_welcome_with_any_marks_and_digits(
    database: Database, name: str
) -> None:
    with database.begin() as unit:
        register(unit, Role.TEAM, name, by="a test", now=NOON)
        assert len(unit.people.all(Role.TEAM)) == 1


def test_a_set_is_chosen_once_for_a_team_that_has_none(database: Database) -> None:
    with database.begin() as unit:
        team, token = register(unit, Role.TEAM, "Grutto", by="a test", now=NOON)
        choice = {"by": "a test", "now": NOON}
        chosen = choose_sources(unit, " grutto", "wijk", **choice)
        again = choose_sources(unit, "Grutto", "all", **choice)
        unknown = choose_sources(unit, "Wulp", "wijk", **choice)
        assert authenticate(unit, token) == chosen == replace(team, sources="wijk")
        *_, entry = unit.audit.all()
    assert (again, unknown) == (None, None)
    assert (entry["action"], entry["subject"]) == ("choose sources", "Grutto")
    assert entry["detail"] == {"sources": "wijk"}


def test_a_name_is_kept_composed_and_with_single_spaces(database: Database) -> None:
    with database.begin() as unit:
        typed = "De  e\u0301e\u0301n\u00a0van  1"
        added, _ = register(unit, Role.TEAM, typed, by="a test", now=NOON)
    assert added.name == "De \u00e9\u00e9n van 1"


@pytest.mark.parametrize("token", [None, "", "kansrijk_wrong"])
def test_an_unknown_token_is_nobody(database: Database, token: str | None) -> None:
    with database.begin() as unit, pytest.raises(AuthenticationRequiredError):
        authenticate(unit, token)


def test_a_session_ends_with_its_length(database: Database) -> None:
    with database.begin() as unit:
        _, token = register(unit, Role.ORGANISER, "Organisatie", by="a test", now=NOON)
        person, session = log_in(unit, token, now=NOON)
        key = hash_token(session)
        late = NOON + SESSION_LENGTH
        during = unit.people.with_session(key, now=late - timedelta(seconds=1))
        after = unit.people.with_session(key, now=late)
    assert (during, after) == (person, None)


def test_adding_somebody_is_in_the_audit_log(database: Database) -> None:
    with database.begin() as unit:
        register(unit, Role.JUROR, "Jurylid", by="a test", now=NOON)
        [entry] = unit.audit.all()
    assert (entry["action"], entry["subject"]) == ("add juror", "Jurylid")
