"""The end of a build: what is kept, what everyone may know, and its place."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

from challenge.synthesis.audit import Audit
from challenge.synthesis.documents.packaging import describe
from challenge.synthesis.drafts import Draft
from challenge.synthesis.drawing.generate import sdv_version
from challenge.synthesis.drawing.outcome import Outcome
from challenge.synthesis.manifest import FileFacts, Manifest, Secrets
from challenge.synthesis.opening import open_release, versions
from challenge.synthesis.planning import Plan
from challenge.synthesis.release import Release, digest


def settle(
    draft: Draft,
    place: Path,
    plan: Plan,
    outcome: Outcome,
    found: Audit,
    *,
    public: dict[str, FileFacts],
    sealed: Mapping[str, FileFacts],
) -> Release:
    """Make a release of a draft that has its tables and reports.

    Parameters
    ----------
    draft : Draft
        Held by this process.
    place : Path
        Folder of the challenge's releases.
    plan : Plan
        What was built.
    outcome : Outcome
        The truth of this build.
    found : Audit
        What was found in it.
    public, sealed : mapping of str to FileFacts
        What was written under ``public/`` and ``sealed/``, by path.

    Returns
    -------
    Release
        The next version, not published yet.
    """
    manifest = _manifest(plan, draft, public)
    manifest = _describe(draft, plan, manifest, found)
    _seal(draft, plan, outcome, sealed, manifest)
    return _settle(draft, place, manifest)


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
