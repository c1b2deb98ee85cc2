"""Pages for everybody: the challenge, and what the API takes."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response

from challenge.web.access import Here, Visitor
from challenge.web.pages import page

router = APIRouter(include_in_schema=False)


@router.get("/challenge")
def challenge(request: Request, here: Here, reader: Visitor) -> Response:
    """Show question, evidence, rules and data."""
    return page(
        request,
        "challenge.html",
        reader=reader,
        brief=here.brief,
        limits=here.settings.limits,
        upload_limit_mib=here.settings.upload_limit_mib,
    )


@router.get("/api/docs")
def api_docs(request: Request, reader: Visitor) -> Response:
    """List the API from its own description, without a script."""
    schema = request.app.openapi()
    return page(request, "api.html", reader=reader, schema=schema)
