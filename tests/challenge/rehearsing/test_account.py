"""Planted losses: the account of a rehearsal finds each of them, and nothing else."""

from __future__ import annotations

import shutil
import sqlite3
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime
from itertools import chain
from pathlib import Path

import pytest

from challenge.records import Opinion, Role, Stage, State
from challenge.rehearsing.account import account
from challenge.rehearsing.kinds import Kind
from challenge.rehearsing.ledger import Answer, Ledger, Strike, Upload
from challenge.rehearsing.records import Records, read_records
from challenge.store import open_database

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
JUROR = "Jurylid 1"
QUOTA = 10
# Id, team, kind, and how it ended.
DAY = (
    ("a1", "Zwaluw", Kind.HONEST, State.SCORED, None),
    ("a2", "Zwaluw", Kind.LABELS, State.REFUSED, "labels"),
    ("b1", "Grutto", Kind.TWICE, State.SCORED, None),
    ("b2", "Grutto", Kind.PROOF, State.PROVED, None),
    ("b3", "Grutto", Kind.NO_ZIP, State.REFUSED, "not-a-zip"),
)
STATUS = {Kind.TWICE: 303, Kind.NO_ZIP: 422}
SLUG = {Kind.NO_ZIP: "not-a-zip"}
BOARD = {"rows": [{"team": "Zwaluw"}, {"team": "Grutto"}]}
VERDICT = {
    "versions": [{"places": ["Zwaluw"]}],
    "ballots": [
        {"team": "Zwaluw", "criterion": "nut", "points": 4},
        {"team": "Grutto", "criterion": "nut", "points": 2},
    ],
}


@pytest.fixture
def ledger() -> Ledger:
    """What the clients know of a day on which nothing went wrong."""
    kept = Ledger(
        uploads=[
            Upload(
                f"nr {key}", team, kind, STATUS.get(kind, 202), SLUG.get(kind, ""), key
            )
            for key, team, kind, _, _ in DAY
        ],
        ends={key: state.value for key, _, _, state, _ in DAY if key != "b3"},
        ballots={(JUROR, "Zwaluw"): {"nut": 4}, (JUROR, "Grutto"): {"nut": 2}},
        left={"Zwaluw": 9, "Grutto": 9},
        phases=["open", "frozen", "jury", "closed"],
    )
    kept.uploads += [
        Upload("nr wrong", "Zwaluw", Kind.TOO_MANY, 429, "quota-exceeded"),
        Upload("nr late", "Zwaluw", Kind.LATE, 409, "phase-closed"),
        Upload("nr cut", "Zwaluw", Kind.HONEST, 0, "ReadError"),
    ]
    return kept


@pytest.fixture
def place(migrated: Path, tmp_path: Path) -> Path:
    """The database of the same day, written by the product itself."""
    file = Path(shutil.copy(migrated, tmp_path / "day.db"))
    opened = open_database(f"sqlite:///{file}")
    with closing(opened) as database, database.begin() as unit:
        people = {
            name: unit.people.add(role, name, token_hash=name, now=NOON)
            for name, role in (
                *((team, Role.TEAM) for team in ("Zwaluw", "Grutto")),
                (JUROR, Role.JUROR),
            )
        }
        for key, team, kind, state, reason in DAY:
            unit.submissions.add(
                id=key,
                team_id=people[team].id,
                state=state,
                stage=Stage.PROOF,
                release="quickstart/1",
                note=f"nr {key}",
                reason=reason,
                proof_only=kind is Kind.PROOF,
                bundle_sha256="ab",
                created_at=NOON,
                updated_at=NOON,
            )
        for team, points in (("Zwaluw", 4), ("Grutto", 2)):
            unit.ballots.put(
                people[JUROR],
                people[team],
                Opinion({"nut": points}),
                now=NOON,
                submitted_at=NOON,
            )
    return file


def found(ledger: Ledger, records: Records, board: dict = BOARD) -> list[str]:
    """Carry out every check."""
    asked = {"board": board, "verdict": VERDICT, "quota": QUOTA, "now": NOON}
    return [*chain(*account(ledger, records, **asked).values())]


def test_a_good_day_is_accounted_for(ledger: Ledger, place: Path) -> None:
    assert [*found(ledger, read_records(place))] == []


