"""Read a folder: rows and predictions to be scored, or scorecards as they are."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from leaderboard.errors import (
    FileRefusedError,
    ScorecardUnreadableError,
    ScoringError,
    SettingRefusedError,
)
from leaderboard.recomputing import entries, rules
from leaderboard.recomputing.entries import Entry, Settings, read_settings
from leaderboard.recomputing.files import read_json, read_text, read_toml
from leaderboard.recomputing.rules import Rules, read_rules
from leaderboard.recomputing.sections import Section
from leaderboard.recomputing.tables import read_probabilities, read_table
from leaderboard.records import Scorecard
from leaderboard.rows import Vector, quantised
from leaderboard.scorecard import score

ROWS = "rows.csv"
SERVED = "served.json"
SCORECARDS = "scorecards"
LABEL, CLUSTER, AREA = "label", "cluster", "area"

Progress = Callable[[int, int], None]
"""Is told how many submissions are scored, and of how many."""


@dataclass(frozen=True, slots=True)
class Folder:
    """What a folder holds.

    Attributes
    ----------
    settings : Settings
        How everything was scored, and by whom it was handed in.
    rules : Rules or None
        From the brief; None where scorecards come without one.
    scorecards : mapping of str to Scorecard
        Exact, by key of the entries.
    served : object
        The board as it was published, as JSON holds it; None where it is not there.
    """

    settings: Settings
    rules: Rules | None
    scorecards: Mapping[str, Scorecard]
    served: Any = None


@dataclass(frozen=True, slots=True, eq=False)
class Rows:
    """The rows that submissions are scored on.

    Attributes
    ----------
    labels : ndarray of float64, shape (n_rows,)
        The target, 0 or 1.
    clusters, areas : Series of str
        Neighbourhood and municipality of each row.
    groups : DataFrame of shape (n_rows, n_attributes)
        Text. None, here and above, where a row has no value.
    """

    labels: Vector
    clusters: pd.Series
    areas: pd.Series
    groups: pd.DataFrame


def read_folder(
    folder: Path, *, brief: Path | None = None, progress: Progress | None = None
) -> Folder:
    """Read a folder, and score every submission in it.

    Parameters
    ----------
    folder : Path
        Holds ``rows.csv`` and ``predictions/``, or ``scorecards/``.
    brief : Path or None
        Where the policy stands; None: ``brief.toml`` in the folder. Only scorecards
        can do without.
    progress : callable or None
        Called with the number of submissions scored, and of how many.

    Returns
    -------
    Folder
        With one scorecard per submission.

    Raises
    ------
    FileRefusedError
        If a file is missing or is not what it should be.
    """
    if not folder.is_dir():
        raise FileRefusedError(
            str(folder), "there is no such folder", repair="Name a folder."
        )
    told = _served(folder)
    if (folder / ROWS).exists():
        read = _read_rules(folder, brief)
        settings = _settings(folder, scored=False)
        cards = _score_all(folder, settings, read, progress)
        return Folder(settings, read, cards, told)
    if not (folder / SCORECARDS).is_dir():
        repair = "Give rows.csv with predictions/, or scorecards/."
        raise FileRefusedError(str(folder), "nothing to recompute", repair=repair)
    has_brief = brief is not None or (folder / rules.NAME).exists()
    return _read_scored(folder, _read_rules(folder, brief) if has_brief else None, told)


def _read_scored(folder: Path, read: Rules | None, told: object) -> Folder:
    """Without ``board.toml`` every scorecard is a team of its own."""
    known = (folder / entries.NAME).exists()
    settings = _settings(folder, scored=True) if known else _alone(folder)
    cards = {e.key: _scorecard(folder, e.key) for e in settings.entries}
    return Folder(settings, read, cards, told)


def _alone(folder: Path) -> Settings:
    places = sorted((folder / SCORECARDS).glob("*.json"))
    if not places:
        raise FileRefusedError(
            SCORECARDS, "it holds no scorecard", repair="Give one .json for each."
        )
    times = [datetime.fromtimestamp(place.stat().st_mtime, UTC) for place in places]
    return Settings(
        tuple(
            Entry(place.stem, place.stem, "", at)
            for place, at in zip(places, times, strict=True)
        )
    )


def _scorecard(folder: Path, key: str) -> Scorecard:
    name = f"{SCORECARDS}/{key}.json"
    text = read_text(folder, name, purpose="Give the scorecard of each submission.")
    try:
        return Scorecard.from_json(text)
    except ScorecardUnreadableError as error:
        raise FileRefusedError(
            name, f"no scorecard: {error.reason}", repair=error.hint
        ) from error


def _settings(folder: Path, *, scored: bool) -> Settings:
    purpose = "It says what was scored and in which order; see docs/recompute.md."
    plain = read_toml(folder, entries.NAME, purpose=purpose)
    return read_settings(Section(entries.NAME, plain), scored=scored)


def _read_rules(folder: Path, brief: Path | None) -> Rules:
    place = brief if brief is not None else folder / rules.NAME
    purpose = "Name the brief that holds the policy: --policy brief.toml."
    plain = read_toml(place.parent, place.name, purpose=purpose)
    return read_rules(Section(place.name, plain))


def _served(folder: Path) -> object:
    if not (folder / SERVED).exists():
        return None
    return read_json(folder, SERVED, purpose="Give what /api/board answered.")


def _score_all(
    folder: Path, settings: Settings, read: Rules, progress: Progress | None
) -> dict[str, Scorecard]:
    if read.capacity not in (None, settings.capacity):
        raise FileRefusedError(
            entries.NAME,
            f"it is {settings.capacity}, and the brief says {read.capacity}",
            repair="Take the brief and the board of one challenge.",
            column="capacity",
        )
    rows = _rows(folder, sorted(read.policy.attributes))
    references = _references(folder, settings, read, rows)
    cards: dict[str, Scorecard] = {}
    for entry in settings.entries:
        cards[entry.key] = _score(folder, settings, read, rows, references, entry)
        if progress:
            progress(len(cards), len(settings.entries))
    return cards


def _score(
    folder: Path,
    settings: Settings,
    read: Rules,
    rows: Rows,
    references: Mapping[str, Vector],
    entry: Entry,
) -> Scorecard:
    name = f"predictions/{entry.key}.csv"
    found = read_probabilities(
        folder,
        name,
        rows=len(rows.labels),
        purpose="Give the predictions of each submission.",
    )
    try:
        return score(
            rows.labels,
            quantised(found),
            groups=rows.groups,
            clusters=rows.clusters,
            areas=rows.areas,
            capacity=settings.capacity,
            policy=read.policy,
            reference=references.get(entry.sources),
            replicates=settings.replicates,
            seed=settings.seed,
        )
    except SettingRefusedError as error:
        problem = f"it is {error.value!r}"
        raise FileRefusedError(
            entries.NAME, problem, repair=error.hint, column=error.name
        ) from error
    except ScoringError as error:
        problem = f"it cannot be scored: {error.message.removesuffix('.')}"
        raise FileRefusedError(ROWS, problem, repair=error.hint) from error


def _rows(folder: Path, attributes: Sequence[str]) -> Rows:
    table = read_table(folder, ROWS, purpose="Give the rows that were scored.")
    columns = dict(table.columns)
    for name in (LABEL, CLUSTER, AREA, *attributes):
        if name not in columns:
            repair = (
                "Give label, cluster, area, and what the policy in the brief names."
            )
            raise FileRefusedError(ROWS, "it is missing", repair=repair, column=name)
    labels = columns.pop(LABEL)
    bad = next((n for n, text in enumerate(labels) if text not in ("0", "1")), None)
    if bad is not None:
        raise FileRefusedError(
            ROWS,
            f"it is {labels[bad]!r}",
            repair="Give 0 or 1.",
            line=table.lines[bad],
            column=LABEL,
        )
    texts = pd.DataFrame(columns, dtype=object).replace({"": None})
    return Rows(
        labels=np.array(labels, dtype=np.float64),
        clusters=texts.pop(CLUSTER),
        areas=texts.pop(AREA),
        groups=texts,
    )


def _references(
    folder: Path, settings: Settings, read: Rules, rows: Rows
) -> dict[str, Vector]:
    if not read.reference:
        return {}
    purpose = "The brief names a reference model; give its predictions."
    return {
        source: read_probabilities(
            folder, f"reference/{source}.csv", rows=len(rows.labels), purpose=purpose
        )
        for source in sorted({entry.sources for entry in settings.entries})
    }
