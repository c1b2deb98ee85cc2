"""Rounding: what everyone may know of figures that hidden rows had a part in."""

from __future__ import annotations

import math
from typing import Any

from leaderboard.disclosure.suppression import MINIMUM_CELL, ROUNDING, round_count

_DECLARED = {"declared", "odds_declared"}
"""Stand in the partners' schemas, for everyone to read; but see `_gap`."""

_UPWARDS = {"error", "chance", "stray"}
"""Differences: a small one must not read as none."""


def public_figures(found: dict[str, Any]) -> dict[str, Any]:
    """Round an audit, as nested data.

    Parameters
    ----------
    found : dict
        An audit without its sealed part.

    Returns
    -------
    dict
        Two decimals, three digits for values from 1; shares of levels to a tenth of
        a percent and at least five rows; counts to five, and no group below ten.
        What was declared stays.
    """
    rounded = {name: _rounded(value, name) for name, value in found.items()}
    rounded["cells"] = [_cell(cell) for cell in found["cells"]]
    rounded["marginals"] = [_marginal(marginal) for marginal in found["marginals"]]
    rounded["gaps"] = [_gap(gap) for gap in found["gaps"]]
    rounded["verdicts"] = [{**found, "groups": []} for found in found["verdicts"]]
    for pair in rounded["associations"]:
        pair["rows"] = round_count(pair["rows"])
    return rounded


def _rounded(value: Any, key: str = "") -> Any:
    if isinstance(value, dict):
        return {name: _rounded(part, name) for name, part in value.items()}
    if isinstance(value, list | tuple):
        return [_rounded(part, key) for part in value]
    if isinstance(value, float) and math.isfinite(value) and key not in _DECLARED:
        return _figure(value, key)
    return value


def _figure(value: float, key: str) -> float:
    if key in _UPWARDS:
        return math.ceil(value * 100 - 1e-9) / 100
    digits = 2 if abs(value) < 1 else 2 - math.floor(math.log10(abs(value)))
    return round(value, digits)


def _cell(cell: dict[str, Any]) -> dict[str, Any]:
    count = int(cell["rows"])
    return {**cell, "rows": round_count(count) if count >= MINIMUM_CELL else None}


def _gap(gap: dict[str, Any]) -> dict[str, Any]:
    """Round a declared share too where hidden rows had a part in it."""
    known: dict[str, Any] = _rounded(gap)
    if gap["follows"] and gap["declared"] is not None:
        known["declared"] = _figure(gap["declared"], "")
    return known


def _marginal(marginal: dict[str, Any]) -> dict[str, Any]:
    rows = int(marginal["rows"])
    known: dict[str, Any] = _rounded(marginal)
    if marginal["form"] != "quantiles":
        step = max(0.001, ROUNDING / rows)
        known["points"] = [
            {**point, "got": round(round(point["got"] / step) * step, 6)}
            for point in marginal["points"]
        ]
    return {**known, "rows": round_count(rows)}
