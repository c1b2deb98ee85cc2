"""Migrations and tables say the same."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from sqlalchemy import create_engine, text

from challenge import store
from challenge.records import Role
from challenge.store import Ladder, open_database
from challenge.store.tables import metadata
from challenge.synthesis import Release
from leaderboard import Scorecard

from ...factories import NOON, RELEASE, Player


def test_the_migrations_make_exactly_the_tables(url: str) -> None:
    engine = create_engine(url)
    with engine.connect() as connection:
        context = MigrationContext.configure(connection)
        difference = compare_metadata(context, metadata)
    engine.dispose()
    assert difference == []


def test_opening_a_database_twice_changes_nothing(tmp_path) -> None:
    url = f"sqlite:///{tmp_path / 'new/folder/test.db'}"
    open_database(url).close()
    with open_database(url).read() as unit:
        assert unit.people.count() == 0


def migrate_back(url: str, revision: str) -> None:
    """Make a database as an older version left it."""
    config = Config()
    migrations = Path(store.__file__).parent / "migrations"
    config.set_main_option("script_location", str(migrations))
    engine = create_engine(url)
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.downgrade(config, revision)
    engine.dispose()


def test_a_lesson_of_before_keeps_its_writer_unless_two_people_have_the_name(
    url: str,
) -> None:
    database = open_database(url)
    with database.begin() as unit:
        for role, name in (
            (Role.JUROR, "Wulp"),
            (Role.ORGANISER, "Wulp"),
            (Role.JUROR, "Ans"),
            (Role.TEAM, "Ans"),
        ):
            writer = unit.people.add(role, name, now=NOON)
            if role is Role.JUROR:
                said = {"kind": "finding", "text": name, "interpretation": ""}
                unit.lessons.add(**said, by=writer, now=NOON)
    database.close()
    migrate_back(url, "0012")

    with closing(open_database(url)) as after, after.read() as unit:
        found = {lesson.by: lesson.by_role for lesson in unit.lessons.all()}

    assert found == {"Wulp": None, "Ans": Role.JUROR}


def test_what_was_scored_before_there_were_ladders_climbs_in_that_order(
    release: Release, url: str, tmp_path
) -> None:
    database = open_database(url)
    player = Player(database, release, tmp_path)
    for key, knowing, team in (
        ("a", 0.05, "Zwaluw"),
        ("b", 0.0, "Grutto"),
        ("c", 0.01, "Zwaluw"),
        ("d", 0.2, "Zwaluw"),
        ("e", 0.1, "Zwaluw"),
    ):
        player.play(key, player.guess(knowing), team)
    ladders = player.ladders()
    steps = {key: player.result(key).step for key in "abcde"}
    database.close()

    migrate_back(url, "0004")
    player.database = open_database(url)

    assert player.ladders() == ladders
    assert {key: player.result(key).step for key in "abcde"} == steps
    assert Ladder("d", 4) in ladders.values()
    player.database.close()


@pytest.mark.parametrize("url", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    "spoiled",
    [
        pytest.param("{}", marks=pytest.mark.full),
        pytest.param("not JSON", marks=pytest.mark.full),
        "without replicates",
    ],
)
@pytest.mark.parametrize(
    ("key", "steps", "standing"),
    [
        ("a", ["first", "kept", "kept"], "a"),
        ("b", ["first", "kept", "better"], "c"),
    ],
)
def test_a_scorecard_that_cannot_be_compared_does_not_stop_the_server(
    release: Release,
    url: str,
    tmp_path,
    spoiled: str,
    key: str,
    steps: list[str],
    standing: str,
) -> None:
    player = Player(open_database(url), release, tmp_path)
    for one, knowing in (("a", 0.0), ("b", 0.1), ("c", 0.2)):
        player.play(one, player.guess(knowing))
    card = Scorecard.from_json(player.result(key).scorecard)
    if spoiled == "without replicates":
        spoiled = card.without_replicates().to_json()
    player.database.close()
    migrate_back(url, "0004")
    changed = text("UPDATE results SET scorecard = :card WHERE submission_id = :key")
    engine = create_engine(url)
    with engine.begin() as connection:
        connection.execute(changed, {"card": spoiled, "key": key})
    engine.dispose()

    player.database = open_database(url)

    assert [player.result(one).step for one in "abc"] == steps
    assert [*player.ladders().values()] == [Ladder(standing, 3)]
    player.database.close()


def test_a_database_without_results_gets_no_ladders(url: str) -> None:
    migrate_back(url, "0004")
    with closing(open_database(url)) as database, database.read() as unit:
        assert unit.ladders.all(RELEASE) == {}
