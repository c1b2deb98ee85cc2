"""What every test may build on: one small published release, real all the way."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import settings as examples
from sklearn.compose import make_column_selector, make_column_transformer
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import OneHotEncoder
from xdist.scheduler import LoadFileScheduling

from challenge.client import package
from challenge.rules.publication import publish_release
from challenge.settings import Settings
from challenge.store import Database, open_database
from challenge.synthesis import Release, build

from .postgres import everywhere, instead_of, postgres, postgres_url
from .process import _as_found

__all__ = ["_as_found", "postgres", "postgres_url"]  # fixtures, for every test

ROOT = Path(__file__).parents[1]
QUICKSTART = ROOT / "datasets" / "quickstart"
# What CI says it has, by the marker of the tests that need it.
PROMISES = {
    "sandbox": "CI_SANDBOX_REQUIRED",
    "browser": "CI_BROWSER_REQUIRED",
    "postgres": "CI_POSTGRES_REQUIRED",
}
NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)


# What starts servers, browsers and sandboxes; with a file a worker (`--dist loadfile`)
# only short files should be left when the others have finished.
LONGEST_FIRST = ("tests/browser", "tests/functional", "tests/challenge/synthesis")


class _Files(LoadFileScheduling):
    """A file a worker; pages that share a browser and a day go to one of them."""

    def _split_scope(self, nodeid: str) -> str:
        is_page = nodeid.startswith("tests/browser/")
        return "tests/browser" if is_page else super()._split_scope(nodeid)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: object) -> _Files | None:
    """In small, what the browser's files share costs more than they do themselves."""
    is_small = (config.option.dist, config.option.markexpr) == ("loadfile", "not full")
    return _Files(config, log) if is_small else None


def pytest_configure(config: pytest.Config) -> None:
    """Ask the same examples in small, and others each time at full size."""
    is_small = config.option.markexpr == "not full"
    # A busy machine is no fault of what is tested.
    examples.register_profile("ours", derandomize=is_small, deadline=None)
    examples.load_profile("ours")


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with the longest files; the order is random within each kind."""
    items.sort(key=lambda item: not item.nodeid.startswith(LONGEST_FIRST))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item, call):
    """What needs a thing that CI promises must not be skipped."""
    report = yield
    promised = any(
        os.environ.get(promise) == "1" and item.get_closest_marker(marker)
        for marker, promise in PROMISES.items()
    )
    if report.skipped and promised:
        report.outcome = "failed"
        report.longrepr = f"{item.nodeid} was skipped, and CI must not skip it."
    return report


@pytest.fixture(scope="session")
def release(tmp_path_factory: pytest.TempPathFactory) -> Release:
    """A published rehearsal of the quickstart; read it, never write it."""
    home = tmp_path_factory.mktemp("home")
    made = build(QUICKSTART, home / "releases", seed=1)
    sign(made, settings_on_file(home))
    return made


@pytest.fixture(scope="session")
def published_settings(release: Release) -> Settings:
    """Settings of a home that holds the published quickstart; read only."""
    return settings_for(release.path.parents[2])


@pytest.fixture
def settings(release: Release, tmp_path: Path) -> Settings:
    """Settings of a home of its own, with a copy of the release and its entry."""
    shutil.copytree(release.path.parent, tmp_path / "home/releases/quickstart")
    shutil.copy(release.path.parents[2] / "challenge.db", tmp_path / "home")
    return settings_for(tmp_path / "home")


@pytest.fixture(scope="session")
def migrated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Migrate an empty database once; a copy is twenty times as quick."""
    place = tmp_path_factory.mktemp("migrated") / "empty.db"
    open_database(f"sqlite:///{place}").close()
    return place


@pytest.fixture
def url(migrated: Path, tmp_path: Path) -> str:
    """Address of an empty, migrated database."""
    place = Path(shutil.copy(migrated, tmp_path / "test.db"))
    return instead_of(place) or f"sqlite:///{place}"


@pytest.fixture
def database(url: str) -> Database:
    """An empty, migrated database."""
    opened = open_database(url)
    yield opened
    opened.close()


@pytest.fixture(scope="session")
def train(release: Release) -> tuple[pd.DataFrame, np.ndarray]:
    """Features and labels of the training rows."""
    rows = release.train()
    return rows.features, rows.labels


@pytest.fixture(scope="session")
def pipeline() -> Callable[[], Pipeline]:
    """Make a small, honest model that is not trained yet."""

    def make() -> Pipeline:
        return make_pipeline(
            make_column_transformer(
                (SimpleImputer(), make_column_selector(dtype_include="number")),
                (
                    OneHotEncoder(handle_unknown="ignore"),
                    make_column_selector(dtype_exclude="number"),
                ),
            ),
            LogisticRegression(C=0.1, max_iter=2000),
        )

    return make


@pytest.fixture(scope="session")
def bundle(
    train: tuple[pd.DataFrame, np.ndarray],
    pipeline: Callable[[], Pipeline],
    tmp_path_factory: pytest.TempPathFactory,
) -> Path:
    """A bundle that deserves a score."""
    features, labels = train
    place = tmp_path_factory.mktemp("bundle") / "honest.zip"
    return package(pipeline().fit(features, labels), features, place, title="Honest")


def sign(release: Release, settings: Settings) -> None:
    """Publish a release as a rehearsal, with its entry in the audit table."""
    publish_release(release, settings, by="a test", rehearsal=True)


def settings_for(home: Path) -> Settings:
    """Make settings of a server; with the plugin, its database is on PostgreSQL."""
    return everywhere(settings_on_file(home))


def settings_on_file(home: Path) -> Settings:
    """Make settings of a quickstart server on a free port, with nothing warmed up."""
    return Settings(
        home=home,
        content=ROOT / "datasets",
        baselines=ROOT / "baselines",
        challenge="quickstart",
        port=0,
        limit_seconds=60,
        lease_seconds=4,
        pool={},
    )
