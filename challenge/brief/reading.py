"""Reading and checking a challenge folder.

`read_brief` gives the brief of a challenge folder with its partner schemas, or
refuses with every fault; `check` says the same without raising, and how large
the row sets are.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from challenge.brief.attributes import Attribute
from challenge.brief.definition import Brief
from challenge.brief.loading import load
from challenge.brief.mechanism import read_mechanism
from challenge.brief.organiser import read_organiser
from challenge.brief.unfinished import unfinished
from challenge.errors import ContentRefusedError, Fault
from challenge.schema.levels import Levels

MINIMUM_CLUSTERS = 40
"""Neighbourhoods that a hidden set needs for intervals that hold."""

MINIMUM_POSITIVES = 500
"""Expected positives that a hidden set needs for a policy with power."""


@dataclass(frozen=True, slots=True)
class SetSize:
    """How large one row set is.

    Attributes
    ----------
    name : str
        Name of the set.
    rows, clusters : int
        Households, and neighbourhoods.
    positives : float
        Expected number of positive labels; outside by the odds that the brief shifts.
    groups : dict of str to float
        ``attribute=group`` to expected positives, as if every group had the
        prevalence of the set; only where the column itself declares the groups. The
        mechanism makes groups differ, some by a factor of three: the audit of a
        build has the figures that hold.
    """

    name: str
    rows: int
    clusters: int
    positives: float
    groups: dict[str, float]

    @property
    def is_enough(self) -> bool:
        """Whether a hidden set of this size can carry a ranking."""
        is_public = self.name in {"train", "practice"}
        clusters = self.clusters >= MINIMUM_CLUSTERS
        return is_public or (clusters and self.positives >= MINIMUM_POSITIVES)


@dataclass(frozen=True, slots=True)
class Report:
    """What `check` found in a challenge folder.

    Attributes
    ----------
    challenge : str
        Title in English, or the folder's name if the brief is unreadable.
    faults : tuple of Fault
        Empty if the folder builds.
    sets : tuple of SetSize
        Empty if the brief is unreadable.
    warnings : tuple of Fault
        What is still to be written; it builds, for a rehearsal.
    """

    challenge: str
    faults: tuple[Fault, ...]
    sets: tuple[SetSize, ...]
    warnings: tuple[Fault, ...] = ()


def read_brief(folder: Path) -> Brief:
    """Read the brief of a challenge folder with its partners.

    Parameters
    ----------
    folder : Path
        Holds ``brief.toml`` and ``partners/*.yaml``.

    Returns
    -------
    Brief
        Consistent with its partners.

    Raises
    ------
    ChallengeMissingError
        If there is no such folder.
    ContentRefusedError
        With every fault in the brief and the schemas.
    """
    loaded = load(folder)
    if loaded.causes or loaded.brief is None:
        raise ContentRefusedError(loaded.causes)
    return loaded.brief


def check(folder: Path) -> Report:
    """Check everything that people wrote in a challenge folder, at once.

    Parameters
    ----------
    folder : Path
        Holds ``brief.toml``, ``mechanism.toml``, ``partners/*.yaml`` and, if the
        organiser wrote one, ``DATASHEET.md``.

    Returns
    -------
    Report
        Every fault, what is still to be written, and the size of every set.

    Raises
    ------
    ChallengeMissingError
        If there is no such folder.
    """
    loaded = load(folder)
    brief = loaded.brief
    if brief is None:
        loaded.lacks(None)
    try:
        read_mechanism(folder / "mechanism.toml", brief, root=folder)
    except ContentRefusedError as refused:
        loaded.between += refused.faults
    try:
        read_organiser(folder)
    except ContentRefusedError as refused:
        loaded.faults += refused.faults
    title = folder.resolve().name if brief is None else brief.title.en
    sizes = () if brief is None else set_sizes(brief, brief.sets)
    return Report(title, loaded.causes, sizes, unfinished(folder))


def set_sizes(brief: Brief, rows: Mapping[str, int]) -> tuple[SetSize, ...]:
    """Tell how large sets of so many rows are.

    Parameters
    ----------
    brief : Brief
        The challenge.
    rows : mapping of str to int
        Rows of each set.

    Returns
    -------
    tuple of SetSize
        In the order of `rows`.
    """
    size = brief.areas.neighbourhood_size
    shares = {
        f"{attribute.name}={level}": share
        for attribute in brief.attributes
        for level, share in _group_shares(brief, attribute).items()
    }
    return tuple(
        SetSize(
            name,
            count,
            max(1, round(count / size)),
            positives,
            {group: positives * share for group, share in shares.items()},
        )
        for name, count in rows.items()
        for positives in [count * brief.prevalence_in(name)]
    )


def _group_shares(brief: Brief, attribute: Attribute) -> dict[str, float]:
    """List the declared share of each group that is a level or a set of levels."""
    column = brief.columns.get(attribute.column)
    marginal = None if column is None else column.marginal
    if not isinstance(marginal, Levels):
        return {}
    shares = {str(k): v for k, v in marginal.shares.items()}
    if not attribute.levels:
        return shares
    named = {
        level.name: sum(shares.get(str(value), 0) for value in level.values)
        for level in attribute.levels
        if level.values
    }
    rest = [level.name for level in attribute.levels if not level.tests]
    return named | dict.fromkeys(rest, 1 - sum(named.values()))
