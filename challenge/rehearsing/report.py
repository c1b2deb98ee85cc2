"""What a rehearsal tells: a document in Markdown, and the same as data."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import asdict
from pathlib import Path
from typing import Any

from challenge.rehearsing.examining import Examined
from challenge.rehearsing.kinds import EXPECTED
from challenge.rehearsing.ledger import Ledger, Strike
from challenge.rules.findings import Health
from challenge.synthesis.notices import FORBIDDEN_USE, NOTICE
from challenge.writing import whole

NOT_REHEARSED = (
    "clocks that go wrong, a disk that is really full, and a machine that loses power",
    "the network of the venue, its Wi-Fi, a proxy or TLS in front of the server",
    "PostgreSQL, a Dask cluster and more than one web process",
    "models larger than the baselines, and people who do what nobody thought of",
)
_STATES = {Health.OK: "well", Health.WARNING: "look at", Health.FAULT: "BROKE"}


def write(examined: Examined, place: Path) -> Path:
    """Write the report to a file, what broke before everything else."""
    parts = [
        _verdict(examined),
        _findings(examined),
        _faults(examined),
        _uploads(examined),
        _played(examined),
        "## What was not rehearsed",
        *(f"{line}." for line in NOT_REHEARSED),
    ]
    place.parent.mkdir(parents=True, exist_ok=True)
    with whole(place) as file:
        file.write(("\n\n".join(parts) + "\n").encode())
    return place


def document(examined: Examined) -> dict[str, Any]:
    """Give the report as data."""
    return {
        "accounted_for": not examined.broke,
        "home": str(examined.stage.settings.home),
        "size": asdict(examined.stage.plan.size),
        "pace": examined.pace,
        "findings": [asdict(finding) for finding in examined.findings],
        "faults": [
            {"fault": s.name, "second": s.second, "done": s.done}
            | {"met": _met(examined.ledger, s), "seconds_until_well": s.seconds}
            for s in examined.ledger.strikes
        ],
        "submissions": Counter(r.state for r in examined.records.submissions),
        "notice": NOTICE,
        "forbidden_use": FORBIDDEN_USE,
    }


def _verdict(examined: Examined) -> str:
    broke = len(examined.broke)
    told = (
        "Everything is accounted for."
        if not broke
        else f"{broke} {'check' if broke == 1 else 'checks'} found something broken."
    )
    notices = (NOTICE["nl"], NOTICE["en"], FORBIDDEN_USE["nl"], FORBIDDEN_USE["en"])
    return "\n\n".join(("# Rehearsal of the day", told, *notices))


def _findings(examined: Examined) -> str:
    order = [Health.FAULT, Health.WARNING, Health.OK]
    rows = []
    for one in sorted(examined.findings, key=lambda one: order.index(one.state)):
        rows.append((_STATES[one.state], one.name, one.told))
        if one.state is Health.FAULT:
            rows += [("", "", detail) for detail in one.details[1:]]
    return _table("What broke, and what is well", ("", "Check", "Found"), rows)


def _faults(examined: Examined) -> str:
    rows = [
        (
            f"{s.second:.0f} s",
            s.name,
            s.failed or s.done,
            _met(examined.ledger, s),
            "never" if s.seconds is None else f"{s.seconds:.1f} s",
        )
        for s in examined.ledger.strikes
    ]
    head = ("At", "Fault", "What was done", "What people met", "Well after")
    if not rows:
        return "## Faults\n\nNothing was broken on purpose."
    return _table("Faults", head, rows)


def _met(ledger: Ledger, strike: Strike) -> str:
    """Count what everybody was answered while something was struck."""
    answers = ledger.met(strike)
    bad = Counter(
        f"{answer.status or 'no answer'} {answer.told}".strip()
        for answer in answers
        if answer.is_broken
    )
    good = f"{len(answers) - bad.total()} answers"
    return ", ".join([good, *(f"{count} times {told}" for told, count in bad.items())])


def _uploads(examined: Examined) -> str:
    ends = {record.note: record for record in examined.records.submissions}
    found: dict[tuple[str, str, str], int] = Counter()
    for upload in examined.ledger.uploads:
        expected = EXPECTED[upload.kind]
        record = ends.get(upload.note)
        answer = f"{upload.status or 'no answer'} {upload.slug}".strip()
        end = f"{record.state} {record.reason}".strip() if record else "not kept"
        wanted = f"{expected.state} {expected.reason}".strip() or "not kept"
        found[upload.kind.value, answer, f"{end} (expected: {wanted})"] += 1
    rows = [(*key, str(count)) for key, count in sorted(found.items())]
    return _table("What was handed in", ("Kind", "Answer", "End", "Uploads"), rows)


def _played(examined: Examined) -> str:
    size, stage, ledger = examined.stage.plan.size, examined.stage, examined.ledger
    rows = (
        ("Challenge", stage.brief.slug),
        ("Teams, jurors, viewers", f"{size.teams}, {size.jurors}, {size.viewers}"),
        ("Hours, pace", f"{size.hours:g}, {examined.pace:g}"),
        ("Seed", str(size.seed)),
        ("Requests", str(len(ledger.answers))),
        ("Uploads", str(len(ledger.uploads))),
        ("Submissions kept", str(len(examined.records.submissions))),
        ("Ballots", str(len(ledger.ballots))),
        ("Everything of it", str(stage.settings.home)),
    )
    return _table("What was played", ("", ""), rows)


def _table(heading: str, head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    lines = [head, tuple("---" for _ in head), *rows]
    drawn = [f"| {' | '.join(map(_cell, row))} |" for row in lines]
    return "\n".join((f"## {heading}", "", *drawn))


def _cell(text: str) -> str:
    return " ".join(text.replace("|", "\\|").split())
