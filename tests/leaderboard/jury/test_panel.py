from __future__ import annotations

import math

import krippendorff
import numpy as np
import pytest
from scipy.stats import kendalltau
from scipy.stats import t as student

from leaderboard.errors import BallotsRefusedError
from leaderboard.jury.panel import ROUNDING, agreement, two_way
from leaderboard.rows import Vector

NONE = math.nan


def panel(
    *,
    teams: int = 8,
    jurors: int = 5,
    each: int = 3,
    seed: int = 0,
    severity: float = 1,
) -> tuple[Vector, Vector]:
    """Points with strict and mild jurors, and the truth about the teams."""
    random = np.random.default_rng(seed)
    truth = random.normal(size=teams)
    points = truth[:, None] + severity * random.normal(size=jurors)
    points = points + random.normal(size=(teams, jurors))
    seen = np.zeros((teams, jurors), dtype=bool)
    for team in range(teams):  # whoever judged least comes first
        order = np.lexsort((random.random(jurors), seen.sum(axis=0)))
        seen[team, order[:each]] = True
    return np.where(seen, points, np.nan), truth


def test_a_full_table_gives_plain_means() -> None:
    table = np.array([[5.0, 4.0, 3.0], [4.0, 2.0, 3.0], [1.0, 3.0, 2.0]])

    found = two_way(table)

    assert found.scores == pytest.approx([4, 3, 2])
    # Teams 6, jurors 2/3 and chance 16/3 of a total of 12, on 2, 2 and 4 degrees
    # of freedom. Jurors vary less than chance alone would make them, so severity
    # is 0 and chance is (2/3 + 16/3) / 6 = 1.
    assert found.share == pytest.approx(0, abs=1e-4)
    assert np.diag(found.covariance) == pytest.approx([1 / 3] * 3, abs=1e-4)
    assert found.freedom == 4


def test_variances_are_those_of_the_analysis_of_variance() -> None:
    table = np.array([[5.0, 3.0, 1.0], [5.0, 2.0, 1.0], [3.0, 2.0, 0.0]])

    found = two_way(table)

    # Means of teams 3, 8/3 and 5/3, of jurors 13/3, 7/3 and 2/3, of all 22/9. Of a
    # total of 218/9, teams are 26/9, jurors 182/9 and chance 10/9. The mean square
    # is 91/9 between jurors and 5/18 of chance, so the variance of severity is
    # (91/9 - 5/18) / 3 = 59/18, and its share 59/64.
    assert found.scores == pytest.approx([3, 8 / 3, 5 / 3])
    assert found.share == pytest.approx(59 / 64, abs=1e-4)
    # The difference of two full rows has variance 2 (5/18) / 3.
    covariance = found.covariance
    spread = covariance[0, 0] + covariance[1, 1] - 2 * covariance[0, 1]
    assert spread == pytest.approx(5 / 27, abs=1e-4)
    # Severity is drawn to 0 by 3 / (3 + 5/59) = 177/182.
    drawn = 177 / 182 * (22 / 9 - np.array([13, 7, 2]) / 3)
    assert found.severity == pytest.approx(drawn, abs=1e-3)


def test_who_met_the_strict_juror_does_not_lose_by_it() -> None:
    table = np.array(
        [
            [4.0, 4.0, NONE],
            [4.0, NONE, 2.0],
            [3.0, 3.0, 1.0],
            [5.0, 5.0, 3.0],
            [2.0, 2.0, 0.0],
        ]
    )

    found = two_way(table)

    assert np.nanmean(table, axis=1)[:2].tolist() == [4, 3]
    assert abs(found.scores[0] - found.scores[1]) < 0.1
    assert found.severity[2] == pytest.approx(4 / 3, abs=0.1)


