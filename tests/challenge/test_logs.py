"""A line of the log says what happened, and never what nobody may read."""

from __future__ import annotations

import io
import json
import logging
import sqlite3
import subprocess
import sys
from datetime import datetime
from pathlib import Path

import pytest
from structlog.contextvars import bound_contextvars

from challenge.errors import (
    DatabaseUnavailableError,
    RequestRefusedError,
    StorageUnavailableError,
)
from challenge.logs import FIELDS, Lines
from challenge.outages import Outage
from challenge.rules.credentials import new_token
from challenge.rules.invitations import new_code
from challenge.rules.sessions import open_session
from challenge.store import Database

from ..factories import NOON


@pytest.fixture
def speaker() -> tuple[logging.Logger, io.StringIO]:
    """A logger of ours that writes JSON, and what it wrote."""
    written = io.StringIO()
    handler = logging.StreamHandler(written)
    handler.setFormatter(Lines("json"))
    logger = logging.getLogger("challenge.spoken")
    logger.addHandler(handler)
    logger.setLevel(logging.INFO)
    yield logger, written
    logger.removeHandler(handler)


def lines(written: io.StringIO) -> list[dict]:
    return [json.loads(line) for line in written.getvalue().splitlines()]


def test_a_line_is_one_object_with_known_fields_in_their_order(speaker) -> None:
    logger, written = speaker
    with bound_contextvars(request_id="7F3A-2K", submission_id="ab" * 8, other="x"):
        logger.warning("Two\nlines", extra={"status": 404, "stranger": "y"})
    [line] = lines(written)
    assert line["event"] == "Two lines"
    assert [*line] == [name for name in FIELDS if name in line]
    assert (line["request_id"], line["submission_id"]) == ("7F3A-2K", "ab" * 8)
    assert (line["level"], line["status"]) == ("warning", 404)
    assert datetime.fromisoformat(line["time"]).utcoffset().total_seconds() == 0


def test_an_exception_is_its_class_and_where_it_passed(speaker) -> None:
    logger, written = speaker

    def inner() -> None:
        raise ValueError("row 17: label=1")

    try:
        try:
            inner()
        except ValueError as error:
            raise KeyError("Zwaluw") from error
    except KeyError as error:
        logger.exception("It broke over %s", error)
    [line] = lines(written)
    assert line["error"] == "KeyError"
    assert line["event"] == "It broke over KeyError"
    assert "caused by ValueError" in line["trace"]
    assert line["trace"][-1].endswith(" inner")
    assert "row 17" not in written.getvalue()
    assert "Zwaluw" not in written.getvalue()


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (StorageUnavailableError(28), "No space left on device"),
        (OSError(13, "Permission denied", "/secret/place"), "Permission denied"),
        (sqlite3.OperationalError("database is locked"), "database is locked"),
        (sqlite3.IntegrityError("UNIQUE: Zwaluw"), None),
        (RequestRefusedError("name", "Zwaluw is taken.", hint="-"), None),
    ],
    ids=lambda given: type(given).__name__,
)
def test_words_stand_only_where_they_are_of_the_machine(
    speaker, error: Exception, said: str | None
) -> None:
    logger, written = speaker
    logger.error("Not now: %s", error, exc_info=error)
    [line] = lines(written)
    assert (said or type(error).__name__) in line["event"]
    assert "Zwaluw" not in written.getvalue()
    assert "/secret/place" not in written.getvalue()


