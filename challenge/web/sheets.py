"""A sheet as an answer: a file that a spreadsheet opens."""

from __future__ import annotations

from fastapi import Response


def sheet_response(text: str, name: str) -> Response:
    """Answer with a file for a spreadsheet.

    Parameters
    ----------
    text : str
        Of `challenge.rules.sheet.write_sheet`.
    name : str
        Of the file.

    Returns
    -------
    Response
        CSV to be kept.
    """
    return Response(
        text,
        media_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )
