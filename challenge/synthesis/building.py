"""Building a release: the steps in order, into a folder that appears at once."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Executor, as_completed
from functools import partial
from pathlib import Path

import numpy as np
import pandas as pd

from challenge.synthesis.audit import Audit, audit, gather, write_reports
from challenge.synthesis.drafts import Draft, open_draft
from challenge.synthesis.drawing.areas import plan_areas
from challenge.synthesis.drawing.outcome import Outcome, calibrated, draw_labels
from challenge.synthesis.drawing.partition import Recipe
from challenge.synthesis.manifest import FileFacts
from challenge.synthesis.parts import Parts
from challenge.synthesis.planning import Plan, read_plan
from challenge.synthesis.reference import LARGEST, Reference, train_reference
from challenge.synthesis.release import Release
from challenge.synthesis.secret import Secret, Streams
from challenge.synthesis.sets import PUBLIC_SETS, Partition, partitions
from challenge.synthesis.settling import settle
from challenge.synthesis.stored import (
    has_part,
    make_part,
    read_linked,
    read_log_odds,
)
from challenge.synthesis.tables.files import PublicFiles, SealedFiles
from challenge.synthesis.tables.linking import Linked
from challenge.synthesis.tables.postcodes import area_tables

Progress = Callable[[str, int, int], None]


def build(
    folder: Path,
    releases: Path,
    *,
    seed: int | None = None,
    rows: Mapping[str, int] | None = None,
    mechanism: Path | None = None,
    progress: Progress | None = None,
    executor: Executor | None = None,
    resume: bool = False,
) -> Release:
    """Make a release from a challenge folder.

    The release appears whole or not at all: it is built beside its place and then
    renamed. Given the seed, the same bytes come out on any number of workers, and
    after a kill and `resume`.

    Parameters
    ----------
    folder : Path
        Challenge folder: brief, mechanism and partner schemas.
    releases : Path
        Folder of all releases.
    seed : int, optional
        Makes a rehearsal that anybody can repeat; default: 256 random bits.
    rows : mapping of str to int, optional
        Other sizes than the brief's, for some sets.
    mechanism : Path, optional
        Private mechanism of a real event; default: the one in the folder.
    progress : callable, optional
        Called with stage, steps done and steps in total; rows are steps.
    executor : Executor, optional
        Draws partitions elsewhere, and audits while files are written here; default:
        here, one after another.
    resume : bool
        Go on where a build of the same plan was interrupted, with its secret and, if
        no seed is given, as the rehearsal that it was; otherwise what interrupted
        builds left is cleared away.

    Returns
    -------
    Release
        Not published yet.

    Raises
    ------
    ContentRefusedError
        If the folder has faults, or a hidden set is too small for a real event.
    """
    tell = progress or _silent
    plan = read_plan(folder, rows=rows, mechanism=mechanism)
    place, cut = releases / plan.brief.slug, partitions(plan.sets)
    opened = open_draft(place, plan.identity, seed, resume=resume, make=plan.secret)
    with opened as draft:
        recipe = Recipe.make(plan.brief, plan.mechanism, draft.secret)
        places = plan_areas(plan.brief, cut, draft.secret)
        areas = area_tables(places, plan.brief, draft.secret)
        _draw(draft, recipe, cut, places, areas, executor, tell)
        outcome = _outcome(draft, recipe, cut, tell)
        reference = _reference(draft, plan, outcome, cut, tell)
        told = (draft.parts, draft.secret, plan, outcome, cut, areas, reference)
        audited = _begun(executor, _audit, *told)
        facts, hidden = _write(draft, plan, outcome, cut, areas, reference, tell)
        tell("audit", 0, 1)
        found = audited()
        tell("audit", 1, 1)
        commitment = draft.secret.commitment(plan.source.read_bytes())
        shown, kept = write_reports(draft.folder, found, plan.brief.gate, commitment)
        written = {"public": facts | shown, "sealed": hidden | kept}
        return settle(draft, place, plan, outcome, found, **written)


def _silent(stage: str, done: int, total: int) -> None:
    """Tell nobody."""


def _draw(
    draft: Draft,
    recipe: Recipe,
    cut: Sequence[Partition],
    places: pd.DataFrame,
    areas: Mapping[str, pd.DataFrame],
    executor: Executor | None,
    tell: Progress,
) -> None:
    """Draw every partition that is not there yet."""
    missing = [p for p in cut if not has_part(draft.parts, p, recipe.brief)]
    total = sum(p.rows for p in cut)
    done = total - sum(p.rows for p in missing)
    tell("rows", done, total)
    mine = dict(iter(places.groupby("partition", sort=False)))
    jobs = [(draft.parts, recipe, p, mine[p.name], areas) for p in missing]
    if executor is None:
        for job in jobs:
            done += make_part(*job)
            tell("rows", done, total)
        return
    running = [executor.submit(make_part, *job) for job in jobs]
    try:
        for finished in as_completed(running):
            done += finished.result()
            tell("rows", done, total)
    finally:
        for future in running:
            future.cancel()


def _outcome(
    draft: Draft, recipe: Recipe, cut: Sequence[Partition], tell: Progress
) -> Outcome:
    """Find the intercepts over all households together."""
    tell("outcome", 0, 1)
    parts: dict[bool, list[np.ndarray]] = {True: [], False: []}
    for partition in cut:
        log_odds = read_log_odds(draft.parts, partition)
        parts[partition.set == "external"].append(log_odds)
    inside, outside = np.concatenate(parts[False]), np.concatenate(parts[True])
    outcome = calibrated(recipe.effects, inside, outside, recipe.brief)
    tell("outcome", 1, 1)
    return outcome


def _reference(
    draft: Draft,
    plan: Plan,
    outcome: Outcome,
    cut: Sequence[Partition],
    tell: Progress,
) -> Reference | None:
    """Train the reference model on what teams train on, if the brief names one."""
    if plan.brief.limits.reference is None:
        return None
    tell("reference", 0, 1)
    names = list(plan.brief.feature_names)
    rows = [p for p in cut if p.set == "train"]
    rows = [p for p in rows if p.first + p.rows - rows[0].first <= LARGEST]
    frames = [draft.parts.read(p.name, "flat", names) for p in rows]
    labels = [_drawn(draft, p, outcome)[1] for p in rows]
    trained = train_reference(
        pd.concat(frames, ignore_index=True), np.concatenate(labels), plan.brief
    )
    tell("reference", 1, 1)
    return trained


def _drawn(
    draft: Draft, partition: Partition, outcome: Outcome
) -> tuple[np.ndarray, np.ndarray]:
    """Give the true risk of a partition's households, and their labels."""
    risk = outcome.risk(read_log_odds(draft.parts, partition), partition.set)
    return risk, draw_labels(risk, Streams(draft.secret, partition.name))