def test_what_lets_somebody_in_is_hidden_wherever_it_stands(
    speaker, database: Database
) -> None:
    logger, written = speaker
    token, code = new_token(), new_code()
    with database.begin() as unit:
        person = unit.people.add("team", "Zwaluw", token_hash="a", now=NOON)
        session = open_session(unit, person, now=NOON)[:-1] + "7"  # most have a digit
    for said in (
        f"somebody sent {token} to us",
        f"GET /invitation/{code}?lang=nl",
        f"code {code}",
        f"Cookie: kansrijk_session={session}; lang=nl",
        f"{session}",
        f"Authorization: Bearer {session[:9]}",
        f"bearer {session[:9]}",
        '{"password": "correct horse battery"}',
        "postgresql://kansrijk:horse-battery@db/one",
        "/board?team=battery",
    ):
        logger.warning(said)
        logger.warning("Given: %s", said)
    whole = written.getvalue()
    assert whole.count("[hidden]") >= 20
    for secret in (token, code, session, session[:9], "battery"):
        assert secret not in whole
    # What leads to a submission stays.
    logger.info("Submission %s is tracked later.", "ab12cd34ef567890")
    assert "ab12cd34ef567890" in lines(written)[-1]["event"]


def test_of_other_libraries_the_first_line_stands_alone() -> None:
    record = logging.LogRecord(
        *("asyncio", logging.ERROR, "x.py", 1),
        *("Never retrieved\nfuture: <Task exception=ValueError('row 17')>", (), None),
    )
    assert json.loads(Lines("json").format(record))["event"] == "Never retrieved"


def test_text_is_for_a_person() -> None:
    record = logging.LogRecord(
        *("challenge.worker", logging.WARNING, "x.py", 1),
        *("Submission %s waits", ("a1",), None),
    )
    record.created = NOON.timestamp()
    written = Lines("text").format(record)
    assert written == "2026-11-22T12:00:00Z warning: Submission a1 waits"


AWAY = """
import logging
from sqlalchemy import make_url
from challenge.errors import DatabaseUnavailableError
from challenge.logs import begin_logging
from challenge.store.postgresql import open_postgresql
begin_logging("text")
engine = open_postgresql(make_url("postgresql://r@/nergens?host={folder}"))
for said in 5 * ("Nothing can be claimed now: %s", "No heartbeat: %s"):
    try:
        engine.connect()
    except DatabaseUnavailableError as error:
        logging.getLogger("challenge.worker").error(said, error, exc_info=True)
"""


def test_a_database_that_is_away_is_told_once_a_part_and_without_a_trace(
    tmp_path: Path,
) -> None:
    script = AWAY.format(folder=tmp_path)
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    told = done.stderr.splitlines()
    assert len(told) == 3, done.stderr
    assert "The database: nothing answers" in told[0]
    assert "(DatabaseUnavailableError: The database cannot be used now" in told[1]


def test_a_database_that_goes_away_again_is_told_again() -> None:
    away = DatabaseUnavailableError("nothing answers", "Start it.")
    outage, kept = Outage(), []
    for seconds in (0, 30, 80, 130, 200):
        record = logging.LogRecord("challenge.worker", 40, "", 1, "%s", (away,), None)
        record.created = NOON.timestamp() + seconds
        kept += [seconds] if outage.filter(record) else []
        other = logging.LogRecord("challenge.worker", 40, "", 1, "Else", (), None)
        assert outage.filter(other)
    assert kept == [0, 200]


SCRIPT = """
import logging, threading, warnings
from challenge.logs import begin_logging
begin_logging({form!r})
logging.getLogger("challenge.x").info("told")
logging.getLogger("elsewhere").info("left out")
warnings.warn("an old way")
def fall(): raise ValueError("row 17")
thread = threading.Thread(target=fall); thread.start(); thread.join()
fall()
"""


@pytest.mark.parametrize(("form", "count"), [("json", 4), ("text", 3)])
def test_a_process_writes_all_of_it_to_standard_error(form: str, count: int) -> None:
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT.format(form=form)], capture_output=True, text=True
    )
    assert (done.returncode, done.stdout) == (1, "")
    told = [line for line in done.stderr.splitlines() if not line.startswith("  ")]
    assert len(told) == count
    assert "row 17" not in done.stderr
    if form == "json":
        read = [json.loads(line) for line in told]
        assert [line["level"] for line in read] == [
            *("info", "warning", "critical", "critical")
        ]
        assert read[-1]["error"] == "ValueError"
