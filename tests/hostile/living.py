"""What a game with submissions is played with: a clock, workers, and a plain model."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from hypothesis.stateful import RuleBasedStateMachine, invariant

from challenge.brief import Brief, read_brief
from challenge.records import Principal, Stage, State, Submission
from challenge.rules import claims, evaluation
from challenge.rules.feature_files import FeatureFiles
from challenge.rules.quota import left_today
from challenge.rules.scoring import Scored, Scoring
from challenge.rules.standings import standings
from challenge.store import ATTEMPTS, Database
from challenge.synthesis import Release
from leaderboard import Phase

from ..factories import QUICKSTART, RELEASE

AMSTERDAM = ZoneInfo("Europe/Amsterdam")
# The evening before a day of 25 hours.
EVENING = datetime(2026, 10, 24, 20, tzinfo=UTC)
TEAMS = ("Zwaluw", "Grutto")
ENDS = {State.SCORED, State.REFUSED, State.FAILED, State.PROVED}
COUNTED = {State.QUEUED, State.RUNNING, State.SCORED}
LEVELS = (0.0, 0.04, 0.1)
SCORED_PER_DAY, UPLOADS_PER_DAY = 4, 7


class Clock:
    """The clock of the rules; it goes where it is put."""

    now = EVENING

    @classmethod
    def patch(cls, patched: pytest.MonkeyPatch) -> None:
        """Let the modules that look at the clock look at this one."""
        for module in (claims, evaluation):
            fake = SimpleNamespace(now=lambda _: cls.now)
            patched.setattr(module, "datetime", fake)


class Remembered(Scoring):
    """Scores for real, and each prediction once."""

    def __init__(self, release: Release) -> None:
        super().__init__(release, read_brief(QUICKSTART))
        self._known: dict[Any, Any] = {}

    def score(self, source: str, practised: Any, hidden: Any) -> Scored:
        key = hidden.tobytes()
        if key not in self._known:
            self._known[key] = super().score(source, practised, hidden)
        return self._known[key]

    def again(self, source: str, hidden: Any, sets: Any) -> Any:
        key = (hidden.tobytes(), *sets)
        if key not in self._known:
            self._known[key] = super().again(source, hidden, sets)
        return self._known[key]

    def forests(self, hidden: Any) -> Any:
        key = (hidden.tobytes(), "forests")
        if key not in self._known:
            self._known[key] = super().forests(hidden)
        return self._known[key]


class Late(Remembered):
    """Is killed when predictions are sealed and the result is not recorded yet."""

    def __init__(self, scoring: Remembered) -> None:
        self._scoring = scoring

    practice = property(lambda self: self._scoring.practice)

    def score(self, *what: Any) -> Scored:
        done = self._scoring.score(*what)
        return SimpleNamespace(board=None, practice=done.practice, hidden=done.hidden)


@dataclass
class World:
    """What all examples share, and where the next one lives."""

    release: Release
    scoring: Remembered
    features: FeatureFiles
    files: Path
    boards: list[np.ndarray]
    fresh: Callable[[], tuple[Database, Path]]


@dataclass
class Upload:
    """What the model knows of one upload."""

    team: str
    at: datetime
    proof_only: bool = False
    key: str = ""
    file: bytes = b""


@dataclass
class Worker:
    """One process, and what it has in hand."""

    name: str
    rules: evaluation.Evaluation
    hand: list[Submission] = field(default_factory=list)


class Watched(RuleBasedStateMachine):
    """What always holds, whatever was done."""

    world: World
    database: Database
    home: Path
    brief: Brief
    phase: Phase
    latest: datetime
    uploads: dict[str, Upload]
    ended: dict[str, Submission]
    cards: dict[str, str]
    picked: dict[str, dict[int, str]]
    gone: set[str]
    people: dict[str, Principal]

    def rows(self) -> dict[str, Any]:
        with self.database.read() as unit:
            return {one.id: one for one in unit.submissions.all()}

    def holder(self, key: str) -> str | None:
        """Say which worker the database says runs one."""
        with self.database.read() as unit:
            found = unit.submissions._connection.exec_driver_sql(
                "SELECT worker FROM submissions"
                f" WHERE id = '{key}' AND state = 'running'"
            ).scalar_one_or_none()
        return found

    @invariant()
    def look(self) -> None:
        found = self.rows()
        assert set(found) == set(self.uploads)
        for key, row in found.items():
            assert 0 <= row.attempt <= ATTEMPTS
            assert key not in self.ended or row == self.ended[key]
        self.ended |= {key: row for key, row in found.items() if row.state in ENDS}
        self.look_at_claims()
        self.look_at_results(found)
        for team in TEAMS:
            with self.database.read() as unit:
                left = left_today(unit, self.brief, self.people[team].id, Clock.now)
            assert (left.uploads, left.scored) == self.left(team)
        if self.phase in (Phase.JURY, Phase.CLOSED):
            assert set(self.ended) == set(found)

    def look_at_claims(self) -> None:
        """What runs has a holder and two moments at which it loses it; no other has."""
        with self.database.read() as unit:
            rows = unit.submissions._connection.exec_driver_sql(
                "SELECT state, worker, lease_until, deadline_at FROM submissions"
            ).all()
        horizon = (self.latest + timedelta(hours=1)).replace(tzinfo=None)
        for state, worker, lease, deadline in rows:
            if state == State.RUNNING:
                assert worker
                assert lease is not None
                assert deadline is not None
                assert all(moment(at) <= horizon for at in (lease, deadline))
            else:
                assert deadline is None
                # A fault of ours rests for some seconds.
                assert lease is None or state == State.QUEUED
                assert lease is None or moment(lease) <= horizon

    def look_at_results(self, found: dict[str, Any]) -> None:
        """Each score has one result, which stays, and its sealed predictions."""
        policy = self.brief.policy
        with self.database.read() as unit:
            results = unit.results.all(RELEASE)
            ladders = unit.ladders.all(RELEASE)
            board = standings(unit, RELEASE, policy=policy)
        scored = {key for key, row in found.items() if row.state is State.SCORED}
        assert sorted(one.submission_id for one in results) == sorted(scored)
        for one in results:
            card = self.cards.setdefault(one.submission_id, one.scorecard)
            assert card == one.scorecard
        sealed = {p.stem for p in (self.home / "sealed/predictions").glob("*.npy")}
        under_way = {key for key, row in found.items() if row.state not in ENDS}
        # Who is killed late leaves a file to the next try, which may fail.
        tried = {key for key, row in found.items() if row.attempt}
        assert scored <= sealed <= scored | under_way | tried
        held = {
            ladders[p.id].submission_id for p in self.people.values() if p.id in ladders
        }
        assert held <= scored
        allowed = {self.counts(t, ladders) for t in TEAMS} - {None}
        assert set(board.results) == allowed

    def counts(self, team: str, ladders: Any) -> str | None:
        """Say by hand which submission stands on the board for a team."""
        ladder = ladders.get(self.people[team].id)
        if ladder is None:
            return None
        ways = [ladder.submission_id]
        if self.phase is Phase.CLOSED:
            picked = self.picked[team]
            ways = [picked.get(1, ladder.submission_id), *filter(None, [picked.get(2)])]
        return next((one for one in ways if one not in self.gone), None)

    def left(self, team: str) -> tuple[int, int]:
        """Count by hand what a team has left today, on the clock of Amsterdam."""
        found, today = self.rows(), Clock.now.astimezone(AMSTERDAM).date()
        mine = [
            (found[key], upload)
            for key, upload in self.uploads.items()
            if upload.team == team and upload.at.astimezone(AMSTERDAM).date() >= today
        ]
        scored = [
            row
            for row, upload in mine
            if not upload.proof_only
            and (
                row.state in COUNTED
                or (row.state, row.stage) == (State.REFUSED, Stage.SCORING)
            )
        ]
        return max(0, UPLOADS_PER_DAY - len(mine)), max(0, SCORED_PER_DAY - len(scored))


def moment(value: Any) -> datetime:
    """Read what the database has, whichever it is."""
    found = datetime.fromisoformat(value) if isinstance(value, str) else value
    return found.replace(tzinfo=None)
