"""The report as one self-contained HTML page: no script, no link, nothing fetched."""

from __future__ import annotations

from functools import cache
from importlib import resources

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from challenge.brief.sections import Gate
from challenge.synthesis.audit import first_page, marks, pictures
from challenge.synthesis.audit.ceilings import TRUTH
from challenge.synthesis.audit.gate import Breach
from challenge.synthesis.audit.record import Audit
from challenge.synthesis.audit.records import AssociationFinding, MarginalFinding
from challenge.synthesis.audit.texts import precise, texts, words
from challenge.synthesis.audit.truths import CeilingFinding
from challenge.synthesis.notices import FORBIDDEN_USE, NOTICE, REHEARSAL
from leaderboard import FairnessPolicy, PolicyState, Verdict, charts
from leaderboard.charts.axes import Axis

SHOWN = 20
"""Features with a row of their own in the sealed report."""


def report_page(
    audit: Audit, gate: Gate, breaches: tuple[Breach, ...], *, mark: str, json: str
) -> str:
    """Write the whole report.

    Parameters
    ----------
    audit : Audit
        Exact, or rounded for the public.
    gate : Gate
        Thresholds of the brief.
    breaches : tuple of Breach
        Of the exact audit.
    mark : str
        Tells builds apart: the start of the public commitment to the seed.
    json : str
        Name of the file with the same figures.

    Returns
    -------
    str
        HTML in Dutch with English headings; equal audits give equal bytes.
    """
    template = _environment().get_template("report.html")
    return template.render(
        a=audit,
        mark=mark,
        json=json,
        notice=NOTICE,
        forbidden=FORBIDDEN_USE,
        rehearsal=REHEARSAL,
        lines=first_page.gate_lines(audit, gate, breaches),
        breaches=breaches,
        binding=[b for b in breaches if not (audit.rehearsal and b.is_excused)],
        sentences=first_page.breach_sentences(breaches),
        facts=first_page.facts(audit),
        tables=_by_table(audit),
        pairs=sorted(audit.associations, key=_surprise),
        band=gate.association_error,
        cells=_cells(audit),
        ceilings=_ceilings(audit),
        over=[m for m in audit.marginals if m.gates and m.error > m.chance],
        worst=min((m for m in audit.marginals if m.gates), key=_surprise, default=None),
        axes=_axes(audit),
        shown=SHOWN,
    )


def _surprise(found: MarginalFinding | AssociationFinding) -> float:
    """Sort what chance explains least first."""
    return -found.error / max(found.chance, 1e-9)


def _by_table(audit: Audit) -> dict[str, list[MarginalFinding]]:
    """Group the columns by the title of their table."""
    titles = {found.table: found.title for found in audit.coverage}
    grouped: dict[str, list[MarginalFinding]] = {}
    for found in audit.marginals:
        grouped.setdefault(titles.get(found.table, found.table), []).append(found)
    return grouped


def _cells(audit: Audit) -> dict[str, dict[str, dict[str, int | None]]]:
    """Lay counts out by attribute, level and set, in words."""
    laid: dict[str, dict[str, dict[str, int | None]]] = {}
    for found in audit.cells:
        attribute, level = (label.nl for label in found.labels)
        laid.setdefault(attribute, {}).setdefault(level, {})[found.set] = found.rows
    return laid


def _ceilings(
    audit: Audit,
) -> dict[str, tuple[CeilingFinding, list[CeilingFinding]]]:
    """Put the truth of each set beside what its source sets see."""
    return {
        truth.set: (
            truth,
            [c for c in audit.ceilings if c.set == truth.set and c.source != TRUTH],
        )
        for truth in audit.ceilings
        if truth.source == TRUTH
    }


def _axes(audit: Audit) -> dict[str, Axis]:
    """Find the axis that the marks of each section share."""
    sealed = audit.sealed
    effects = [] if sealed is None else [e.found for e in sealed.effects]
    drawn = [] if sealed is None else [e.drawn for e in sealed.effects]
    spreads = [] if sealed is None else sealed.spreads
    columns = [] if sealed is None else sealed.columns[:SHOWN]
    between = [v for b in audit.between for v in (b.declared, b.got)]
    return {
        "shares": marks.SHARES,
        "between": marks.axis_of([], also=[0.0, *between], within=(0.0, 1.0)),
        "ceilings": marks.axis_of(
            [c.auroc for c in audit.ceilings], also=[0.5], within=(0.4, 1.0)
        ),
        "alone": marks.axis_of(
            [v.alone for v in (*audit.values, *columns)], also=[0.5], within=(0.4, 1.0)
        ),
        "gain": marks.axis_of(
            [v.gain for v in audit.values if v.gain.value < _CORE],
            also=[0.0],
            within=(-0.2, _CORE),
        ),
        "column_gain": marks.axis_of(
            [v.gain for v in columns], also=[0.0], within=(-0.2, 0.3)
        ),
        "effects": marks.axis_of(effects, also=[0.0, *drawn], within=(-4.0, 4.0)),
        "spreads": marks.axis_of(
            [s.got for s in spreads],
            also=[0.0, *(s.declared for s in spreads)],
            within=(0.0, 3.0),
        ),
    }


_CORE = 0.15  # the core itself adds more than this, and would flatten the others


def _level(label: str) -> str:
    t = texts("nl")
    return {"0": t["false"], "1": t["true"]}.get(label, label)


def _panel_title(found: MarginalFinding) -> str:
    """Say every point of a picture."""
    t = texts("nl")
    points = "; ".join(
        t["marginals_point"].format(
            label=point.label.nl,
            declared=_figure(found, point.declared),
            got=_figure(found, point.got),
        )
        for point in found.points
    )
    return t["marginals_panel"].format(name=found.label.nl, points=points)


def _figure(found: MarginalFinding, value: float) -> str:
    if found.form == "quantiles":
        return precise(value)
    return words().number(value, 1, 100, "%")


def _state(state: str) -> str:
    """Say a state in the words of the policy."""
    return Verdict(FairnessPolicy(), PolicyState(state), ()).words("nl")


def _picture(found: MarginalFinding) -> Markup:
    if found.form == "levels":
        return pictures.levels_panel(found, _panel_title(found))
    ends = pictures.span(found)
    ticks = precise(ends.low), precise(ends.high)
    return pictures.curve_panel(found, _panel_title(found), ticks)


@cache
def _environment() -> Environment:
    """Templates with texts, forms of numbers and pictures."""
    environment = Environment(
        autoescape=True,
        loader=PackageLoader("challenge.synthesis.audit"),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    style = resources.files(__package__) / "templates" / "report.css"
    language = words()
    environment.filters |= {
        "number": language.number,
        "count": language.count,
        "interval": language.interval,
        "precise": precise,
    }
    environment.globals |= {
        "t": texts("nl"),
        "en": texts("en"),
        "words": language,
        "draw": charts,
        "marks": marks,
        "picture": _picture,
        "scatter": pictures.scatter,
        "figure": _figure,
        "state": _state,
        "style": Markup(style.read_text("utf-8")),  # noqa: S704 - our own file
    }
    return environment
