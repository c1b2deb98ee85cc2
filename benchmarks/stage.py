"""A release of 30 features, and bundles of models that were trained on it.

The shipped first 1000 days with all but 30 of its features moved past the prediction
moment, one source set and no quota worth the name; otherwise as it is, gaps and words
included. What is made is kept in a folder and found there the next time.
"""

from __future__ import annotations

import hashlib
import re
import shutil
import tempfile
import zipfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import lightgbm
import pandas as pd
import yaml
from sklearn.compose import make_column_selector, make_column_transformer
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import OneHotEncoder, OrdinalEncoder, StandardScaler

from challenge import store
from challenge.brief import Brief, read_brief
from challenge.client import package
from challenge.records import Principal, Role
from challenge.rules.publication import publish_release
from challenge.rules.registration import register
from challenge.settings import Settings
from challenge.store import open_database
from challenge.synthesis import Release, build, open_release

CONTENT = Path(__file__).parents[1] / "datasets" / "first-1000-days"
MIGRATIONS = Path(store.__file__).parent / "migrations"
FEATURES, TREES, SEED = 30, 200, 1
TABLES = ("cbs_household", "municipality_support", "perined_birth")
PUBLIC_ROWS = {"train": 6000, "practice": 4000}
CARD = "---\ntitle: {}\n---\n"


@dataclass(frozen=True)
class Stage:
    """What every measurement plays on.

    Attributes
    ----------
    folder : Path
        Holds it all.
    release : Release
        Published as a rehearsal.
    brief : Brief
        Of its content.
    bundles : dict of str to Path
        Zips by the name of the model.
    """

    folder: Path
    release: Release
    brief: Brief
    bundles: dict[str, Path]

    @contextmanager
    def home(self) -> Iterator[Settings]:
        """Give a home of its own that sees the release; it goes away at the end."""
        with tempfile.TemporaryDirectory(prefix="execution-") as folder:
            home = Path(folder)
            (home / "releases").symlink_to((self.folder / "releases").resolve())
            shutil.copy(self.folder / "challenge.db", home)
            yield settings_for(self.folder, home)

    def rows(self) -> dict[str, Any]:
        """Say what the release is."""
        sets = self.release.manifest.rows
        return {
            "challenge": "first-1000-days with its first 30 household features",
            "rows": sets,
            "hidden_rows": sum(sets.values()) - sum(sets[n] for n in PUBLIC_ROWS),
            "features": len(self.brief.features),
            "of_which_words": sum(feature.is_text for feature in self.brief.features),
        }


def settings_for(folder: Path, home: Path) -> Settings:
    """Make settings of a server on a free port."""
    return Settings(
        home=home, content=folder / "content", challenge=CONTENT.name, port=0
    )


def join(settings: Settings, names: list[str]) -> dict[str, tuple[Principal, str]]:
    """Register teams; give each with its token."""
    now = datetime.now(UTC)
    opened = closing(open_database(settings.database))
    with opened as database, database.begin() as unit:
        return {
            name: register(unit, Role.TEAM, name, by="benchmark", now=now)
            for name in names
        }


def set_stage(cache: Path, hidden_rows: int) -> Stage:
    """Make a stage, or find it where it was made before."""
    folder = cache / f"{hidden_rows}-{_content_digest()}"
    if not (folder / "challenge.db").exists():
        shutil.rmtree(folder, ignore_errors=True)
        _write_content(folder / "content" / CONTENT.name)
        _make_release(folder, hidden_rows)
    release = open_release(folder / "releases" / CONTENT.name / "1")
    brief = read_brief(folder / "content" / CONTENT.name)
    if len(brief.features) != FEATURES:
        raise SystemExit(f"There are {len(brief.features)} features, not {FEATURES}.")
    bundles = {name: folder / f"{name}.zip" for name in _MAKERS}
    for name, place in bundles.items():
        if not place.exists():
            _MAKERS[name](release, place)
    return Stage(folder, release, brief, bundles)


# --- the release ----------------------------------------------------------------------


def _content_digest() -> str:
    """Tell another content, way of making it, or layout of the database."""
    folders = CONTENT, MIGRATIONS
    found = [p for folder in folders for p in folder.rglob("*.*") if p.suffix != ".pyc"]
    told = b"".join(path.read_bytes() for path in [*sorted(found), Path(__file__)])
    return hashlib.sha256(told).hexdigest()[:8]


