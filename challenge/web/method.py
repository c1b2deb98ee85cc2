"""The method page: every formula behind score, policy and place, and whose it is."""

from __future__ import annotations

import math
import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, ClassVar

from fastapi import APIRouter, Request, Response

from challenge.brief import Brief
from challenge.web.access import Here, Visitor
from challenge.web.formats import Formats
from challenge.web.pages import choose_language, page, texts
from leaderboard.disclosure.suppression import MINIMUM_CELL, ROUNDING
from leaderboard.metrics import AREA_METRICS, METRICS
from leaderboard.metrics.areas import AREA_SHARE
from leaderboard.metrics.reliability import ECE_BINS
from leaderboard.metrics.utility import THRESHOLD
from leaderboard.resampling import LEVEL, MINIMUM_CLUSTERS
from leaderboard.resampling.intervals import WILSON_BELOW
from leaderboard.rows import CLIP, DIGITS
from leaderboard.scorecard import REPLICATES

router = APIRouter(include_in_schema=False)

LETTERS = ("y", "p", "n", "pi", "s", "c", "sets", "g", "zero", "e", "star", "brackets")
"""What every formula may use, in the order of the page."""


@dataclass(frozen=True, slots=True)
class Formula:
    """What the page tells of one formula.

    Attributes
    ----------
    key : str
        Of its words and of its macro in ``formulas.html``.
    name, says, ends : str
        What it is called, says, and what its extremes mean.
    better, bounds : str
        Direction and range, in words.
    origin, source : str
        Kind of source (``paper``, ``standard`` or ``choice``), and the source.
    """

    key: str
    name: str
    says: str
    ends: str
    better: str
    bounds: str
    origin: str
    source: str


@dataclass(frozen=True, slots=True)
class Section:
    """Formulas that belong together.

    Attributes
    ----------
    key, name, how : str
        Anchor, heading, and a line below it.
    formulas : tuple of Formula
        In reading order.
    """

    key: str
    name: str
    how: str
    formulas: tuple[Formula, ...]


@dataclass(frozen=True, slots=True)
class MethodView:
    """Everything that is calculated, section by section.

    Attributes
    ----------
    letters : dict of str to str
        Letters of the formulas, and what they stand for.
    sections : tuple of Section
        In reading order.
    """

    template: ClassVar[str] = "public/method.html"

    letters: dict[str, str]
    sections: tuple[Section, ...]


@router.get("/method")
def method(request: Request, here: Here, reader: Visitor) -> Response:
    """Show every formula with its source."""
    return page(
        request, method_view(here.brief, choose_language(request)), reader=reader
    )


def method_view(brief: Brief, language: str) -> MethodView:
    """Tell the method in one language, with the numbers of one challenge.

    Parameters
    ----------
    brief : Brief
        Has the capacity and the limits.
    language : str
        ``"nl"`` or ``"en"``.

    Returns
    -------
    MethodView
        For ``public/method.html``.
    """
    words = texts(language)
    formats = Formats(language, brief.event.clock)
    facts = _facts(brief, formats)
    return MethodView(
        letters={key: words[f"method_letter_{key}"].format(**facts) for key in LETTERS},
        sections=tuple(
            Section(
                key=section["name"],
                name=words[f"method_section_{section['name']}"],
                how=words[f"method_section_{section['name']}_how"].format(**facts),
                formulas=tuple(
                    _formula(entry, words, facts, formats) for entry in section["entry"]
                ),
            )
            for section in _contents()
        ),
    )


@cache
def _contents() -> list[dict[str, Any]]:
    place = Path(__file__).with_name("method.toml")
    sections: list[dict[str, Any]] = tomllib.loads(place.read_text("utf-8"))["section"]
    return sections


def _facts(brief: Brief, formats: Formats) -> dict[str, str]:
    """Write the numbers that stand in the words."""
    policy = brief.policy
    return {
        "capacity": formats.percent(brief.capacity),
        "threshold": formats.number(THRESHOLD, 2),
        "bins": str(ECE_BINS),
        "positives": str(policy.minimum_positives),
        "clusters": str(MINIMUM_CLUSTERS),
        "level": formats.percent(LEVEL),
        "ratio": formats.number(policy.limit_ratio, 2),
        "gap": formats.number(policy.limit_gap, 2),
        "replicates": formats.count(REPLICATES),
        "minimum": str(MINIMUM_CELL),
        "share": formats.percent(AREA_SHARE),
        "wilson": str(WILSON_BELOW),
        "rounding": str(ROUNDING),
        "half": str(ROUNDING // 2),
        "digits": str(DIGITS),
        "lowest": formats.number(CLIP, 3),
        "highest": formats.number(1 - CLIP, 3),
    }


def _formula(
    entry: dict[str, Any],
    words: dict[str, str],
    facts: dict[str, str],
    formats: Formats,
) -> Formula:
    key, name = entry["key"], f"method_{entry['key']}"
    metric = METRICS.get(key) or AREA_METRICS.get(key)
    told = entry
    if metric:
        told = {"better": metric.direction, "low": metric.low, "high": metric.high}
        told["target"] = metric.target
    better = words[f"method_better_{told.get('better', 'none')}"]
    return Formula(
        key=key,
        name=words[name].format(**facts),
        says=words[f"{name}_says"].format(**facts),
        ends=words[f"{name}_ends"].format(**facts),
        better=better.format(target=told.get("target")),
        bounds=_bounds(told.get("low"), told.get("high"), words, formats),
        origin=words[f"method_origin_{entry.get('origin', 'paper')}"],
        source=entry["source"],
    )


def _bounds(
    low: float | None, high: float | None, words: dict[str, str], formats: Formats
) -> str:
    """Write a range; without limits that say anything, say so."""
    ends = [end for end in (low, high) if end is not None]
    if all(math.isinf(end) for end in ends):
        return words["method_range_none"]
    told = (
        words["method_range_open"] if math.isinf(end) else _short(end, formats)
        for end in ends
    )
    return words["method_range_words"].format(
        **dict(zip(("low", "high"), told, strict=True))
    )


def _short(value: float, formats: Formats) -> str:
    """Write a bound with no more decimals than it has, three at most."""
    digits = next((n for n in range(3) if math.isclose(value, round(value, n))), 3)
    return formats.number(value, min(digits, 3))
