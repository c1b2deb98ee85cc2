"""The end: final and external rows, scored once from sealed predictions."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from challenge.brief import Brief
from challenge.rules.hidden import read_predictions
from challenge.rules.phases import current_phase, shows_finals
from challenge.rules.picks import to_score
from challenge.rules.scoring import Scoring
from challenge.store import Database, Unit
from challenge.synthesis import Release
from leaderboard import Estimate, Scorecard, __version__
from leaderboard.transport.municipalities import Forest, Municipality

FINAL_SETS = ("final", "external")
TRANSPORT = "transport"
"""Beside them: the same model in each municipality of both."""

log = logging.getLogger(__name__)


class FinalScoring:
    """Score what counts, once the jury begins; whoever comes second changes nothing.

    Parameters
    ----------
    database : Database
        Holds what counts, and takes the scores.
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
        self._database, self._release, self._brief = database, release, brief
        self._sealed = home / "sealed"
        self._scoring = Scoring(release, brief)

    def catch_up(
        self, *, now: Callable[[], datetime], stops: Callable[[], bool] = lambda: False
    ) -> int:
        """Score what has no final score yet; each is recorded whole, or not at all.

        Parameters
        ----------
        now : callable
            Gives the time, aware UTC.
        stops : callable
            Says whether to leave the rest to the next time.

        Returns
        -------
        int
            How many were scored.
        """
        with self._database.read() as unit:
            if not shows_finals(current_phase(unit, self._brief)):
                return 0
            waiting = [
                key
                for key in to_score(unit, self._release.name)
                if not unit.finals.has(key)
            ]
        done = 0
        for key in waiting:
            if stops():
                break
            try:
                done += self._score(key, now=now)
            except OSError as error:
                log.error("Submission %s has no final score yet: %s", key, error)
        return done

    def _score(self, key: str, *, now: Callable[[], datetime]) -> bool:
        with self._database.read() as unit:
            # Another worker may have been first; that costs seconds, and no score.
            submission = None if unit.finals.has(key) else unit.submissions.get(key)
        if submission is None:
            return False
        hidden = read_predictions(self._sealed, key)
        cards = self._scoring.again(submission.sources, hidden, FINAL_SETS)
        forests = [found.to_dict() for found in self._scoring.forests(hidden)]
        told = {name: card.to_json() for name, card in cards.items()}
        with self._database.begin() as unit:
            # Also at the same moment: who holds the team comes first.
            unit.submissions.hold(submission.team_id)
            return unit.finals.record(
                key,
                {**told, TRANSPORT: json.dumps(forests)},
                release=self._release.name,
                scorer=__version__,
                now=now(),
            )


@dataclass(frozen=True, slots=True)
class Transported:
    """One submission where it was made and where it was not.

    Attributes
    ----------
    internal, external : Scorecard
        Exact values on final and external rows; `leaderboard.release` says what a
        reader gets of them.
    forests : tuple of Forest
        Each municipality, small counts suppressed.
    """

    internal: Scorecard
    external: Scorecard
    forests: tuple[Forest, ...]


def transported(unit: Unit, release: str) -> dict[str, Transported]:
    """Read how each model that counts does in municipalities that it never saw.

    Parameters
    ----------
    unit : Unit
        An open transaction.
    release : str
        ``slug/version``.

    Returns
    -------
    dict of str to Transported
        By submission.
    """
    final, external, places = (
        unit.finals.all(release, name) for name in (*FINAL_SETS, TRANSPORT)
    )
    return {
        key: Transported(
            Scorecard.from_json(score.scorecard),
            Scorecard.from_json(external[key].scorecard),
            tuple(_forest(plain) for plain in json.loads(places[key].scorecard)),
        )
        for key, score in final.items()
    }


def _forest(plain: dict[str, Any]) -> Forest:
    """Read a forest as `Forest.to_dict` writes it."""
    lines = (
        Municipality(**{**line, "estimate": _estimate(line["estimate"])})
        for line in plain["municipalities"]
    )
    ends = {name: _estimate(plain[name]) for name in ("mean", "prediction")}
    return Forest(**{**plain, "municipalities": tuple(lines), **ends})


def _estimate(plain: dict[str, Any] | None) -> Estimate | None:
    return None if plain is None else Estimate(**plain)
