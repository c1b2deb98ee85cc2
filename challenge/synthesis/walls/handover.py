"""From real rows to a folder that may leave: learn, draw, check, write or refuse.

::

    <table>.parquet  <table>.csv   synthetic rows
    <table>.yaml                   the schema with learned figures in it
    report.html  report.json       the disclosure report
    manifest.json                  what was done, and who took which risk

The folder appears whole or not at all. When a check fails and nobody takes the risk,
it holds the report and nothing else. Nothing in it is code: no pickle, no model.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pandas as pd

from challenge.brief.unfinished import unfinished_lines
from challenge.errors import AcceptanceRefusedError, ContentRefusedError
from challenge.schema import PartnerSchema, read_partner
from challenge.synthesis.disclosure import (
    RISKS,
    Disclosure,
    Halves,
    disclosure,
    without_small_cells,
)
from challenge.synthesis.secret import Secret
from challenge.synthesis.walls.fidelity import fidelity
from challenge.synthesis.walls.fitting import Draw, finished, way_of
from challenge.synthesis.walls.learned import Learned, learn
from challenge.synthesis.walls.records import Acceptance, Handover, Order, Report
from challenge.synthesis.walls.rows import derived, learnable, read_rows
from challenge.synthesis.walls.writing import require_room, write_folder
from leaderboard.disclosure.suppression import round_count

HELD_OUT = 5_000
"""Most rows that are kept from learning to check with: half of a small table."""


def synthesize(
    order: Order,
    *,
    draw: Draw | None = None,
    progress: Callable[[str], None] | None = None,
) -> Handover:
    """Make synthetic rows from real ones, and hand them over if they tell too little.

    Parameters
    ----------
    order : Order
        What a partner asks for.
    draw : callable, optional
        Another way of synthesizing than the method's.
    progress : callable, optional
        Called with the name of each step.

    Returns
    -------
    Handover
        The manifest of the folder, which is complete now.

    Raises
    ------
    AcceptanceRefusedError
        If an unknown risk is accepted, or nobody's name stands by it.
    FolderTakenError
        If something else than an earlier report stands in the folder.
    WritingFailedError
        If the folder cannot be made.
    SynthesizerMissingError
        If the method's library is not installed.
    ContentRefusedError
        If the schema has faults, or is a draft that nobody finished.
    RowsRefusedError
        If the rows differ from the schema.
    DisclosureRefusedError
        If a check fails and nobody takes the risk; the report is written then.
    """
    tell = progress or (lambda step: None)
    _check(order)
    draw = draw or way_of(order.method)
    tell("read")
    schema = _finished_schema(order.schema)
    real = read_rows(order.source, schema)
    secret = Secret.make(order.seed)
    training, holdout = _halves(real, secret)
    tell("learn")
    learned = learn(training, schema)
    tell("draw")
    rows = order.rows or round_count(len(real))
    drawn = finished(draw(learned, training, rows, secret), learned, secret)
    shown = without_small_cells(drawn, _described(learned, drawn))
    tell("check")
    checks = _checks(learned, shown, (training, holdout), secret)
    report = Report(
        table=schema.name,
        title=schema.title,
        partner=schema.partner,
        method=order.method,
        created_at=datetime.now(UTC).replace(microsecond=0),
        learned_rows=round_count(len(training)),
        held_out_rows=round_count(len(holdout)),
        rows=len(shown),
        blanked=_blanked(drawn, shown),
        left_out=_left_out(schema),
        empty=learned.empty,
        disclosure=checks,
        fidelity=fidelity(learned, shown),
    )
    report = report.model_copy(update={"accepted": _accepted(order, report)})
    tell("write")
    return write_folder(order, learned.schema, shown, report)


def _halves(real: pd.DataFrame, secret: Secret) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Split rows at random: those to learn from, and those to check with."""
    shuffled = secret.generator("halves").permutation(len(real))
    held_out = min(len(real) // 2, HELD_OUT)
    return real.iloc[shuffled[held_out:]], real.iloc[shuffled[:held_out]]


def _check(order: Order) -> None:
    """Refuse what can be refused before any row is read."""
    strange = [risk for risk in order.accepted if risk not in RISKS]
    if strange:
        reason = f"There is no risk {', '.join(strange)}."
        raise AcceptanceRefusedError(reason, risks=RISKS)
    if order.accepted and not order.by.strip():
        raise AcceptanceRefusedError("A risk is taken by a named person.", risks=RISKS)
    require_room(order.out)


def _finished_schema(path: Path) -> PartnerSchema:
    """Read a schema; what is still to be written would be lost in the one written."""
    schema = read_partner(path)
    still_open = unfinished_lines([path], root=path.parent)
    if still_open:
        raise ContentRefusedError(still_open)
    return schema


def _described(learned: Learned, rows: pd.DataFrame) -> tuple[str, ...]:
    """List the columns of levels that describe people."""
    marginals = learned.declaration.marginals
    made = {column.name for column in derived(learned.schema)}
    return tuple(
        column.name
        for column in learned.schema.columns
        if column.use == "audit"
        and column.name in rows
        and (
            column.name in made
            or bool(getattr(marginals.get(column.name), "levels", ()))
        )
    )


def _checks(
    learned: Learned,
    rows: pd.DataFrame,
    real: tuple[pd.DataFrame, pd.DataFrame],
    secret: Secret,
) -> Disclosure:
    """Compare the synthetic rows with both halves of the real ones."""
    names = [str(name) for name in real[0] if name in rows]
    decimals = {
        name: int(getattr(marginal, "decimals", 0))
        for name, marginal in learned.declaration.marginals.items()
        if name in names and rows[name].dtype == np.float64
    }
    # As the synthetic ones: a copy is a copy in the decimals that are shown.
    training, holdout = (half[names].round(decimals) for half in real)
    return disclosure(
        Halves(rows[names], training, holdout),
        sensitive=[c.name for c in learned.schema.columns if c.sensitive],
        described=_described(learned, rows),
        generator=secret.generator("checks"),
    )


def _blanked(drawn: pd.DataFrame, shown: pd.DataFrame) -> dict[str, int]:
    """Count the values that small cells cost, by column."""
    gone = (drawn.notna() & shown.isna()).sum()
    return {str(name): int(count) for name, count in gone.items() if count}


def _left_out(schema: PartnerSchema) -> tuple[str, ...]:
    """List the columns that never leave: texts that could hold anything."""
    kept = {column.name for column in (*learnable(schema), *derived(schema))}
    return tuple(
        column.name
        for column in schema.columns
        if column.use != "link" and column.name not in kept
    )


def _accepted(order: Order, report: Report) -> tuple[Acceptance, ...]:
    """Record who takes which risk; a check that passed leaves none to take."""
    return tuple(
        Acceptance(
            risk=found.risk,
            value=found.value,
            limit=found.limit,
            by=order.by.strip(),
            at=report.created_at,
        )
        for found in report.disclosure.findings
        if not found.passed and found.risk in order.accepted
    )
