from __future__ import annotations

import numpy as np

from leaderboard.groups.tally import Party, Tally, parties


def tally(level: str, positives: float, *, reference: float | None = None) -> Tally:
    return Tally(
        "home",
        level,
        clusters=len(level) + 4,
        rows=np.array([10.0, 20.0]) * positives,
        positives=np.array([1.0, 1.5]) * positives,
        expected=np.array([2.0, 2.0]) * positives,
        found=np.array([0.5, 0.6]) * positives,
        reference=None if reference is None else np.array([reference, 7.0]),
    )


def judged(*tallies: Tally) -> dict[str, Party]:
    return {party.tally.level: party for party in parties(tallies, minimum=50)}


def test_a_pool_adds_everything_up() -> None:
    pool = Tally.pool([tally("x", 10, reference=3), tally("yyy", 30, reference=4)])

    assert (pool.attribute, pool.level) == ("home", "other small groups")
    assert pool.size == 40
    # At least as many as the group that is spread most.
    assert pool.clusters == 7
    assert pool.rows.tolist() == [400, 800]
    assert pool.positives.tolist() == [40, 60]
    assert pool.expected.tolist() == [80, 80]
    assert pool.found.tolist() == [20, 24]
    assert pool.reference is not None
    assert pool.reference.tolist() == [7, 14]


def test_without_a_reference_a_pool_has_none() -> None:
    assert Tally.pool([tally("x", 10), tally("y", 30)]).reference is None


def test_large_groups_decide_alone() -> None:
    found = judged(tally("x", 50), tally("y", 400))

    assert [*found] == ["x", "y"]
    assert all(party.gates and not party.merged for party in found.values())
    assert found["x"].everybody.size == 450


def test_small_groups_decide_together_once_they_are_enough() -> None:
    found = judged(tally("x", 400), tally("y", 30), tally("z", 20))

    assert [*found] == ["x", "y", "z", "other small groups"]
    assert [party.gates for party in found.values()] == [True, False, False, True]
    assert [party.merged for party in found.values()] == [False, True, True, False]
    assert found["other small groups"].tally.size == 50
    assert found["other small groups"].everybody.size == 450


def test_small_groups_that_are_too_few_together_decide_nothing() -> None:
    found = judged(tally("x", 400), tally("y", 29), tally("z", 20))

    assert [*found] == ["x", "y", "z"]
    assert [party.gates for party in found.values()] == [True, False, False]
    assert not any(party.merged for party in found.values())


def test_no_group_is_no_party() -> None:
    assert judged() == {}
