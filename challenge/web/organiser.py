"""What the organiser alone may see: MLflow's own pages, and nothing to change there."""

from __future__ import annotations

import re
from functools import cached_property
from typing import Any

from fastapi import Request
from fastapi.concurrency import run_in_threadpool
from starlette.types import Receive, Scope, Send

from challenge.errors import NotFoundError, ReadingOnlyError
from challenge.rules.tokens import SAFE_METHODS, check_scope
from challenge.tracking import Tracker
from challenge.web.access import admit_to, identify
from challenge.web.origins import check_origin

# What MLflow 3.17 asks for with a POST and only reads; its GraphQL has no call that
# writes. A call that a later version adds is refused until it stands here.
_READS = frozenset(
    {
        *("experiments/search", "experiments/search-datasets", "runs/search"),
        *("logged-models/search", "datasets/search", "issues/search"),
        *("traces/search", "traces/batchGetInfos", "traces/metrics"),
        *("traces/calculate-filter-correlation", "artifacts/presigned-download-url"),
        "registered-models/get-latest-versions",
    }
)
_CALL = re.compile(r"/(?:ajax-)?api/[23]\.0/?mlflow/(.+)")


def is_reading(method: str, path: str) -> bool:
    """Tell whether a request to MLflow changes nothing there.

    Results belong to the worker: what an organiser changed in MLflow would stand in no
    audit table, and a backup would keep it as if it had been scored.

    Parameters
    ----------
    method, path : str
        As MLflow gets them.

    Returns
    -------
    bool
        False for all that is not known to read.
    """
    if method in SAFE_METHODS:
        return True
    call = _CALL.fullmatch(path)
    return method == "POST" and (
        path == "/graphql" or (call is not None and call[1] in _READS)
    )


class GuardedUi:
    """MLflow's pages behind our own log-in, to be read; made at the first visit.

    Parameters
    ----------
    tracker : Tracker
        Whose runs are shown.
    """

    def __init__(self, tracker: Tracker) -> None:
        self._tracker = tracker

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass an organiser who reads on to MLflow, and nobody else."""
        if scope["type"] != "http":
            raise NotFoundError("page", scope["path"])
        request = Request(scope)
        person = await run_in_threadpool(identify, request)
        check_origin(request)
        if narrow := getattr(request.state, "scope", ""):
            check_scope(narrow, request.method, "/mlflow")
        admit_to("*", "/mlflow", person)
        if not is_reading(request.method, scope["path"].removeprefix("/mlflow")):
            raise ReadingOnlyError("MLflow")
        ui = await run_in_threadpool(lambda: self._ui)
        await ui(scope, receive, send)

    @cached_property
    def _ui(self) -> Any:
        return self._tracker.ui()
