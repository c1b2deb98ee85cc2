"""What the policy says of the best models there are: it may not refuse them.

A policy that the true risk violates asks for the impossible, and one that the best
visible model violates asks it of every team.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.special import expit, logit

from challenge.brief.definition import Brief
from challenge.schema import Words
from challenge.synthesis.audit.population import AuditRows
from challenge.synthesis.audit.truths import GroupVerdict, VerdictFinding
from challenge.synthesis.audit.visible import Seen, calibration, places_of
from leaderboard import FairnessPolicy, Verdict, quantised, score

Vector = NDArray[np.float64]


def verdict_findings(
    seen: Seen,
    brief: Brief,
    name: str,
    references: Mapping[str, Vector],
    *,
    seed: int,
) -> tuple[VerdictFinding, ...]:
    """Judge the true risk, and what each source set can see, as submissions.

    Parameters
    ----------
    seen : Seen
        The additive model.
    brief : Brief
        Its policy, attributes and source sets.
    name : str
        Row set to judge on.
    references : mapping of str to ndarray of float, shape (n_rows,)
        What the reference model of each source set says of all audited rows; empty
        where the brief names none.
    seed : int
        Of the replicates.

    Returns
    -------
    tuple of VerdictFinding
        The true risk and the visible ceiling of each source set; empty if no
        attribute gates, or the set has no case or nothing else.
    """
    judge = _Judge(seen, brief, name, seed)
    if not judge.policy.gate or not 0 < judge.labels.sum() < len(judge.labels):
        return ()
    return tuple(_verdicts(seen, brief, references, judge))


def _verdicts(
    seen: Seen, brief: Brief, references: Mapping[str, Vector], judge: _Judge
) -> Iterator[VerdictFinding]:
    """Judge source set by source set, since each has a reference of its own."""
    labels = {named.name: named.label for named in brief.sources}
    for source in brief.source_names:
        features = places_of(brief, brief.tables_of(source))
        models: dict[Literal["truth", "visible"], Vector] = {
            "truth": seen.rows.risk,
            "visible": _levelled(seen.visible_risk(features), seen.rows),
        }
        for model, said in models.items():
            verdict = judge(said, references.get(source))
            yield VerdictFinding(
                model=model,
                source=source,
                label=labels.get(source, Words(nl=source, en=source)),
                state=verdict.state.value,
                groups=_groups(verdict),
            )


def _levelled(said: Vector, rows: AuditRows) -> Vector:
    """Let probabilities fit public rows, areas and all: teams see these labels."""
    scores = logit(said)
    start, slope = calibration(rows.risk[rows.public], scores[rows.public])
    return np.asarray(expit(start + slope * scores))


class _Judge:
    """The rows of one set, to be scored again and again."""

    def __init__(self, seen: Seen, brief: Brief, name: str, seed: int) -> None:
        rows = seen.rows
        self._here, self._seed = rows.sets == name, seed
        complete = rows.rows[self._here]
        # What only shows costs time and decides nothing.
        self.policy: FairnessPolicy = replace(brief.policy, report=(), intersections=())
        self.labels = rows.labels[self._here]
        self._groups = pd.DataFrame(
            {
                attribute.name: attribute.of(complete)
                for attribute in brief.attributes
                if attribute.policy == "gate"
            }
        )
        self._clusters = complete[brief.areas.neighbourhood].to_numpy(dtype=object)
        self._capacity = brief.capacity

    def __call__(self, said: Vector, reference: Vector | None) -> Verdict:
        """Score what a model says of all audited rows, as if a team had sent it."""
        card = score(
            self.labels,
            quantised(said[self._here]),
            groups=self._groups,
            clusters=self._clusters,
            capacity=self._capacity,
            policy=self.policy,
            reference=None if reference is None else reference[self._here],
            seed=self._seed,
        )
        assert card.policy is not None  # noqa: S101 - a policy was given
        return card.policy


def _groups(verdict: Verdict) -> tuple[GroupVerdict, ...]:
    return tuple(
        GroupVerdict(
            attribute=found.attribute,
            level=found.level,
            positives=found.positives,
            state=found.state.value,
            value=found.value,
            low=found.low,
            high=found.high,
            excess=found.excess,
            excess_low=found.excess_low,
            excess_high=found.excess_high,
        )
        for found in verdict.findings
        if found.gates
    )
