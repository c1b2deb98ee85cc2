"""The end: final and external rows, scored once from sealed predictions."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from challenge.rules.phases import current_phase, shows_finals
from challenge.rules.picks import to_score
from challenge.rules.sealed import FINAL_SETS, TRANSPORT, SealedScoring
from challenge.store import Unit
from leaderboard import Estimate, Scorecard
from leaderboard.transport.municipalities import Forest, Municipality


class FinalScoring:
    """Score what counts, once the jury begins; whoever comes second changes nothing.

    Parameters
    ----------
    sealed : SealedScoring
        Scores, and says where scores go.
    """

    def __init__(self, sealed: SealedScoring) -> None:
        self._sealed, self._database = sealed, sealed.database
        self._release = sealed.release.name

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
            if not shows_finals(current_phase(unit, self._sealed.brief)):
                return 0
            waiting = [
                key for key in to_score(unit, self._release) if not unit.finals.has(key)
            ]
        done, _ = self._sealed.work(
            waiting, lambda key: self._score(key, now=now), stops=stops
        )
        return done

    def _score(self, key: str, *, now: Callable[[], datetime]) -> bool:
        with self._database.read() as unit:
            # Another worker may have been first; that costs seconds, and no score.
            submission = None if unit.finals.has(key) else unit.submissions.get(key)
        if submission is None:
            return False
        told = self._sealed.cards(key, submission.sources, (*FINAL_SETS, TRANSPORT))
        with self._database.begin() as unit:
            # Also at the same moment: who holds the team comes first.
            unit.submissions.hold(submission.team_id)
            return unit.finals.record(
                key,
                told,
                release=self._release,
                scorer=self._sealed.scorer,
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
        By submission; without one of which a record was lost.
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
        if key in external and key in places
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
