"""What is kept of acceptances and downloads."""

from __future__ import annotations

from challenge.records import Role
from challenge.store import Database, HandoutCount

from ...factories import NOON


def test_acceptances_and_downloads_are_counted_by_person(database: Database) -> None:
    with database.begin() as unit:
        one, two, three = (
            unit.people.add(Role.TEAM, name, token_hash=name, now=NOON)
            for name in ("Grutto", "Kievit", "Wulp")
        )
        unit.handouts.accept(one, "quickstart/1", "a" * 64, now=NOON)
        unit.handouts.accept(one, "quickstart/2", "b" * 64, now=NOON)
        for file in ("train.parquet", "train.parquet", "groups.parquet"):
            unit.handouts.log(one, "quickstart/1", file, now=NOON)
        unit.handouts.log(two, "quickstart/1", "train.parquet", now=NOON)
    with database.read() as unit:
        counts = unit.handouts.counts()
    assert counts == {
        one.id: HandoutCount(("quickstart/1", "quickstart/2"), 3),
        two.id: HandoutCount((), 1),
    }
    assert three.id not in counts
