"""The JSON Schema of a scorecard says what the records say, and no more."""

from __future__ import annotations

import copy
import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from leaderboard import METRICS, Scorecard, publish
from leaderboard.errors import ScorecardUnreadableError
from leaderboard.recomputing.schema import scorecard_schema

from .conftest import HOUSEHOLDS, card

ROOT = Path(__file__).parents[3]
PUBLISHED = ROOT / "docs" / "scorecard-1.json"
SCHEMA = Draft202012Validator(scorecard_schema())


@pytest.fixture(scope="module")
def plain() -> dict[str, Any]:
    """One exact scorecard as it is served."""
    return json.loads(card(HOUSEHOLDS.truth).to_json())


def test_the_command_prints_the_schema_that_is_published() -> None:
    printed = subprocess.run(
        [sys.executable, "-m", "leaderboard", "--schema"],
        capture_output=True,
        text=True,
        check=True,
    ).stdout

    assert printed == PUBLISHED.read_text("utf-8"), (
        "run `python -m leaderboard --schema > docs/scorecard-1.json`"
    )


def test_it_is_a_schema() -> None:
    Draft202012Validator.check_schema(scorecard_schema())


def test_exact_and_published_scorecards_are_valid(cards: dict[str, Scorecard]) -> None:
    for found in cards.values():
        for form in (found, publish(found), found.without_replicates()):
            SCHEMA.validate(json.loads(form.to_json()))


def test_a_scorecard_without_policy_reference_or_clusters_is_valid() -> None:
    SCHEMA.validate(json.loads(card(HOUSEHOLDS.truth, reference=False).to_json()))
    bare = Scorecard(rows=2, positives=1, clusters=2, capacity=0.1, metrics={})
    SCHEMA.validate(json.loads(bare.to_json()))


def test_a_scorecard_with_curves_is_valid() -> None:
    found = card(HOUSEHOLDS.truth, curves=True)

    assert found.curves is not None
    for form in (found, publish(found), publish(found, curves=True)):
        SCHEMA.validate(json.loads(form.to_json()))


def test_every_field_of_the_record_is_described(plain: dict[str, Any]) -> None:
    schema = scorecard_schema()

    assert set(schema["properties"]) == {
        "version",
        *(f.name for f in fields(Scorecard)),
    }
    assert set(schema["properties"]["metrics"]["properties"]) == set(METRICS)
    for record in (schema, *schema["$defs"].values()):
        for name, entry in record["properties"].items():
            assert entry["description"], name
            assert entry.get("title"), name


def test_a_bound_in_a_docstring_is_a_bound_here() -> None:
    schema = scorecard_schema()
    rate = schema["$defs"]["GroupMeasure"]["properties"]["false_negative_rate"]

    assert schema["properties"]["capacity"]["exclusiveMaximum"] == 1
    assert rate["properties"]["high"] == {"minimum": 0, "maximum": 1}
    brier = schema["properties"]["metrics"]["properties"]["brier"]
    assert brier["properties"]["value"] == {"minimum": 0, "maximum": 1}


BREAKING: dict[str, Callable[[dict[str, Any]], object]] = {
    "another version": lambda c: c.update(version=2),
    "no version": lambda c: c.pop("version"),
    "a field too many": lambda c: c.update(fair=True),
    "a negative count": lambda c: c.update(rows=-1),
    "half a row": lambda c: c.update(rows=10.5),
    "a capacity of everyone": lambda c: c.update(capacity=1),
    "an unknown metric": lambda c: c["metrics"].update(accuracy={"value": 1.0}),
    "a share above one": lambda c: c["metrics"]["auroc"].update(high=1.2),
    "a text for a number": lambda c: c["metrics"]["auroc"].update(value="high"),
    "an unknown state": lambda c: c["policy"].update(state="fair"),
    "a rate below nothing": lambda c: c["groups"][0]["brier"].update(low=-0.1),
    "a group without level": lambda c: c["groups"][0].pop("level"),
    "replicates as texts": lambda c: c["replicates"].append("0.1"),
    "areas by name": lambda c: c.update(areas={}),
}


@pytest.mark.parametrize("fault", BREAKING)
def test_a_broken_scorecard_is_refused(plain: dict[str, Any], fault: str) -> None:
    broken = copy.deepcopy(plain)
    BREAKING[fault](broken)

    assert not SCHEMA.is_valid(broken)


def parts(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Every key of every object, one of each list."""
    if isinstance(value, dict):
        for key, inner in value.items():
            yield (*path, key)
            yield from parts(inner, (*path, key))
    elif isinstance(value, list) and value:
        yield from parts(value[0], (*path, 0))


def test_what_the_schema_takes_the_library_reads(plain: dict[str, Any]) -> None:
    """Take away each key in turn: what is still valid can still be read."""
    for path in parts(plain):
        smaller = copy.deepcopy(plain)
        inner = smaller
        for key in path[:-1]:
            inner = inner[key]
        del inner[path[-1]]
        if SCHEMA.is_valid(smaller):
            try:
                Scorecard.from_json(json.dumps(smaller))
            except ScorecardUnreadableError as error:
                pytest.fail(f"{path}: {error.reason}")
