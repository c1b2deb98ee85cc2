"""The tables that the command line shows."""

from __future__ import annotations

import io
from typing import Any

import pytest
from rich.console import Console

from challenge.tables import board_table


def row(team: str, sources: str) -> dict[str, Any]:
    return {
        "team": team,
        "sources": sources,
        "title": "Trees",
        "baseline": None,
        "place": "1",
        "scaled_brier": 0.1,
        "scaled_brier_low": 0.08,
        "scaled_brier_high": 0.12,
        "policy": "meets",
        "outside": None,
    }


def shown(names: list[str], rows: list[dict[str, Any]]) -> list[str]:
    sources = [{"name": n, "label": {"nl": n, "en": n.upper()}} for n in names]
    console = Console(file=io.StringIO(), width=140)
    console.print(board_table({"sources": sources, "rows": rows}))
    return console.file.getvalue().splitlines()


@pytest.mark.parametrize("team", ["Grutto", "Wulp"])
def test_each_set_is_named_once_beside_its_first_team(team: str) -> None:
    rows = [row("Grutto", "cz"), row("Zwaluw", "cz"), row("Wulp", "street")]
    lines = shown(["cz", "street"], rows)
    [line] = [line for line in lines if team in line]
    [second] = [line for line in lines if "Zwaluw" in line]
    assert ("CZ" if team == "Grutto" else "STREET") in line
    assert "CZ" not in second


def test_a_challenge_without_sets_shows_none() -> None:
    lines = shown(["all"], [row("Grutto", "all")])
    assert not any("Sources" in line or "ALL" in line for line in lines)
