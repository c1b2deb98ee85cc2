"""Folders to recompute a board from."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from leaderboard import FairnessPolicy, Scorecard, quantised, score

from ..conftest import draw

CAPACITY, SEED, REPLICATES = 0.1, 2**63 + 5, 64
HOUSEHOLDS = draw(1500, n_clusters=40)
POLICY = FairnessPolicy(gate=("home",), report=("single",), limit_gap=0.15)
BRIEF = """\
[title]
nl = "Een dag"
en = "One day"
[policy]
reference = "logistic"
limit_gap = 0.15
[metrics]
capacity = 0.1
[[protected]]
name = "home"
policy = "gate"
[[monitored]]
name = "single"
policy = "report"
[[sources]]
name = "few"
[sources.label]
nl = "Weinig bronnen"
en = "Few sources"
"""
HOUR = "2026-11-22T1{}:00:00Z"


def submissions() -> dict[str, tuple[str, str, np.ndarray]]:
    """Key to team, source set and probabilities, in the order of scoring."""
    truth, noisy = HOUSEHOLDS.truth, HOUSEHOLDS.noisy
    return {
        "s1": ("Zwaluw", "all", quantised(noisy)),
        "s2": ("Grutto", "all", quantised(truth)),
        "s3": ("Zwaluw", "all", quantised(noisy * 0.999)),
        "s4": ("Kievit", "all", np.full(len(truth), 0.25)),
        "s5": ("Zwaluw", "all", quantised((noisy + 3 * truth) / 4)),
        "s6": ("Wulp", "few", quantised(noisy**1.5)),
    }


def card(
    probabilities: np.ndarray, *, reference: bool = True, curves: bool = False
) -> Scorecard:
    """Score as the service does, without any of the code that recomputes."""
    return score(
        HOUSEHOLDS.labels,
        probabilities,
        groups=HOUSEHOLDS.groups.map(
            lambda value: None if value is None else str(value)
        ),
        clusters=HOUSEHOLDS.clusters,
        areas=HOUSEHOLDS.areas,
        capacity=CAPACITY,
        policy=POLICY,
        reference=quantised(HOUSEHOLDS.noisy) if reference else None,
        replicates=REPLICATES,
        seed=SEED,
        curves=curves,
    )


@pytest.fixture(scope="session")
def cards() -> dict[str, Scorecard]:
    """Exact scorecards of every submission."""
    return {key: card(p) for key, (_, _, p) in submissions().items()}


def board_toml() -> str:
    """Say how the folder was scored."""
    head = f'capacity = {CAPACITY}\nseed = "{SEED}"\nreplicates = {REPLICATES}\n'
    entries = (
        f'[[submissions]]\nkey = "{key}"\nteam = "{team}"\nsources = "{sources}"\n'
        f'title = "Model {key}"\nat = {HOUR.format(number)}\n'
        for number, (key, (team, sources, _)) in enumerate(submissions().items())
    )
    return head + "".join(entries)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder of rows and predictions."""
    place = tmp_path / "folder"
    for name in ("predictions", "reference"):
        (place / name).mkdir(parents=True)
    (place / "brief.toml").write_text(BRIEF)
    (place / "board.toml").write_text(board_toml())
    rows = HOUSEHOLDS.groups.assign(
        label=HOUSEHOLDS.labels.astype(int),
        cluster=HOUSEHOLDS.clusters,
        area=HOUSEHOLDS.areas,
    )
    (place / "rows.csv").write_text(
        "# Niet voor besluiten\n" + rows.to_csv(index=False)
    )
    for key, (_, _, probabilities) in submissions().items():
        write_probabilities(place / f"predictions/{key}.csv", probabilities)
    for source in ("all", "few"):
        write_probabilities(
            place / f"reference/{source}.csv", quantised(HOUSEHOLDS.noisy)
        )
    return place


@pytest.fixture
def scored(tmp_path: Path, cards: dict[str, Scorecard]) -> Path:
    """A folder of scorecards."""
    place = tmp_path / "scored"
    (place / "scorecards").mkdir(parents=True)
    (place / "brief.toml").write_text(BRIEF)
    (place / "board.toml").write_text(board_toml())
    for key, found in cards.items():
        (place / f"scorecards/{key}.json").write_text(found.to_json())
    return place


def write_probabilities(place: Path, values: np.ndarray) -> None:
    """Write one probability per row, to the last bit."""
    lines = "".join(f"{value!r}\n" for value in values.tolist())
    place.write_text(f"probability\n{lines}")
