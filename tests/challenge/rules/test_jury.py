"""The verdict, from ballots in a real database."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace

import pytest

from challenge.brief import Brief, read_brief
from challenge.brief.jury import Jury
from challenge.records import Ballot, Pitch
from challenge.rules.jury import jury_verdict
from leaderboard import Board, Estimate, Row

from ...factories import NOON, QUICKSTART

Points = Mapping[str, int]


@pytest.fixture(scope="module")
def brief() -> Brief:
    return read_brief(QUICKSTART)


def agreed(brief: Brief, **jury: object) -> Brief:
    """The brief with another agreement about the verdict."""
    return brief.model_copy(update={"jury": Jury.model_validate(jury)})


def pitches(*teams: str) -> list[Pitch]:
    return [Pitch(team, "Titel", "Tekst.", NOON) for team in teams]


def ballot(juror: str, team: str, points: int | None) -> Ballot:
    given = {} if points is None else {"bruikbaarheid": points}
    return Ballot(
        juror, team, given, "Waarom.", NOON, recused=points is None, submitted_at=NOON
    )


def board(teams: Mapping[str, tuple[float, bool, str | None]]) -> Board:
    """Score of each team, whether it leads, and why it stands outside."""
    return Board(
        tuple(
            Row(team, 1, 1, leads, Estimate(score), None, outside)
            for team, (score, leads, outside) in teams.items()
        )
    )


BOARD = board(
    {
        "Zwaluw": (0.12, True, None),
        "Grutto": (0.11, True, None),
        "Kievit": (0.02, False, None),
        "Merel": (0.30, False, "violates-policy"),
    }
)
BALLOTS = [
    *(ballot("Ans", team, p) for team, p in (("Zwaluw", 2), ("Grutto", 4))),
    *(ballot("Bo", team, p) for team, p in (("Zwaluw", 3), ("Grutto", 4))),
    *(ballot(juror, "Kievit", p) for juror, p in (("Ans", 5), ("Bo", 5))),
]
PITCHES = pitches("Zwaluw", "Grutto", "Kievit", "Merel")


def test_before_the_first_ballot_every_pitching_team_waits(brief: Brief) -> None:
    found = jury_verdict([], PITCHES, brief=brief, boards=[])

    assert found.result is None
    assert found.unjudged == ("Grutto", "Kievit", "Merel", "Zwaluw")


def test_by_default_all_pitching_teams_compete_and_nothing_is_merged(
    brief: Brief,
) -> None:
    found = jury_verdict(BALLOTS, PITCHES, brief=brief, boards=[BOARD])

    assert found.result is not None
    assert [(t.team, t.mean) for t in found.result.teams] == [
        ("Kievit", 5),
        ("Grutto", 4),
        ("Zwaluw", 2.5),
    ]
    assert (found.tie_set, found.weighted, found.unweighted) == (None, None, ())
    assert found.unjudged == ("Merel",)


def test_a_recusal_is_a_missing_cell_and_no_low_score(brief: Brief) -> None:
    recused = [*BALLOTS[1:], ballot("Ans", "Zwaluw", None)]

    found = jury_verdict(recused, PITCHES, brief=brief, boards=[BOARD])

    assert found.result is not None
    [zwaluw] = [t for t in found.result.teams if t.team == "Zwaluw"]
    assert (zwaluw.ballots, zwaluw.mean) == (1, 3)
    assert [(b.juror, b.team) for b in found.recusals] == [("Ans", "Zwaluw")]


def test_a_team_that_every_juror_is_recused_from_has_no_score(brief: Brief) -> None:
    ballots = [*BALLOTS, *(ballot(juror, "Merel", None) for juror in ("Bo", "Ans"))]

    found = jury_verdict(ballots, PITCHES, brief=brief, boards=[BOARD])

    assert found.unjudged == ("Merel",)
    assert [b.juror for b in found.recusals] == ["Ans", "Bo"]


def test_where_every_ballot_is_a_recusal_there_is_no_result(brief: Brief) -> None:
    ballots = [ballot("Ans", "Zwaluw", None)]

    found = jury_verdict(ballots, pitches("Zwaluw"), brief=brief, boards=[BOARD])

    assert found.result is None
    assert found.unjudged == ("Zwaluw",)


def test_within_the_tie_set_only_its_teams_have_places(brief: Brief) -> None:
    within = agreed(brief, within_tie_set=True)

    found = jury_verdict(BALLOTS, PITCHES, brief=within, boards=[BOARD])

    assert found.tie_set == ("Grutto", "Zwaluw")
    assert found.result is not None
    assert [(t.team, t.place_low is None) for t in found.result.teams] == [
        ("Grutto", False),
        ("Zwaluw", False),
        ("Kievit", True),
    ]


def test_a_tie_set_in_which_nobody_is_judged_leaves_nobody_a_place(
    brief: Brief,
) -> None:
    within = agreed(brief, within_tie_set=True)

    found = jury_verdict(BALLOTS, PITCHES, brief=within, boards=[])

    assert found.tie_set == ()
    assert found.result is not None
    assert {t.place_low for t in found.result.teams} == {None}
    assert not any(t.leading for t in found.result.teams)


def test_weights_name_the_winner_and_where_it_changes(brief: Brief) -> None:
    weighed = agreed(brief, weights={"model": 0.6, "jury": 0.4})

    found = jury_verdict(BALLOTS, PITCHES, brief=weighed, boards=[BOARD])

    # Percentile ranks of Zwaluw, Grutto and Kievit: 1, 1/2, 0 of the model and
    # 0, 1/2, 1 of the jury. Zwaluw has 0.6, Grutto 0.5, Kievit 0.4.
    assert found.weighted is not None
    assert found.weighted.scores == pytest.approx(
        {"Zwaluw": 0.6, "Grutto": 0.5, "Kievit": 0.4}
    )
    assert found.weighted.winners == ("Zwaluw",)
    assert (found.weighted.low, found.weighted.high) == (0.5, 1)
    assert found.unweighted == ()


def test_weights_leave_out_who_stands_outside_the_ranking(brief: Brief) -> None:
    weighed = agreed(brief, weights={"model": 0.5, "jury": 0.5})
    ballots = [*BALLOTS, ballot("Ans", "Merel", 5), ballot("Ans", "Wulp", 5)]

    found = jury_verdict(ballots, PITCHES, brief=weighed, boards=[BOARD])

    assert found.unweighted == ("Merel", "Wulp")
    assert found.weighted is not None
    assert set(found.weighted.scores) == {"Zwaluw", "Grutto", "Kievit"}


def test_models_are_weighed_within_their_own_sources(brief: Brief) -> None:
    weighed = agreed(brief, weights={"model": 0.9, "jury": 0.1})
    apart = [
        board({"Zwaluw": (0.02, True, None), "Merel": (0.01, False, None)}),
        board({"Grutto": (0.12, True, None), "Wulp": (0.11, False, None)}),
        board({"Kievit": (0.50, True, None)}),
    ]

    found = jury_verdict(BALLOTS, PITCHES, brief=weighed, boards=apart)

    # Both lead their set and tie on 3/4; Kievit has nobody beside it: 0.
    assert found.weighted is not None
    assert found.weighted.scores == pytest.approx(
        {"Grutto": 0.9 * 0.75 + 0.05, "Zwaluw": 0.9 * 0.75, "Kievit": 0.1}
    )


def test_one_team_that_has_both_is_nothing_to_weigh(brief: Brief) -> None:
    weighed = agreed(brief, weights={"model": 0.5, "jury": 0.5})

    found = jury_verdict(BALLOTS[:1], PITCHES, brief=weighed, boards=[BOARD])

    assert found.weighted is None


def test_a_draft_counts_for_nothing(brief: Brief) -> None:
    drafts = [replace(ballot("Ans", "Merel", 5), submitted_at=None)]

    found = jury_verdict([*BALLOTS, *drafts], PITCHES, brief=brief, boards=[BOARD])

    assert found == jury_verdict(BALLOTS, PITCHES, brief=brief, boards=[BOARD])
    assert found.unjudged == ("Merel",)


def test_the_order_of_ballots_leaves_no_trace(brief: Brief) -> None:
    weighed = agreed(brief, weights={"model": 0.5, "jury": 0.5})
    ballots = [*BALLOTS, ballot("Bo", "Merel", None), ballot("Ans", "Merel", None)]

    one = jury_verdict(ballots, PITCHES, brief=weighed, boards=[BOARD])
    other = jury_verdict(ballots[::-1], PITCHES[::-1], brief=weighed, boards=[BOARD])

    assert one == other


def test_the_plain_data_are_strict_json(brief: Brief) -> None:
    weighed = agreed(brief, weights={"model": 0.5, "jury": 0.5})
    ballots = [*BALLOTS, ballot("Bo", "Merel", None)]
    found = jury_verdict(ballots, PITCHES, brief=weighed, boards=[BOARD])

    plain = json.loads(json.dumps(found.to_dict(), allow_nan=False))

    assert plain["recusals"] == [{"juror": "Bo", "team": "Merel", "reason": "Waarom."}]
    assert plain["result"]["teams"][0]["team"] == "Kievit"
    assert plain["weighted"]["weight"] == 0.5
