"""Draw estimates with their intervals as SVG that needs no script and no font.

Every picture is fluid: `x` is a percentage, `y` is in pixels, so text never
scales and one shared axis lines up over all rows. Colours are CSS classes, so
dark, print and forced-colour modes cost nothing here; what a mark means is its
shape. A picture names itself in a ``<title>``; the same numbers always stand in a
table, beside it or under it. Equal input gives equal bytes.
"""

from __future__ import annotations

from leaderboard.charts.areas import area_table
from leaderboard.charts.calibration import calibration_plot
from leaderboard.charts.contenders import Contender
from leaderboard.charts.decision import decision_curve
from leaderboard.charts.forest import forest_plot
from leaderboard.charts.frames import Frame
from leaderboard.charts.marks import (
    Mark,
    axis_header,
    mark_row,
    plain_row,
    reference_row,
)
from leaderboard.charts.multiples import (
    LINE_HEIGHT,
    Group,
    Named,
    names_column,
    panel,
    small_multiples,
)
from leaderboard.charts.pareto import pareto_plot
from leaderboard.charts.roc import RocCurve, roc_curve
from leaderboard.charts.slope import Move, slope_chart
from leaderboard.charts.units import Measure
from leaderboard.curves import Bar, Bin, NetBenefit, Site, Summary

__all__ = [
    "LINE_HEIGHT",
    "Bar",
    "Bin",
    "Contender",
    "Frame",
    "Group",
    "Mark",
    "Measure",
    "Move",
    "Named",
    "NetBenefit",
    "RocCurve",
    "Site",
    "Summary",
    "area_table",
    "axis_header",
    "calibration_plot",
    "decision_curve",
    "forest_plot",
    "mark_row",
    "names_column",
    "panel",
    "pareto_plot",
    "plain_row",
    "reference_row",
    "roc_curve",
    "slope_chart",
    "small_multiples",
]
