"""Scoring anew from sealed predictions: asked for, and worked out.

Nothing on a board changes before an organiser publishes it, see
`challenge.rules.republishing`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime

from challenge.errors import NotFoundError
from challenge.rules.sealed import FINAL_SETS, TRANSPORT, SealedScoring
from challenge.rules.text import check_text
from challenge.store import Unit
from challenge.store.rescorings import Rescoring as Asked
from leaderboard import __version__

REASON_LENGTH = 500


class Rescoring:
    """Work out what was asked for; the board keeps what it has.

    Parameters
    ----------
    sealed : SealedScoring
        Scores, and says where scores go.
    """

    def __init__(self, sealed: SealedScoring) -> None:
        self._sealed, self._database = sealed, sealed.database

    def catch_up(
        self, *, now: Callable[[], datetime], stops: Callable[[], bool] = lambda: False
    ) -> int:
        """Score what is left of the re-score that waits.

        Several may be at it: whoever comes second changes nothing.

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
        name = self._sealed.release.name
        with self._database.read() as unit:
            waiting = [one for one in unit.rescorings.all(name) if not one.done_at]
            if not waiting:
                return 0
            number = waiting[-1].id
            sources = {r.submission_id: r.sources for r in unit.results.all(name)}
            final = {*unit.finals.all(name, FINAL_SETS[0])}

        def score(key: str) -> bool:
            at_the_end = (*FINAL_SETS, TRANSPORT) if key in final else ()
            return self._score(number, key, sources[key], ("board", *at_the_end))

        count, is_all = self._sealed.work(sources, score, stops=stops)
        if is_all:
            with self._database.begin() as unit:
                if find(unit, name, number).done_at is None:
                    scorer = self._sealed.scorer
                    unit.rescorings.mark(number, done_at=now(), scorer=scorer)
        return count

    def _score(self, number: int, key: str, source: str, sets: Iterable[str]) -> bool:
        with self._database.read() as unit:
            # Another may have been first; that costs seconds, and no score.
            if not self._waits(unit, number, key):
                return False
        cards = self._sealed.cards(key, source, sets)
        with self._database.begin() as unit:
            # Also meanwhile: once it is published, what is kept are the old cards.
            if waits := self._waits(unit, number, key):
                unit.rescorings.keep(number, key, cards)
        return waits

    def _waits(self, unit: Unit, number: int, key: str) -> bool:
        asked = find(unit, self._sealed.release.name, number)
        return asked.done_at is None and not unit.rescorings.has(number, key)


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
