"""The deliberation's figures, by hand."""

from __future__ import annotations

import pytest

from challenge.brief import Brief, read_brief
from challenge.records import Ballot
from challenge.rules.deliberation import notes_for, standings_of
from challenge.rules.jury import JuryVerdict, jury_verdict
from challenge.rules.ties import computed_order, tied_pairs
from challenge.store.comparisons import Preference
from leaderboard import Board, Estimate, Row

from ...factories import NOON, QUICKSTART


@pytest.fixture(scope="module")
def brief() -> Brief:
    return read_brief(QUICKSTART)


def ballot(juror: str, team: str, points: int, note: str = "") -> Ballot:
    given = {"bruikbaarheid": points} if points else {}
    return Ballot(juror, team, given, note, NOON, recused=not points, submitted_at=NOON)


TIED = [
    ballot("Ans", "Zwaluw", 5),
    ballot("Bo", "Zwaluw", 3, "b-noot"),
    ballot("Ans", "Grutto", 4),
    ballot("Bo", "Grutto", 4),
    ballot("Ans", "Kievit", 1, "a-noot"),
    ballot("Bo", "Kievit", 2),
]


def verdict(brief: Brief, ballots: list[Ballot] = TIED) -> JuryVerdict:
    return jury_verdict(ballots, [], brief=brief, boards=[])


def test_teams_that_tie_stand_by_name_until_jurors_choose(brief: Brief) -> None:
    found = verdict(brief)

    assert computed_order(found) == ("Grutto", "Zwaluw", "Kievit")
    [pair] = tied_pairs(found)
    assert (pair.first, pair.second) == ("Grutto", "Zwaluw")


@pytest.mark.parametrize(
    ("choices", "first"),
    [
        (["Zwaluw", "Zwaluw", "Grutto"], "Zwaluw"),
        (["Zwaluw", "Grutto", "Grutto"], "Grutto"),
        (["Zwaluw", "Grutto"], "Grutto"),
    ],
    ids=["two of three", "the other two", "as many: by name"],
)
def test_the_majority_of_the_jurors_who_choose_breaks_the_tie(
    brief: Brief, choices: list[str], first: str
) -> None:
    other = {"Zwaluw": "Grutto", "Grutto": "Zwaluw"}
    said = [Preference(f"J{n}", c, other[c]) for n, c in enumerate(choices)]

    assert computed_order(verdict(brief), said)[0] == first
    [pair] = tied_pairs(verdict(brief), said)
    assert (pair.for_first, pair.for_second) == (
        choices.count("Grutto"),
        choices.count("Zwaluw"),
    )


def test_a_preference_never_lifts_a_team_above_more_points(brief: Brief) -> None:
    said = [
        Preference("Ans", "Kievit", "Zwaluw"),
        Preference("Ans", "Kievit", "Grutto"),
    ]

    assert computed_order(verdict(brief), said)[-1] == "Kievit"


def test_jurors_are_dots_without_names_and_two_points_apart_are_talked_about(
    brief: Brief,
) -> None:
    lines = {s.team: s for s in standings_of(verdict(brief), TIED, [])}

    assert lines["Zwaluw"].dots == (3.0, 5.0)
    assert (lines["Zwaluw"].spread, lines["Zwaluw"].is_wide) == (2.0, True)
    assert (lines["Kievit"].spread, lines["Kievit"].is_wide) == (1.0, False)


def test_jury_and_board_are_at_odds_where_one_alone_counts_a_team_to_the_lead(
    brief: Brief,
) -> None:
    rows = (
        Row("Zwaluw", 1, 1, True, Estimate(0.1), None, None),
        Row("Grutto", 2, 2, False, Estimate(0.05), None, None),
    )

    lines = {s.team: s for s in standings_of(verdict(brief), TIED, [Board(rows)])}

    # Two jurors cannot tell three teams apart, so all of them may lead the jury.
    assert lines["Grutto"].result.leading
    assert [lines[t].is_at_odds for t in ("Zwaluw", "Grutto", "Kievit")] == [
        False,
        True,
        False,
    ]


def test_notes_are_mixed_and_reasons_of_recusals_stay_inside(brief: Brief) -> None:
    ballots = [
        ballot("Bo", "Zwaluw", 3, "twee"),
        ballot("Ans", "Zwaluw", 3, "een"),
        ballot("Cor", "Zwaluw", 0, "mijn zus"),
        ballot("Ans", "Grutto", 3, "ander"),
    ]

    assert notes_for("Zwaluw", ballots) == ("een", "twee")


def test_without_ballots_there_is_nothing_to_order(brief: Brief) -> None:
    found = verdict(brief, [])

    assert computed_order(found) == ()
    assert tied_pairs(found) == ()
    assert standings_of(found, [], []) == ()