def _write_content(folder: Path) -> None:
    """Copy the shipped challenge, and leave 30 features in it."""
    kept = _kept(read_brief(CONTENT))
    shutil.copytree(CONTENT, folder)
    for path in (folder / "partners").glob("*.yaml"):
        table = yaml.safe_load(path.read_text("utf-8"))
        table.pop("x-features", None)
        for field in table["schema"]["fields"]:
            if field["x-use"] == "feature" and field["name"] not in kept:
                field["x-available-from"] = 24
        path.write_text(yaml.safe_dump(table, sort_keys=False), "utf-8")
    brief = (folder / "brief.toml").read_text("utf-8")
    for pattern, new in (
        (r"(?ms)^\[\[sources\]\].*?(?=^\[gate\])", ""),
        (r"(?m)^(core|sources) = .*$", ""),
        (r"_per_day = \d+", "_per_day = 100000"),
    ):
        brief = re.sub(pattern, new, brief)
    (folder / "brief.toml").write_text(brief, "utf-8")


def _kept(brief: Brief) -> list[str]:
    plain = [f for f in brief.features if f.aggregate is None]
    ordered = [f.name for name in TABLES for f in plain if f.table == name]
    return ordered[:FEATURES]


def _make_release(folder: Path, hidden_rows: int) -> None:
    brief = read_brief(folder / "content" / CONTENT.name)
    shares = {n: rows for n, rows in brief.sets.items() if n not in PUBLIC_ROWS}
    total = sum(shares.values())
    rows = {name: hidden_rows * share // total for name, share in shares.items()}
    rows["final"] += hidden_rows - sum(rows.values())
    release = build(
        folder / "content" / CONTENT.name,
        folder / "releases",
        seed=SEED,
        rows=PUBLIC_ROWS | rows,
    )
    settings = settings_for(folder, folder)
    publish_release(release, settings, by="benchmark", rehearsal=True)


# --- the bundles ----------------------------------------------------------------------


def _logistic(release: Release, place: Path) -> None:
    """Make a scikit-learn pipeline, through the framework's own `package`."""
    model = make_pipeline(
        make_column_transformer(
            (_scaled(), make_column_selector(dtype_include="number")),
            (OneHotEncoder(handle_unknown="ignore"), _WORDS),
        ),
        LogisticRegression(C=0.1, max_iter=2000),
    )
    _fit_and_package(model, release, place, "Logistic")


def _scaled() -> Pipeline:
    return make_pipeline(SimpleImputer(), StandardScaler())


def _classifier(release: Release, place: Path) -> None:
    """Make a scikit-learn pipeline that ends in an `LGBMClassifier`."""
    words = OrdinalEncoder(handle_unknown="use_encoded_value", unknown_value=-1)
    model = make_pipeline(
        make_column_transformer(
            (words, _WORDS), remainder="passthrough", verbose_feature_names_out=False
        ).set_output(transform="pandas"),
        lightgbm.LGBMClassifier(n_estimators=TREES, n_jobs=1, verbose=-1),
    )
    _fit_and_package(model, release, place, "Classifier")


_WORDS = make_column_selector(dtype_exclude="number")


def _fit_and_package(
    model: Pipeline, release: Release, place: Path, title: str
) -> None:
    train = release.train()
    model.fit(train.features, train.labels)
    package(model, train.features, place, title=title)


def _booster(release: Release, place: Path) -> None:
    """Make a `Booster` in MLflow's lightgbm flavour, on columns that are numbers."""
    import mlflow.lightgbm
    from mlflow.models import infer_signature

    train = release.train()
    numbers = train.features.select_dtypes("number")
    rows = lightgbm.Dataset(numbers, train.labels)
    chosen = {"objective": "binary", "num_threads": 1, "verbose": -1}
    model = lightgbm.train(chosen, rows, num_boost_round=TREES)
    with tempfile.TemporaryDirectory() as made:
        mlflow.lightgbm.save_model(
            model,
            f"{made}/model",
            signature=infer_signature(
                _sample(numbers), model.predict(_sample(numbers))
            ),
            pip_requirements=[f"lightgbm=={lightgbm.__version__}"],
        )
        _zip(Path(made, "model"), place, "Booster")


def _sample(rows: pd.DataFrame) -> pd.DataFrame:
    return rows.head(200)


def _zip(folder: Path, place: Path, title: str) -> None:
    with zipfile.ZipFile(place, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in sorted(p for p in folder.rglob("*") if p.is_file()):
            archive.write(path, path.relative_to(folder))
        archive.writestr("CARD.md", CARD.format(title))


_MAKERS = {"logistic": _logistic, "booster": _booster, "classifier": _classifier}
