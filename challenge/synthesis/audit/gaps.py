"""Who is in a table and what is missing, declared against got."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri

from challenge.brief.definition import Brief
from challenge.schema import Column, PartnerSchema
from challenge.synthesis.audit.marginals import HONEST
from challenge.synthesis.audit.population import AuditRows
from challenge.synthesis.audit.records import CoverageFinding, GapFinding
from challenge.synthesis.audit.samples import profiles
from challenge.synthesis.tables.coverage import chance_known, gap_causes

Held = NDArray[np.bool_]


def coverage_findings(rows: AuditRows, brief: Brief) -> tuple[CoverageFinding, ...]:
    """Hold each table's coverage against what was declared.

    Parameters
    ----------
    rows : AuditRows
        What is audited.
    brief : Brief
        Declares the coverage.

    Returns
    -------
    tuple of CoverageFinding
        Tables with one row and no feature at the prediction moment left out: the
        frame does not tell who is in them.
    """
    return tuple(
        _coverage(rows, brief, partner, inside)
        for partner in brief.partners
        if (inside := _inside(rows, brief, partner)) is not None
    )


def covered(rows: AuditRows, brief: Brief, table: str) -> Held | None:
    """Tell which households are in a table, by having any feature of it.

    Parameters
    ----------
    rows : AuditRows
        What is audited.
    brief : Brief
        Says which features come from the table.
    table : str
        Its name.

    Returns
    -------
    ndarray of bool, shape (n_rows,), or None
        None where the table has no feature.
    """
    names = [feature.name for feature in brief.features if feature.table == table]
    if not names:
        return None
    return np.asarray(rows.frame[names].notna().any(axis=1))


def _inside(rows: AuditRows, brief: Brief, partner: PartnerSchema) -> Held | None:
    """Tell which households are in a table; of one with several rows, the public."""
    if not partner.is_repeated:
        return covered(rows, brief, partner.name)
    seen = rows.tables.get(partner.name)
    if seen is None:
        return None
    public = np.flatnonzero(rows.public)
    return np.isin(public, seen.household)


def _coverage(
    rows: AuditRows, brief: Brief, partner: PartnerSchema, inside: Held
) -> CoverageFinding:
    share = partner.coverage.share
    if partner.rows is not None and partner.rows.moments is not None:
        # Who comes at none of the moments has no row.
        absent = (1 - partner.rows.attended.share) ** len(partner.rows.moments)
        share *= 1 - absent
    size = _units(rows, brief, partner, inside)
    return CoverageFinding(
        table=partner.name,
        title=partner.title,
        partner=partner.partner,
        declared=share,
        got=float(inside.mean()),
        chance=_chance(share, size, len(brief.partners)),
        tilted=bool(partner.coverage.tilt),
    )


def gap_findings(rows: AuditRows, brief: Brief) -> tuple[GapFinding, ...]:
    """Hold the share missing of each feature against what was declared.

    Parameters
    ----------
    rows : AuditRows
        What is audited.
    brief : Brief
        Declares the shares.

    Returns
    -------
    tuple of GapFinding
        In the order of the feature frame.
    """
    return tuple(_gaps(rows, brief))


def _gaps(rows: AuditRows, brief: Brief) -> Iterator[GapFinding]:
    partners = {partner.name: partner for partner in brief.partners}
    inside = {name: covered(rows, brief, name) for name in partners}
    for feature in brief.features:
        partner = partners[feature.table]
        missing = rows.frame[feature.name].isna().to_numpy()
        mine = inside[feature.table]
        here = np.arange(len(missing)) if mine is None else np.flatnonzero(mine)
        among = missing[here]
        causes = gap_causes(partner)[feature.name] if feature.aggregate is None else ()
        follows = feature.name in {rule.column for rule in partner.rules} or not causes
        declared = _declared(rows, partner, causes, here, follows=follows)
        size = _units(rows, brief, partner, among)
        yield GapFinding(
            column=feature.name,
            table=feature.table,
            label=feature.label,
            declared=declared,
            follows=follows,
            got=float(among.mean()) if len(among) else 0.0,
            chance=_chance(declared or 0.0, size, len(brief.features)),
            frame=float(missing.mean()),
            tilted=any(cause.missing.tilt for cause in causes),
        )


def _units(
    rows: AuditRows, brief: Brief, partner: PartnerSchema, looked_at: Held
) -> int:
    """Count what was decided on its own: households, or profiles of areas."""
    if partner.is_area:
        table = rows.areas.get(partner.name)
        return 1 if table is None else len(np.unique(profiles(table, brief)))
    return len(looked_at)


def _declared(
    rows: AuditRows,
    partner: PartnerSchema,
    causes: Sequence[Column],
    here: NDArray[np.intp],
    *,
    follows: bool,
) -> float | None:
    """Give the declared share, or what the gaps of its sources and its rule make it.

    That takes complete rows, which nobody keeps of area profiles; and what several
    rows make together has no share of its own.
    """
    if not follows:
        return causes[0].missing.share
    if not causes or partner.is_area or not len(here):
        return None
    known = chance_known(causes, rows.rows, here)
    if causes[0].name in rows.rows:  # a survey weight is not
        known = known * rows.rows[causes[0].name].iloc[here].notna().to_numpy()
    return float(1 - known.mean())


def _chance(share: float, size: int, tests: int) -> float:
    """Give what chance may make of a share, by the normal approximation."""
    error = math.sqrt(share * (1 - share) / max(size, 1))
    return float(-ndtri(HONEST / (2 * tests))) * error
