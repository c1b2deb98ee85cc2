"""What the models of every team run on, to be read and to be installed."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter
from fastapi.responses import PlainTextResponse

from challenge.sandbox.runtime import runtime_packages

router = APIRouter(prefix="/api", tags=["challenge"])


@router.get("/runtime")
def runtime() -> dict[str, Any]:
    """List Python's version and every package that a model may import here."""
    found = runtime_packages()
    return {"python": found.python, "packages": dict(found.packages)}


@router.get("/runtime.txt", response_class=PlainTextResponse)
def requirements() -> str:
    """Give the same as a file for `pip install -r`."""
    return runtime_packages().as_requirements()
