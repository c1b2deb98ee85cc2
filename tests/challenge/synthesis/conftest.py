"""A small draw of the first 1000 days, made once: complete rows and all."""

from __future__ import annotations

from pathlib import Path

import pytest

from challenge.brief import Brief, read_brief, read_mechanism
from challenge.synthesis.declare import Declaration, declare, seed_scores
from challenge.synthesis.files import Edition
from challenge.synthesis.generate import sample
from challenge.synthesis.link import pool_size, populate
from challenge.synthesis.outcome import draw_outcome
from challenge.synthesis.secret import Secret

FIRST_1000_DAYS = Path("datasets/first-1000-days")
SIZES = {
    "train": 12_000,
    "practice": 4_000,
    "board": 12_000,
    "final": 12_000,
    "external": 8_000,
}


def drawn(sizes: dict[str, int], seed: int) -> Edition:
    """Everything that a build draws, before it is written."""
    brief, secret = read_brief(FIRST_1000_DAYS), Secret.make(seed)
    declaration = declare(brief)
    scores = seed_scores(declaration, secret.generator("seed frame"))
    pool = sample(declaration, scores, pool_size(sizes))
    population = populate(pool, brief, sizes, secret)
    mechanism = read_mechanism(FIRST_1000_DAYS / "mechanism.toml", brief.levels)
    outcome = draw_outcome(population, brief, mechanism, secret)
    return Edition(brief, secret, population, outcome)


@pytest.fixture(scope="session")
def edition() -> Edition:
    """The first 1000 days at reduced size."""
    return drawn(SIZES, 3)


@pytest.fixture(scope="session")
def brief(edition: Edition) -> Brief:
    """The brief of the first 1000 days."""
    return edition.brief


@pytest.fixture(scope="session")
def declaration(brief: Brief) -> Declaration:
    """What the first 1000 days declare."""
    return declare(brief)