def again(**changed: str) -> str:
    """Write the statement that puts submission a2 there once more, changed."""
    columns = ["team_id", "state", "stage", "release", "title", "note", "card", "log"]
    columns += ["bundle_sha256", "attempt", "created_at", "updated_at"]
    taken = ", ".join(changed.get(column, column) for column in columns)
    return (
        f"INSERT INTO submissions (id, {', '.join(columns)})"
        f" SELECT 'c9', {taken} FROM submissions WHERE id = 'a2'"
    )


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ("DELETE FROM submissions WHERE id = 'a1'", "a1 .* is not there"),
        (again(), "a2 .* is there 2 times"),
        (again(note="'who?'"), "c9 of Zwaluw was handed in by nobody"),
        (
            again(note="'nr wrong'", state="'scored'"),
            "c9 .* 429 .* is scored all the same",
        ),
        (
            "UPDATE submissions SET state = 'running' WHERE id = 'a1'",
            "a1 .* still running",
        ),
        (
            "UPDATE submissions SET state = 'failed' WHERE id = 'a1'",
            "a1 .* ended scored, as its team saw, and is failed",
        ),
        (
            "UPDATE submissions SET reason = 'crashed' WHERE id = 'a2'",
            "ended refused crashed, not refused labels",
        ),
        (
            "UPDATE submissions SET note = 'nr a2' WHERE id = 'a1'",
            "a1 .* is another one",
        ),
        (
            "UPDATE submissions SET team_id = 2 WHERE id = 'a2'",
            "a2 of Grutto was handed in by nobody",
        ),
        (
            "UPDATE submissions SET proof_only = 1 WHERE id = 'a1'",
            "Zwaluw used 0 of 10 runs and was told 9",
        ),
        (
            "DELETE FROM ballots WHERE points LIKE '%2%'",
            "Grutto was handed in and is not there",
        ),
        (
            "UPDATE ballots SET points = '{\"nut\": 5}' WHERE points LIKE '%4%'",
            "is another one than was handed in",
        ),
        (
            "UPDATE ballots SET submitted_at = NULL WHERE points LIKE '%4%'",
            "The ballot of Jurylid 1 on Zwaluw was handed in and is not there",
        ),
    ],
)
def test_whatever_changes_in_the_database_is_found(
    change: str, told: str, ledger: Ledger, place: Path
) -> None:
    with closing(sqlite3.connect(place)) as connection, connection:
        assert connection.execute(change).rowcount == 1
    with pytest.raises(AssertionError, match=told):
        assert "\n".join(found(ledger, read_records(place))) == ""


def test_whatever_the_clients_saw_otherwise_is_found(
    ledger: Ledger, place: Path
) -> None:
    kept = read_records(place)
    ledger.uploads[0] = replace(
        ledger.uploads[0], status=429, slug="quota-exceeded", id=""
    )
    assert "answered with 429 quota-exceeded, not 202" in "\n".join(found(ledger, kept))
    ledger.saw_end("a1", "failed")
    assert "a1 had two different ends" in "\n".join(found(ledger, kept))
    ledger.ballots["Jurylid 2", "Zwaluw"] = {"nut": 1}
    told = "\n".join(found(ledger, kept))
    assert "Jurylid 2 on Zwaluw was handed in and is not there" in told
    assert "given [1, 4] for nut; the verdict has [4]" in told
    ledger.phases.pop()
    assert "open, frozen, jury." in "\n".join(found(ledger, kept))


def test_a_team_twice_on_the_board_or_not_at_all_is_found(
    ledger: Ledger, place: Path
) -> None:
    rows = [{"team": "Zwaluw"}, {"team": "Zwaluw"}, {"team": "Kievit"}]
    told = found(ledger, read_records(place), {"rows": rows})
    assert told == [
        "Grutto has a score and stands on the board 0 times.",
        "Kievit has not a score and stands on the board 1 times.",
        "Zwaluw has a score and stands on the board 2 times.",
    ]


def test_an_upload_whose_answer_got_lost_may_be_in_or_not(
    ledger: Ledger, place: Path
) -> None:
    ledger.uploads[0] = replace(ledger.uploads[0], status=0, id="")
    assert [*found(ledger, read_records(place))] == []
    with closing(sqlite3.connect(place)) as connection, connection:
        connection.execute("DELETE FROM submissions WHERE id = 'a1'")
    told = found(ledger, read_records(place))
    # Without its one submission the team has no score, and all its runs.
    assert [one for one in told if one.startswith("Submission")] == []


@pytest.mark.parametrize(
    ("kind", "slug"), [(Kind.LABELS, "phase-closed"), (Kind.TWICE, "")]
)
def test_who_is_close_to_the_deadline_may_come_too_late(
    kind: Kind, slug: str, ledger: Ledger, place: Path
) -> None:
    late = Upload("nr x", "Zwaluw", kind, 409, slug)
    ledger.uploads.append(late)
    assert "answered with 409" in "\n".join(found(ledger, read_records(place)))
    ledger.uploads[-1] = replace(late, is_close=True)
    assert found(ledger, read_records(place)) == []


def test_an_error_counts_only_outside_an_announced_fault() -> None:
    ledger = Ledger(strikes=[Strike("x", "x", began=100, second=0, ended=110)])
    moments = {"before": 90.0, "during": 105.0, "reload": 112.0, "after": 120.0}
    for who, began in moments.items():
        ledger.answers += [
            Answer(who, "GET /", began, 1.0, 503),
            Answer(who, "GET /", began, 1.0, 0, "ReadError"),
            Answer(who, "GET /", began, 1.0, 404),
        ]
    told = [(answer.who, answer.status) for answer in ledger.unannounced(grace=5)]
    assert told == [("before", 503), ("before", 0), ("after", 503), ("after", 0)]


def test_a_fault_excuses_no_error_that_nobody_foresaw() -> None:
    ledger = Ledger(strikes=[Strike("x", "x", began=100, second=0, ended=110)])
    ledger.answers += [Answer("z", "GET /", 105, 1.0, status) for status in (503, 500)]
    assert [answer.status for answer in ledger.unannounced(grace=5)] == [500]


def test_a_request_that_began_before_a_fault_may_break_in_it() -> None:
    ledger = Ledger(strikes=[Strike("x", "x", began=100, second=0, ended=110)])
    ledger.answers.append(Answer("early", "GET /", 98, 3.0, 0))
    assert [*ledger.unannounced(grace=5)] == []


def test_points_are_read_as_they_were_written(place: Path) -> None:
    ballots = read_records(place).ballots
    assert ballots == {(JUROR, "Zwaluw"): {"nut": 4}, (JUROR, "Grutto"): {"nut": 2}}
