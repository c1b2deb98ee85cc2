"""The verdict as a document: what everybody may read once all is closed."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from challenge.store.verdicts import Decision
from challenge.synthesis.notices import FORBIDDEN_USE, NOTICE
from challenge.web.access import Deployment
from challenge.web.pages import LANGUAGES


def public_document(here: Deployment, versions: list[Decision]) -> dict[str, Any]:
    """Write the verdict as everybody may read it once all is closed.

    Parameters
    ----------
    here : Deployment
        The challenge.
    versions : list of Decision
        Newest first.

    Returns
    -------
    dict
        Without who wrote it down.
    """
    return {
        "challenge": here.brief.slug,
        "release": here.release.version,
        "rehearsal": here.release.manifest.rehearsal,
        "notice": {slug: NOTICE[slug] for slug in LANGUAGES},
        "forbidden_use": {slug: FORBIDDEN_USE[slug] for slug in LANGUAGES},
        "rubric": [criterion.model_dump() for criterion in here.brief.rubric],
        "method": here.brief.jury.model_dump(),
        "versions": [
            {key: told for key, told in asdict(decision).items() if key != "by"}
            for decision in versions[::-1]
        ],
    }
