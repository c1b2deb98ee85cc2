"""Names, source sets, who is barred and who leads."""

from __future__ import annotations

from dataclasses import replace

import pytest

from challenge.errors import (
    AuthenticationRequiredError,
    BarredError,
    RequestRefusedError,
)
from challenge.records import Role
from challenge.rules.registration import (
    bar,
    choose_sources,
    enrol,
    readmit,
    register,
    seat,
)
from challenge.rules.sessions import open_session, visit
from challenge.rules.tokens import find_token
from challenge.store import Database

from ...factories import NOON


def test_a_token_finds_its_owner_and_is_not_stored(
    database: Database, tmp_path
) -> None:
    with database.begin() as unit:
        added, token = register(unit, Role.TEAM, "  Grutto ", by="a test", now=NOON)
        found = find_token(unit, token)[0]
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


@pytest.mark.parametrize("role", Role)
def test_a_name_is_one_persons_in_whatever_role(database: Database, role: Role) -> None:
    with database.begin() as unit:
        register(unit, Role.ORGANISER, "Grutto", by="a test", now=NOON)
        with pytest.raises(RequestRefusedError, match="organiser called Grutto") as no:
            register(unit, role, "GRUTTO ", by="a test", now=NOON)
    assert no.value.hint == "Choose another name."


@pytest.mark.parametrize("name", ["schedule", "Command  Line", "DEMO", "worker"])
def test_nobody_is_called_what_the_audit_log_calls_the_service(
    database: Database, name: str
) -> None:
    with database.begin() as unit:
        with pytest.raises(RequestRefusedError, match="audit log"):
            register(unit, Role.TEAM, name, by="a test", now=NOON)
        assert unit.people.all(Role.TEAM) == []


@pytest.mark.parametrize("name", ["Gr%6Fep", "IJs/vogel", "IJs?vogel", "IJs#vogel"])
def test_a_name_that_an_address_would_read_as_another_is_refused(
    database: Database, name: str
) -> None:
    with database.begin() as unit, pytest.raises(RequestRefusedError, match="percent"):
        register(unit, Role.TEAM, name, by="a test", now=NOON)


@pytest.mark.parametrize("name", [".", "..", "...", " .. "])
def test_a_name_of_dots_alone_has_no_page(database: Database, name: str) -> None:
    with database.begin() as unit, pytest.raises(RequestRefusedError, match="dots"):
        register(unit, Role.TEAM, name, by="a test", now=NOON)


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
        assert find_token(unit, token)[0] == chosen == replace(team, sources="wijk")
        *_, entry = unit.audit.all()
    assert (again, unknown) == (None, None)
    assert (entry["action"], entry["subject"]) == ("choose sources", "Grutto")
    assert entry["detail"] == {"before": "", "after": "wijk"}


def test_a_name_is_kept_composed_and_with_single_spaces(database: Database) -> None:
    with database.begin() as unit:
        typed = "De  e\u0301e\u0301n\u00a0van  1"
        added, _ = register(unit, Role.TEAM, typed, by="a test", now=NOON)
    assert added.name == "De \u00e9\u00e9n van 1"


def test_adding_somebody_is_in_the_audit_log(database: Database) -> None:
    with database.begin() as unit:
        register(unit, Role.JUROR, "Jurylid", by="a test", now=NOON)
        first, second = unit.audit.all()
    assert (first["action"], first["subject"]) == ("add juror", "Jurylid")
    assert (second["action"], second["subject"]) == ("make token", "Jurylid")


def test_somebody_without_a_token_takes_part_all_the_same(database: Database) -> None:
    with database.begin() as unit:
        chair = enrol(unit, Role.JUROR, "Bewoner", by="a test", now=NOON, chairs=True)
        assert unit.people.all(Role.JUROR) == [chair]
        assert unit.tokens.of(chair) == []
    assert chair.chairs


@pytest.mark.parametrize(
    "role", [Role.JUROR, Role.ORGANISER, Role.PARTNER, Role.AUDITOR]
)
def test_who_is_barred_comes_in_no_more_until_readmitted(
    database: Database, role: Role
) -> None:
    with database.begin() as unit:
        person, token = register(unit, role, "Wulp", by="a test", now=NOON)
        secret = open_session(unit, person, now=NOON)
        barred = bar(unit, person, "Left.", by="Organisatie", now=NOON)
        assert visit(unit, secret, now=NOON) is None
        with pytest.raises(BarredError, match="Left"):
            find_token(unit, token)
        readmit(unit, barred, "Came back.", by="Organisatie", now=NOON)
        assert find_token(unit, token)[0] == person
        *_, stopped, again = unit.audit.all()
    assert (stopped["action"], stopped["actor"]) == (f"bar {role}", "Organisatie")
    assert stopped["detail"] == {"before": None, "after": "Left."}
    told = {"before": "Left.", "after": None, "reason": "Came back."}
    assert again["detail"] == told


