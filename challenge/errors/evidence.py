"""Refusals about evidence: what leaves the house, and the table of who did what."""

from __future__ import annotations

from challenge.errors.root import ChallengeError


class ExportRefusedError(ChallengeError, PermissionError):
    """The folder of an auditor is not written.

    Parameters
    ----------
    problem : str
        Why not, as a full sentence.
    hint : str
        What to do.
    """

    slug, status = "export-refused", 409

    def __init__(self, problem: str, *, hint: str) -> None:
        super().__init__(f"Nothing is exported. {problem}", hint=hint)


class AuditAlteredError(ChallengeError, ValueError):
    """The audit table is not what was written.

    Parameters
    ----------
    problem : str
        What does not fit, as a full sentence.
    restored : str
        What a restore would explain, as full sentences; empty: there was none.
    """

    slug, status = "audit-altered", 409

    def __init__(self, problem: str, restored: str = "") -> None:
        outside = "Somebody changed the audit table outside the service."
        super().__init__(
            f"{problem} {restored}" if restored else f"{outside} {problem}",
            hint="Keep this database as it is, and compare it with a backup.",
        )
