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
from challenge.rehearsing.account import account
from challenge.rehearsing.ledger import Ledger
from challenge.rehearsing.records import Records, read_records
from challenge.rehearsing.stage import ORGANISER, Stage
from challenge.rules.findings import Finding, Health
from challenge.settings import Settings

TRACKING_SECONDS = 120.0
"""That MLflow may be behind before it counts as broken."""
GRACE_SECONDS = 5.0
"""After a fault, in which what it left may still show: one reload of a page."""


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
    records : Records
        The server's side.
    findings : tuple of Finding
        One per check.
    pace : float
        How many times as quick as ours it went.
    """

    stage: Stage
    ledger: Ledger
    records: Records
    findings: tuple[Finding, ...]
    pace: float

    @property
    def broke(self) -> tuple[Finding, ...]:
        """What broke."""
        return tuple(one for one in self.findings if one.state is Health.FAULT)


def ask_at_the_end(stage: Stage, ledger: Ledger, *, broken_off: bool) -> Told:
    """Let MLflow catch up, and ask for board and verdict while the server runs.

    What cannot be had is written in the ledger. On a day that was broken off nothing
    is waited for.
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


def examine(stage: Stage, ledger: Ledger, told: Told, *, pace: float) -> Examined:
    """Hold everything against everything, once the server is stopped.

    Parameters
    ----------
    stage : Stage
        No longer served.
    ledger : Ledger
        The clients' side.
    told : Told
        What the server said last.
    pace : float
        How many times as quick as ours it went.

    Returns
    -------
    Examined
        With a finding for each check that could be done.
    """
    records = read_records(stage.settings.home / "challenge.db")
    books = account(
        ledger,
        records,
        board=told.board,
        verdict=told.verdict,
        quota=stage.brief.quota.scored_per_day,
        now=datetime.now(stage.brief.event.clock),
    )
    checks: dict[str, Iterable[str]] = {
        **books,
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
    else:
        checks["recomputed"] = _recomputed(stage)
    findings = [_finding(name, said) for name, said in checks.items()]
    findings += [one for one in Checkup(stage.settings).findings() if _concerns(one)]
    return Examined(stage, ledger, records, tuple(findings), pace)


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
        f" {struck.failed or 'broken off'}."
        for struck in ledger.strikes
        if struck.ended is None
    ]


def _concerns(finding: Finding) -> bool:
    """Leave out what a stopped server cannot have: a living worker."""
    return finding.name not in ("workers", "queue", "engine")


def _wait_for_tracking(settings: Settings) -> None:
    deadline = time.monotonic() + TRACKING_SECONDS
    while read_records(settings.home / "challenge.db").untracked:
        if time.monotonic() > deadline:
            return
        time.sleep(0.5)