def test_a_barred_team_may_look(database: Database) -> None:
    with database.begin() as unit:
        team, token = register(unit, Role.TEAM, "Wulp", by="a test", now=NOON)
        bar(unit, team, "Copied.", by="Organisatie", now=NOON)
        found = find_token(unit, token)[0]
        secret = open_session(unit, found, now=NOON)
        assert visit(unit, secret, now=NOON).person == found
    assert found.barred == "Copied."


def test_nobody_is_barred_without_a_reason_or_by_themselves(
    database: Database,
) -> None:
    with database.begin() as unit:
        one, _ = register(unit, Role.ORGANISER, "Organisatie", by="a test", now=NOON)
        with pytest.raises(RequestRefusedError, match="reason"):
            bar(unit, one, "  ", by="Another", now=NOON)
        with pytest.raises(RequestRefusedError, match="this is you"):
            bar(unit, one, "Tired.", by="Organisatie", now=NOON)


def test_a_juror_who_becomes_chair_logs_in_anew(database: Database) -> None:
    with database.begin() as unit:
        juror, token = register(unit, Role.JUROR, "Wulp", by="a test", now=NOON)
        secret = open_session(unit, juror, now=NOON)
        chair = seat(unit, juror, chairs=True, by="Organisatie", now=NOON)
        assert visit(unit, secret, now=NOON) is None
        assert find_token(unit, token)[0] == chair == replace(juror, chairs=True)
        assert not seat(unit, chair, chairs=False, by="O", now=NOON).chairs


def test_a_panel_has_one_chair(database: Database) -> None:
    with database.begin() as unit:
        for name in ("Wulp", "Kievit"):
            register(unit, Role.JUROR, name, by="a test", now=NOON)
        first, second = unit.people.all(Role.JUROR)
        first = seat(unit, first, chairs=True, by="O", now=NOON)
        with pytest.raises(RequestRefusedError, match="a chair already"):
            seat(unit, second, chairs=True, by="O", now=NOON)
        assert seat(unit, first, chairs=True, by="O", now=NOON).chairs
        seat(unit, first, chairs=False, by="O", now=NOON)
        assert seat(unit, second, chairs=True, by="O", now=NOON).chairs


def test_a_readmitted_chair_is_no_second_one(database: Database) -> None:
    with database.begin() as unit:
        for name in ("Wulp", "Kievit"):
            register(unit, Role.JUROR, name, by="a test", now=NOON)
        first, second = unit.people.all(Role.JUROR)
        first = seat(unit, first, chairs=True, by="O", now=NOON)
        barred = bar(unit, first, "Lost card.", by="O", now=NOON)
        second = seat(unit, second, chairs=True, by="O", now=NOON)
        with pytest.raises(RequestRefusedError, match="a chair already"):
            readmit(unit, barred, "Found.", by="O", now=NOON)
        seat(unit, second, chairs=False, by="O", now=NOON)
        assert readmit(unit, barred, "Found.", by="O", now=NOON).chairs


def test_a_chair_who_was_never_barred_is_readmitted_all_the_same(
    database: Database,
) -> None:
    with database.begin() as unit:
        juror, _ = register(unit, Role.JUROR, "Wulp", by="a test", now=NOON)
        chair = seat(unit, juror, chairs=True, by="O", now=NOON)
        assert readmit(unit, chair, "Came back.", by="O", now=NOON) == chair


def test_only_a_juror_leads_the_panel(database: Database) -> None:
    with database.begin() as unit:
        team, _ = register(unit, Role.TEAM, "Wulp", by="a test", now=NOON)
        with pytest.raises(RequestRefusedError, match="no juror"):
            seat(unit, team, chairs=True, by="Organisatie", now=NOON)


def test_an_unknown_token_is_nobody(database: Database) -> None:
    with database.begin() as unit, pytest.raises(AuthenticationRequiredError):
        find_token(unit, "kansrijk_wrong")
