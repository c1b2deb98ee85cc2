"""Whatever happens to submissions, in whatever order, none is lost, doubled or stuck.

Hypothesis plays teams, workers that die, an organiser and a clock that jumps, on the
real store and rules; beside it stands a model in plain Python.
"""

from __future__ import annotations

import io
import shutil
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck
from hypothesis import Phase as Part
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule, run_state_machine_as_test

from challenge.brief import read_brief
from challenge.errors import (
    BundleRefusedError,
    ChallengeError,
    PhaseClosedError,
    QuotaExceededError,
)
from challenge.records import State, Submission
from challenge.rules import picks
from challenge.rules.feature_files import FeatureFiles
from challenge.rules.republishing import publish
from challenge.rules.rescoring import ask
from challenge.rules.steps import go_to
from challenge.shelf import Folder
from challenge.store import Database, open_database
from challenge.synthesis import Release
from leaderboard import Phase

from ..factories import QUICKSTART, RELEASE, Player, small_bundle
from ..postgres import Server
from .living import ENDS, LEVELS, TEAMS, Clock, Remembered, Upload, World
from .working import Working, numbers

teams = st.sampled_from(TEAMS)


class LifeCycle(Working):
    """Teams, an organiser, the clock, and the workers."""

    # ----- teams

    @rule(team=teams, proof=st.booleans(), keyed=st.booleans())
    def hand_in(self, team: str, proof: bool, keyed: bool) -> None:
        number = len(self.uploads)
        file = small_bundle(f"Model {number}")
        upload = Upload(team, Clock.now, proof, f"key {number}" if keyed else "", file)
        if refusal := self.refuses(upload):
            with pytest.raises(refusal):
                self.send(upload)
            return
        taken = self.send(upload)
        assert (taken.state, taken.id in self.uploads) == (State.QUEUED, False)
        self.uploads[taken.id] = upload

    @rule(which=numbers)
    def hand_in_again(self, which: int) -> None:
        keyed = [key for key, upload in self.uploads.items() if upload.key]
        if keyed:
            key = keyed[which % len(keyed)]
            assert self.send(self.uploads[key]).id == key

    @rule(team=teams)
    def hand_in_what_is_no_bundle(self, team: str) -> None:
        upload = Upload(team, Clock.now, file=b"PK no zip")
        expected = self.refuses(upload) or BundleRefusedError
        with pytest.raises(expected) as refused:
            self.send(upload)
        if expected is BundleRefusedError:
            self.uploads[refused.value.submission_id] = upload

    def send(self, upload: Upload) -> Submission:
        return self.intake.receive(
            io.BytesIO(upload.file),
            team=self.people[upload.team],
            note="",
            now=Clock.now,
            proof_only=upload.proof_only,
            key=upload.key,
            is_for_one=True,
        )

    def refuses(self, upload: Upload) -> type[ChallengeError] | None:
        """Say what the door should say."""
        if self.phase is not Phase.OPEN:
            return PhaseClosedError
        uploads, scored = self.left(upload.team)
        none_left = not uploads or not (scored or upload.proof_only)
        return QuotaExceededError if none_left else None

    @rule(which=numbers, choice=st.sampled_from([1, 2, None]))
    def pick(self, which: int, choice: int | None) -> None:
        if not self.uploads:
            return
        key = [*self.uploads][which % len(self.uploads)]
        team = self.uploads[key].team
        is_scored = self.rows()[key].state is State.SCORED
        try:
            with self.database.begin() as unit:
                picks.pick(
                    unit,
                    self.brief,
                    self.people[team],
                    key,
                    choice=choice,
                    release=RELEASE,
                    now=Clock.now,
                )
        except ChallengeError:
            assert self.phase is not Phase.OPEN or not (is_scored or choice is None)
            return
        mine = self.picked[team]
        self.picked[team] = {rank: one for rank, one in mine.items() if one != key}
        if choice:
            self.picked[team][choice] = key

    # ----- the organiser

    @rule(which=numbers, is_gone=st.booleans())
    def disqualify(self, which: int, is_gone: bool) -> None:
        if self.uploads:
            key = [*self.uploads][which % len(self.uploads)]
            reason = "Nagekeken." if is_gone else None
            with self.database.begin() as unit:
                picks.disqualify(unit, key, reason=reason, by="O", now=Clock.now)
            self.gone = self.gone | {key} if is_gone else self.gone - {key}

    @precondition(lambda self: self.cards)
    @rule()
    def rescore(self) -> None:
        """Score anew by the same scorer: nothing may move."""
        with self.database.begin() as unit:
            number = ask(unit, RELEASE, by="O", reason="Kijken.", now=Clock.now)
        with self.database.read() as unit:
            before = unit.ladders.all(RELEASE)
        self.rescoring.catch_up(now=lambda: Clock.now)
        with self.database.begin() as unit:
            publish(unit, RELEASE, number, note="Gelijk.", by="O", now=Clock.now)
            assert unit.ladders.all(RELEASE) == before

    @rule(to=st.sampled_from([Phase.OPEN, Phase.FROZEN, Phase.JURY, Phase.CLOSED]))
    def go(self, to: Phase) -> None:
        waits = any(row.state not in ENDS for row in self.rows().values())
        if to is Phase.CLOSED and self.phase is Phase.JURY:
            self.finals.catch_up(now=lambda: Clock.now)
            self.decide()
        try:
            with self.database.begin() as unit:
                go_to(
                    unit,
                    self.brief,
                    to,
                    release=RELEASE,
                    by="O",
                    reason="Nodig.",
                    now=Clock.now,
                )
        except ChallengeError:
            steps = [Phase.OPEN, Phase.FROZEN, Phase.JURY, Phase.CLOSED]
            is_far = abs(steps.index(to) - steps.index(self.phase)) > 1
            is_over = self.phase is Phase.CLOSED
            assert is_far or is_over or (to is Phase.JURY and waits)
            return
        assert not (to is Phase.JURY and self.phase is Phase.FROZEN and waits)
        self.phase = to

    def decide(self) -> None:
        with self.database.begin() as unit:
            unit.panels.change(is_open=False, by="O", now=Clock.now)
            if not unit.verdicts.all():
                unit.verdicts.add(
                    [TEAMS[0]], reasons="-", deviation="", by="O", now=Clock.now
                )
            # Steps of before do not make it lapse.
            unit.audit.add("O", "record verdict", TEAMS[0], now=Clock.now)

    # ----- the clock

    @rule(seconds=st.sampled_from([1, 5, 30, 61, 120, 400, 3600, 4 * 3600, -3600]))
    def wait(self, seconds: int) -> None:
        Clock.now += timedelta(seconds=seconds)
        self.latest = max(self.latest, Clock.now)


