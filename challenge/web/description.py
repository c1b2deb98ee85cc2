"""What the API says of itself: beside each answer, every refusal that can come.

FastAPI knows of a route what it answers when all goes well. What else can come follows
from what the route takes and from `challenge.web.policy`, so it stands here once.
"""

from __future__ import annotations

from typing import Any

from fastapi import FastAPI

PROBLEM: dict[str, Any] = {
    "title": "Problem",
    "description": "A refusal (RFC 9457); docs/errors.md has every slug.",
    "type": "object",
    "required": ["type", "title", "status", "slug", "detail", "hint", "request_id"],
    "properties": {
        "type": {"type": "string", "pattern": "^urn:kansrijk:error:[a-z0-9-]+$"},
        "title": {"type": "string"},
        "status": {"type": "integer", "minimum": 400, "maximum": 599},
        "slug": {"type": "string", "pattern": "^[a-z0-9-]+$"},
        "detail": {"type": "string", "description": "What happened, to which thing."},
        "hint": {"type": "string", "description": "What to do next."},
        "request_id": {
            "type": "string",
            "description": "To quote to the organiser; as in the header X-Request-ID.",
        },
        "submission": {
            "type": "string",
            "description": "Of a bundle that was refused: its id.",
        },
    },
    "additionalProperties": False,
}
MEANINGS = {
    400: "The request is no form or JSON, or ended halfway.",
    401: "No token where one is needed, or one that nobody has.",
    403: "This role or token may not, or another site asks in somebody's name.",
    404: "Nothing of that name for this reader.",
    408: "The request came in too slowly.",
    409: "Not in this phase, or something is to be done before.",
    413: "More than this route reads.",
    415: "A body that is compressed.",
    422: "A field or the bundle is refused; `detail` says which and why.",
    429: "Too many requests, attempts or uploads; `Retry-After` may say for how long.",
    503: "It cannot be kept or run now.",
}
# What every operation can answer: whoever asks is recognised first.
ALWAYS = (401, 403, 429, 503)
WITH_A_BODY = (400, 408, 413, 415, 422)
# Operations that have to do with phases, with what was done before, or with things
# that some readers do not have.
ALSO = {
    "GET /api/board": (404,),
    "GET /api/releases/{version}/files/{name}": (409,),
    "POST /api/phase": (409,),
    "POST /api/pitches": (409,),
    "POST /api/submissions": (409,),
    "PUT /api/ballots/{team_name}": (409,),
    "PUT /api/phase/{name}": (409,),
    "PUT /api/submissions/{submission_id}/final": (409,),
    "DELETE /api/submissions/{submission_id}/final": (409,),
}
# FastAPI's own, which `challenge.web.problems` never sends.
NEVER = ("HTTPValidationError", "ValidationError")


class SelfDescribing(FastAPI):
    """An application whose OpenAPI document says every status that it answers."""

    def openapi(self) -> dict[str, Any]:
        """Write the document once.

        Returns
        -------
        dict
            OpenAPI 3.1.
        """
        if self.openapi_schema is None:
            complete(super().openapi())
        return super().openapi()


def complete(document: dict[str, Any]) -> None:
    """Add to an OpenAPI document what its operations refuse, and how that looks.

    Parameters
    ----------
    document : dict
        As FastAPI writes it; changed.
    """
    schemas = document.setdefault("components", {}).setdefault("schemas", {})
    for name in NEVER:
        schemas.pop(name, None)
    schemas["Problem"] = PROBLEM
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            for status in refusals(f"{method.upper()} {path}", operation):
                operation["responses"][str(status)] = _refusal(status)


def refusals(name: str, operation: dict[str, Any]) -> list[int]:
    """List with which statuses an operation can say no.

    Parameters
    ----------
    name : str
        Such as ``"POST /api/pitches"``.
    operation : dict
        Of the OpenAPI document.

    Returns
    -------
    list of int
        In order.
    """
    places = {parameter["in"] for parameter in operation.get("parameters", ())}
    found = {*ALWAYS, *ALSO.get(name, ())}
    if "requestBody" in operation:
        found.update(WITH_A_BODY)
    if places:
        found.add(422)
    if "path" in places:
        found.add(404)
    return sorted(found)


def _refusal(status: int) -> dict[str, Any]:
    problem = {"schema": {"$ref": "#/components/schemas/Problem"}}
    return {
        "description": MEANINGS[status],
        "content": {"application/problem+json": problem},
    }
