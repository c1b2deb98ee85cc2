from __future__ import annotations

import json
from collections.abc import Sequence

import krippendorff
import numpy as np
import pandas as pd
import pytest
from scipy.stats import t as student

from leaderboard.errors import BallotsRefusedError, SettingRefusedError
from leaderboard.estimates import Estimate
from leaderboard.jury import JuryResult, TeamResult, tally_ballots
from leaderboard.jury.panel import two_way
from leaderboard.resampling.comparison import compare_all
from leaderboard.rows import Vector


def ballots(
    table: Sequence[Sequence[float | None]] | Vector, criterion: str = "plan"
) -> pd.DataFrame:
    """One row per judgement; teams a, b, ... and jurors u, v, ..."""
    return pd.DataFrame(
        [
            (team, juror, criterion, points)
            for team, row in zip("abcdefghijkl", table, strict=False)
            for juror, points in zip("uvwxyz", row, strict=False)
        ],
        columns=["team", "juror", "criterion", "points"],
    )


def team(result: JuryResult, name: str) -> TeamResult:
    return next(row for row in result.teams if row.team == name)


def many(seed: int, *, spread: float = 1.0, teams: int = 8) -> Vector:
    random = np.random.default_rng(seed)
    points = spread * random.normal(size=(teams, 1)) + random.normal(size=6)
    return 3 + points + random.normal(size=(teams, 6))


THREE = [[5, 4, 3], [4, 2, 3], [1, 3, 2]]


def test_three_teams_and_three_jurors_by_hand() -> None:
    result = tally_ballots(ballots(THREE))

    # Chance has variance 1 and severity none (see test_panel), so each score has a
    # standard error of sqrt(1/3), with 4 degrees of freedom.
    assert [row.team for row in result.teams] == ["a", "b", "c"]
    assert [row.mean for row in result.teams] == [4, 3, 2]
    best = result.teams[0]
    assert best.ballots == 3
    assert best.criteria == {"plan": 4}
    assert best.score.value == pytest.approx(4)
    assert best.error == pytest.approx((1 / 3) ** 0.5, abs=1e-4)
    half = 2.776445 * (1 / 3) ** 0.5
    assert best.score.low == pytest.approx(4 - half, abs=1e-3)
    assert best.score.high == pytest.approx(4 + half, abs=1e-3)
    # Tukey: 5.040 sqrt(1/3) = 2.91 points between two of three teams.
    assert {(row.place_low, row.place_high) for row in result.teams} == {(1, 3)}
    assert all(row.leading for row in result.teams)
    assert [juror.juror for juror in result.jurors] == ["u", "v", "w"]
    assert [juror.severity for juror in result.jurors] == pytest.approx(
        [0] * 3, abs=1e-3
    )


def test_teams_that_lie_further_apart_than_tukeys_margin_have_places() -> None:
    apart = np.array(THREE) + np.array([[3.0], [0.0], [-3.0]])

    result = tally_ballots(ballots(apart))

    # 7, 3 and -1: every two are more than 2.91 apart.
    assert [(row.place_low, row.place_high) for row in result.teams] == [
        (1, 1),
        (2, 2),
        (3, 3),
    ]
    assert [row.leading for row in result.teams] == [True, False, False]


def test_where_everybody_judges_everybody_scores_are_plain_means() -> None:
    result = tally_ballots(ballots(many(0)))

    for row in result.teams:
        assert row.score.value == pytest.approx(row.mean)


def test_a_team_does_not_lose_by_a_severe_juror() -> None:
    table = [[4, 4, None], [4, None, 2], [3, 3, 1], [5, 5, 3], [2, 2, 0]]

    result = tally_ballots(ballots(table))

    # a and b got 4 from their milder jurors; b also met w, who gives 2 less.
    assert (team(result, "a").mean, team(result, "b").mean) == (4, 3)
    assert team(result, "a").ballots == 2
    assert abs(team(result, "a").score.value - team(result, "b").score.value) < 0.1
    severity = {juror.juror: juror.severity for juror in result.jurors}
    assert severity["w"] > 1
    assert severity["u"] < 0
    assert result.severity_share > 0.7


