"""Write how a model does where it was made, and in municipalities held out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import NamedTuple

from markupsafe import Markup

from leaderboard.charts import Frame, Measure, Site, Summary, forest_plot
from leaderboard.language import Language, language
from leaderboard.pages.rendering import render
from leaderboard.records import Scorecard
from leaderboard.transport import transport
from leaderboard.transport.municipalities import Forest

# Measures of the capacity stand apart: nobody is selected (DESIGN §1).
_SHOWN = (
    "scaled_brier",
    "auroc",
    "observed_expected",
    "calibration_intercept",
    "calibration_slope",
    "brier",
)


class _Scale(NamedTuple):
    """How a metric is written, where its black rule stands, how far its axis goes."""

    digits: int
    reference: float | None
    within: tuple[float, float]


_SCALES: Mapping[str, _Scale] = MappingProxyType(
    {
        "auroc": _Scale(2, 0.5, (0.0, 1.0)),
        "observed_expected": _Scale(2, 1.0, (0.0, 3.0)),
        "scaled_brier": _Scale(3, 0.0, (-0.2, 1.0)),
    }
)


@dataclass(frozen=True, slots=True)
class TransportView:
    """What one reader may see of a model inside and outside.

    Attributes
    ----------
    internal, external : Scorecard
        Of the same submission: final rows, and rows of municipalities held out.
    forests : tuple of Forest
        Of `leaderboard.transport.forest`, on the same rows; one picture each.
    language : str
        ``"nl"`` or ``"en"``.
    """

    internal: Scorecard
    external: Scorecard
    forests: tuple[Forest, ...] = ()
    language: str = "nl"


def transport_fragment(view: TransportView) -> str:
    """Write inside, outside and their difference, and each municipality.

    Parameters
    ----------
    view : TransportView
        What the reader may see.

    Returns
    -------
    str
        Safe HTML without links; it says that this holds between these
        municipalities, not beyond, and how many neighbourhoods there are.

    Raises
    ------
    LanguageUnknownError
        If no page is written in the view's language.
    """
    words = language(view.language)
    found = transport(view.internal, view.external)
    shifts = {shift.metric: shift for shift in found.shifts if shift.metric in _SHOWN}
    return render(
        view.language,
        "transport.html",
        found=found,
        shifts=[shifts[name] for name in _SHOWN if name in shifts],
        forests=[_draw(forest, words) for forest in view.forests],
    )


def _draw(forest: Forest, language: Language) -> Markup:
    scale = _SCALES[forest.metric]
    name = language.texts[f"metric_{forest.metric}"]
    return forest_plot(
        [
            Site(
                line.name,
                line.estimate,
                line.clusters,
                held_out=line.held_out,
                imprecise=line.imprecise,
            )
            for line in forest.municipalities
        ],
        measure=Measure(name, scale.digits),
        frame=Frame(f"chart-forest-{forest.metric.replace('_', '-')}", language),
        summary=_summary(forest),
        reference=scale.reference,
        within=scale.within,
    )


def _summary(forest: Forest) -> Summary | None:
    if forest.mean is None:
        return None
    return Summary(forest.mean, forest.pooled, forest.clusters, forest.prediction)
