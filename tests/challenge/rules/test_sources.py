"""Which source set somebody has."""

from __future__ import annotations

import pytest

from challenge.brief import read_brief
from challenge.brief.sections import SourceSet, Team
from challenge.errors import RequestRefusedError
from challenge.records import Principal, Role
from challenge.rules.sources import (
    check_choice,
    core_of,
    features_of,
    label_for,
    label_of,
    set_for,
    source_of,
)
from challenge.schema import Words

from ...factories import QUICKSTART


@pytest.fixture(scope="module")
def brief():
    """The quickstart with a set that has its table, and one that lacks it."""
    sets = {"clinic": ("parents",), "street": ("elsewhere",)}
    return read_brief(QUICKSTART).model_copy(
        update={
            "sources": tuple(
                SourceSet(name=name, label=Words(nl=name, en=name.title()), tables=t)
                for name, t in sets.items()
            ),
            "teams": (Team(name="Grutto", sources="clinic"),),
        }
    )


@pytest.mark.parametrize(
    ("reader", "source"),
    [
        (Principal(1, "Grutto", Role.TEAM), "clinic"),
        (Principal(1, "Grutto", Role.TEAM, sources="street"), "street"),
        (Principal(1, "gRUTTO", Role.TEAM), "clinic"),
        (Principal(2, "Wulp", Role.TEAM, sources="all"), "all"),
        (Principal(3, "Grutto", Role.JUROR), "all"),
        (None, "all"),
    ],
    ids=[
        *("by the brief", "by registration", "other case", "all by registration"),
        *("juror", "visitor"),
    ],
)
def test_a_reader_has_the_set_of_registration_and_else_of_the_brief(
    brief, reader: Principal | None, source: str
) -> None:
    assert source_of(reader, brief) == source


def test_a_set_fills_the_features_of_its_tables_only(brief) -> None:
    assert features_of("clinic", brief) == features_of("all", brief)
    assert features_of("all", brief) == brief.feature_names
    assert features_of("street", brief) == ()


def test_every_set_has_words(brief) -> None:
    said = [label_of(source, brief).en for source in brief.source_names]
    assert said == ["All sources", "Clinic", "Street"]


def test_a_set_that_the_brief_does_not_have_is_refused_with_those_it_has(brief) -> None:
    assert set_for("Wulp", brief, chosen="clinic") == "clinic"
    with pytest.raises(RequestRefusedError, match="no source set clinc") as refused:
        set_for("Wulp", brief, chosen="clinc")
    assert "all, clinic, street" in refused.value.hint


@pytest.mark.parametrize("name", ["Wulp", "Grutt0", "Grutto 2", "\u0413rutto"])
def test_a_team_that_nobody_gave_a_set_gets_none_rather_than_all(
    brief, name: str
) -> None:
    team = Principal(2, name, Role.TEAM)
    with pytest.raises(RequestRefusedError, match=f"no team {name}") as refused:
        source_of(team, brief)
    assert label_for(team, brief).en == "Not chosen yet"
    assert "--sources" in refused.value.hint
    assert "all, clinic, street" in refused.value.hint


def test_the_command_line_cannot_override_what_the_brief_says_of_a_team(brief) -> None:
    for chosen in ("", "clinic"):
        check_choice(Principal(1, "Grutto", Role.TEAM, sources=chosen), brief)
    check_choice(Principal(2, "Wulp", Role.TEAM, sources="street"), brief)
    other = Principal(1, "Grutto", Role.TEAM, sources="street")
    with pytest.raises(RequestRefusedError, match="gives Grutto the set clinic"):
        check_choice(other, brief)


def test_a_team_also_has_the_tables_of_the_core(brief) -> None:
    assert core_of(brief) == ()
    assert core_of(brief.model_copy(update={"core": ("parents",)})) == (
        brief.partners[0].partner,
    )


def test_where_all_teams_have_the_same_tables_nobody_has_to_choose() -> None:
    plain = read_brief(QUICKSTART)
    assert source_of(Principal(2, "Wulp", Role.TEAM), plain) == "all"
