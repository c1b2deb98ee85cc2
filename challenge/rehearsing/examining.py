"""After the day: everything that was found, each finding with its state."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from os import environ
from typing import Any

import httpx

from challenge.checkup import Checkup
from challenge.rehearsing import account
from challenge.rehearsing.kept import Kept, Record, read_kept
from challenge.rehearsing.ledger import Ledger
from challenge.rehearsing.stage import ORGANISER, Stage
from challenge.rules.findings import Finding, Health
from challenge.settings import Settings

TRACKING_SECONDS = 120.0
"""That MLflow may be behind before it counts as broken."""
GRACE_SECONDS = 5.0
"""After a fault, in which what it left may still show: one reload of a page."""
SLOW_SECONDS = 1.0
"""Beyond which one request in a hundred is worth a look."""
_EXAMPLES = 5


@dataclass(frozen=True, slots=True)
class Told:
    """What the server said last, before it was stopped.

    Attributes
    ----------
    board, verdict : dict
        Empty where they could not be had.
    broken_off : bool
        Whether somebody pressed Ctrl-C.
    """

    board: Mapping[str, Any] = field(default_factory=dict)
    verdict: Mapping[str, Any] = field(default_factory=dict)
    broken_off: bool = False


@dataclass(frozen=True, slots=True)
class Examined:
    """A rehearsal that is over.

    Attributes
    ----------
    stage : Stage
        What it was played on.
    ledger : Ledger
        The clients' side of the books.
    kept : Kept
        The server's side.
    findings : tuple of Finding
        One per check.
    pace : float
        How many times as quick as ours it went.
    """

    stage: Stage
    ledger: Ledger
    kept: Kept
    findings: tuple[Finding, ...]
    pace: float

    @property
    def broke(self) -> tuple[Finding, ...]:
        """What broke."""
        return tuple(one for one in self.findings if one.state is Health.FAULT)


def ask_at_the_end(stage: Stage, ledger: Ledger, *, broken_off: bool) -> Told:
    """Let MLflow catch up, and ask for board and verdict while the server runs.

    Parameters
    ----------
    stage : Stage
        Still served.
    ledger : Ledger
        Gets a line where something cannot be had.
    broken_off : bool
        Then nothing is waited for.

    Returns
    -------
    Told
        What it said.
    """
    if not broken_off:
        _wait_for_tracking(stage.settings)
    found: dict[str, Any] = {}
    headers = {"Authorization": f"Bearer {stage.tokens[ORGANISER]}"}
    for name, path in (("board", "/api/board"), ("verdict", "/organiser/verdict.json")):
        try:
            answer = httpx.get(stage.url + path, headers=headers, timeout=60)
            found[name] = answer.raise_for_status().json()
        except httpx.HTTPError as error:
            ledger.oddities.append(f"{path} could not be had at the end: {error}")
    return Told(**found, broken_off=broken_off)


def examine(stage: Stage, ledger: Ledger, told: Told, *, order_pace: float) -> Examined:
    """Hold everything against everything, once the server is stopped.

    Parameters
    ----------
    stage : Stage
        No longer served.
    ledger : Ledger
        The clients' side.
    told : Told
        What the server said last.
    order_pace : float
        How many times as quick as ours it went.

    Returns
    -------
    Examined
        With a finding for each check.
    """
    kept = read_kept(stage.settings.home / "challenge.db")
    quota, zone = stage.brief.quota.scored_per_day, stage.brief.event.clock
    today = [
        record
        for record in kept.records
        if record.created_at.astimezone(zone).date() == datetime.now(zone).date()
    ]
    checks: dict[str, Iterable[str]] = {
        "submissions": account.lost(ledger, kept),
        "strangers": account.strangers(ledger, kept),
        "ends": account.wrong_ends(ledger, kept),
        "refusals": account.wrong_answers(ledger),
        "quota": account.wrong_quota(ledger, today, quota),
        "board": account.wrong_board(told.board, kept) if told.board else (),
        "recomputed": _recomputed(stage) if not told.broken_off else (),
        "ballots": account.wrong_ballots(ledger, kept),
        "verdict": account.wrong_verdict(ledger, told.verdict) if told.verdict else (),
        "phases": account.wrong_phases(ledger),
        "answers": _answers(ledger),
        "faults": _faults(ledger),
        "people": ledger.oddities,
        "baselines": [
            f"Baseline {name} could not be trained: {said}"
            for name, said in sorted(stage.shelf.left_out.items())
        ],
    }
    if told.broken_off:
        checks["broken off"] = ["The rehearsal was broken off with Ctrl-C."]
    findings = [_finding(name, said) for name, said in checks.items()]
    findings += [one for one in Checkup(stage.settings).findings() if _concerns(one)]
    findings += _slow(ledger)
    return Examined(stage, ledger, kept, tuple(findings), order_pace)


_WELL = {
    "submissions": "Every submission that was taken in is there once.",
    "strangers": "Nothing is there that nobody handed in.",
    "ends": "Every submission ended, and as it had to.",
    "refusals": "Every upload was taken in or refused as it had to be.",
    "quota": "Every team was told the runs that it has left.",
    "board": "Every team with a score is on the board once, and nobody else.",
    "recomputed": "The board recomputed from the auditor's folder is the same.",
    "ballots": "Every ballot that was handed in is there as it was cast, and no other.",
    "verdict": "The verdict counts the points that were given, and no others.",
    "phases": "The day went through all its phases.",
    "answers": "Nobody met an error, but during a fault that was announced.",
    "faults": "Everything that was broken on purpose was well again.",
    "people": "Everybody could do what they wanted to do.",
    "baselines": "Every baseline can be trained on this challenge.",
}


def _finding(name: str, said: Iterable[str]) -> Finding:
    details = tuple(said)
    if not details:
        return Finding(name, Health.OK, _WELL[name])
    more = f" And {len(details) - 1} more." if details[1:] else ""
    return Finding(name, Health.FAULT, details[0] + more, details=details)


def _recomputed(stage: Stage) -> list[str]:
    """Export for the auditor, and recompute the board as a sceptic does."""
    folder = stage.settings.home / "audit"
    for command in (
        ["challenge", "export", str(folder), "--for", "auditor", "--by", "rehearse"],
        ["leaderboard", str(folder)],
    ):
        done = subprocess.run(
            [sys.executable, "-m", *command],
            env=environ | stage.settings.environment(),
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            last = (done.stderr.strip() or done.stdout.strip()).splitlines()
            return [
                f"`python -m {' '.join(command[:2])}` failed: {' '.join(last[-3:])}"
            ]
    return []


def _answers(ledger: Ledger) -> list[str]:
    return [
        f"{answer.who}: {answer.route} got {answer.status or 'no answer'}"
        f" {answer.told} after {answer.seconds:.1f} s,"
        f" at {answer.began - ledger.began:.0f} s."
        for answer in ledger.unannounced(GRACE_SECONDS)
    ]


def _faults(ledger: Ledger) -> list[str]:
    return [
        f"After {struck.done} at {struck.second:.0f} s it was not well again:"
        f" {struck.saw or 'broken off'}."
        for struck in ledger.strikes
        if struck.ended is None
    ]


def _concerns(finding: Finding) -> bool:
    """Leave out what a stopped server cannot have: a living worker."""
    return finding.name not in ("workers", "queue", "engine")


def _slow(ledger: Ledger) -> list[Finding]:
    """Name routes on which one answer in a hundred took long; no one's fault yet."""
    found = [
        f"{route}: {times[-1 - len(times) // 100]:.1f} s"
        for route, times in by_route(ledger).items()
        if times[-1 - len(times) // 100] > SLOW_SECONDS
    ]
    if not found:
        told = f"Nothing took longer than {SLOW_SECONDS:g} s, but one in a hundred."
        return [Finding("slow", Health.OK, told)]
    told = f"One answer in a hundred took longer than {SLOW_SECONDS:g} s here: "
    return [
        Finding(
            "slow",
            Health.WARNING,
            told + "; ".join(found[:_EXAMPLES]) + ".",
            details=tuple(found),
        )
    ]


def by_route(ledger: Ledger) -> dict[str, list[float]]:
    """Collect how long answers took.

    Parameters
    ----------
    ledger : Ledger
        Has every answer.

    Returns
    -------
    dict of str to list of float
        Seconds, rising, by route; the slowest route first.
    """
    found: dict[str, list[float]] = {}
    for answer in ledger.answers:
        found.setdefault(answer.route, []).append(answer.seconds)
    ordered = {route: sorted(times) for route, times in found.items()}
    return dict(sorted(ordered.items(), key=lambda item: -item[1][-1]))


def waits(records: Iterable[Record]) -> list[float]:
    """Collect how long submissions waited until a worker took them the last time.

    Parameters
    ----------
    records : iterable of Record
        As the server kept them.

    Returns
    -------
    list of float
        Seconds, rising.
    """
    return sorted(
        (record.started_at - record.created_at).total_seconds()
        for record in records
        if record.started_at
    )


def _wait_for_tracking(settings: Settings) -> None:
    deadline = time.monotonic() + TRACKING_SECONDS
    while read_kept(settings.home / "challenge.db").untracked:
        if time.monotonic() > deadline:
            return
        time.sleep(0.5)
