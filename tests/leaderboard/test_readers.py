from __future__ import annotations

from dataclasses import replace
from itertools import permutations, product

import numpy as np
import pytest

from leaderboard import FairnessPolicy, Row, Scorecard, publish, rank
from leaderboard.disclosure.rounding import live_score, released
from leaderboard.errors import SettingRefusedError
from leaderboard.estimates import Estimate
from leaderboard.ranking import Why
from leaderboard.readers import (
    Audience,
    Form,
    LiveScore,
    Phase,
    RowSet,
    form_for,
    in_bands,
    release,
    release_row,
)

HIDDEN = (RowSet.BOARD, RowSet.FINAL, RowSet.EXTERNAL)
RUNNING = tuple(phase for phase in Phase if phase is not Phase.CLOSED)


@pytest.fixture
def card(households) -> Scorecard:
    rows = households(1500)
    return rows.score(rows.noisy, policy=FairnessPolicy(gate=("home",)))


@pytest.mark.parametrize("audience", [Audience.ORGANISER, Audience.AUDITOR])
@pytest.mark.parametrize(("phase", "rows"), [*product(Phase, RowSet)])
def test_organiser_and_auditor_read_everything(
    audience: Audience, phase: Phase, rows: RowSet
) -> None:
    assert form_for(audience, phase, rows) is Form.EXACT


@pytest.mark.parametrize(
    ("audience", "phase", "rows", "form"),
    [
        ("visitor", "draft", "practice", "nothing"),
        ("team", "draft", "board", "nothing"),
        ("visitor", "practice", "practice", "table"),
        ("team", "practice", "board", "nothing"),
        ("team", "open", "practice", "table"),
        ("juror", "open", "practice", "nothing"),
        ("juror", "closed", "practice", "nothing"),
        ("visitor", "open", "board", "live"),
        ("team", "open", "board", "live"),
        ("juror", "open", "board", "live"),
        ("team", "frozen", "board", "live"),
        ("team", "jury", "board", "live"),
        ("juror", "jury", "board", "live"),
        ("team", "closed", "board", "table"),
        ("team", "frozen", "final", "nothing"),
        ("team", "jury", "final", "nothing"),
        ("visitor", "jury", "external", "nothing"),
        ("juror", "frozen", "final", "nothing"),
        ("juror", "jury", "final", "table"),
        ("juror", "jury", "external", "table"),
        ("visitor", "closed", "final", "table"),
        ("team", "closed", "external", "table"),
    ],
)
def test_a_reader_gets_what_the_design_gives_it(
    audience: str, phase: str, rows: str, form: str
) -> None:
    assert form_for(audience, phase, rows) == form


@pytest.mark.parametrize("audience", [Audience.VISITOR, Audience.TEAM])
@pytest.mark.parametrize(("phase", "rows"), [*product(RUNNING, HIDDEN)])
def test_while_a_challenge_runs_hidden_rows_give_one_score_at_most(
    audience: Audience, phase: Phase, rows: RowSet
) -> None:
    assert form_for(audience, phase, rows) in (Form.LIVE, Form.NOTHING)


def test_a_live_score_is_all_there_is(card: Scorecard) -> None:
    live = release(card, "team", "open")

    assert isinstance(live, LiveScore)
    assert live.score == live_score(card.metrics["scaled_brier"])
    assert (live.policy, live.outside) == (card.policy.state, None)


def test_a_live_score_says_why_it_stands_outside(card: Scorecard) -> None:
    constant = replace(card, degenerate="constant", policy=None)

    live = release(constant, "visitor", "frozen")

    assert isinstance(live, LiveScore)
    assert (live.policy, live.outside) == (None, "constant")


def test_exact_values_leave_as_they_are(card: Scorecard) -> None:
    assert release(card, "auditor", "open") is card


def test_a_table_is_a_published_scorecard(card: Scorecard) -> None:
    assert release(card, "team", "open", rows="practice") == publish(card)
    assert release(card, "juror", "open", rows="practice") is None


def test_log_loss_leaves_only_when_a_challenge_is_closed(card: Scorecard) -> None:
    losses = {"log_loss": Estimate(0.312345)}
    card = replace(card, metrics={**card.metrics, **losses})

    jury = release(card, "juror", "jury", rows="final")
    closed = release(card, "juror", "closed", rows="final")

    assert isinstance(jury, Scorecard)
    assert isinstance(closed, Scorecard)
    assert "log_loss" not in jury.metrics
    assert closed.metrics["log_loss"] == Estimate(0.312)


def test_a_row_leaves_with_its_place_and_without_findings(card: Scorecard) -> None:
    other = replace(card, replicates=card.replicates - 0.01 * np.arange(128) / 128)
    row = rank({"mine": card, "other": other}).rows[0]

    live = release_row(row, "visitor", "open")

    assert live is not None
    assert live.policy is not None
    assert row.policy is not None
    assert row.policy.findings
    assert (live.place_low, live.place_high) == (row.place_low, row.place_high)
    assert live.policy.state == row.policy.state
    assert live.policy.findings == ()
    assert live.score == live_score(row.score)
    assert release_row(row, "organiser", "open") is row
    assert release_row(row, "team", "jury", rows="final") is None


def test_a_row_of_a_closed_challenge_has_three_decimals(card: Scorecard) -> None:
    row = rank({"mine": card}).rows[0]

    closed = release_row(row, "team", "closed", rows="final")

    assert closed is not None
    assert closed.score == released(row.score)


def test_a_row_without_policy_stays_so(card: Scorecard) -> None:
    row = rank({"mine": replace(card, policy=None)}).rows[0]

    live = release_row(row, "team", "open")

    assert live is not None
    assert live.policy is None


@pytest.mark.parametrize(
    ("audience", "phase", "rows", "name"),
    [
        ("partner", "open", "board", "audience"),
        ("team", "over", "board", "phase"),
        ("team", "open", "train", "rows"),
    ],
)
def test_an_unknown_reader_is_refused(
    audience: str, phase: str, rows: str, name: str
) -> None:
    with pytest.raises(SettingRefusedError, match=name):
        form_for(audience, phase, rows)


def test_the_order_of_a_live_board_tells_no_exact_score() -> None:
    def row(key: str, low: int, listed: str = "score", score: float = 0.1) -> Row:
        why = Why(4, 0, 0, listed)
        return Row(key, low, 4, low == 1, Estimate(score), None, None, why)

    leaders = [row("z", 1, "worst-group"), row("a", 1, "worst-group", 0.2)]
    others = [row("c", 3), row("b", 3, score=0.11), row("d", 3)]
    keys = {
        tuple(r.key for r in in_bands([*leaders, *order]))
        for order in permutations(others)
    }
    assert keys == {("z", "a", "b", "c", "d")}
