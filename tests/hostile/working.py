"""The part of a game that workers play."""

from __future__ import annotations

from datetime import timedelta

from hypothesis import strategies as st
from hypothesis.stateful import initialize, rule

from challenge.brief import read_brief
from challenge.errors import EngineUnavailableError
from challenge.records import Outcome, Reason, Refusal, Role, Stage, State, Submission
from challenge.rules.finals import FinalScoring
from challenge.rules.intake import Intake
from challenge.rules.rescoring import Rescoring
from challenge.rules.sealed import SealedScoring
from challenge.shelf import Folder
from challenge.store import ATTEMPTS
from leaderboard import Phase

from ..factories import QUICKSTART, RELEASE, Player, Told
from .living import (
    EVENING,
    SCORED_PER_DAY,
    TEAMS,
    UPLOADS_PER_DAY,
    Clock,
    Late,
    Upload,
    Watched,
    Worker,
)

numbers = st.integers(0, 30)
which = st.integers(0, 1)


class Working(Watched):
    """Two workers, who may die at any moment."""

    @initialize()
    def begin(self) -> None:
        self.database, self.home = self.world.fresh()
        self.brief = read_brief(QUICKSTART)
        quota = {"scored_per_day": SCORED_PER_DAY, "uploads_per_day": UPLOADS_PER_DAY}
        self.brief = self.brief.model_copy(
            update={"quota": self.brief.quota.model_copy(update=quota)}
        )
        Clock.now = EVENING
        self.phase, self.latest, self.born = Phase.OPEN, EVENING, 0
        self.uploads: dict[str, Upload] = {}
        self.ended: dict[str, Submission] = {}
        self.cards: dict[str, str] = {}
        self.picked: dict[str, dict[int, str]] = {team: {} for team in TEAMS}
        self.gone: set[str] = set()
        with self.database.begin() as unit:
            self.people = {
                team: unit.people.add(Role.TEAM, team, token_hash=team, now=EVENING)
                for team in TEAMS
            }
        self.intake = Intake(
            database=self.database,
            brief=self.brief,
            release=RELEASE,
            shelf=Folder(self.home),
            limit_mib=1,
        )
        sealed = SealedScoring(self.database, self.world.release, self.brief, self.home)
        sealed._scoring = self.world.scoring
        self.finals, self.rescoring = FinalScoring(sealed), Rescoring(sealed)
        self.workers = [self.start(), self.start()]

    def start(self) -> Worker:
        """Start a process."""
        self.born += 1
        name = f"w{self.born}"
        player = Player(self.database, self.world.release, self.home)
        rules = player.evaluation(Told(), worker=name)
        rules._scoring, rules._features = self.world.scoring, self.world.features
        return Worker(name, rules)

    def teardown(self) -> None:
        """Whoever worked is gone; another comes, time passes, and everything ends."""
        if not hasattr(self, "database"):
            return
        late = self.start()
        for _ in range(ATTEMPTS * len(self.uploads) + 1):
            Clock.now = self.latest = self.latest + timedelta(hours=1)
            late.rules.claims.reap()
            while taken := late.rules.claim():
                self.finish(late, taken, "good", 0)
        self.look()
        assert set(self.ended) == set(self.uploads)
        self.database.close()

    @rule(which=which)
    def claim(self, which: int) -> None:
        worker = self.workers[which]
        if taken := worker.rules.claim():
            assert taken.id in self.uploads
            worker.hand.append(taken)

    @rule(which=which)
    def beat(self, which: int) -> None:
        worker = self.workers[which]
        worker.rules.claims.renew({one.id for one in worker.hand})
        worker.rules.claims.reap()

    @rule(
        which=which,
        one=numbers,
        how=st.sampled_from(
            ["good", "good", "no proof", "no answer", "fault", "away", "early", "late"]
        ),
        level=st.integers(0, 2),
    )
    def end(self, which: int, one: int, how: str, level: int) -> None:
        worker = self.workers[which]
        if worker.hand:
            taken = worker.hand.pop(one % len(worker.hand))
            self.finish(worker, taken, how, level)
            if how in ("early", "late"):
                self.die(which)

    @rule(which=which)
    def die(self, which: int) -> None:
        """`kill -9`: nobody gives anything back."""
        self.workers[which] = self.start()

    @rule(which=which)
    def stop(self, which: int) -> None:
        """A stop in good order."""
        for one in self.workers[which].hand:
            self.workers[which].rules.claims.let_go(one.id)
        self.workers[which] = self.start()

    def finish(self, worker: Worker, taken: Submission, how: str, level: int) -> None:
        """Bring a run to its end; it counts for whoever holds it, and nobody else."""
        before = self.rows()[taken.id]
        is_mine = self.holder(taken.id) == worker.name
        runner = Told(board=self.world.boards[level])
        runner.files = self.world.files
        ends = {"good": State.PROVED if taken.proof_only else State.SCORED}
        if how in ("no proof", "no answer"):
            stage = Stage.PROOF if how == "no proof" else Stage.SCORING
            runner.outcome = Outcome(refusal=Refusal(stage, Reason.CRASHED, "-", "-"))
            ends[how] = State.REFUSED
        elif how in ("fault", "early", "away"):
            runner.outcome = ValueError("ours")
            if how == "away":
                runner.outcome = EngineUnavailableError("it is away")
        worker.rules._runner = runner
        late = how == "late" and not taken.proof_only
        worker.rules._scoring = Late(self.world.scoring) if late else self.world.scoring
        try:
            worker.rules.evaluate(taken)
        except (ValueError, AttributeError, EngineUnavailableError):
            if how in ("fault", "away"):
                worker.rules.give_back(taken, is_counted=how == "fault")
        after = self.rows()[taken.id]
        if not is_mine:
            assert after == before
        elif how in ends:
            assert after.state is ends[how]
