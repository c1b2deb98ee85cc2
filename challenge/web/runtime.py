"""What the models of every team run on, to be read and to be installed."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter
from fastapi.responses import PlainTextResponse

from challenge.sandbox.runtime import runtime_packages

_HOW = "# To have the same: pip install --no-deps -r THIS-FILE"

router = APIRouter(prefix="/api", tags=["challenge"])


@router.get("/runtime")
def runtime() -> dict[str, Any]:
    """List Python's version and every package that a model may import here."""
    found = runtime_packages()
    return {"python": found.python, "packages": dict(found.packages)}


@router.get("/runtime.txt", response_class=PlainTextResponse)
def requirements() -> str:
    """Give the same as a file for `pip install --no-deps -r`.

    It is complete: what its packages ask for besides, the server runs without.
    """
    return f"{_HOW}\n{runtime_packages().as_requirements()}"