def test_places_are_those_of_comparing_all_pairs_of_bootstrap_replicates() -> None:
    table = many(1, spread=2.0)
    table[np.random.default_rng(2).random(table.shape) < 0.3] = np.nan
    split = two_way(table)
    random = np.random.default_rng(3)
    # Scores under a multivariate t: normal draws over one chance of the variance.
    normal = random.multivariate_normal(np.zeros(8), split.covariance, 100_000)
    chance = random.chisquare(split.freedom, (100_000, 1)) / split.freedom
    replicates = split.scores[:, None] + (normal / np.sqrt(chance)).T
    above = compare_all(split.scores, replicates).above

    result = tally_ballots(ballots(table))

    lows, highs = 1 + above.sum(axis=0), 8 - above.sum(axis=1)
    places = [
        (row.place_low, row.place_high)
        for row in sorted(result.teams, key=lambda row: row.team)
    ]
    assert places == list(zip(lows.tolist(), highs.tolist(), strict=True))
    assert any(high < 8 for _, high in places)


def test_only_teams_in_the_tie_set_compete_and_all_ballots_count() -> None:
    table = ballots(many(4))

    every, some = tally_ballots(table), tally_ballots(table, among=["c", "a", "f"])

    assert {row.team for row in some.teams[:3]} == {"a", "c", "f"}
    assert all(row.place_high <= 3 for row in some.teams[:3] if row.place_high)
    for row in some.teams[3:]:
        assert (row.place_low, row.place_high, row.leading) == (None, None, False)
    assert [team(some, name).score for name in "abcdefgh"] == [
        team(every, name).score for name in "abcdefgh"
    ]
    assert some.jurors == every.jurors


def test_a_single_competitor_has_the_only_place() -> None:
    best = tally_ballots(ballots(THREE), among=["b"]).teams[0]

    assert (best.team, best.place_low, best.place_high, best.leading) == (
        "b",
        1,
        1,
        True,
    )


def test_nobody_may_compete_without_points() -> None:
    with pytest.raises(SettingRefusedError, match="teams that have points"):
        tally_ballots(ballots(THREE), among=["a", "z"])


def test_where_no_juror_can_be_checked_nothing_is_told_apart() -> None:
    result = tally_ballots(ballots([[5, None], [None, 1]]))

    assert [row.mean for row in result.teams] == [5, 1]
    assert {(row.place_low, row.place_high) for row in result.teams} == {(1, 2)}
    assert result.teams[0].score.low is None
    assert result.teams[0].error is None


def test_one_juror_gives_means_and_no_certainty() -> None:
    result = tally_ballots(ballots([[5], [3], [1]]))

    assert [(row.team, row.mean, row.score) for row in result.teams] == [
        ("a", 5, Estimate(5)),
        ("b", 3, Estimate(3)),
        ("c", 1, Estimate(1)),
    ]
    assert {(row.place_low, row.place_high) for row in result.teams} == {(1, 3)}
    assert [(juror.ballots, juror.severity) for juror in result.jurors] == [(3, 0)]
    assert result.agreement == {"plan": None}


def test_one_team_has_the_only_place_and_no_interval() -> None:
    [row] = tally_ballots(ballots([[5, 4, 3]])).teams

    assert (row.mean, row.score, row.error) == (4, Estimate(4), None)
    assert (row.place_low, row.place_high, row.leading) == (1, 1, True)


def test_a_team_that_all_jurors_are_recused_from_does_not_appear() -> None:
    table = [*THREE, [None, None, None]]

    assert tally_ballots(ballots(table)) == tally_ballots(ballots(THREE))


def test_a_juror_who_is_recused_from_everybody_does_not_appear() -> None:
    table = [[*row, None] for row in THREE]

    assert tally_ballots(ballots(table)) == tally_ballots(ballots(THREE))


def test_equal_points_everywhere_leave_every_team_every_place() -> None:
    result = tally_ballots(ballots(np.full((6, 4), 3.0)))

    assert [row.team for row in result.teams] == list("abcdef")
    assert {(row.place_low, row.place_high) for row in result.teams} == {(1, 6)}
    assert all(row.leading for row in result.teams)
    assert result.agreement == {"plan": None}


def test_two_teams_are_told_apart_as_a_paired_t_test_tells_them() -> None:
    # Differences of 4, 3 and 2: mean 3, deviation 1, so t = 3 sqrt(3) = 5.196 on
    # two degrees of freedom, and 4.303 is needed. One point less is not enough.
    far, near = [[5, 5, 4], [1, 2, 2]], [[4, 4, 3], [1, 2, 2]]

    apart, close = tally_ballots(ballots(far)), tally_ballots(ballots(near))

    assert [row.place_high for row in apart.teams] == [1, 2]
    assert [row.place_high for row in close.teams] == [2, 2]


