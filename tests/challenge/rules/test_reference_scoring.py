"""A submission is judged beside the reference model of its own source set."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pandas as pd
import pytest

from challenge.brief import read_brief
from challenge.records import Limits, Outcome, Role, Stage, State
from challenge.rules.evaluation import Evaluation
from challenge.shelf import Folder
from challenge.store import Database
from challenge.synthesis import Release, RowSet, build
from leaderboard import Scorecard, publish, quantised, score

from ...factories import NOON, ROOT, Told

DAYS = ROOT / "datasets" / "first-1000-days"
SIZES = {"train": 1_200, "practice": 900, "board": 900, "final": 300, "external": 200}


@pytest.fixture(scope="module")
def days(tmp_path_factory: pytest.TempPathFactory) -> Release:
    """The first 1000 days in small, with four source sets; not published."""
    return build(DAYS, tmp_path_factory.mktemp("days"), seed=2, rows=SIZES)


def said(rows: pd.DataFrame) -> pd.Series:
    """Predict something that differs between rows."""
    return rows["household_type"].map({"single_parent": 0.3}).fillna(0.1)


@pytest.mark.parametrize("source", ["all", "cz"])
def test_the_policy_sees_what_the_reference_of_the_source_set_said(
    database: Database, days: Release, tmp_path: Path, source: str
) -> None:
    brief = read_brief(DAYS)
    hidden = pd.concat(
        [days.sealed(n).features for n in ("board", "final", "external")]
    )
    board, practice = days.sealed("board"), days.practice()
    told = {"board": said(hidden), "practice": said(practice.features)}
    with database.begin() as unit:
        team = unit.people.add(Role.TEAM, "Wulp", token_hash="a", now=NOON)
        unit.submissions.add(
            id="one",
            team_id=team.id,
            state=State.QUEUED,
            stage=Stage.RECEIVED,
            release=days.name,
            sources=source,
            bundle_sha256="ab",
            created_at=NOON,
            updated_at=NOON,
        )
    outcome = Outcome(
        practice=told["practice"].to_numpy(), hidden=told["board"].to_numpy()
    )
    evaluation = Evaluation(
        database,
        Told(outcome, files=tmp_path),
        release=days,
        brief=brief,
        home=tmp_path,
        shelf=Folder(tmp_path),
        worker="w",
        limits=Limits(),
        lease=timedelta(seconds=60),
        holds=False,
    )
    assert evaluation.evaluate(evaluation.claim()) is State.SCORED

    with database.read() as unit:
        result = unit.results.get("one")
    card = Scorecard.from_json(result.scorecard)

    def expected(rows: RowSet) -> Scorecard:
        return score(
            rows.labels,
            quantised(said(rows.features)),
            groups=rows.groups,
            clusters=rows.clusters,
            areas=rows.areas,
            capacity=brief.capacity,
            policy=brief.policy,
            reference=days.reference(rows.name, source),
        )

    excesses = [f.excess for f in card.policy.findings if f.gates]
    assert len(excesses) >= 1
    assert None not in excesses
    assert excesses == [f.excess for f in expected(board).policy.findings if f.gates]
    practised = Scorecard.from_json(result.practice).policy
    assert practised == publish(expected(practice)).policy
