"""The PDF of a pitch: checked before it is kept, and so many a day."""

from __future__ import annotations

import hashlib
from datetime import datetime
from typing import BinaryIO

from challenge.brief import Brief
from challenge.errors import (
    RequestRefusedError,
    RequestTooLargeError,
    TooManyPdfsError,
)
from challenge.records import Principal
from challenge.rules.competing import check_competes
from challenge.rules.quota import day_around
from challenge.store import Unit

PDF_LIMIT_MIB = 20
PDFS_A_DAY = 20
"""Of one team: none is ever deleted, and each backup has them all."""
ATTACHED = "attach pdf"
"""What the audit table calls it that a PDF was put with a pitch."""
_PDF_STARTS = b"%PDF-"
_PIECE = 1 << 20


def check_slides(unit: Unit, brief: Brief, team: Principal, *, now: datetime) -> None:
    """Stop a team that may put no PDF with its pitch any more today.

    Parameters
    ----------
    unit : Unit
        An open transaction.
    brief : Brief
        Says on which clock a day counts.
    team : Principal
        Who sends one.
    now : datetime
        Aware UTC.

    Raises
    ------
    BarredError, TooManyPdfsError
        If it does not compete any more, or has none left.
    """
    check_competes(unit, team)
    today, _ = day_around(now, brief.event.clock)
    if len(unit.audit.details(ATTACHED, team.name, since=today)) >= PDFS_A_DAY:
        raise TooManyPdfsError(team=team.name, limit=PDFS_A_DAY)


def inspect_pdf(file: BinaryIO) -> tuple[str, int]:
    """Read a PDF to its end, unless it is none or too large.

    Parameters
    ----------
    file : binary file
        At its start.

    Returns
    -------
    (str, int)
        Its sha256, which names it, and its bytes.

    Raises
    ------
    RequestRefusedError
        If it is no PDF.
    RequestTooLargeError
        If it is larger than 20 MiB.
    """
    digest, size = hashlib.sha256(), 0
    while piece := file.read(_PIECE):
        if not size and not piece.startswith(_PDF_STARTS):
            raise _no_pdf()
        size += len(piece)
        if size > PDF_LIMIT_MIB << 20:
            raise RequestTooLargeError(limit_kib=PDF_LIMIT_MIB << 10)
        digest.update(piece)
    if not size:
        raise _no_pdf()
    return digest.hexdigest(), size


def _no_pdf() -> RequestRefusedError:
    return RequestRefusedError(
        "pdf", "it is no PDF.", hint="Save your slides as PDF and send that file."
    )
