"""Whether what the clients were told and what the server kept are the same story.

Each check compares the ledger with the database as it was read past the server's code,
and gives one sentence for each thing that does not fit. None means: accounted for.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from challenge.rehearsing.kinds import EXPECTED, Kind
from challenge.rehearsing.ledger import Ledger, Upload
from challenge.rehearsing.records import Record, Records

_ENDS = frozenset({"scored", "proved", "refused", "failed"})
_PHASES = ["open", "frozen", "jury", "closed"]


def account(
    ledger: Ledger,
    records: Records,
    *,
    board: Mapping[str, Any],
    verdict: Mapping[str, Any],
    quota: int,
    now: datetime,
) -> dict[str, list[str]]:
    """Hold the clients' books against the server's.

    Parameters
    ----------
    ledger : Ledger
        The clients' side.
    records : Records
        The server's side.
    board, verdict : mapping
        As the server gives them, and empty where it did not.
    quota : int
        Scored runs of a team in a day.
    now : datetime
        On the challenge's own clock, which says when a day begins.

    Returns
    -------
    dict of str to list of str
        By check, a sentence for each thing that does not fit; a check that could not
        be done is not there.
    """
    checks = {
        "submissions": [*_lost(ledger, records)],
        "strangers": [*_strangers(ledger, records)],
        "ends": [*_wrong_ends(ledger, records)],
        "refusals": [*_wrong_answers(ledger)],
        "quota": [*_wrong_quota(ledger, records, quota, now)],
        "ballots": [*_wrong_ballots(ledger, records)],
        "phases": [*_wrong_phases(ledger)],
    }
    if board:
        checks["board"] = [*_wrong_board(board, records)]
    if verdict:
        checks["verdict"] = [*_wrong_verdict(verdict, ledger)]
    return checks


def _lost(ledger: Ledger, records: Records) -> Iterator[str]:
    """Find submissions that a client was told of and that are gone, or there twice."""
    by_id = {record.id: record for record in records.submissions}
    notes = Counter(record.note for record in records.submissions if record.note)
    for upload in ledger.uploads:
        told = f"{upload.id} {_told(upload)}"
        if upload.is_in and upload.id not in by_id:
            yield f"Submission {told} was taken in and is not there."
        elif upload.is_in and by_id[upload.id].note != upload.note:
            yield f"Submission {told} is another one than was handed in."
        if notes[upload.note] > 1:
            yield f"Submission {told} is there {notes[upload.note]} times."


def _strangers(ledger: Ledger, records: Records) -> Iterator[str]:
    """Find submissions that nobody handed in, or that were refused and kept."""
    by_note = {upload.note: upload for upload in ledger.uploads}
    for record in records.submissions:
        upload = by_note.get(record.note)
        if upload is None or upload.team != record.team:
            yield f"Submission {record.id} of {record.team} was handed in by nobody."
        elif not (upload.is_in or upload.is_unknown) and record.state != "refused":
            yield (
                f"Submission {record.id} {_told(upload)} was answered with"
                f" {upload.status} {upload.slug} and is {record.state} all the same."
            )


def _wrong_ends(ledger: Ledger, records: Records) -> Iterator[str]:
    """Find submissions that did not end, or ended otherwise than they had to."""
    by_note = {upload.note: upload for upload in ledger.uploads}
    for record in records.submissions:
        told = f"Submission {record.id} of {record.team}"
        seen = ledger.ends.get(record.id, record.state)
        if record.state not in _ENDS:
            yield f"{told} is still {record.state}."
        elif seen != record.state:
            yield f"{told} ended {seen}, as its team saw, and is {record.state} now."
        elif upload := by_note.get(record.note):
            yield from _as_expected(upload, record)
    for key in ledger.changed:
        yield f"Submission {key} had two different ends."


def _as_expected(upload: Upload, record: Record) -> Iterator[str]:
    expected = EXPECTED[upload.kind]
    if expected.state and (record.state, record.reason) != (
        expected.state,
        expected.reason,
    ):
        yield (
            f"Submission {record.id} {_told(upload)} ended {record.state}"
            f" {record.reason or '(no reason)'}, not"
            f" {expected.state} {expected.reason}".rstrip()
            + "."
        )


def _wrong_answers(ledger: Ledger) -> Iterator[str]:
    """Find uploads that were answered otherwise than they had to be.

    Errors are for `Ledger.unannounced`: after one, a team hands in again.
    """
    late = EXPECTED[Kind.LATE]
    for upload in ledger.uploads:
        expected = EXPECTED[upload.kind]
        right = [(expected.status, expected.slug)]
        if upload.is_close:
            # A form tells why on its page, without a slug.
            right += [(late.status, late.slug), (late.status, "")]
        if not upload.is_struck and (upload.status, upload.slug) not in right:
            wanted = f"{expected.status} {expected.slug}".strip()
            yield (
                f"An upload {_told(upload)} was answered with {upload.status}"
                f" {upload.slug or 'and no slug'}, not {wanted}."
            )


def _wrong_quota(
    ledger: Ledger, records: Records, quota: int, now: datetime
) -> Iterator[str]:
    """Find teams that were told another number of runs left than the records say."""
    used = Counter(
        record.team
        for record in records.submissions
        if record.counts
        and record.created_at.astimezone(now.tzinfo).date() == now.date()
    )
    for team, count in used.items():
        if count > quota:
            yield f"{team} had {count} scored runs, and may have {quota}."
    for team, left in ledger.left.items():
        if left != max(0, quota - used[team]):
            yield f"{team} used {used[team]} of {quota} runs and was told {left} left."


def _wrong_ballots(ledger: Ledger, records: Records) -> Iterator[str]:
    """Find ballots that are lost, changed, or cast by nobody."""
    for key in sorted(ledger.ballots.keys() | records.ballots.keys()):
        told = f"The ballot of {key[0]} on {key[1]}"
        if key not in records.ballots:
            yield f"{told} was handed in and is not there."
        elif key not in ledger.ballots:
            yield f"{told} counts and was never handed in."
        elif ledger.ballots[key] != records.ballots[key]:
            yield f"{told} is another one than was handed in."


def _wrong_board(board: Mapping[str, Any], records: Records) -> Iterator[str]:
    """Find teams with a score that are not on the board once, and others that are."""
    rows = Counter(row["team"] for row in board["rows"])
    scored = {one.team for one in records.submissions if one.state == "scored"}
    for team in sorted(scored | rows.keys()):
        if rows[team] != (team in scored):
            has = "has" if team in scored else "has not"
            yield f"{team} {has} a score and stands on the board {rows[team]} times."


def _wrong_verdict(verdict: Mapping[str, Any], ledger: Ledger) -> Iterator[str]:
    """Find teams whose points in the verdict are not those that were given."""
    given: dict[tuple[str, str], list[int]] = defaultdict(list)
    for (_, team), points in ledger.ballots.items():
        for criterion, value in points.items():
            given[team, criterion].append(value)
    counted: dict[tuple[str, str], list[int]] = defaultdict(list)
    for row in verdict["ballots"]:
        if row["points"] is not None:
            counted[row["team"], row["criterion"]].append(row["points"])
    for team, criterion in sorted(given.keys() | counted.keys()):
        mine, theirs = (sorted(s[team, criterion]) for s in (given, counted))
        if mine != theirs:
            yield f"{team} was given {mine} for {criterion}; the verdict has {theirs}."
    if not verdict["versions"]:
        yield "No verdict was written down."


def _wrong_phases(ledger: Ledger) -> Iterator[str]:
    seen = [phase for phase in ledger.phases if phase in _PHASES]
    if seen != _PHASES:
        yield f"The organiser saw the phases {', '.join(seen) or 'not at all'}."


def _told(upload: Upload) -> str:
    return f"handed in by {upload.team} ({upload.kind})"
