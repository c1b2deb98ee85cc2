"""Which source set somebody has."""

from __future__ import annotations

import pytest

from challenge.brief import read_brief
from challenge.brief.sections import SourceSet, Team
from challenge.errors import RequestRefusedError
from challenge.records import Principal, Role
from challenge.rules.sources import check_source, features_of, label_of, source_of
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
        (Principal(2, "Wulp", Role.TEAM), "all"),
        (Principal(3, "Grutto", Role.JUROR), "all"),
        (None, "all"),
    ],
    ids=["by the brief", "by registration", "unknown team", "juror", "visitor"],
)
def test_a_reader_has_the_set_of_registration_then_brief_then_all(
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
    check_source("clinic", brief)
    with pytest.raises(RequestRefusedError) as refused:
        check_source("clinc", brief)
    assert "clinic" in refused.value.hint