def ridge(table: Vector, penalty: float) -> tuple[Vector, Vector]:
    """Team and juror effects by least squares with a penalty row per juror."""
    teams, jurors = table.shape
    rows, points = [], []
    for team, juror in zip(*np.nonzero(np.isfinite(table)), strict=True):
        rows.append(
            np.eye(teams + jurors)[team] + np.eye(teams + jurors)[teams + juror]
        )
        points.append(table[team, juror])
    for juror in range(jurors):
        rows.append(math.sqrt(penalty) * np.eye(teams + jurors)[teams + juror])
        points.append(0.0)
    effects = np.linalg.lstsq(np.array(rows), np.array(points), rcond=None)[0]
    return effects[:teams], effects[teams:]


def test_it_is_least_squares_with_a_ridge_penalty_on_jurors() -> None:
    table, _ = panel()

    found = two_way(table)
    scores, jurors = ridge(table, (1 - found.share) / found.share)

    assert found.scores == pytest.approx(scores)
    assert found.severity == pytest.approx(-jurors)


def restricted_deviance(table: Vector, share: float) -> float:
    """The textbook formula, with the whole covariance matrix of the points."""
    seen = np.isfinite(table)
    team, juror = np.nonzero(seen)
    design, same = np.eye(len(table))[team], juror[:, None] == juror
    inverse = np.linalg.inv((1 - share) * np.eye(len(team)) + share * same)
    information = design.T @ inverse @ design
    scores = np.linalg.solve(information, design.T @ inverse @ table[seen])
    rest = table[seen] - design @ scores
    return float(
        -np.linalg.slogdet(inverse).logabsdet
        + np.linalg.slogdet(information).logabsdet
        + (len(team) - len(table)) * np.log(rest @ inverse @ rest)
    )


@pytest.mark.parametrize("seed", range(3))
def test_the_penalty_is_the_one_of_restricted_maximum_likelihood(seed: int) -> None:
    table, _ = panel(seed=seed)
    shares = np.linspace(0, 0.98, 99)
    best = shares[np.argmin([restricted_deviance(table, share) for share in shares])]

    assert two_way(table).share == pytest.approx(best, abs=0.011)


def test_the_covariance_is_that_of_generalised_least_squares() -> None:
    table, _ = panel(seed=1)
    seen = np.isfinite(table)
    team, juror = np.nonzero(seen)

    found = two_way(table)

    design = np.eye(len(table))[team]
    mixed = (1 - found.share) * np.eye(len(team)) + found.share * (
        juror[:, None] == juror
    )
    inverse = np.linalg.inv(mixed)
    rest = table[seen] - found.scores[team]
    scale = rest @ inverse @ rest / (len(team) - len(table))
    expected = scale * np.linalg.inv(design.T @ inverse @ design)
    assert found.covariance == pytest.approx(expected)


def test_teams_and_jurors_may_come_in_any_order() -> None:
    table, _ = panel(seed=2)
    teams, jurors = np.random.default_rng(0).permutation(8), [3, 1, 4, 0, 2]

    found, mixed = two_way(table), two_way(table[np.ix_(teams, jurors)])

    assert mixed.scores == pytest.approx(found.scores[teams])
    assert mixed.severity == pytest.approx(found.severity[jurors])


def test_a_milder_juror_changes_nothing_where_everybody_judges() -> None:
    table, _ = panel(each=5)

    milder = table + np.array([0.0, 0.0, 10.0, 0.0, 0.0])

    gained = two_way(milder).scores - two_way(table).scores
    assert gained == pytest.approx(np.full(8, 2.0))


def test_jurors_who_all_agree_do_not_make_a_score_certain() -> None:
    found = two_way(np.array([[5.0, 5.0], [3.0, 3.0], [1.0, 1.0]]))

    assert found.scores == pytest.approx([5, 3, 1])
    assert np.diag(found.covariance) == pytest.approx([ROUNDING / 2] * 3, abs=1e-4)