@pytest.fixture
def world(
    release: Release, migrated: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> World:
    """A database file for every game."""
    made = iter(range(10**6))

    def address() -> str:
        return f"sqlite:///{shutil.copy(migrated, tmp_path / f'{next(made)}.db')}"

    return world_at(address, release, tmp_path, monkeypatch)


@pytest.fixture
def elsewhere(
    release: Release,
    postgres: Server,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> World:
    """A PostgreSQL database for every game."""

    def address() -> str:
        return postgres.url(postgres.create(postgres.migrated))

    return world_at(address, release, tmp_path, monkeypatch)


def world_at(
    address: Callable[[], str],
    release: Release,
    folder: Path,
    patched: pytest.MonkeyPatch,
) -> World:
    Clock.patch(patched)
    home, files = folder / "home", folder / "files"

    def fresh() -> tuple[Database, Path]:
        shutil.rmtree(home, ignore_errors=True)
        home.mkdir()
        return open_database(address()), home

    player = Player(None, release, folder)
    boards = [player.guess(level) for level in LEVELS]
    features = FeatureFiles(release, read_brief(QUICKSTART), Folder(files))
    return World(release, Remembered(release), features, files, boards, fresh)


def play(world: World, examples: int, steps: int) -> None:
    """Let Hypothesis play so many games of so many moves."""
    machine = type("Game", (LifeCycle,), {"world": world})
    run_state_machine_as_test(
        machine,
        settings=hypothesis_settings(
            max_examples=examples,
            stateful_step_count=steps,
            deadline=None,
            database=None,
            derandomize=True,
            phases=(Part.generate,),
            suppress_health_check=list(HealthCheck),
        ),
    )


def test_no_submission_is_lost_doubled_or_stuck(world: World) -> None:
    play(world, examples=2, steps=30)


@pytest.mark.full
@pytest.mark.postgres
def test_nor_on_postgresql(elsewhere: World) -> None:
    play(elsewhere, examples=20, steps=40)


@pytest.mark.full
def test_nor_in_many_long_games(world: World) -> None:
    play(world, examples=100, steps=60)
