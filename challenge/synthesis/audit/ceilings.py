"""Two ceilings per hidden set: of the true risk, and of what a source set can see."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from challenge.brief.definition import Brief
from challenge.schema import Words
from challenge.synthesis.audit.expectation import Resampler, expected_scaled_brier
from challenge.synthesis.audit.population import AuditRows
from challenge.synthesis.audit.truths import CeilingFinding
from challenge.synthesis.audit.visible import Seen, places_of
from challenge.synthesis.sets import HIDDEN_SETS

TRUTH = "truth"
"""Stands for the true risk, where a source set is named."""


def resamplers(
    rows: AuditRows, brief: Brief, generator: np.random.Generator
) -> dict[str, Resampler]:
    """Draw the replicates of every hidden set.

    Parameters
    ----------
    rows : AuditRows
        What is audited.
    brief : Brief
        Names the neighbourhood.
    generator : Generator
        Decides.

    Returns
    -------
    dict of str to Resampler
        By set; sets without rows left out.
    """
    clusters = rows.rows[brief.areas.neighbourhood].to_numpy(dtype=object)
    return {
        name: Resampler(clusters[rows.sets == name], int(generator.integers(2**31)))
        for name in HIDDEN_SETS
        if (rows.sets == name).any()
    }


def ceiling_findings(
    seen: Seen, brief: Brief, draws: Mapping[str, Resampler]
) -> tuple[CeilingFinding, ...]:
    """Tell how good any model can be on each hidden set.

    Parameters
    ----------
    seen : Seen
        The additive model.
    brief : Brief
        Its source sets.
    draws : mapping of str to Resampler
        By hidden set.

    Returns
    -------
    tuple of CeilingFinding
        The truth first, then the source sets.
    """
    rows = seen.rows
    said = {TRUTH: rows.risk}
    for source in brief.source_names:
        features = places_of(brief, brief.tables_of(source))
        if len(features):
            said[source] = seen.visible_risk(features)
    labels = {named.name: named.label for named in brief.sources}
    results = []
    for name, sampler in draws.items():
        here = rows.sets == name
        for source, probability in said.items():
            model = sampler.expect(rows.risk[here], probability[here])
            results.append(
                CeilingFinding(
                    set=name,
                    source=source,
                    label=labels.get(source, Words(nl=source, en=source)),
                    auroc=sampler.auroc(model),
                    scaled_brier=expected_scaled_brier(
                        rows.risk[here], probability[here]
                    ),
                )
            )
    return tuple(results)