def test_jurors_who_differ_by_a_constant_are_told_from_chance_at_its_floor() -> None:
    found = two_way(np.array([[5.0, 3.0], [4.0, 2.0], [3.0, 1.0]]))

    # No misfit at all, so chance is held at 1/12. Jurors lie 1 from their mean:
    # mean square 3 (1 + 1) = 6 on one degree of freedom, and the variance of
    # severity is (6 - 1/12) / 3 = 71/36. Its share is 71/36 of 71/36 + 3/36.
    assert found.share == pytest.approx(71 / 74, abs=1e-4)
    assert found.scores == pytest.approx([4, 3, 2])
    # Drawn to 0 by 3 / (3 + 3/71).
    assert found.severity == pytest.approx([-71 / 72, 71 / 72], abs=1e-3)


@pytest.mark.parametrize("value", [1.0, 3.0, 5.0])
def test_equal_points_everywhere_give_equal_scores_and_no_severity(
    value: float,
) -> None:
    found = two_way(np.full((4, 3), value))

    assert found.scores == pytest.approx([value] * 4)
    assert found.severity == pytest.approx([0] * 3)
    assert found.share == pytest.approx(0, abs=1e-4)
    assert np.diag(found.covariance) == pytest.approx([ROUNDING / 3] * 4, abs=1e-4)


def test_two_teams_and_two_jurors_by_hand() -> None:
    found = two_way(np.array([[5.0, 3.0], [2.0, 2.0]]))

    # Means 4 and 2 of teams, 3.5 and 2.5 of jurors, 3 of all. Chance has sum of
    # squares 4 (1/2)^2 = 1 on one degree of freedom, jurors 2 (1/4 + 1/4) = 1 on one:
    # no more than chance, so severity is 0 and chance is (1 + 1) / 2 = 1.
    assert found.freedom == 1
    assert found.share == pytest.approx(0, abs=1e-3)
    assert found.scores == pytest.approx([4, 2])
    assert np.diag(found.covariance) == pytest.approx([1 / 2] * 2, abs=1e-3)


def test_a_lone_juror_of_one_team_changes_no_other_score() -> None:
    table, _ = panel(each=5, seed=3)
    alone = np.full((1, 6), NONE)
    alone[0, 5] = 4.0

    found = two_way(table)
    other = two_way(np.vstack([np.column_stack([table, np.full(8, NONE)]), alone]))

    # Nothing connects that ballot with the others: not even severity changes.
    assert other.scores[:8] == pytest.approx(found.scores)
    assert other.scores[8] == pytest.approx(4)
    assert other.freedom == found.freedom


@pytest.mark.parametrize(
    "table",
    [
        np.array([[5.0], [3.0]]),
        np.array([[5.0, NONE], [NONE, 3.0]]),
        np.array([[5.0, 4.0, NONE, NONE], [NONE, NONE, 3.0, 2.0]]),
        np.array([[5.0, 4.0, 3.0]]),
    ],
    ids=["one juror", "one ballot each", "no juror in common", "one team"],
)
def test_where_no_juror_can_be_checked_scores_are_plain_means(table: Vector) -> None:
    found = two_way(table)

    assert found.freedom == 0
    assert found.share == 0
    assert found.scores == pytest.approx(np.nanmean(table, axis=1))


def test_an_empty_row_or_column_is_refused() -> None:
    with pytest.raises(BallotsRefusedError, match="without points"):
        two_way(np.array([[1.0, 2.0], [NONE, NONE]]))
    with pytest.raises(BallotsRefusedError, match="without points"):
        two_way(np.array([[1.0, NONE], [2.0, NONE]]))


def taus(*, teams: int, jurors: int, each: int, draws: int) -> Vector:
    """Kendall's tau with the truth: of plain means, and of two-way scores."""
    found = []
    for seed in range(draws):
        table, truth = panel(teams=teams, jurors=jurors, each=each, seed=seed)
        for scores in (np.nanmean(table, axis=1), two_way(table).scores):
            found.append(kendalltau(scores, truth).statistic)
    result: Vector = np.reshape(found, (draws, 2)).mean(axis=0)
    return result


def test_with_three_jurors_a_team_it_orders_better_than_plain_means() -> None:
    plain, ours = taus(teams=12, jurors=9, each=3, draws=20)

    assert ours >= plain


