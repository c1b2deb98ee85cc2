"""What a worker does beside running submissions: the schedule, the end, re-scores."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from challenge.brief import Brief
from challenge.rules.finals import FinalScoring
from challenge.rules.references import ReferenceScoring
from challenge.rules.rescoring import Rescoring
from challenge.rules.sealed import SealedScoring
from challenge.rules.steps import enacted_phase
from challenge.store import Database
from challenge.synthesis import Release

# Soon enough for who waits for the clock, rare enough to leave the database alone.
LOOK_SECONDS = 1.0

log = logging.getLogger(__name__)


class Finishing:
    """Go on when it is time, score what counts at the end, and score anew when asked.

    Parameters
    ----------
    database : Database
        Of the challenge.
    release : Release
        Its ``sealed/`` must be readable by this process.
    brief : Brief
        Phases and policy.
    home : Path
        Where sealed predictions live.
    """

    def __init__(
        self, database: Database, release: Release, brief: Brief, home: Path
    ) -> None:
        self._database, self._release, self._brief = database, release, brief
        sealed = SealedScoring(database, release, brief, home)
        self._references = ReferenceScoring(sealed)
        self._finals, self._rescoring = FinalScoring(sealed), Rescoring(sealed)
        self._failing: dict[str, type[Exception]] = {}

    def run(self, ended: threading.Event) -> None:
        """Look again and again until the worker ends.

        Parameters
        ----------
        ended : Event
            Set when it does.
        """
        while not ended.wait(LOOK_SECONDS):
            for step in (
                self._advance,
                self._score_references,
                self._score_finals,
                self._score_anew,
            ):
                self._try(step, ended)

    def _try(
        self, step: Callable[[threading.Event], None], ended: threading.Event
    ) -> None:
        name = step.__name__
        try:
            step(ended)
        except Exception as error:
            # Whatever it was, runs go on, and the next look tries it again.
            if self._failing.get(name) is not type(error):
                log.exception("This is tried every second: %s", name)
            self._failing[name] = type(error)
        else:
            if self._failing.pop(name, None):
                log.info("This goes well again: %s", name)

    def _advance(self, ended: threading.Event) -> None:
        enacted_phase(self._database, self._brief, self._release.name, _now())

    def _score_references(self, ended: threading.Event) -> None:
        self._references.catch_up(now=_now)

    def _score_finals(self, ended: threading.Event) -> None:
        self._finals.catch_up(now=_now, stops=ended.is_set)

    def _score_anew(self, ended: threading.Event) -> None:
        self._rescoring.catch_up(now=_now, stops=ended.is_set)


def _now() -> datetime:
    return datetime.now(UTC)
