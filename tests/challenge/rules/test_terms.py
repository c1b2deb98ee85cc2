"""Terms that are accepted once, and a log of who fetched what."""

from __future__ import annotations

from datetime import timedelta

import pytest

from challenge.brief import read_brief
from challenge.errors import RequestRefusedError, TermsNotAcceptedError
from challenge.records import Principal, Role
from challenge.rules.registration import register
from challenge.rules.terms import Terms, accept, check_accepted, terms_of
from challenge.store import Database
from challenge.synthesis import Release

from ...factories import NOON, QUICKSTART

TERMS = Terms("quickstart/1", {"nl": ("Netjes.",), "en": ("Be good.",)})


def person(database: Database, role: Role = Role.TEAM, name: str = "Grutto"):
    with database.begin() as unit:
        return register(unit, role, name, by="a test", now=NOON)[0]


def agree(database: Database, who: Principal, terms: Terms = TERMS, hours: int = 0):
    with database.begin() as unit:
        now = NOON + timedelta(hours=hours)
        return accept(unit, who, terms, sha256=terms.sha256, now=now)


def log(database: Database, who: Principal, file: str, **how: bool) -> None:
    with database.begin() as unit:
        unit.handouts.log(who, "quickstart/1", file, now=NOON, **how)


def fetched(database: Database) -> list[tuple[object, object]]:
    with database.read() as unit:
        return [(row["name"], row["file"]) for row in unit.handouts.downloads()]


def test_terms_count_from_the_first_time_that_they_are_accepted(
    database: Database,
) -> None:
    team = person(database)
    with database.read() as unit, pytest.raises(TermsNotAcceptedError):
        check_accepted(unit, team, TERMS)
    assert (agree(database, team), agree(database, team, hours=2)) == (NOON, NOON)
    with database.read() as unit:
        check_accepted(unit, team, TERMS)
        [entry] = [e for e in unit.audit.all() if e["action"] == "accept terms"]
    assert (entry["actor"], entry["subject"], entry["at"]) == (
        "Grutto",
        "quickstart/1",
        NOON,
    )
    assert entry["detail"]["sha256"] == TERMS.sha256


def test_a_team_accepts_for_itself_and_for_this_release_only(
    database: Database,
) -> None:
    team, other = person(database), person(database, name="Wulp")
    agree(database, team)
    later = Terms("quickstart/2", TERMS.text)
    for who, terms in ((other, TERMS), (team, later)):
        with database.read() as unit, pytest.raises(TermsNotAcceptedError):
            check_accepted(unit, who, terms)


def test_words_that_were_not_read_cannot_be_accepted(database: Database) -> None:
    team = person(database)
    other = Terms("quickstart/1", TERMS.text | {"en": ("Do as you like.",)})
    with database.begin() as unit, pytest.raises(RequestRefusedError):
        accept(unit, team, TERMS, sha256=other.sha256, now=NOON)


def test_an_organiser_who_sets_the_terms_need_not_accept_them(
    database: Database,
) -> None:
    for role, is_bound in ((Role.ORGANISER, False), (Role.JUROR, True)):
        assert TERMS.binds(person(database, role, name=role)) is is_bound


def test_the_digest_follows_every_word(release: Release) -> None:
    brief = read_brief(QUICKSTART)
    terms = terms_of(brief, release)
    title = brief.title.model_copy(update={"nl": "Anders"})
    renamed = terms_of(brief.model_copy(update={"title": title}), release)
    assert terms.sha256 == terms_of(brief, release).sha256
    assert terms.sha256 != renamed.sha256
    assert terms.text["en"] == renamed.text["en"]


def test_whole_downloads_count_each_time_and_parts_once(database: Database) -> None:
    team, other = person(database), person(database, name="Wulp")
    for is_part in (True, True, False, False, True):
        log(database, team, "train.parquet", is_part=is_part)
    log(database, team, "groups.parquet", is_part=True)
    log(database, other, "train.parquet", is_part=True)
    assert fetched(database) == [
        *3 * [("Grutto", "train.parquet")],
        ("Grutto", "groups.parquet"),
        ("Wulp", "train.parquet"),
    ]


def test_stories_of_real_people_are_kept_out(release: Release) -> None:
    text = terms_of(read_brief(QUICKSTART), release).text
    assert any("echte mensen" in term for term in text["nl"])
    assert any("real people" in term for term in text["en"])


@pytest.mark.parametrize(
    ("language", "bound", "never"),
    [
        ("nl", "tijdens het trainen", "nooit als kenmerk"),
        ("en", "while training", "never as a feature"),
    ],
)
def test_groups_may_bound_a_gap_while_training_and_are_no_feature(
    release: Release, language: str, bound: str, never: str
) -> None:
    """What `baselines/reductions` does with them, and no more."""
    [term] = [
        term
        for term in terms_of(read_brief(QUICKSTART), release).text[language]
        if never in term.lower()
    ]
    assert bound in term
