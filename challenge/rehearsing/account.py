"""Whether what the clients were told and what the server kept are the same story.

Each check compares the ledger with the database as it was read past the server's code,
and gives one sentence for each thing that does not fit. None means: accounted for.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from challenge.rehearsing.kept import Kept, Record
from challenge.rehearsing.kinds import EXPECTED, Expectation, Kind
from challenge.rehearsing.ledger import Ledger, Upload

_ENDS = frozenset({"scored", "proved", "refused", "failed"})
_PHASES = ["open", "frozen", "jury", "closed"]
_SHOWN = "handed in by {team} ({kind})"


def lost(ledger: Ledger, kept: Kept) -> Iterator[str]:
    """Find submissions that a client was told of and that are gone, or there twice.

    Parameters
    ----------
    ledger : Ledger
        The clients' side.
    kept : Kept
        The server's side.

    Yields
    ------
    str
        One sentence each.
    """
    by_id = {record.id: record for record in kept.records}
    notes = Counter(record.note for record in kept.records if record.note)
    for upload in ledger.uploads:
        told = f"{upload.id} {_told(upload)}"
        if upload.is_in and upload.id not in by_id:
            yield f"Submission {told} was taken in and is not there."
        elif upload.is_in and by_id[upload.id].note != upload.note:
            yield f"Submission {told} is another one than was handed in."
        if notes[upload.note] > 1:
            yield f"Submission {told} is there {notes[upload.note]} times."


def strangers(ledger: Ledger, kept: Kept) -> Iterator[str]:
    """Find submissions that nobody handed in, or that were refused and kept.

    Parameters
    ----------
    ledger : Ledger
        The clients' side.
    kept : Kept
        The server's side.

    Yields
    ------
    str
        One sentence each.
    """
    by_note = {upload.note: upload for upload in ledger.uploads}
    for record in kept.records:
        upload = by_note.get(record.note)
        if upload is None or upload.team != record.team:
            yield f"Submission {record.id} of {record.team} was handed in by nobody."
        elif not (upload.is_in or upload.is_unknown) and record.state != "refused":
            yield (
                f"Submission {record.id} {_told(upload)} was answered with"
                f" {upload.status} {upload.slug} and is {record.state} all the same."
            )


def wrong_ends(ledger: Ledger, kept: Kept) -> Iterator[str]:
    """Find submissions that did not end, or ended otherwise than they had to.

    Parameters
    ----------
    ledger : Ledger
        The clients' side.
    kept : Kept
        The server's side.

    Yields
    ------
    str
        One sentence each.
    """
    by_note = {upload.note: upload for upload in ledger.uploads}
    for record in kept.records:
        if record.state not in _ENDS:
            yield f"Submission {record.id} of {record.team} is still {record.state}."
            continue
        seen = ledger.ends.get(record.id, record.state)
        if seen != record.state:
            yield (
                f"Submission {record.id} of {record.team} ended {seen}, as its team"
                f" saw, and is {record.state} now."
            )
        if upload := by_note.get(record.note):
            yield from _as_expected(upload, record)
    for key in ledger.changed:
        yield f"Submission {key} had two different ends."


def wrong_answers(ledger: Ledger) -> Iterator[str]:
    """Find uploads that were answered otherwise than they had to be.

    Parameters
    ----------
    ledger : Ledger
        The clients' side.

    Yields
    ------
    str
        One sentence each. Errors are for `Ledger.unannounced`: after one, a team
        hands in again.
    """
    late = EXPECTED[Kind.LATE]
    for upload in ledger.uploads:
        expected = EXPECTED[upload.kind]
        right = [(expected.status, expected.slug)]
        if upload.is_close:
            right.append((late.status, late.slug))
        if not upload.is_struck and (upload.status, upload.slug) not in right:
            yield (
                f"An upload {_told(upload)} was answered with {upload.status}"
                f" {upload.slug or 'and no slug'}, not {_answer(expected)}."
            )


def wrong_quota(ledger: Ledger, records: Iterable[Record], quota: int) -> Iterator[str]:
    """Find teams that were told another number of runs left than the records say.

    Parameters
    ----------
    ledger : Ledger
        The clients' side.
    records : iterable of Record
        Of today.
    quota : int
        Scored runs of a team in a day.

    Yields
    ------
    str
        One sentence each.
    """
    used = Counter(record.team for record in records if record.counts)
    for team, count in used.items():
        if count > quota:
            yield f"{team} had {count} scored runs, and may have {quota}."
    for team, left in ledger.left.items():
        if left != max(0, quota - used[team]):
            yield f"{team} used {used[team]} of {quota} runs and was told {left} left."


def wrong_board(board: Mapping[str, Any], kept: Kept) -> Iterator[str]:
    """Find teams with a score that are not on the board once, and others that are.

    Parameters
    ----------
    board : mapping
        As ``GET /api/board`` gives it.
    kept : Kept
        The server's side.

    Yields
    ------
    str
        One sentence each.
    """
    rows = Counter(row["team"] for row in board["rows"])
    scored = {record.team for record in kept.records if record.state == "scored"}
    for team in sorted(scored | rows.keys()):
        if rows[team] != (team in scored):
            has = "has" if team in scored else "has not"
            yield f"{team} {has} a score and stands on the board {rows[team]} times."


def wrong_ballots(ledger: Ledger, kept: Kept) -> Iterator[str]:
    """Find ballots that are lost, changed, or cast by nobody.

    Parameters
    ----------
    ledger : Ledger
        The clients' side.
    kept : Kept
        The server's side.

    Yields
    ------
    str
        One sentence each.
    """
    for key in sorted(ledger.ballots.keys() | kept.ballots.keys()):
        told = f"The ballot of {key[0]} on {key[1]}"
        if key not in kept.ballots:
            yield f"{told} was handed in and is not there."
        elif key not in ledger.ballots:
            yield f"{told} counts and was never handed in."
        elif ledger.ballots[key] != kept.ballots[key]:
            yield f"{told} is another one than was handed in."
    for juror, team in sorted(ledger.drafts ^ kept.drafts):
        yield f"The draft of {juror} on {team} is on one side of the books alone."


def wrong_verdict(ledger: Ledger, verdict: Mapping[str, Any]) -> Iterator[str]:
    """Find teams whose points in the verdict are not those that were given.

    Parameters
    ----------
    ledger : Ledger
        The clients' side.
    verdict : mapping
        As ``GET /organiser/verdict.json`` gives it: a row per juror and criterion.

    Yields
    ------
    str
        One sentence each.
    """
    given: dict[tuple[str, str], list[int]] = defaultdict(list)
    for (_, team), points in ledger.ballots.items():
        for criterion, value in (points or {}).items():
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


def wrong_phases(ledger: Ledger) -> Iterator[str]:
    """Find that the day did not go through its phases.

    Parameters
    ----------
    ledger : Ledger
        The clients' side.

    Yields
    ------
    str
        One sentence.
    """
    seen = [phase for phase in ledger.phases if phase in _PHASES]
    if seen != _PHASES:
        yield f"The organiser saw the phases {', '.join(seen) or 'not at all'}."


def _as_expected(upload: Upload, record: Record) -> Iterator[str]:
    expected = EXPECTED[upload.kind]
    if expected.state and record.state != expected.state:
        yield (
            f"Submission {record.id} {_told(upload)} ended {record.state}"
            f" ({record.reason or 'no reason'}), not {expected.state}."
        )
    elif expected.reason and record.reason != expected.reason:
        yield (
            f"Submission {record.id} {_told(upload)} was refused for {record.reason},"
            f" not {expected.reason}."
        )


def _told(upload: Upload) -> str:
    return _SHOWN.format(team=upload.team, kind=upload.kind.value)


def _answer(expected: Expectation) -> str:
    return f"{expected.status} {expected.slug}".strip()