def test_nobody_competes_where_the_tie_set_has_no_ballots() -> None:
    result = tally_ballots(ballots(THREE), among=[])

    assert [row.team for row in result.teams] == ["a", "b", "c"]
    assert {row.place_low for row in result.teams} == {None}


def test_criteria_count_by_their_weight() -> None:
    table = pd.concat([ballots(THREE), ballots([[1, 1, 1]] * 3, "care")])

    result = tally_ballots(table, weights={"plan": 3, "care": 1})

    assert result.teams[0].mean == pytest.approx((3 * 4 + 1) / 4)
    assert result.teams[0].criteria == {"care": 1, "plan": 4}


def test_a_criterion_that_nobody_judged_of_a_team_is_left_out_of_its_row() -> None:
    table = pd.concat([ballots(THREE), ballots([[1, 1, 1]] * 2, "care")])

    assert team(tally_ballots(table), "c").criteria == {"plan": 2}


def test_agreement_is_krippendorffs_alpha_per_criterion() -> None:
    table = many(5).round()
    table[2, :3] = np.nan

    result = tally_ballots(
        pd.concat([ballots(table), ballots(table[:, ::-1] ** 2, "care")])
    )

    for criterion, points in (("plan", table), ("care", table**2)):
        expected = krippendorff.alpha(points.T, level_of_measurement="interval")
        assert result.agreement[criterion] == pytest.approx(expected)


@pytest.mark.parametrize(
    ("teams", "jurors", "shown"), [(6, 4, True), (5, 4, False), (6, 3, False)]
)
def test_agreement_is_shown_from_six_teams_and_four_jurors_on(
    teams: int, jurors: int, shown: bool
) -> None:
    result = tally_ballots(ballots(many(6)[:teams, :jurors]))

    assert (result.agreement["plan"] is not None) is shown


def test_the_order_of_rows_leaves_no_trace() -> None:
    table = ballots(many(7))

    assert tally_ballots(table.sample(frac=1, random_state=1)) == tally_ballots(table)


def test_renaming_teams_and_jurors_renames_the_result() -> None:
    table = ballots(many(8))
    names = dict(zip("abcdefgh", "hgfedcba", strict=True))
    renamed = table.replace({"team": names, "juror": {"u": "z", "z": "u"}})

    found, other = tally_ballots(table), tally_ballots(renamed)

    for row in found.teams:
        twin = team(other, names[row.team])
        assert twin.score.value == pytest.approx(row.score.value)
        assert (twin.place_low, twin.place_high) == (row.place_low, row.place_high)


def test_teams_with_equal_scores_stand_in_the_order_of_their_names() -> None:
    result = tally_ballots(ballots([[3, 4, 5], [5, 4, 3], [4, 5, 3], [1, 2, 1]]))

    assert [row.team for row in result.teams] == ["a", "b", "c", "d"]


def test_the_plain_data_are_strict_json() -> None:
    result = tally_ballots(ballots([[5, None], [None, 1]]))

    plain = json.loads(json.dumps(result.to_dict(), allow_nan=False))

    assert plain["teams"][0]["team"] == "a"
    assert plain["agreement"] == {"plan": None}


def test_a_table_that_cannot_be_read_is_refused() -> None:
    with pytest.raises(BallotsRefusedError):
        tally_ballots(pd.DataFrame())


def wrong(*, teams: int, jurors: int, draws: int, seed: int) -> float:
    """Share of juries in which a team is placed above a truly equal one."""
    random = np.random.default_rng(seed)
    count = 0
    for _ in range(draws):
        points = (
            30
            + 10 * random.normal(size=jurors)
            + 10 * random.normal(size=(teams, jurors))
        )
        for row in range(teams):
            points[row, row % jurors] = np.nan
        result = tally_ballots(ballots(points))
        count += any(row.place_low != 1 for row in result.teams)
    return count / draws


def test_equal_teams_are_rarely_told_apart() -> None:
    # 5 % of 60 is 3; 9 lies beyond the 99.8th percentile.
    assert wrong(teams=5, jurors=4, draws=60, seed=0) <= 9 / 60


@pytest.mark.full
@pytest.mark.parametrize(("teams", "jurors"), [(3, 4), (6, 4), (12, 6)])
def test_equal_teams_are_told_apart_in_one_jury_of_twenty(
    teams: int, jurors: int
) -> None:
    # Two standard errors of 600 juries are 1.8 points.
    assert wrong(teams=teams, jurors=jurors, draws=600, seed=1) <= 0.068


def test_the_quantile_is_that_of_student() -> None:
    assert student.ppf(0.975, 4) == pytest.approx(2.776445, abs=1e-6)
