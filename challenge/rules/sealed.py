"""Sealed predictions, scored without running a model: what the end and re-scores share.

One copy of the hidden rows serves both; whoever needs no row of them reads none.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Literal

from challenge.brief import Brief
from challenge.errors import PredictionsLostError
from challenge.rules.hidden import read_predictions
from challenge.rules.scoring import Scoring
from challenge.store import Database
from challenge.synthesis import Release
from leaderboard import __version__

FINAL_SETS: tuple[Literal["final", "external"], ...] = ("final", "external")
TRANSPORT = "transport"
"""Beside them: the same model in each municipality of both."""

log = logging.getLogger(__name__)


class SealedScoring:
    """Score what was predicted before, in one place for all who ask.

    Parameters
    ----------
    database : Database
        Holds what is to be scored, and takes the scores.
    release : Release
        Its ``sealed/`` must be readable by this process.
    brief : Brief
        Policy and capacity.
    home : Path
        Where sealed predictions live.

    Attributes
    ----------
    database, release, brief
        As given.
    scorer : str
        Version of the leaderboard library that scores here.
    """

    scorer = __version__

    def __init__(
        self, database: Database, release: Release, brief: Brief, home: Path
    ) -> None:
        self.database, self.release, self.brief = database, release, brief
        self._sealed = home / "sealed"
        self._scoring = Scoring(release, brief)
        self._told: dict[str, str] = {}

    def cards(self, key: str, source: str, sets: Iterable[str]) -> dict[str, str]:
        """Score the sealed predictions of one submission.

        Parameters
        ----------
        key : str
            Its id.
        source : str
            Source set of its team.
        sets : iterable of str
            Of ``"board"``, ``"final"``, ``"external"`` and ``"transport"``.

        Returns
        -------
        dict of str to str
            Each as JSON: exact scorecards, and the municipalities.

        Raises
        ------
        PredictionsLostError
            If the predictions are gone or damaged.
        """
        hidden, wanted = read_predictions(self._sealed, key), [*sets]
        rows = [name for name in wanted if name != TRANSPORT]
        cards = self._scoring.again(source, hidden, rows)
        told = {name: card.to_json() for name, card in cards.items()}
        if TRANSPORT in wanted:
            forests = [found.to_dict() for found in self._scoring.forests(hidden)]
            told[TRANSPORT] = json.dumps(forests)
        return told

    def work(
        self,
        keys: Iterable[str],
        score: Callable[[str], bool],
        *,
        stops: Callable[[], bool],
    ) -> tuple[int, bool]:
        """Score submissions one after another; one whose file is lost holds up nobody.

        Parameters
        ----------
        keys : iterable of str
            Submissions.
        score : callable
            Scores one and records it whole; says whether there was anything to do.
        stops : callable
            Says whether to leave the rest to the next time.

        Returns
        -------
        int, bool
            How many were scored, and whether nothing is left for the next time.
        """
        done, is_all = 0, True
        for key in keys:
            if stops():
                return done, False
            try:
                done += score(key)
            except OSError as error:
                told = str(error)
                # What is gone is gone: it keeps the score that it has.
                if is_lost := isinstance(error, PredictionsLostError):
                    told = f"{told} {error.hint}"
                # The next try is a second away.
                if self._told.get(key) != told:
                    log.error("Submission %s cannot be scored now: %s", key, told)
                self._told[key] = told
                is_all = is_all and is_lost
        return done, is_all
