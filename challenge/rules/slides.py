"""The PDF of a pitch: checked first, then kept whole or not at all."""

from __future__ import annotations

import hashlib
from typing import BinaryIO

from challenge.errors import RequestRefusedError, RequestTooLargeError
from challenge.rules.shelf import pdf_name
from challenge.shelf import Shelf

PDF_LIMIT_MIB = 20
_PDF_STARTS = b"%PDF-"
_PIECE = 1 << 20


def keep_pdf(shelf: Shelf, file: BinaryIO) -> tuple[str, int]:
    """Put a PDF on the shelf, whole or not at all.

    Parameters
    ----------
    shelf : Shelf
        Keeps PDFs.
    file : binary file
        Seekable, at its start.

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
    sha256, size = _checked(file)
    file.seek(0)
    with shelf.draft(pdf_name(sha256), file) as keep:
        keep()
    return sha256, size


def _checked(file: BinaryIO) -> tuple[str, int]:
    """Read a PDF to its end, unless it is none or too large."""
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