def _write(
    draft: Draft,
    plan: Plan,
    outcome: Outcome,
    cut: Sequence[Partition],
    areas: Mapping[str, pd.DataFrame],
    reference: Reference | None,
    tell: Progress,
) -> tuple[dict[str, FileFacts], dict[str, FileFacts]]:
    """Write every table and what is sealed, one partition after another."""
    done, total = 0, sum(p.rows for p in cut)
    with (
        PublicFiles(draft.folder / "public", plan.brief, areas) as public,
        SealedFiles(draft.folder / "sealed") as sealed,
    ):
        for partition in cut:
            tell("files", done, total)
            linked = read_linked(draft.parts, partition, plan.brief)
            risk, labels = _drawn(draft, partition, outcome)
            said = _said(reference, linked) if partition.set != "train" else {}
            if partition.set in PUBLIC_SETS:
                public.add(linked, labels)
                public.add_reference(linked, said)
            else:
                sealed.add(linked, labels, risk)
                sealed.add_reference(partition.set, said)
            done += partition.rows
        facts, hidden = public.close(), sealed.close()
    tell("files", total, total)
    return facts, hidden


def _said(reference: Reference | None, linked: Linked) -> dict[str, np.ndarray]:
    """Say what the reference model says, by source set; nothing without one."""
    return {} if reference is None else reference.predict(linked.flat)


def _begun(
    executor: Executor | None, work: Callable[..., Audit], *told: object
) -> Callable[[], Audit]:
    """Begin work elsewhere if there is an elsewhere, and give what waits for it."""
    if executor is None:
        return partial(work, *told)
    return executor.submit(work, *told).result


def _audit(
    parts: Parts,
    secret: Secret,
    plan: Plan,
    outcome: Outcome,
    cut: Sequence[Partition],
    areas: Mapping[str, pd.DataFrame],
    reference: Reference | None,
) -> Audit:
    """Hold the rows against what was declared."""
    brief, mechanism = plan.brief, plan.mechanism
    rows = gather(parts, cut, brief, outcome, secret, areas)
    return audit(
        rows,
        brief,
        mechanism,
        outcome,
        secret,
        disclosures=plan.disclosures,
        reference=reference,
    )
