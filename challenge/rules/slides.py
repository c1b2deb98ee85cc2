"""The PDF of a pitch: checked while it is read, kept whole or not at all."""

from __future__ import annotations

import hashlib
import os
import secrets
from pathlib import Path
from typing import BinaryIO

from challenge.errors import RequestRefusedError, RequestTooLargeError

PDF_LIMIT_MIB = 20
_PDF_STARTS = b"%PDF-"
_PIECE = 1 << 20


def keep_pdf(shelf: Path, file: BinaryIO) -> tuple[str, int]:
    """Put a PDF on the shelf, whole or not at all.

    Parameters
    ----------
    shelf : Path
        Folder of PDFs.
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
    shelf.mkdir(parents=True, exist_ok=True)
    part = shelf / f"{secrets.token_hex(8)}.part"
    digest, size = hashlib.sha256(), 0
    try:
        with part.open("wb") as written:
            while piece := file.read(_PIECE):
                if not size and not piece.startswith(_PDF_STARTS):
                    raise _no_pdf()
                size += len(piece)
                if size > PDF_LIMIT_MIB << 20:
                    raise RequestTooLargeError(limit_kib=PDF_LIMIT_MIB << 10)
                digest.update(piece)
                written.write(piece)
            if not size:
                raise _no_pdf()
            written.flush()
            os.fsync(written.fileno())
        part.replace(pdf_path(shelf, digest.hexdigest()))
    finally:
        part.unlink(missing_ok=True)
    return digest.hexdigest(), size


def pdf_path(shelf: Path, sha256: str) -> Path:
    """Tell where a PDF stands.

    Parameters
    ----------
    shelf : Path
        Folder of PDFs.
    sha256 : str
        Of its content.

    Returns
    -------
    Path
        ``<shelf>/<sha256>.pdf``.
    """
    return shelf / f"{sha256}.pdf"


def _no_pdf() -> RequestRefusedError:
    return RequestRefusedError(
        "pdf", "it is no PDF.", hint="Save your slides as PDF and send that file."
    )
