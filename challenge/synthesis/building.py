"""Building a release: the steps in order, into a folder that appears at once."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Executor, as_completed
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import numpy as np
import pandas as pd

from challenge.synthesis.audit import Audit, audit, gather, write_reports
from challenge.synthesis.documents.packaging import describe
from challenge.synthesis.drafts import Draft, open_draft
from challenge.synthesis.drawing.areas import plan_areas
from challenge.synthesis.drawing.generate import sdv_version
from challenge.synthesis.drawing.outcome import Outcome, calibrated, draw_labels
from challenge.synthesis.drawing.partition import Recipe
from challenge.synthesis.manifest import FileFacts, Manifest, Secrets
from challenge.synthesis.opening import open_release, versions
from challenge.synthesis.parts import Parts
from challenge.synthesis.planning import Plan, read_plan
from challenge.synthesis.release import Release, digest
from challenge.synthesis.secret import Secret, Streams
from challenge.synthesis.sets import PUBLIC_SETS, Partition, partitions
from challenge.synthesis.stored import (
    has_part,
    make_part,
    read_linked,
    read_log_odds,
)
from challenge.synthesis.tables.files import PublicFiles, SealedFiles
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
        told = (draft.parts, draft.secret, plan, outcome, cut, areas)
        audited = _begun(executor, _audit, *told)
        facts, hidden = _write(draft, plan, outcome, cut, areas, tell)
        tell("audit", 0, 1)
        found = audited()
        tell("audit", 1, 1)
        commitment = draft.secret.commitment(plan.source.read_bytes())
        shown, kept = write_reports(draft.folder, found, plan.brief.gate, commitment)
        manifest = _manifest(plan, draft, facts | shown)
        manifest = _describe(draft, plan, manifest, found)
        _seal(draft, plan, outcome, hidden | kept, manifest)
        return _settle(draft, place, manifest)


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


def _write(
    draft: Draft,
    plan: Plan,
    outcome: Outcome,
    cut: Sequence[Partition],
    areas: Mapping[str, pd.DataFrame],
    tell: Progress,
) -> tuple[dict[str, FileFacts], dict[str, FileFacts]]:
    """Draw the labels and write every table, one partition after another."""
    done, total = 0, sum(p.rows for p in cut)
    with (
        PublicFiles(draft.folder / "public", plan.brief, areas) as public,
        SealedFiles(draft.folder / "sealed") as sealed,
    ):
        for partition in cut:
            tell("files", done, total)
            linked = read_linked(draft.parts, partition, plan.brief)
            log_odds = read_log_odds(draft.parts, partition)
            risk = outcome.risk(log_odds, partition.set)
            labels = draw_labels(risk, Streams(draft.secret, partition.name))
            if partition.set in PUBLIC_SETS:
                public.add(linked, labels)
            else:
                sealed.add(linked, labels, risk)
            done += partition.rows
        facts, hidden = public.close(), sealed.close()
    tell("files", total, total)
    return facts, hidden


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
) -> Audit:
    """Hold the rows against what was declared."""
    brief, mechanism = plan.brief, plan.mechanism
    rows = gather(parts, cut, brief, outcome, secret, areas)
    return audit(rows, brief, mechanism, outcome, secret, disclosures=plan.disclosures)


def _seal(
    draft: Draft,
    plan: Plan,
    outcome: Outcome,
    files: Mapping[str, FileFacts],
    manifest: Manifest,
) -> None:
    """Write what is kept until the end of an event."""
    kept = Secrets(
        seed=draft.secret.seed.hex(),
        salt=draft.secret.salt.hex(),
        rehearsal=draft.secret.rehearsal,
        content_sha256=manifest.content_sha256,
        mechanism=plan.source.read_bytes().decode(),
        mechanism_sha256=digest(plan.source),
        mechanism_is_shipped=plan.is_shipped,
        effects=tuple(outcome.effects.tolist()),
        intercept=outcome.intercept,
        files={name: file.sha256 for name, file in files.items()},
    )
    place = draft.folder / "sealed" / "secret.json"
    place.write_text(kept.model_dump_json(indent=2) + "\n", "utf-8")
    place.chmod(0o600)


def _manifest(plan: Plan, draft: Draft, files: dict[str, FileFacts]) -> Manifest:
    """Say what everyone may know."""
    brief = plan.brief
    return Manifest(
        slug=brief.slug,
        version="0",
        created_at=datetime.now(UTC),
        rehearsal=draft.secret.rehearsal,
        seed_commitment=draft.secret.commitment(plan.source.read_bytes()),
        sdv_version=sdv_version(),
        schema_hashes=plan.schema_hashes,
        rows=plan.sets,
        features=brief.feature_names,
        key=brief.keys.child,
        target=brief.target.name,
        cluster=brief.areas.neighbourhood,
        area=brief.areas.municipality,
        attributes=tuple(a.name for a in brief.attributes),
        files=files,
    )


def _describe(draft: Draft, plan: Plan, manifest: Manifest, found: Audit) -> Manifest:
    """Write the documents that go with the tables."""
    documents = describe(
        draft.folder / "public",
        plan.brief,
        manifest,
        organiser=plan.organiser,
        audit=found.public().sentences(plan.brief.gate),
    )
    return manifest.model_copy(update={"files": manifest.files | documents})


def _settle(draft: Draft, place: Path, manifest: Manifest) -> Release:
    """Give the draft the next version and its place; a race is run again."""
    draft.finish()
    while True:
        version = str(max([0, *versions(place)]) + 1)
        facts = manifest.model_copy(update={"version": version})
        text = facts.model_dump_json(indent=2) + "\n"
        (draft.folder / "public" / "manifest.json").write_text(text, "utf-8")
        try:
            draft.folder.rename(place / version)
        except OSError:
            if not (place / version).exists():
                raise
            continue
        return open_release(place / version)
