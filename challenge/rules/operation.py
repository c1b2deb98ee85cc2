"""Whether a challenge that runs goes well: workers, queue, tracking and totals.

Facts in, a finding out: nothing here looks at a machine.
"""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path

from challenge.records import Isolation, WorkerFacts
from challenge.rules.findings import Finding, Health
from challenge.rules.reconciliation import Kind, Reconciliation
from challenge.store.books import QueueFacts

LONG_WAIT = timedelta(minutes=15)
"""A team that waits longer than this comes and asks."""
OLD_BACKUP = timedelta(minutes=15)
"""As docs/alerts.yml has it: three backups at the interval that the manual gives."""
_LEFTOVERS = (Kind.BUNDLE_WITHOUT_SUBMISSION, Kind.PREDICTIONS_WITHOUT_SCORE)


def judge_workers(alive: Sequence[WorkerFacts], *, waiting: int) -> Finding:
    """Judge who runs submissions, and how many sandboxes wait warmed up.

    Parameters
    ----------
    alive : sequence of WorkerFacts
        Those with a recent heartbeat.
    waiting : int
        How many submissions wait for them.

    Returns
    -------
    Finding
        Named ``workers``.
    """
    if not alive:
        state = Health.FAULT if waiting else Health.WARNING
        told = f"No worker runs submissions, and {waiting or 'none'} wait."
        return Finding("workers", state, told, "challenge serve")
    slots = sum(worker.slots for worker in alive)
    size = sum(worker.pool_size for worker in alive)
    ready = sum(worker.pool_ready for worker in alive)
    told = f"{_count(len(alive), 'worker')} with {_count(slots, 'slot')};"
    told += f" {ready} of {_count(size, 'sandbox', 'sandboxes')} warmed up."
    open_ones = [w.name for w in alive if w.isolation is not Isolation.BUBBLEWRAP]
    if open_ones:
        told += f" Without a sandbox: {', '.join(open_ones)}."
        return Finding("workers", Health.WARNING, told, "challenge serve")
    return Finding("workers", Health.OK, told)


def judge_queue(facts: QueueFacts, *, now: datetime) -> Finding:
    """Judge whether submissions get their turn.

    Parameters
    ----------
    facts : QueueFacts
        Who waits and who is stuck.
    now : datetime
        Aware UTC.

    Returns
    -------
    Finding
        Named ``queue``.
    """
    if facts.stuck:
        numbers = ", ".join(map(str, facts.stuck))
        told = f"No worker took over submission {numbers}, whose worker fell silent."
        return Finding("queue", Health.FAULT, told, "challenge worker")
    waited = now - facts.oldest if facts.oldest else timedelta()
    told = f"{facts.waiting} submissions wait and {facts.running} run"
    told += f"; the first has waited {_minutes(waited)}." if facts.oldest else "."
    if waited > LONG_WAIT:
        return Finding("queue", Health.WARNING, told, "challenge worker")
    return Finding("queue", Health.OK, told)


def judge_backups(at: datetime | None, place: Path, *, now: datetime) -> Finding:
    """Judge whether what came in would outlive this machine.

    Parameters
    ----------
    at : datetime or None
        Until when the newest backup has everything; None: none is known.
    place : Path
        Where it is.
    now : datetime
        Aware UTC.

    Returns
    -------
    Finding
        Named ``backups``.
    """
    if at is None:
        told = "No backup of this home is known."
        again = "challenge backup FOLDER --every 5"
        return Finding("backups", Health.WARNING, told, again)
    told = f"The newest is of {_minutes(now - at)} ago, at {at:%Y-%m-%d %H:%M} UTC"
    if not place.exists():
        told += f"; it stood in {place} and is not there now."
        return Finding(
            "backups", Health.WARNING, told, f"ls {shlex.quote(str(place.parent))}"
        )
    told += f", in {place}."
    if now - at <= OLD_BACKUP:
        return Finding("backups", Health.OK, told)
    again = f"challenge backup {shlex.quote(str(place.parent))} --every 5"
    return Finding("backups", Health.WARNING, told, again)


def judge_tracking(
    *, waiting: int, champion: str | None, leader: str | None
) -> Finding:
    """Judge whether MLflow has what the database has.

    Parameters
    ----------
    waiting : int
        Results that it has not got yet.
    champion, leader : str or None
        Run whose model it calls the champion, and run of the one that leads.

    Returns
    -------
    Finding
        Named ``mlflow``.
    """
    if waiting:
        told = f"{_count(waiting, 'result')} not in MLflow yet; a worker writes them."
        return Finding("mlflow", Health.WARNING, told, "challenge worker")
    if champion != leader:
        told = "The champion is not the one that leads; a worker promotes it."
        return Finding("mlflow", Health.WARNING, told, "challenge worker")
    return Finding(
        "mlflow", Health.OK, "It has every result, and the leader as champion."
    )


def judge_totals(books: Reconciliation) -> Finding:
    """Judge whether database, MLflow and files tell the same story.

    Parameters
    ----------
    books : Reconciliation
        As they were compared.

    Returns
    -------
    Finding
        Named ``totals``.
    """
    total = sum(books.states.values())
    told = f"{_count(total, 'submission')}: " + ", ".join(
        f"{count} {state}" for state, count in sorted(books.states.items())
    )
    told += f"; {books.results} results, {books.predictions} predictions,"
    told += f" {books.runs} runs and {books.waiting} to come."
    if not books.differences:
        return Finding("totals", Health.OK, told if total else "No submissions yet.")
    first, more = books.differences[0], len(books.differences) - 1
    told = f"{_count(more + 1, 'difference')}: {first}" + (
        ", and more." if more else "."
    )
    kinds = {difference.kind for difference in books.differences}
    state = Health.WARNING if kinds <= set(_LEFTOVERS) else Health.FAULT
    details = tuple(map(str, books.differences))
    repair = 'docs/operations.md, "When the totals differ": ' + ", ".join(sorted(kinds))
    return Finding("totals", state, told, repair, details)


def _count(number: int, one: str, many: str = "") -> str:
    return f"{number} {one if number == 1 else many or one + 's'}"


def _minutes(time: timedelta) -> str:
    return _count(round(time.total_seconds() / 60), "minute")