@pytest.mark.full
def test_the_simulation_of_thirty_teams_and_nine_jurors() -> None:
    plain, ours = taus(teams=30, jurors=9, each=3, draws=100)

    assert ours >= plain + 0.02
    plain, ours = taus(teams=30, jurors=9, each=9, draws=20)
    assert ours == pytest.approx(plain)


def covered(*, teams: int, jurors: int, each: int, draws: int) -> float:
    """Share of teams whose interval holds the truth."""
    inside: list[bool] = []
    for seed in range(draws):
        table, truth = panel(teams=teams, jurors=jurors, each=each, seed=seed)
        found = two_way(table)
        reach = student.ppf(0.975, found.freedom) * np.sqrt(np.diag(found.covariance))
        inside += list(np.abs(found.scores - truth) <= reach)
    return float(np.mean(inside))


def test_the_interval_of_a_score_holds_the_truth_as_often_as_said() -> None:
    # Teams share jurors, so two standard errors of 40 panels are about 4 points.
    assert covered(teams=8, jurors=5, each=3, draws=40) >= 0.9


@pytest.mark.full
@pytest.mark.parametrize(
    ("teams", "jurors", "each"), [(4, 3, 3), (6, 4, 4), (6, 4, 3), (12, 6, 3)]
)
def test_intervals_cover_in_small_and_in_large_panels(
    teams: int, jurors: int, each: int
) -> None:
    found = covered(teams=teams, jurors=jurors, each=each, draws=600)

    assert 0.925 <= found <= 0.975


def test_agreement_by_hand() -> None:
    # The first team disagrees by 1, the second by 0. Within teams that is 2 of 4
    # ordered pairs with distance 0 or 1, mean 1/2; over all 12 ordered pairs of 1,
    # 2, 4 and 4 it is 2 (1 + 9 + 9 + 4 + 4 + 0) / 12 = 4.5. 1 - 0.5 / 4.5.
    table = np.array([[1.0, 2.0], [4.0, 4.0], [5.0, NONE]])

    assert agreement(table) == pytest.approx(1 - 0.5 / 4.5)


@pytest.mark.parametrize("seed", range(5))
def test_agreement_equals_the_krippendorff_package(seed: int) -> None:
    random = np.random.default_rng(seed)
    table = random.integers(1, 6, (9, 5)).astype(float)
    table[random.random((9, 5)) < 0.4] = np.nan

    expected = krippendorff.alpha(
        reliability_data=table.T, level_of_measurement="interval"
    )

    assert agreement(table) == pytest.approx(expected, abs=1e-12)


def test_full_agreement_is_one_and_shifting_points_changes_nothing() -> None:
    table = np.array([[1.0, 1.0], [4.0, 4.0], [3.0, 3.0]])
    mixed = np.array([[1.0, 2.0], [4.0, 3.0], [3.0, 5.0]])

    assert agreement(table) == 1
    assert agreement(3 + 2 * mixed) == pytest.approx(agreement(mixed))


def test_jurors_who_contradict_each_other_agree_less_than_chance() -> None:
    # Both pairs inside each team are 4 apart: 16. Of all 30 ordered pairs of three
    # ones and three fives 18 are: 16 * 18 / 30. 1 - 16 / 9.6.
    table = np.array([[1.0, 5.0], [5.0, 1.0], [1.0, 5.0]])

    assert agreement(table) == pytest.approx(1 - 5 / 3)


def test_points_handed_out_by_lot_agree_no_more_than_chance() -> None:
    table = np.random.default_rng(0).integers(1, 6, (400, 4)).astype(float)

    # One standard error is 1 / sqrt(400 * 6): 0.02.
    assert agreement(table) == pytest.approx(0, abs=0.06)


@pytest.mark.parametrize(
    "table",
    [np.full((3, 2), 4.0), np.array([[1.0, NONE], [NONE, 2.0]])],
    ids=["all equal", "no team with two jurors"],
)
def test_agreement_is_undefined_where_nothing_differs_or_pairs(table: Vector) -> None:
    assert agreement(table) is None
