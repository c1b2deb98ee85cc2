from __future__ import annotations

from leaderboard import Estimate, Scorecard
from leaderboard.language import Labels, language
from leaderboard.pages.figures import Entry, area_marks, ends, gap_lines, panels
from leaderboard.records import AreaMeasure, GroupMeasure

EN = language("en")


def card(*areas: AreaMeasure, gaps: dict[str, Estimate] | None = None) -> Scorecard:
    return Scorecard(*(100, 10, 5, 0.1, {}), areas=areas, gaps=gaps or {})


def area(name: str, expected: float | None) -> AreaMeasure:
    observed = None if expected is None else Estimate(0.1, 0.05, 0.15)
    return AreaMeasure(name, 100, 10, expected, observed, expected is None)


def test_what_others_expect_stands_beside_unless_it_is_suppressed() -> None:
    mine = card(area("Tilburg", 0.12), area("Goirle", None))
    others = [card(area("Tilburg", 0.1)), card(area("Tilburg", None)), card()]

    (_, shown), (_, hidden) = area_marks(mine, EN, others)
    assert (shown.expected, shown.others) == (0.12, (0.1,))
    assert shown.title.startswith("Tilburg")
    assert (hidden.estimate, hidden.expected) == (None, None)


def test_a_team_shows_its_largest_gap_and_the_others_as_rules() -> None:
    gaps = {"home": Estimate(0.1), "age_of_mother": Estimate(0.3, 0.2, 0.4)}
    (line,) = gap_lines([Entry("Grutto", card(gaps=gaps))], Labels({}, EN))

    assert line.words == "Age of mother"
    assert line.estimate == gaps["age_of_mother"]
    assert line.mark.others == (0.1,)


def test_a_team_without_gaps_says_why() -> None:
    (line,) = gap_lines([Entry("Grutto", card())], Labels({}, EN))

    assert line.estimate is None
    assert EN.texts["gap_none"] in line.mark.title


def test_a_group_that_only_one_team_has_is_empty_for_the_other() -> None:
    group = GroupMeasure("home", "rent", 50, 20, false_negative_rate=Estimate(0.4))
    first = Scorecard(*(100, 10, 5, 0.1, {}), groups=(group,))
    entries = [Entry("Grutto", first, own=True), Entry("Merel", card(), outside=True)]

    (panel,) = panels(entries, Labels({}, EN))
    assert [line.estimate for line in panel.lines] == [Estimate(0.4), None]
    assert (panel.lines[0].mark.own, panel.lines[1].mark.muted) == (True, True)
    assert panel.measure == group


def test_an_axis_covers_values_and_ends_but_nothing_that_is_absent() -> None:
    assert ends([Estimate(0.2, 0.1, 0.3), None, Estimate(0.4)]) == [0.2, 0.1, 0.3, 0.4]
