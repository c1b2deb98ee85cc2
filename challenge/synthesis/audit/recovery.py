"""Whether the effects that were drawn can be found again in complete rows."""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from challenge.brief.definition import Brief
from challenge.brief.mechanism import Effect, Interaction, Mechanism
from challenge.schema.conditions import Condition
from challenge.synthesis.audit.cells import level_words
from challenge.synthesis.audit.logistic import Fit, fit_logistic
from challenge.synthesis.audit.population import AuditRows
from challenge.synthesis.audit.truths import EffectFinding
from challenge.synthesis.drawing.outcome import Outcome
from leaderboard.estimates import Estimate

Vector = NDArray[np.float64]

_Z = 1.959964  # of a 95 % interval


def effect_findings(
    rows: AuditRows, brief: Brief, mechanism: Mechanism, outcome: Outcome
) -> tuple[EffectFinding, ...]:
    """Regress the labels on every term, and on attributes without an effect.

    Parameters
    ----------
    rows : AuditRows
        What is audited; sets inside, with area effects as known.
    brief : Brief
        Its protected attributes.
    mechanism : Mechanism
        As declared.
    outcome : Outcome
        Effects that were drawn.

    Returns
    -------
    tuple of EffectFinding
        In the order of the mechanism's terms, then one for each group of a
        protected attribute that no term names, but its first.
    """
    here = rows.inside
    complete = rows.rows[here]
    labels = rows.labels[here].astype(np.float64)
    extra = dict(_groups(rows, brief, mechanism))
    exposures = [term.exposure(complete) for term in mechanism.terms]
    columns = [
        np.ones(len(labels)),
        *exposures,
        *(held[here] for held in extra.values()),
    ]
    design = np.column_stack(columns)
    offset = rows.area_effects[here]
    fit = fit_logistic(design, labels, offset=offset, ridge=1e-6, steps=8)
    found = _estimates(fit)
    terms = [
        _effect(term, drawn, estimate)
        for term, drawn, estimate in zip(
            mechanism.terms, outcome.effects, found, strict=False
        )
    ]
    others = [
        EffectFinding(
            name=name,
            kind="none",
            value=0,
            spread=0,
            drawn=0,
            found=estimate,
            raw=_log_odds_ratio(held[here], labels),
        )
        for (name, held), estimate in zip(
            extra.items(), found[len(terms) :], strict=True
        )
    ]
    return (*terms, *others)


def recovery_slope(findings: tuple[EffectFinding, ...]) -> float | None:
    """Fit a line through drawn and found effects.

    Parameters
    ----------
    findings : tuple of EffectFinding
        Of one audit.

    Returns
    -------
    float or None
        Weighted by precision; 1 is perfect, None below two different effects.
    """
    terms = [f for f in findings if f.kind != "none"]
    if len(terms) < 2:
        return None
    drawn = np.array([f.drawn for f in terms])
    found = np.array([f.found.value for f in terms])
    width = np.array([(f.found.high or 0) - (f.found.low or 0) for f in terms])
    weights = 1 / np.maximum(width, 1e-9) ** 2
    centre = np.average(drawn, weights=weights)
    across = np.average((drawn - centre) * found, weights=weights)
    spread = np.average((drawn - centre) ** 2, weights=weights)
    return float(across / spread) if spread > 0 else None


def _groups(
    rows: AuditRows, brief: Brief, mechanism: Mechanism
) -> Iterator[tuple[str, Vector]]:
    """Give the groups of attributes that the mechanism does not name."""
    named = {column for term in mechanism.terms for column in term.columns}
    for attribute in brief.protected:
        if attribute.column not in named:
            groups = attribute.of(rows.rows)
            for level in list(level_words(brief, attribute))[1:]:
                held = (groups == level).astype(np.float64)
                if 0 < held[rows.inside].mean() < 1:
                    yield f"{attribute.name}={level}", held


def _estimates(fit: Fit) -> list[Estimate]:
    """Give every coefficient but the intercept with its interval."""
    values, errors = fit.solve()[1:], fit.errors()[1:]
    return [
        Estimate(float(v), float(v - _Z * e), float(v + _Z * e))
        for v, e in zip(values, errors, strict=True)
    ]


def _effect(term: Effect | Interaction, drawn: float, found: Estimate) -> EffectFinding:
    is_main = isinstance(term, Effect)
    return EffectFinding(
        name=_said(term) if isinstance(term, Effect) else term.name,
        kind="effect" if is_main else "interaction",
        value=term.value,
        spread=term.spread,
        drawn=float(drawn),
        found=found,
    )


def _said(term: Effect) -> str:
    """Say a condition or a line as it was declared."""
    if term.per is not None:
        cap = "" if term.cap is None else f", to {term.cap:g}"
        return f"{term.column} per {term.per:g}{cap}"
    return f"{term.column} {_tests(term)}"


def _tests(condition: Condition) -> str:
    parts = []
    if condition.values:
        parts.append("= " + " or ".join(str(v) for v in condition.values))
    if condition.at_least is not None:
        parts.append(f"≥ {condition.at_least:g}")
    if condition.below is not None:
        parts.append(f"< {condition.below:g}")
    return ", ".join(parts)


def _log_odds_ratio(held: Vector, labels: Vector) -> float:
    """Give Woolf's log odds ratio, with a half added to each cell."""
    a, b = held > 0, labels > 0
    cells = [float((x & y).sum()) + 0.5 for x in (a, ~a) for y in (b, ~b)]
    return math.log(cells[0] * cells[3] / (cells[1] * cells[2]))
