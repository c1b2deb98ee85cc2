"""Which correlations of normal scores the declared associations amount to.

A household has one score per column. Tables with several rows per household, and
tables by postcode area, draw scores of their own beside it; the functions here say
how strongly each of them is correlated.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from challenge.schema import Marginal, PartnerSchema
from challenge.schema.associations import (
    LARGEST_LATENT,
    declared_at,
    latent,
    varies,
)
from challenge.schema.curves import Normal
from challenge.schema.levels import Levels
from challenge.schema.partners import STANDING, Association

Pairs = dict[tuple[str, str], float]


@dataclass(frozen=True, slots=True)
class Drawn:
    """A column as an association sees it.

    Attributes
    ----------
    marginal : Marginal
        Its distribution.
    table : str
        Name of its table; empty for `STANDING`.
    is_area : bool
        Whether a row of the table is a postcode area.
    alike : float
        Correlation of its normal scores between rows of one household.
    """

    marginal: Marginal
    table: str = ""
    is_area: bool = False
    alike: float = 1.0


_STANDING = Drawn(Normal(distribution="normal", mean=0, sd=1, decimals=6))


def latent_pairs(partners: Sequence[PartnerSchema]) -> Pairs:
    """Solve every association between households for its latent correlation.

    A row in a table with several rows shares only a part of its score with the
    household, so the household's scores are associated more strongly than was
    declared for the rows. Associations of area tables are left out, see
    `area_pairs`.

    Parameters
    ----------
    partners : sequence of PartnerSchema
        What cannot be solved is left out; `challenge.brief.contradictions` says why.

    Returns
    -------
    dict of (str, str) to float
        Correlations of the household's normal scores.
    """
    drawn = drawn_columns([partner for partner in partners if not partner.is_area])
    return {
        association.names: value
        for partner in partners
        if not partner.is_area
        for association in partner.associations
        if (value := solved(association, drawn)) is not None
    }


def area_pairs(partner: PartnerSchema) -> Pairs:
    """Solve the associations inside an area table, those with `STANDING` included.

    Parameters
    ----------
    partner : PartnerSchema
        A table with one row per postcode area.

    Returns
    -------
    dict of (str, str) to float
        Correlations of the area's normal scores.
    """
    drawn = drawn_columns([partner])
    return {
        association.names: value
        for association in partner.associations
        if (value := solved(association, drawn)) is not None
    }


def row_pairs(partner: PartnerSchema) -> Pairs:
    """Solve the associations inside a table with several rows per household.

    The household's part and the row's own part of a score both have these
    correlations, and rows then have those declared.

    Parameters
    ----------
    partner : PartnerSchema
        A table with several rows per household.

    Returns
    -------
    dict of (str, str) to float
        Correlations of the row's own normal scores.
    """
    return {k: v for k, v in area_pairs(partner).items() if STANDING not in k}


def drawn_columns(partners: Sequence[PartnerSchema]) -> dict[str, Drawn]:
    """Collect every column that is drawn, and the standing of neighbourhoods.

    Parameters
    ----------
    partners : sequence of PartnerSchema
        Tables of any kind.

    Returns
    -------
    dict of str to Drawn
        By name of the column.
    """
    columns = {
        column.name: Drawn(
            column.marginal, partner.name, partner.is_area, partner.alike(column)
        )
        for partner in partners
        for column in partner.columns
        if column.marginal is not None
    }
    return columns | {STANDING: _STANDING}


def solved(association: Association, drawn: Mapping[str, Drawn]) -> float | None:
    """Find the correlation of the scores that are drawn for an association.

    Parameters
    ----------
    association : Association
        What is declared between rows.
    drawn : mapping of str to Drawn
        As `drawn_columns` gives them.

    Returns
    -------
    float or None
        In (-1, 1); None if no scores give what is declared.
    """
    if measure_problem(association, drawn):
        return None
    first, second = (drawn[name] for name in association.names)
    value = latent(association, first.marginal, second.marginal)
    shared = shared_between(first, second)
    return None if value is None or abs(value) >= shared else value / shared


def strongest(association: Association, drawn: Mapping[str, Drawn]) -> float:
    """Give how strong an association could be on the same side of none.

    Parameters
    ----------
    association : Association
        What is declared between rows of two columns that are drawn.
    drawn : mapping of str to Drawn
        As `drawn_columns` gives them.

    Returns
    -------
    float
        In the measure of the association.
    """
    first, second = (drawn[name] for name in association.names)
    limit = LARGEST_LATENT * shared_between(first, second)
    neutral = 1 if association.odds_ratio is not None else 0
    if getattr(association, association.measure) < neutral:
        limit = -limit
    return declared_at(limit, association, first.marginal, second.marginal)


def shared_between(first: Drawn, second: Drawn) -> float:
    """Give how much of the scores' correlation reaches the rows.

    A row's score is sqrt(a) times the household's plus sqrt(1 - a) times its own.
    Own parts of two columns are associated only inside one table.

    Parameters
    ----------
    first, second : Drawn
        Two columns.

    Returns
    -------
    float
        In (0, 1]; 1 where a household has one row.
    """
    household = math.sqrt(first.alike * second.alike)
    if first.table != second.table:
        return household
    return household + math.sqrt((1 - first.alike) * (1 - second.alike))


def measure_problem(association: Association, drawn: Mapping[str, Drawn]) -> str:
    """Say why a measure has no meaning between two columns.

    Parameters
    ----------
    association : Association
        What is declared.
    drawn : mapping of str to Drawn
        As `drawn_columns` gives them.

    Returns
    -------
    str
        One sentence; empty if all is well.
    """
    if any(name not in drawn for name in association.names):
        return "One of the columns is not drawn."
    marginals = [drawn[name].marginal for name in association.names]
    lists = [m for m in marginals if isinstance(m, Levels)]
    constant = any(max(marginal.shares.values()) > 1 - 1e-9 for marginal in lists)
    ranked = association.correlation is None
    if constant or (ranked and not all(map(varies, marginals))):
        return "A column that nearly always has one value moves with nothing."
    two = all(len(marginal.levels) == 2 for marginal in marginals)
    if association.odds_ratio is not None and not two:
        return "An odds ratio needs two columns of two levels each."
    return ""
