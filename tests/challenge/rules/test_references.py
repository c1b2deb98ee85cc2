"""The reference model is scored once, on the rows on which others are."""

from __future__ import annotations

from datetime import timedelta

import numpy as np
import pytest
from sklearn.metrics import brier_score_loss

from challenge.brief import read_brief
from challenge.rules.references import ReferenceScoring, rounded
from challenge.rules.rescoring import ask
from challenge.rules.sealed import SealedScoring
from challenge.rules.standings import state_of
from challenge.store import Database
from challenge.synthesis import Release

from ...factories import NOON, QUICKSTART, RELEASE

BRIEF = read_brief(QUICKSTART)


@pytest.fixture
def sealed(database: Database, release: Release, tmp_path) -> SealedScoring:
    return SealedScoring(database, release, BRIEF, tmp_path)


@pytest.fixture
def references(sealed: SealedScoring) -> ReferenceScoring:
    return ReferenceScoring(sealed)


def kept(database: Database) -> dict[tuple[str, str], float]:
    with database.read() as unit:
        found = unit.references.all(RELEASE)
    return {(one.row_set, one.sources): one.scaled_brier for one in found}


def expected(release: Release, rows: str) -> float:
    """By another road: one minus its loss over that of the prevalence for all."""
    labels = release.sealed(rows).labels
    plain = brier_score_loss(labels, np.full(len(labels), labels.mean()))
    said = release.reference(rows, "all")
    return round(1 - brier_score_loss(labels, said) / plain, 2)


def test_what_a_score_is_held_against_has_two_decimals() -> None:
    labels = np.array([True, False, False, False])
    said = np.array([0.5, 0.25, 0.25, 0.0])
    # Loss (.25 + .0625 + .0625) / 4 over .25 * .75: 1 - .09375 / .1875.
    assert rounded(labels, said) == 0.5
    assert rounded(labels, np.array([0.51, 0.25, 0.25, 0.0])) == 0.51


def test_before_the_jury_it_is_scored_on_board_rows_alone_and_once(
    references: ReferenceScoring, database: Database, release: Release
) -> None:
    with database.read() as unit:
        before = state_of(unit, RELEASE)
    assert references.catch_up(now=lambda: NOON) == 1
    assert references.catch_up(now=lambda: NOON) == 0
    assert kept(database) == {("board", "all"): expected(release, "board")}
    with database.read() as unit:
        assert state_of(unit, RELEASE) != before


def test_final_and_external_rows_follow_when_the_jury_begins(
    references: ReferenceScoring, database: Database, release: Release
) -> None:
    references.catch_up(now=lambda: NOON)
    with database.begin() as unit:
        unit.phases.change("jury", by="a test", now=NOON)
    assert references.catch_up(now=lambda: NOON) == 2
    assert kept(database) == {
        (rows, "all"): expected(release, rows)
        for rows in ("board", "final", "external")
    }


def test_another_scorer_scores_it_anew_only_when_its_round_is_published(
    references: ReferenceScoring, sealed: SealedScoring, database: Database
) -> None:
    with database.begin() as unit:
        unit.references.keep(RELEASE, "board", {"all": 0.9}, scorer="0.0.9", now=NOON)
        number = ask(unit, RELEASE, by="Wulp", reason="Ties.", now=NOON)
    assert references.catch_up(now=lambda: NOON) == 0
    with database.begin() as unit:
        unit.rescorings.mark(
            number, scorer=sealed.scorer, published_at=NOON + timedelta(hours=1)
        )
    assert references.catch_up(now=lambda: NOON) == 1
    assert kept(database)["board", "all"] < 0.9


def test_without_a_reference_model_there_is_nothing_to_score(
    sealed: SealedScoring, database: Database
) -> None:
    limits = BRIEF.limits.model_copy(update={"reference": None})
    sealed.brief = BRIEF.model_copy(update={"limits": limits})
    assert ReferenceScoring(sealed).catch_up(now=lambda: NOON) == 0
    assert kept(database) == {}


def test_a_release_of_an_earlier_brief_is_not_read_again_and_again(
    references: ReferenceScoring,
    database: Database,
    release: Release,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(type(release), "reference", lambda *_: None)
    assert references.catch_up(now=lambda: NOON) == 1
    assert references.catch_up(now=lambda: NOON) == 0
    assert kept(database) == {}
