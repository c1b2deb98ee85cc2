"""Small things that tests make again and again."""

from __future__ import annotations

import io
import zipfile
from datetime import UTC, datetime
from pathlib import Path

ROOT = Path(__file__).parents[1]
QUICKSTART = ROOT / "datasets" / "quickstart"
NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)


def small_bundle(title: str = "Small") -> bytes:
    """Make the smallest zip that passes inspection; its model does not exist."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr(
            zipfile.ZipInfo("MLmodel"),
            "flavors:\n  python_function:\n    loader_module: model\n",
        )
        archive.writestr(zipfile.ZipInfo("CARD.md"), f"---\ntitle: {title}\n---\n")
    return buffer.getvalue()


def pyfunc_bundle(code: str) -> bytes:
    """Make a bundle of the `python_function` flavour around some source code."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr(
            "MLmodel",
            "flavors:\n  python_function:\n    loader_module: model\n    code: code\n",
        )
        archive.writestr("code/model.py", code)
    return buffer.getvalue()
