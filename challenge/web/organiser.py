"""What the organiser alone may see: MLflow's own pages."""

from __future__ import annotations

from functools import cached_property
from typing import Any

from fastapi import Request
from fastapi.concurrency import run_in_threadpool
from starlette.types import Receive, Scope, Send

from challenge.errors import NotFoundError
from challenge.rules.tokens import check_scope
from challenge.tracking import Tracker
from challenge.web.access import admit_to, identify
from challenge.web.origins import check_origin


class GuardedUi:
    """MLflow's pages behind our own log-in; made at the first visit.

    Parameters
    ----------
    tracker : Tracker
        Whose runs are shown.
    """

    def __init__(self, tracker: Tracker) -> None:
        self._tracker = tracker

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass an organiser on to MLflow, and nobody else."""
        if scope["type"] != "http":
            raise NotFoundError("page", scope["path"])
        request = Request(scope)
        person = await run_in_threadpool(identify, request)
        check_origin(request)
        if narrow := getattr(request.state, "scope", ""):
            check_scope(narrow, request.method, "/mlflow")
        admit_to("*", "/mlflow", person)
        ui = await run_in_threadpool(lambda: self._ui)
        await ui(scope, receive, send)

    @cached_property
    def _ui(self) -> Any:
        return self._tracker.ui()
