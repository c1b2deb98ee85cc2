"""The tables that the command line shows."""

from __future__ import annotations

import io
from typing import Any

import pytest
from rich.console import Console
from rich.table import Table

from challenge.board import board_table
from challenge.brief import read_brief
from challenge.records import Principal, Role
from challenge.store import HandoutCount
from challenge.synthesis.notices import FORBIDDEN_USE, NOTICE
from challenge.tables import refusal_lines, submission_table, teams_table
from challenge.team.submissions import ladder_line
from leaderboard import FairnessPolicy, PolicyState, Verdict

from ..factories import QUICKSTART


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


def drawn(table: Table) -> str:
    console = Console(file=io.StringIO(), width=140)
    console.print(table)
    return console.file.getvalue()


def submitted(state: str, stage: str, message: str | None) -> dict[str, Any]:
    told = {"message": message, "hint": message}
    where = {"state": state, "stage": stage, "waiting": None}
    return {"number": 1, "id": "a", "title": "T"} | where | told


def test_a_state_is_said_once_and_a_refusal_stands_under_the_table() -> None:
    scored = submitted("scored", "scored", None)
    assert "(scored)" not in drawn(submission_table([scored]))
    refused = submitted("refused", "proof", "Too slow.") | {"number": 2}
    both = drawn(submission_table([scored, refused]))
    assert "refused (proof)" in both
    assert "Too slow." not in both
    assert refusal_lines([scored, refused]) == ["2: Too slow. Too slow."]
    proved = drawn(submission_table([submitted("proved", "proof", None)]))
    assert "proved" in proved
    assert "(proof)" not in proved


def test_one_that_waits_is_shown_with_its_place_and_the_wait() -> None:
    said = "third in the queue, about 2 minutes"
    waits = submitted("queued", "received", None) | {"waiting": {"en": said}}
    assert f"queued: {said}" in drawn(submission_table([waits]))


def test_a_team_is_listed_with_its_sources_acceptances_and_downloads() -> None:
    teams = [Principal(1, "Grutto", Role.TEAM), Principal(2, "Wulp", Role.TEAM, "all")]
    counts = {2: HandoutCount(("quickstart/1",), 13)}
    lines = drawn(teams_table(teams, read_brief(QUICKSTART), counts)).splitlines()
    [grutto] = [line for line in lines if "Grutto" in line]
    [wulp] = [line for line in lines if "Wulp" in line]
    assert [cell.strip() for cell in grutto.split("│")[3:6]] == [
        "All sources",
        "-",
        "0",
    ]
    assert [cell.strip() for cell in wulp.split("│")[4:6]] == ["quickstart/1", "13"]


def test_too_little_data_is_said_in_the_words_of_the_verdict() -> None:
    undetermined = row("Grutto", "all") | {"policy": "undetermined"}
    console = Console(file=io.StringIO(), width=240)
    console.print(board_table({"sources": [], "rows": [undetermined]}))
    said = Verdict(FairnessPolicy(), PolicyState.UNDETERMINED, ()).words("en")
    assert said in console.file.getvalue()


def test_a_scored_submission_tells_what_the_ladder_says_and_why_it_stands_there() -> (
    None
):
    words = "not measurably better than your best"
    kept = {"told": {"nl": "-", "en": words}, "why": None}
    first = {"told": {"en": "your first score"}, "why": {"en": ["One.", "Two."]}}
    assert ladder_line(kept) == f"On the board: {words}."
    assert ladder_line(first).splitlines()[1:] == ["One.", "Two."]
    assert ladder_line({"told": None, "why": None}) == ""


def test_the_board_says_what_the_data_say() -> None:
    told = " ".join(" ".join(shown(["all"], [row("Grutto", "all")])).split())
    assert NOTICE["en"] in told
    assert FORBIDDEN_USE["en"] in told
