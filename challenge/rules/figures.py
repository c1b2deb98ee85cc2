"""The figures of a day: what the desk and the metrics both show.

Counted in one place, so that they cannot differ.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from challenge.records import Reason, State, WorkerFacts
from challenge.rules.attempts import NAME_WINDOW
from challenge.store import Unit
from challenge.store.tallies import Ends

AT_THE_DOOR = "at-the-door"
"""Reason of whatever was refused before a run: the bundle was at fault."""
# So many ends say how long a run takes at this moment.
_LATEST = 50


@dataclass(frozen=True, slots=True)
class Figures:
    """How it stands with one release.

    Attributes
    ----------
    states : dict of State to int
        Submissions in each state, also with 0.
    reasons : dict of str to int
        Those without a score, by why: each `Reason`, and `AT_THE_DOOR`.
    oldest : datetime or None
        When the first came in that still waits, aware UTC; None: nobody waits.
    scored_today : int
        Submissions that were scored since the day began.
    run_seconds : list of float
        How long the latest runs took, shortest first; each was held to a step, so
        that none tells how long hidden rows took (`challenge.rules.timing`).
    cpu_seconds : dict of int to int
        Processor time of scored runs, rounded up to a power of two, to how many.
    untracked : int
        Results that MLflow has not got yet.
    untracked_since : datetime or None
        When the first of them was scored, aware UTC; None: MLflow has all.
    questions : int
        Of teams, without an answer.
    failed_log_ins : int
        Of the last five minutes.
    people : int
        Who are known.
    workers : tuple of WorkerFacts
        Who run submissions and were heard of lately, by name.
    database_bytes : int
        Size of the database.
    """

    states: dict[State, int]
    reasons: dict[str, int]
    oldest: datetime | None
    scored_today: int
    run_seconds: list[float]
    cpu_seconds: dict[int, int]
    untracked: int
    untracked_since: datetime | None
    questions: int
    failed_log_ins: int
    people: int
    workers: tuple[WorkerFacts, ...]
    database_bytes: int

    @property
    def waiting(self) -> int:
        """How many submissions wait for their turn."""
        return self.states[State.QUEUED]

    @property
    def running(self) -> int:
        """How many submissions run."""
        return self.states[State.RUNNING]

    @property
    def failed(self) -> int:
        """How many submissions ended by a fault of ours."""
        return self.states[State.FAILED]


def read_figures(
    unit: Unit, release: str, *, now: datetime, day_began: datetime
) -> Figures:
    """Count how it stands.

    Parameters
    ----------
    unit : Unit
        An open transaction.
    release : str
        ``slug/version``.
    now : datetime
        Aware UTC.
    day_began : datetime
        Aware; of the event's own clock.

    Returns
    -------
    Figures
        Of this moment.
    """
    tallies = unit.tallies
    ends, runs = tallies.ends(release, since=day_began), tallies.runs(release)
    return Figures(
        states=_states(ends),
        reasons=_reasons(ends),
        oldest=min((e.oldest for e in ends if e.state is State.QUEUED), default=None),
        scored_today=sum(e.recent for e in ends if e.state is State.SCORED),
        run_seconds=sorted(unit.submissions.durations(release, latest=_LATEST)),
        cpu_seconds={run.cpu_seconds: run.count for run in runs},
        untracked=sum(run.untracked for run in runs),
        untracked_since=min((run.since for run in runs if run.since), default=None),
        questions=unit.help_requests.count_open(),
        failed_log_ins=tallies.failed_log_ins(now - NAME_WINDOW),
        people=unit.people.count(),
        workers=tuple(unit.workers.alive(now, release)),
        database_bytes=tallies.size_bytes(),
    )


def _states(ends: Iterable[Ends]) -> dict[State, int]:
    counted = dict.fromkeys(State, 0)
    for end in ends:
        counted[end.state] += end.count
    return counted


def _reasons(ends: Iterable[Ends]) -> dict[str, int]:
    known = [*map(str, Reason)]
    counted = dict.fromkeys((*known, AT_THE_DOOR), 0)
    for end in ends:
        if end.reason is not None:
            counted[end.reason if end.reason in known else AT_THE_DOOR] += end.count
    return counted
