"""The households that are audited: complete, before coverage, with their truth."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from challenge.brief.definition import Brief
from challenge.synthesis.drawing.outcome import Outcome, draw_labels
from challenge.synthesis.parts import Parts
from challenge.synthesis.secret import Secret, Streams
from challenge.synthesis.sets import PUBLIC_SETS, Partition
from challenge.synthesis.stored import read_linked

LARGEST = 100_000
"""Households audited at most; of a larger release, whole neighbourhoods."""


@dataclass(frozen=True, slots=True, eq=False)
class Observed:
    """Rows of a table with several rows per household, as teams get them.

    Attributes
    ----------
    household : ndarray of int, shape (n_rows,)
        Position of each row's household among those audited.
    rows : DataFrame, shape (n_rows, n_columns)
        After coverage, values missing.
    """

    household: NDArray[np.intp]
    rows: pd.DataFrame


@dataclass(frozen=True, slots=True, eq=False)
class AuditRows:
    """What an audit looks at.

    Attributes
    ----------
    rows : DataFrame
        Complete households with their areas: float64, or str.
    frame : DataFrame
        The same households as models see them, values missing.
    sets : ndarray of str, shape (n_rows,)
        Row set of each household.
    labels : ndarray of bool, shape (n_rows,)
        Drawn once from the risk.
    risk : ndarray of float, shape (n_rows,)
        True probability of the label.
    plain : ndarray of float, shape (n_rows,)
        The same without what areas add.
    area_effects : ndarray of float, shape (n_rows,)
        Log-odds that areas add.
    tables : mapping of str to Observed
        Tables with several rows per household, of the two public sets.
    areas : mapping of str to DataFrame
        Tables with one row per postcode area.
    sizes : mapping of str to int
        Households of each set in the whole release.
    """

    rows: pd.DataFrame
    frame: pd.DataFrame
    sets: NDArray[np.object_]
    labels: NDArray[np.bool_]
    risk: NDArray[np.float64]
    plain: NDArray[np.float64]
    area_effects: NDArray[np.float64]
    tables: Mapping[str, Observed]
    areas: Mapping[str, pd.DataFrame]
    sizes: Mapping[str, int]

    @property
    def inside(self) -> NDArray[np.bool_]:
        """Which households are in a set that the external shift leaves alone."""
        return np.asarray(self.sets != "external")

    @property
    def public(self) -> NDArray[np.bool_]:
        """Which households teams get with their labels."""
        return np.isin(self.sets.astype(str), PUBLIC_SETS)


@dataclass(frozen=True, slots=True, eq=False)
class _Piece:
    """What one partition adds to the audit."""

    rows: pd.DataFrame
    frame: pd.DataFrame
    truth: pd.DataFrame
    tables: Mapping[str, Observed]


def gather(
    parts: Parts,
    cut: Sequence[Partition],
    brief: Brief,
    outcome: Outcome,
    secret: Secret,
    areas: Mapping[str, pd.DataFrame],
) -> AuditRows:
    """Collect the households of a build that are audited.

    Parameters
    ----------
    parts : Parts
        Partitions on disk.
    cut : sequence of Partition
        All of them.
    brief : Brief
        The challenge.
    outcome : Outcome
        Intercepts.
    secret : Secret
        Of the build: decides which neighbourhoods of a large release are looked at.
    areas : mapping of str to DataFrame
        Area tables.

    Returns
    -------
    AuditRows
        At most about `LARGEST` households, the same for the same build.
    """
    total = sum(partition.rows for partition in cut)
    share = min(1.0, LARGEST / total)
    pieces = [_piece(parts, p, brief, outcome, secret, share) for p in cut]
    truth = pd.concat([piece.truth for piece in pieces], ignore_index=True)
    sizes = {p.set: sum(q.rows for q in cut if q.set == p.set) for p in cut}
    return AuditRows(
        rows=pd.concat([piece.rows for piece in pieces], ignore_index=True),
        frame=pd.concat([piece.frame for piece in pieces], ignore_index=True),
        sets=truth["set"].to_numpy(dtype=object),
        labels=truth["label"].to_numpy(dtype=np.bool_),
        risk=truth["risk"].to_numpy(),
        plain=truth["plain"].to_numpy(),
        area_effects=truth["area_effects"].to_numpy(),
        tables=_joined(pieces),
        areas=areas,
        sizes=sizes,
    )


def _piece(
    parts: Parts,
    partition: Partition,
    brief: Brief,
    outcome: Outcome,
    secret: Secret,
    share: float,
) -> _Piece:
    """Read one partition, or whole neighbourhoods of it."""
    rows = parts.read(partition.name, "complete")
    stream = Streams(secret, partition.name)
    here = _chosen(rows[brief.areas.neighbourhood], share, stream("audit"))
    truth = parts.read(partition.name, "truth")
    log_odds = truth["log_odds"].to_numpy()
    risk = outcome.risk(log_odds, partition.set)
    plain = log_odds - truth["area_effects"].to_numpy()
    truth["set"], truth["risk"] = partition.set, risk
    truth["plain"] = outcome.risk(plain, partition.set)
    truth["label"] = draw_labels(risk, stream)
    frame = parts.read(partition.name, "flat", list(brief.feature_names))
    tables = {}
    if partition.set in PUBLIC_SETS:
        tables = dict(_observed(parts, partition, brief, secret, here))
    return _Piece(rows[here].reset_index(drop=True), frame[here], truth[here], tables)


def _chosen(
    neighbourhoods: pd.Series, share: float, generator: np.random.Generator
) -> NDArray[np.bool_]:
    """Choose whole neighbourhoods that together have about a share of the rows."""
    codes, names = pd.factorize(neighbourhoods, sort=True)
    if share >= 1:
        return np.ones(len(codes), dtype=np.bool_)
    order = generator.permutation(len(names))
    sizes = np.bincount(codes)[order]
    kept = order[np.cumsum(sizes) - sizes / 2 <= share * len(codes)]
    return np.isin(codes, kept)


def _observed(
    parts: Parts,
    partition: Partition,
    brief: Brief,
    secret: Secret,
    here: NDArray[np.bool_],
) -> Iterator[tuple[str, Observed]]:
    """Find the household of each row of the tables with several rows."""
    numbers = partition.first + np.arange(partition.rows)
    keys = pd.Index(secret.pseudonyms("household", numbers.tolist()))
    place = np.where(here, np.cumsum(here) - 1, -1)
    linked = read_linked(parts, partition, brief)
    for partner in brief.partners:
        if partner.is_repeated:
            rows = linked.tables[partner.name]
            household = place[keys.get_indexer(rows[brief.keys.household])]
            yield (
                partner.name,
                Observed(household[household >= 0], rows[household >= 0]),
            )


def _joined(pieces: Sequence[_Piece]) -> dict[str, Observed]:
    """Put the tables of all partitions together."""
    starts = np.cumsum([0, *(len(piece.rows) for piece in pieces)])
    found: dict[str, list[Observed]] = {}
    for start, piece in zip(starts, pieces, strict=False):
        for name, table in piece.tables.items():
            moved = Observed(table.household + start, table.rows)
            found.setdefault(name, []).append(moved)
    return {
        name: Observed(
            np.concatenate([part.household for part in mine]),
            pd.concat([part.rows for part in mine], ignore_index=True),
        )
        for name, mine in found.items()
    }
