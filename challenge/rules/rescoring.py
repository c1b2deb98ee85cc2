"""Scoring anew from sealed predictions: asked for, and worked out.

Nothing on a board changes before an organiser publishes it, see
`challenge.rules.republishing`.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from challenge.brief import Brief
from challenge.errors import NotFoundError
from challenge.rules.finals import FINAL_SETS
from challenge.rules.hidden import read_predictions
from challenge.rules.scoring import Scoring
from challenge.rules.text import check_text
from challenge.store import Database, Result, Unit
from challenge.store.rescorings import Rescoring as Asked
from challenge.synthesis import Release
from leaderboard import __version__

REASON_LENGTH = 500

log = logging.getLogger(__name__)


class Rescoring:
    """Work out what was asked for; the board keeps what it has.

    Parameters
    ----------
    database : Database
        Holds what was asked, and takes the scorecards.
    release : Release
        Its ``sealed/`` must be readable by this process.
    brief : Brief
        Policy and capacity.
    home : Path
        Where sealed predictions live.
    """

    def __init__(
        self, database: Database, release: Release, brief: Brief, home: Path
    ) -> None:
        self._database, self._release = database, release
        self._sealed = home / "sealed"
        self._scoring = Scoring(release, brief)

    def catch_up(
        self, *, now: Callable[[], datetime], stops: Callable[[], bool] = lambda: False
    ) -> int:
        """Score what is left of the re-score that waits.

        Parameters
        ----------
        now : callable
            Gives the time, aware UTC.
        stops : callable
            Says whether to leave the rest to the next time.

        Returns
        -------
        int
            How many submissions were scored.
        """
        name = self._release.name
        with self._database.read() as unit:
            waiting = [one for one in unit.rescorings.all(name) if not one.done_at]
            if not waiting:
                return 0
            asked = waiting[-1]
            done = {key for key, _ in unit.rescorings.cards(asked.id)}
            left = [r for r in unit.results.all(name) if r.submission_id not in done]
            final = {*unit.finals.all(name, FINAL_SETS[0])}
        for count, result in enumerate(left):
            if stops():
                return count
            self._score(asked, result, has_final=result.submission_id in final)
        with self._database.begin() as unit:
            unit.rescorings.mark(asked.id, done_at=now(), scorer=__version__)
        return len(left)

    def _score(self, asked: Asked, result: Result, *, has_final: bool) -> None:
        key = result.submission_id
        sets = ("board", *(FINAL_SETS if has_final else ()))
        try:
            hidden = read_predictions(self._sealed, key)
        except FileNotFoundError as error:
            # It keeps the score that it has.
            log.error("Submission %s cannot be scored anew: %s", key, error)
            return
        cards = self._scoring.again(result.sources, hidden, sets)
        with self._database.begin() as unit:
            told = {name: card.to_json() for name, card in cards.items()}
            unit.rescorings.keep(asked.id, key, told)


def ask(unit: Unit, release: str, *, by: str, reason: str, now: datetime) -> int:
    """Ask for a re-score by the scorer of today; a worker takes it up.

    Parameters
    ----------
    unit : Unit
        An open writing transaction.
    release : str
        ``slug/version``.
    by : str
        Who asks.
    reason : str
        Why, 1 to 500 characters.
    now : datetime
        Aware UTC.

    Returns
    -------
    int
        Its number; that of the one that waits already, if there is one.

    Raises
    ------
    RequestRefusedError
        If the reason is empty or too long.
    """
    reason = check_text("reason", reason, longest=REASON_LENGTH)
    for other in unit.rescorings.all(release):
        if other.done_at is None:
            return other.id
    number = unit.rescorings.ask(
        release, scorer=__version__, by=by, reason=reason, now=now
    )
    unit.audit.add(
        by, "ask rescore", str(number), now=now, reason=reason, scorer=__version__
    )
    return number


def find(unit: Unit, release: str, number: int) -> Asked:
    """Find a re-score.

    Parameters
    ----------
    unit : Unit
        An open transaction.
    release : str
        ``slug/version``.
    number : int
        Which one.

    Returns
    -------
    challenge.store.rescorings.Rescoring
        As it stands.

    Raises
    ------
    NotFoundError
        If there is none.
    """
    for found in unit.rescorings.all(release):
        if found.id == number:
            return found
    raise NotFoundError("re-score", str(number))
