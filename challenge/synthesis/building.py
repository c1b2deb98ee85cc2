"""Building a release: the steps in order, into a folder that appears at once."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from pydantic import ValidationError

from challenge.brief import Brief, read_brief, set_sizes
from challenge.brief.mechanism import Mechanism, read_mechanism
from challenge.brief.sections import Sets
from challenge.errors import ContentRefusedError, Fault
from challenge.schema import Document, faults_of
from challenge.synthesis.declare import declare, seed_scores
from challenge.synthesis.files import Edition, write_public, write_sealed
from challenge.synthesis.generate import sample, sdv_version
from challenge.synthesis.link import pool_size, populate
from challenge.synthesis.manifest import FileFacts, Manifest, Secrets
from challenge.synthesis.outcome import draw_outcome
from challenge.synthesis.release import Release, digest, open_release, versions
from challenge.synthesis.secret import Secret

Progress = Callable[[str, int, int], None]


@dataclass(frozen=True, slots=True)
class Plan:
    """What is to be built, checked and complete.

    Attributes
    ----------
    folder : Path
        Challenge folder.
    brief : Brief
        Free of faults.
    sets : dict of str to int
        Rows of each set.
    mechanism : Mechanism
        As declared.
    source : Path
        File of the mechanism.
    secret : Secret
        Seed and salt.
    """

    folder: Path
    brief: Brief
    sets: dict[str, int]
    mechanism: Mechanism
    source: Path
    secret: Secret

    @property
    def is_shipped(self) -> bool:
        """Whether the mechanism is the one that everybody can read."""
        shipped = self.folder / "mechanism.toml"
        return shipped.is_file() and digest(shipped) == digest(self.source)


def build(
    folder: Path,
    releases: Path,
    *,
    seed: int | None = None,
    rows: Mapping[str, int] | None = None,
    mechanism: Path | None = None,
    progress: Progress | None = None,
) -> Release:
    """Make a release from a challenge folder.

    The release appears whole or not at all: it is built beside its place and then
    renamed.

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
        Called with stage, steps done and steps in total.

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
    plan = _plan(folder, seed=seed, rows=rows or {}, mechanism=mechanism)
    edition = _draw(plan, tell)
    place = releases / plan.brief.slug
    place.mkdir(parents=True, exist_ok=True)
    draft = Path(tempfile.mkdtemp(prefix=".building-", dir=place))
    try:
        _write(draft, plan, edition, tell)
        return _settle(draft, place, plan)
    finally:
        shutil.rmtree(draft, ignore_errors=True)


def _silent(stage: str, done: int, total: int) -> None:
    """Tell nobody."""


def _plan(
    folder: Path, *, seed: int | None, rows: Mapping[str, int], mechanism: Path | None
) -> Plan:
    """Read everything that people wrote, or refuse."""
    brief = read_brief(folder)
    source = mechanism or folder / "mechanism.toml"
    sets = brief.sets | dict(rows)
    try:
        Sets.model_validate(sets)
    except ValidationError as error:
        faults = faults_of(Document("rows", sets), error, Sets)
        raise ContentRefusedError(faults) from error
    if seed is None:
        _require_enough(brief, sets)
    declared = read_mechanism(source, brief.levels, root=source.parent)
    return Plan(folder, brief, sets, declared, source, Secret.make(seed))


def _require_enough(brief: Brief, sets: Mapping[str, int]) -> None:
    """Refuse hidden sets that cannot carry a ranking."""
    faults = [
        Fault(
            "brief.toml",
            None,
            f"sets.{size.name}",
            "set-too-small",
            f"{size.clusters} neighbourhoods with {size.positives:.0f} expected"
            " positives cannot carry a ranking.",
            "Give it 40 neighbourhoods and 500 positives, or rehearse with a seed.",
        )
        for size in set_sizes(brief, sets)
        if not size.is_enough
    ]
    if faults:
        raise ContentRefusedError(faults)


def _draw(plan: Plan, tell: Progress) -> Edition:
    """Draw households and labels."""
    total = pool_size(plan.sets)
    tell("rows", 0, total)
    declaration = declare(plan.brief)
    scores = seed_scores(declaration, plan.secret.generator("seed frame"))
    pool = sample(
        declaration, scores, total, progress=lambda done: tell("rows", done, total)
    )
    tell("outcome", 0, 2)
    population = populate(pool, plan.brief, plan.sets, plan.secret)
    tell("outcome", 1, 2)
    outcome = draw_outcome(population, plan.brief, plan.mechanism, plan.secret)
    tell("outcome", 2, 2)
    return Edition(plan.brief, plan.secret, population, outcome)


def _write(draft: Path, plan: Plan, edition: Edition, tell: Progress) -> None:
    """Write every file but the version."""
    total = len(plan.brief.partners) + 4
    draft.chmod(0o755)  # mkdtemp makes it 0700, and teams download from public/
    files = write_public(
        draft / "public", edition, lambda done: tell("files", done, total)
    )
    secrets = Secrets(
        seed=plan.secret.seed.hex(),
        salt=plan.secret.salt.hex(),
        mechanism=plan.source.read_text("utf-8"),
        mechanism_sha256=digest(plan.source),
        mechanism_is_shipped=plan.is_shipped,
        effects=tuple(edition.outcome.effects.tolist()),
        intercept=edition.outcome.intercept,
    )
    write_sealed(draft / "sealed", edition, secrets)
    tell("files", total, total)
    place = draft / "public" / "manifest.json"
    place.write_text(_manifest(plan, files, "0").model_dump_json(indent=2), "utf-8")


def _manifest(plan: Plan, files: dict[str, FileFacts], version: str) -> Manifest:
    """Say what everyone may know."""
    brief = plan.brief
    partners = sorted((plan.folder / "partners").glob("*.yaml"))
    sources = [plan.folder / "brief.toml", *partners]
    return Manifest(
        slug=brief.slug,
        version=version,
        created_at=datetime.now(UTC),
        rehearsal=plan.secret.rehearsal,
        seed_commitment=plan.secret.commitment(plan.source.read_bytes()),
        sdv_version=sdv_version(),
        schema_hashes={
            p.relative_to(plan.folder).as_posix(): digest(p) for p in sources
        },
        rows=plan.sets,
        features=brief.feature_names,
        key=brief.keys.child,
        target=brief.target.name,
        cluster=brief.areas.neighbourhood,
        area=brief.areas.municipality,
        attributes=tuple(a.name for a in brief.attributes),
        files=files,
    )


def _settle(draft: Path, place: Path, plan: Plan) -> Release:
    """Give the draft the next version and its place; a race is run again."""
    manifest = draft / "public" / "manifest.json"
    while True:
        version = str(max([0, *versions(place)]) + 1)
        facts = open_release(draft).manifest.model_copy(update={"version": version})
        manifest.write_text(facts.model_dump_json(indent=2) + "\n", "utf-8")
        try:
            draft.rename(place / version)
        except OSError:
            if not (place / version).exists():
                raise
            continue
        return open_release(place / version)
