"""Models that `package` refuses, and what its hints say, done to the letter.

Where a hint has code, that very code is run: `of_hint` gives it `model`, `features`,
`labels`, `frame` and `data` as a team has them.
"""

from __future__ import annotations

import importlib.metadata
import platform
import re
import tempfile
import threading
from collections.abc import Callable
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd
from sklearn.dummy import DummyClassifier, DummyRegressor
from sklearn.linear_model import LogisticRegression

from challenge.records import Role

CODE = r"`([^`]+)`"


@dataclass
class Team:
    """What a team has, and what it hands to `package`.

    Attributes
    ----------
    features, labels : DataFrame, ndarray
        Training rows, as they were downloaded.
    make : callable
        Makes an honest pipeline that is not trained.
    model, sample : object
        What is packaged.
    options : dict
        What else `package` is given.
    """

    features: pd.DataFrame
    labels: np.ndarray
    make: Callable[[], Any]
    model: Any = None
    sample: Any = None
    options: dict[str, Any] | None = None

    def of_hint(self, code: str) -> Any:
        """Run the code of a hint."""
        data = SimpleNamespace(train=self)
        known = {
            "model": self.model,
            "features": self.features,
            "labels": self.labels,
            "data": data,
            "DummyClassifier": DummyClassifier,
            "package": lambda model, *_: model,
        }
        return eval(code, known)

    def train(self) -> Any:
        """Train the honest pipeline on the frame as it was downloaded."""
        return self.make().fit(self.features, self.labels)


@dataclass(frozen=True)
class Row:
    """One thing that `package` refuses: what makes it, its hint, and what that says."""

    name: str
    wrong: Callable[[Team], None]
    hint: str
    mends: Callable[[Team, re.Match[str]], None]


def to(**changes: Callable[[Team], Any]) -> Callable[[Team], None]:
    """Make what changes a team's things."""

    def change(team: Team, _: object = None) -> None:
        for name, make in changes.items():
            setattr(team, name, make(team))

    return change


def by_hint(name: str) -> Callable[[Team, re.Match[str]], None]:
    """Make what sets one thing to what the hint's own code gives."""

    def change(team: Team, found: re.Match[str]) -> None:
        setattr(team, name, team.of_hint(found[1]))

    return change


def by_rows(team: Team, found: re.Match[str]) -> None:
    """Let a function of the frame give what the hint's code gives of it."""
    model = team.train()
    code = compile(found[1], "<hint>", "eval")
    team.model = lambda frame: eval(code, {"model": model, "frame": frame})


def kept_as_numbers(team: Team, _: object = None) -> None:
    """Keep what was learned as numbers, in a function that needs numpy only."""
    rate = float(team.labels.mean())
    team.model = lambda frame: np.full(len(frame), rate)


def chance(frame: pd.DataFrame) -> np.ndarray:
    known = frame["income"].to_numpy(float)
    return 1 / (1 + np.exp((known - 20_000) / 20_000))


def holds(thing: Any) -> Callable[[Team], Any]:
    """Make a function that holds something."""
    return lambda team: lambda frame: (thing, np.full(len(frame), 0.2))[1]


def remembers(team: Team) -> Any:
    rows = team.features
    return lambda frame: np.full(len(frame), 0.1 + len(rows) / 1e5)


def learned(team: Team) -> Any:
    share = 0.1 + len(team.features) / 1e5
    return lambda frame: np.full(len(frame), share)


def numeric(team: Team) -> Any:
    """Train on numbers alone, and be asked for the whole frame."""
    numbers = team.features.select_dtypes("number").fillna(0)
    return LogisticRegression(max_iter=500).fit(numbers, team.labels)


INSTALLED = {d.name: d.version for d in importlib.metadata.distributions()}

