"""Reading and checking a challenge folder.

`read_brief` gives the brief of a challenge folder with its partner schemas, or
refuses with every fault; `check` says the same without raising, and how large
the row sets are.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass
from pathlib import Path

from pydantic import ValidationError

from challenge.brief.attributes import Attribute
from challenge.brief.consistency import brief_faults, partner_faults
from challenge.brief.definition import Brief
from challenge.brief.mechanism import UNKNOWN_COLUMN, read_mechanism
from challenge.errors import ChallengeMissingError, ContentRefusedError, Fault
from challenge.schema import (
    Document,
    faults_of,
    parse_partner,
    read_toml,
    read_yaml,
)
from challenge.schema.levels import Levels
from challenge.schema.parsing import broken_columns

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
        Expected number of positive labels.
    groups : dict of str to float
        ``attribute=group`` to expected positives, as if every group had the
        overall prevalence; only where the column itself declares the groups.
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
    """

    challenge: str
    faults: tuple[Fault, ...]
    sets: tuple[SetSize, ...]


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
    brief, faults, broken = _load(folder)
    if faults or brief is None:
        raise ContentRefusedError(_causes(faults, broken))
    return brief


def check(folder: Path) -> Report:
    """Check everything that people wrote in a challenge folder, at once.

    Parameters
    ----------
    folder : Path
        Holds ``brief.toml``, ``mechanism.toml`` and ``partners/*.yaml``.

    Returns
    -------
    Report
        Every fault, and the size of every set.

    Raises
    ------
    ChallengeMissingError
        If there is no such folder.
    """
    brief, faults, broken = _load(folder)
    if brief is None:
        return Report(folder.name, _causes(faults, broken), ())
    try:
        read_mechanism(folder / "mechanism.toml", brief.levels, root=folder)
    except ContentRefusedError as refused:
        faults += refused.faults
    return Report(brief.title.en, _causes(faults, broken), set_sizes(brief, brief.sets))


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
    size, prevalence = brief.areas.neighbourhood_size, brief.target.prevalence
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
            count * prevalence,
            {group: count * prevalence * share for group, share in shares.items()},
        )
        for name, count in rows.items()
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


def _causes(faults: Sequence[Fault], broken: Set[str]) -> tuple[Fault, ...]:
    """Leave out that a column is missing where the column itself is at fault."""
    consequences = {UNKNOWN_COLUMN.format(name) for name in broken}
    return tuple(fault for fault in faults if fault.problem not in consequences)


def _load(folder: Path) -> tuple[Brief | None, list[Fault], set[str]]:
    """Read what is sound; list what is not, and which columns are broken."""
    if not folder.is_dir():
        raise ChallengeMissingError(str(folder))
    brief, document, faults = _load_brief(folder)
    documents, partners = [], []
    broken: set[str] = set()
    for path in sorted((folder / "partners").glob("*.yaml")):
        try:
            schema = read_yaml(path, root=folder)
        except ContentRefusedError as refused:
            faults += refused.faults
            continue
        partner, found = parse_partner(schema)
        faults += found
        broken |= broken_columns(schema, partner)
        if partner is not None:
            documents.append(schema)
            partners.append(partner)
    faults += partner_faults(documents, partners, brief)
    if brief is None or document is None:
        return None, faults, broken
    brief = brief.model_copy(update={"partners": tuple(partners)})
    return brief, brief_faults(document, brief) + faults, broken


def _load_brief(folder: Path) -> tuple[Brief | None, Document | None, list[Fault]]:
    """Read the brief alone."""
    try:
        document = read_toml(folder / "brief.toml", root=folder)
    except ContentRefusedError as refused:
        return None, None, list(refused.faults)
    try:
        return Brief.model_validate(document.data), document, []
    except ValidationError as error:
        return None, document, faults_of(document, error)
