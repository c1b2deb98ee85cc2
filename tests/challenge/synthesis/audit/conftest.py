"""Two builds, audited once: the quickstart, and the first 1000 days in small."""

from __future__ import annotations

from pathlib import Path

import pytest

from challenge.synthesis.audit import Audit

from ....factories import QUICKSTART, ROOT
from .cases import Case, drawn

SMALL = {"train": 2_000, "practice": 600, "board": 2_000, "final": 3_000}
DAYS = ROOT / "datasets" / "first-1000-days"


@pytest.fixture(scope="session")
def quick(tmp_path_factory: pytest.TempPathFactory) -> Case:
    """The quickstart: one table, everything complete."""
    place = tmp_path_factory.mktemp("quick")
    return drawn(QUICKSTART, {**SMALL, "external": 1_000}, 5, Path(place))


@pytest.fixture(scope="session")
def days(tmp_path_factory: pytest.TempPathFactory) -> Case:
    """The first 1000 days: eight partners, tables of every kind."""
    place = tmp_path_factory.mktemp("days")
    return drawn(DAYS, {**SMALL, "external": 1_000}, 6, Path(place))


@pytest.fixture(scope="session")
def quick_audit(quick: Case) -> Audit:
    """The quickstart, audited."""
    return quick.audited()


@pytest.fixture(scope="session")
def days_audit(days: Case) -> Audit:
    """The first 1000 days, audited."""
    return days.audited()
