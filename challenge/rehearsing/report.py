"""What a rehearsal tells: a document in Markdown or HTML, and the same as data."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from html import escape
from pathlib import Path
from typing import Any

from challenge.rehearsing.examining import Examined, by_route, waits
from challenge.rehearsing.kinds import EXPECTED
from challenge.rules.findings import Health
from challenge.synthesis.notices import FORBIDDEN_USE, NOTICE

ROUTES = 12
"""Of the slowest, that the report lists."""
NOT_REHEARSED = (
    "clocks that go wrong, a disk that is really full, and a machine that loses power",
    "the network of the venue, its Wi-Fi, a proxy or TLS in front of the server",
    "PostgreSQL, a Dask cluster and more than one web process",
    "models larger than the baselines, and people who do what nobody thought of",
)
_STATES = {Health.OK: "well", Health.WARNING: "look at", Health.FAULT: "BROKE"}


@dataclass(frozen=True, slots=True)
class Section:
    """A part of the report.

    Attributes
    ----------
    heading : str
        Of this part.
    lines : tuple of str
        Paragraphs.
    head : tuple of str
        Of the table; empty: there is none.
    rows : tuple of tuple of str
        Of the table.
    """

    heading: str
    lines: tuple[str, ...] = ()
    head: tuple[str, ...] = ()
    rows: tuple[tuple[str, ...], ...] = ()


def sections(examined: Examined) -> list[Section]:
    """Write the report.

    Parameters
    ----------
    examined : Examined
        A rehearsal that is over.

    Returns
    -------
    list of Section
        What broke before everything else.
    """
    return [
        _verdict(examined),
        _findings(examined),
        _faults(examined),
        _uploads(examined),
        _waiting(examined),
        _played(examined),
        Section("What was not rehearsed", tuple(f"{line}." for line in NOT_REHEARSED)),
    ]


def write(examined: Examined, place: Path) -> Path:
    """Write the report to a file: HTML if it is called so, else Markdown.

    Parameters
    ----------
    examined : Examined
        A rehearsal that is over.
    place : Path
        Of the file; its folder is made.

    Returns
    -------
    Path
        The same.
    """
    as_text = _as_html if place.suffix == ".html" else _as_markdown
    place.parent.mkdir(parents=True, exist_ok=True)
    draft = place.with_name(f"{place.name}.part")
    draft.write_text(as_text(sections(examined)), encoding="utf-8")
    return draft.replace(place)


def document(examined: Examined) -> dict[str, Any]:
    """Give the report as data.

    Parameters
    ----------
    examined : Examined
        A rehearsal that is over.

    Returns
    -------
    dict
        What JSON knows.
    """
    times = by_route(examined.ledger)
    return {
        "accounted_for": not examined.broke,
        "home": str(examined.stage.settings.home),
        "size": asdict(examined.stage.plan.size),
        "pace": examined.pace,
        "findings": [asdict(finding) for finding in examined.findings],
        "faults": [
            {"fault": s.name, "second": s.second, "done": s.done, "saw": s.saw}
            | {"seconds_until_well": s.seconds}
            for s in examined.ledger.strikes
        ],
        "submissions": Counter(r.state for r in examined.kept.records),
        "waited_seconds": _quantiles(waits(examined.kept.records)),
        "routes": {route: _quantiles(found) for route, found in times.items()},
        "notice": NOTICE,
        "forbidden_use": FORBIDDEN_USE,
    }


def _verdict(examined: Examined) -> Section:
    broke = len(examined.broke)
    told = (
        "Everything is accounted for."
        if not broke
        else f"{broke} {'check' if broke == 1 else 'checks'} found something broken."
    )
    return Section(
        "Rehearsal of the day",
        (told, NOTICE["nl"], NOTICE["en"], FORBIDDEN_USE["nl"], FORBIDDEN_USE["en"]),
    )


def _findings(examined: Examined) -> Section:
    order = [Health.FAULT, Health.WARNING, Health.OK]
    found = sorted(examined.findings, key=lambda one: order.index(one.state))
    rows: list[tuple[str, ...]] = []
    for one in found:
        rows.append((_STATES[one.state], one.name, one.told))
        if one.state is Health.FAULT:
            rows += [("", "", detail) for detail in one.details[1:]]
    return Section(
        "What broke, and what is well", (), ("", "Check", "Found"), tuple(rows)
    )


def _faults(examined: Examined) -> Section:
    rows = [
        (
            f"{s.second:.0f} s",
            s.name,
            s.done,
            s.saw,
            "never" if s.seconds is None else f"{s.seconds:.1f} s",
        )
        for s in examined.ledger.strikes
    ]
    head = ("At", "Fault", "What was done", "What happened", "Well after")
    lines = () if rows else ("Nothing was broken on purpose.",)
    return Section("Faults", lines, head if rows else (), tuple(rows))


def _uploads(examined: Examined) -> Section:
    ends = {record.note: record for record in examined.kept.records}
    found: dict[tuple[str, str, str], int] = Counter()
    for upload in examined.ledger.uploads:
        expected = EXPECTED[upload.kind]
        record = ends.get(upload.note)
        answer = f"{upload.status or 'no answer'} {upload.slug}".strip()
        end = f"{record.state} {record.reason}".strip() if record else "not kept"
        wanted = f"{expected.state} {expected.reason}".strip() or "not kept"
        found[upload.kind.value, answer, f"{end} (expected: {wanted})"] += 1
    rows = tuple((*key, str(count)) for key, count in sorted(found.items()))
    return Section("What was handed in", (), ("Kind", "Answer", "End", "Uploads"), rows)


def _waiting(examined: Examined) -> Section:
    waited = _quantiles(waits(examined.kept.records))
    lines = (
        f"In the queue: median {waited['median']:.1f} s, one in a hundred"
        f" {waited['p99']:.1f} s, longest {waited['longest']:.1f} s.",
        *(() if examined.pace == 1 else (_quick(examined.pace),)),
    )
    rows = tuple(
        (route, str(len(times)), *_shown(_quantiles(times)))
        for route, times in [*by_route(examined.ledger).items()][:ROUTES]
    )
    head = ("Route", "Requests", "Median", "1 in 100", "Longest")
    return Section("What took long", lines, head, rows)


def _quick(pace: float) -> str:
    return (
        f"The day went {pace:g} times as quick as ours, and models, pages and the"
        " venue do not: the queue was that much fuller than it will be."
    )


def _played(examined: Examined) -> Section:
    size, stage, ledger = examined.stage.plan.size, examined.stage, examined.ledger
    judged = sum(points is not None for points in ledger.ballots.values())
    rows = (
        ("Challenge", stage.brief.slug),
        ("Teams, jurors, viewers", f"{size.teams}, {size.jurors}, {size.viewers}"),
        ("Hours, pace", f"{size.hours:g}, {examined.pace:g}"),
        ("Seed", str(size.seed)),
        ("Requests", str(len(ledger.answers))),
        ("Uploads", str(len(ledger.uploads))),
        ("Submissions kept", str(len(examined.kept.records))),
        ("Ballots, recusals", f"{judged}, {len(ledger.ballots) - judged}"),
        ("Everything of it", str(stage.settings.home)),
    )
    return Section("What was played", (), ("", ""), rows)


def _quantiles(times: Sequence[float]) -> dict[str, float]:
    if not times:
        return {"median": 0.0, "p99": 0.0, "longest": 0.0}
    return {
        "median": times[len(times) // 2],
        "p99": times[-1 - len(times) // 100],
        "longest": times[-1],
    }


def _shown(quantiles: dict[str, float]) -> Iterator[str]:
    return (f"{seconds:.2f} s" for seconds in quantiles.values())


def _as_markdown(parts: Sequence[Section]) -> str:
    text: list[str] = []
    for level, part in enumerate(parts):
        text.append(f"{'##' if level else '#'} {part.heading}")
        text += part.lines
        if part.head:
            lines = [part.head, tuple("---" for _ in part.head), *part.rows]
            text.append(
                "\n".join(f"| {' | '.join(map(_cell, row))} |" for row in lines)
            )
    return "\n\n".join(text) + "\n"


def _cell(text: str) -> str:
    return " ".join(text.replace("|", "\\|").split())


def _as_html(parts: Sequence[Section]) -> str:
    body = []
    for level, part in enumerate(parts):
        tag = "h2" if level else "h1"
        body.append(f"<{tag}>{escape(part.heading)}</{tag}>")
        body += [f"<p>{escape(line)}</p>" for line in part.lines]
        if part.head:
            head = "".join(f'<th scope="col">{escape(text)}</th>' for text in part.head)
            rows = "\n".join(
                f"<tr>{''.join(f'<td>{escape(text)}</td>' for text in row)}</tr>"
                for row in part.rows
            )
            body.append(
                f"<table><thead><tr>{head}</tr></thead>\n<tbody>{rows}</tbody></table>"
            )
    return _PAGE.format(title=escape(parts[0].heading), body="\n".join(body))


_PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>{title}</title>
<meta name="viewport" content="width=device-width">
<style>body{{font:1rem/1.5 sans-serif;max-width:70rem;margin:2rem auto;padding:0 1rem}}
table{{border-collapse:collapse}}th,td{{text-align:left;padding:.3rem .8rem .3rem 0;
border-bottom:1px solid #ccc;vertical-align:top}}</style></head>
<body>
{body}
</body></html>
"""