ROWS = [
    Row("a class", to(model=lambda t: DummyClassifier), f"train it: {CODE}",
        by_hint("model")),
    Row("not trained", to(model=lambda t: t.make()), f"packaged: {CODE}",
        by_hint("model")),
    Row("a regressor",
        to(model=lambda t: DummyRegressor().fit(t.features, t.labels)),
        r"function of the\s+frame that does: `(.*), \.\.\.\)`",
        lambda t, found: setattr(t, "model", t.of_hint(found[1] + ")"))),
    Row("trained on another frame", to(model=numeric), "as a step of a Pipeline",
        to(model=Team.train)),
    Row("labels", to(model=lambda t: lambda frame: np.arange(len(frame)) % 2),
        f"chance of the outcome: {CODE}", by_rows),
    Row("gaps", to(model=lambda t: chance), "Fill missing features inside the model",
        to(model=lambda t: lambda frame: chance(frame.fillna({"income": 3e4})))),
    Row("margins", to(model=lambda t: lambda frame: np.linspace(-3, 3, len(frame))),
        r"has (predict_proba)",
        lambda t, found: setattr(t, "model", getattr(t.train(), found[1]))),
    Row("rows dropped", to(model=lambda t: lambda frame: chance(frame.dropna())),
        "drop no rows with missing values",
        to(model=lambda t: lambda frame: chance(frame.fillna({"income": 3e4})))),
    Row("an array", to(sample=lambda t: t.features.to_numpy()), f"DataFrame: {CODE}",
        by_hint("sample")),
    Row("no rows", to(sample=lambda t: t.features.head(0)), f"downloaded: {CODE}",
        by_hint("sample")),
    Row("columns without names",
        to(sample=lambda t: t.features.set_axis(range(t.features.shape[1]), axis=1)),
        "with their names", to(sample=lambda t: t.features)),
    Row("categories",
        to(sample=lambda t: t.features.astype({"household_type": "category"})),
        "Give the frame as it was downloaded", to(sample=lambda t: t.features)),
    Row("days",
        to(sample=lambda t: t.features.assign(day=pd.Timestamp("2026-11-22"))),
        r"Give the frame as it was\s+downloaded",
        to(sample=lambda t: t.features)),
    Row("too large",
        to(model=lambda t: holds(np.random.default_rng(0).bytes(2 << 20))(t),
           options=lambda t: {"limit_mib": 1}),
        "takes more, say so with\\s+`(limit_mib)`",
        lambda t, found: setattr(t, "options", {found[1]: 20})),
    Row("a package that the server has not",
        to(model=Team.train, options=lambda t: {"runtime": {
            "python": platform.python_version(),
            "packages": {name: INSTALLED[name] for name in ("numpy", "cloudpickle")}}}),
        "a\\s+function of your own that needs numpy only", kept_as_numbers),
    Row("functions of another Python",
        to(model=learned, options=lambda t: {
            "runtime": {"python": "3.99.0", "packages": INSTALLED}}),
        "parts of scikit-learn and LightGBM only", to(model=Team.train)),
    Row("a thing of ours", to(model=lambda t: holds(Role.TEAM)(t)),
        f"such as {CODE}, not the thing itself",
        lambda t, found: setattr(t, "model", holds(t.of_hint(found[1]))(t))),
    Row("a card that is no YAML", to(options=lambda t: {"card": "---\ntitle: [\n---"}),
        "in a text editor and mend it",
        to(options=lambda t: {"card": "---\ntitle: Quiet\n---"})),
    Row("a lock", to(model=holds(threading.Lock())), "or leave it out",
        to(model=holds(None))),
    Row("a path of this machine", to(model=holds(f"{tempfile.gettempdir()}/x/w.npy")),
        "keep what was\\s+read", to(model=holds(0.3))),
    Row("rows around a function", to(model=remembers), "compute what it needs before",
        to(model=learned)),
    Row("chance while predicting",
        to(model=lambda t: lambda frame: np.random.default_rng().random(len(frame))),
        "Draw nothing at random", to(model=learned)),
]  # fmt: skip

ELSEWHERE = {
    "A server can only have what is installed": "a module beside a script",
    "Move `import": "a module beside a script",
}
"""How hints begin that take more files than a row has, and why."""
