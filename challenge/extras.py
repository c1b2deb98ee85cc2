"""Which extra brings a library that the base install leaves out."""

from __future__ import annotations

import json
from types import TracebackType

from challenge.errors import ExtraMissingError

DISTRIBUTION = "kansrijk"

# By module, as it is imported; what several extras bring follows from who asks.
LIBRARIES = {
    **dict.fromkeys(("rdt", "sdmetrics", "sdv", "threadpoolctl"), "synthesis"),
    **dict.fromkeys(("alembic", "argon2", "babel", "fastapi", "jinja2_fragments"), ""),
    **dict.fromkeys(("packaging", "python_multipart", "segno", "sqlalchemy"), ""),
    **dict.fromkeys(("starlette", "uvicorn"), ""),
    **dict.fromkeys(("cloudpickle", "lightgbm", "mlflow", "skops", "sklearn"), ""),
    **dict.fromkeys(("dask", "distributed"), "scale"),
    **dict.fromkeys(("ipykernel", "matplotlib", "nbformat"), "notebooks"),
    **dict.fromkeys(("aiohttp", "botocore", "s3fs"), "objects"),
    **dict.fromkeys(("limits", "prometheus_client", "psycopg", "structlog"), "service"),
    **dict.fromkeys(("cryptography", "upath", "zxcvbn"), "service"),
    "fairlearn": "baselines",
    "numba": "fast",
}
"""Module to the extra that alone brings it; empty: it depends on what is asked."""

# Parts of ours that work with one extra; everything else is the service.
_PARTS = {
    "synthesis": "synthesis",
    "bundling": "team",
    "kit": "team",
    "practice": "team",
    "team": "team",
}


def missing_extra(error: ModuleNotFoundError) -> ExtraMissingError | None:
    """Say which extra brings what could not be imported.

    Parameters
    ----------
    error : ModuleNotFoundError
        As it was raised.

    Returns
    -------
    ExtraMissingError or None
        None for a module that no extra of ours brings: a fault.
    """
    library = (error.name or "").partition(".")[0]
    if library not in LIBRARIES:
        return None
    extra = LIBRARIES[library] or _asked_by(error.__traceback__)
    return ExtraMissingError(library, extra, source=_installed_from())


def _asked_by(trace: TracebackType | None) -> str:
    """Find the extra of the part of ours that wanted it, the innermost first."""
    parts: list[str] = []
    while trace is not None:
        package, _, rest = str(trace.tb_frame.f_globals["__name__"]).partition(".")
        if package == "challenge":
            parts.append(rest.partition(".")[0])
        trace = trace.tb_next
    known = (_PARTS[part] for part in reversed(parts) if part in _PARTS)
    return next(known, "service")


def _installed_from() -> str:
    """Read where pip got us from, as it takes it; empty if it does not say."""
    # Here: it costs every command a tenth of its start, and few ever need it.
    import importlib.metadata

    try:
        told = importlib.metadata.distribution(DISTRIBUTION).read_text(
            "direct_url.json"
        )
    except importlib.metadata.PackageNotFoundError:
        return ""
    return str(json.loads(told).get("url", "")) if told else ""
