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

PUBLIC, SEALED = "public/report", "sealed/audit"
"""Where the reports of a release are, without what their names end with."""

_MARK = 12  # digits of the commitment that tell builds apart


def write_reports(
    folder: Path, audit: Audit, gate: Gate, commitment: str
) -> tuple[dict[str, FileFacts], dict[str, FileFacts]]:
    """Write the report that everyone may read, and the one that is sealed.

    Parameters
    ----------
    folder : Path
        A draft, with ``public/`` and ``sealed/``.
    audit : Audit
        Exact.
    gate : Gate
        Thresholds of the brief.
    commitment : str
        Of the build's secret, as the manifest holds it.

    Returns
    -------
    public : dict of str to FileFacts
        ``report.html`` and ``report.json``: rounded, without the mechanism.
    sealed : dict of str to FileFacts
        ``audit.html`` and ``audit.json``, for their owner's eyes alone.
    """
    breaches, mark = audit.breaches(gate), commitment[:_MARK]

    def write(name: str, shown: Audit) -> dict[str, FileFacts]:
        page, figures = folder / f"{name}.html", folder / f"{name}.json"
        text = report_page(shown, gate, breaches, mark=mark, json=figures.name)
        page.write_text(text, "utf-8")
        figures.write_text(shown.model_dump_json(indent=2) + "\n", "utf-8")
        return {place.name: _facts(place) for place in (page, figures)}

    public, sealed = write(PUBLIC, audit.public()), write(SEALED, audit)
    for name in sealed:
        (folder / "sealed" / name).chmod(0o600)
    return public, sealed


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
    for name in (SEALED, PUBLIC):
        place = release.path / f"{name}.json"
        try:
            text = place.read_text("utf-8")
        except (FileNotFoundError, PermissionError):
            continue
        try:
            return Audit.model_validate_json(text), place.with_suffix(".html")
        except ValidationError as error:
            raise ReleaseMissingError(f"readable audit of {release.name}") from error
    raise ReleaseMissingError(f"audit of {release.name}")


def _facts(place: Path) -> FileFacts:
    return FileFacts(sha256=digest(place), bytes=place.stat().st_size)
