"""The reports of a release: one that everyone may read, one that is sealed."""

from __future__ import annotations

from pathlib import Path

from pydantic import ValidationError

from challenge.brief.sections import Gate
from challenge.errors import ReleaseMissingError
from challenge.synthesis.audit.page import report_page
from challenge.synthesis.audit.record import Audit
from challenge.synthesis.manifest import FileFacts
from challenge.synthesis.release import Release, digest

PUBLIC = "report"
SEALED = "audit"

_MARK = 12  # digits of the commitment that tell builds apart


def write_public(
    folder: Path, audit: Audit, gate: Gate, commitment: str
) -> dict[str, FileFacts]:
    """Write the report that everyone may read: rounded, without the mechanism.

    Parameters
    ----------
    folder : Path
        ``public/`` of a draft.
    audit : Audit
        Exact.
    gate : Gate
        Thresholds of the brief.
    commitment : str
        Of the build's secret, as the manifest holds it.

    Returns
    -------
    dict of str to FileFacts
        ``report.html`` and ``report.json``.
    """
    return _write(folder, PUBLIC, audit.public(), gate, audit, commitment)


def write_sealed(
    folder: Path, audit: Audit, gate: Gate, commitment: str
) -> dict[str, FileFacts]:
    """Write the report that only organiser and auditor may read.

    Parameters
    ----------
    folder : Path
        ``sealed/`` of a draft.
    audit : Audit
        Exact.
    gate : Gate
        Thresholds of the brief.
    commitment : str
        Of the build's secret, as the manifest holds it.

    Returns
    -------
    dict of str to FileFacts
        ``audit.html`` and ``audit.json``, for their owner's eyes alone.
    """
    facts = _write(folder, SEALED, audit, gate, audit, commitment)
    for name in facts:
        (folder / name).chmod(0o600)
    return facts


def read_audit(release: Release) -> tuple[Audit, Path]:
    """Read the audit of a release: the sealed one, or what everyone may know.

    Parameters
    ----------
    release : Release
        Built with an audit.

    Returns
    -------
    audit : Audit
        Exact where ``sealed/`` is readable here.
    page : Path
        The report of the same figures as HTML.

    Raises
    ------
    ReleaseMissingError
        If it was built without one, or what is there is none.
    """
    for folder, name in (("sealed", SEALED), ("public", PUBLIC)):
        place = release.path / folder / f"{name}.json"
        try:
            text = place.read_text("utf-8")
        except (FileNotFoundError, PermissionError):
            continue
        try:
            return Audit.model_validate_json(text), place.with_suffix(".html")
        except ValidationError as error:
            raise ReleaseMissingError(f"readable audit of {release.name}") from error
    raise ReleaseMissingError(f"audit of {release.name}")


def _write(
    folder: Path, name: str, shown: Audit, gate: Gate, exact: Audit, commitment: str
) -> dict[str, FileFacts]:
    page = report_page(
        shown,
        gate,
        exact.breaches(gate),
        mark=commitment[:_MARK],
        json=f"{name}.json",
    )
    written = {
        f"{name}.html": page,
        f"{name}.json": shown.model_dump_json(indent=2) + "\n",
    }
    facts = {}
    for file, text in written.items():
        place = folder / file
        place.write_text(text, "utf-8")
        facts[file] = FileFacts(sha256=digest(place), bytes=place.stat().st_size)
    return facts
