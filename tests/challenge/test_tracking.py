"""A real MLflow store, and what a kill may leave of it."""

from __future__ import annotations

from pathlib import Path

from challenge.tracking import Tracker


def test_a_store_half_made_is_not_met_again(tmp_path: Path) -> None:
    """A worker killed while the store was migrated once broke it for good."""
    (tmp_path / "0badc0de.part").write_bytes(b"half a database")
    Tracker(tmp_path, challenge="quickstart").prepare()
    again = Tracker(tmp_path, challenge="quickstart")
    again.prepare()
    assert again.scorecards() == {}
    assert again.champion() is None
