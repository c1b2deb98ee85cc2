"""What a server writes down of its day: one line an event, and no secret in any.

Modules ask `logging` for a logger as always; `begin_logging` decides how it looks. An
exception is written as its class and the places in the code that it passed, never with
its own words: those of another library may hold a row, a score or a name.
"""

from __future__ import annotations

import logging
import os
import re
import sys
import threading
import traceback
from collections.abc import Iterator, MutableMapping
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Any, TextIO

from structlog.contextvars import merge_contextvars
from structlog.processors import JSONRenderer
from structlog.stdlib import ProcessorFormatter

from challenge.errors import ChallengeError
from challenge.errors import machine as of_the_machine
from challenge.outages import Outage

log = logging.getLogger(__name__)

_Event = MutableMapping[str, Any]

FIELDS = {
    "time": "When, in UTC, to the microsecond (ISO 8601).",
    "level": "`info`, `warning`, `error` or `critical`.",
    "logger": "Which module says it.",
    "event": "What happened. Of another library: the first line, cut off at 300"
    " characters.",
    "request_id": "Of which request: the code that its answer carries and that an"
    " error page shows.",
    "caller_id": "What the caller or a proxy called it in `X-Request-ID`, if that"
    " looks like an id.",
    "submission_id": "Which submission it is about.",
    "team_id": "Number of the team, never its name.",
    "role": "As what whoever asked was logged in; nothing for a visitor.",
    "method": "Of the request.",
    "route": "As it is declared, such as `/invitation/{code}`; `unknown` for an address"
    " that is no route. Never the address itself, nor what stands behind `?`.",
    "status": "Of the answer; 499 where whoever asked went away before it.",
    "duration_ms": "From the first byte to the last, in milliseconds.",
    "error": "Class of the exception; with words only where they are ours or the"
    " system's.",
    "trace": "Where it passed, outermost first; what it came from is behind"
    " `caused by`.",
}
"""Every field of a line, and what it says; docs/observability.md repeats it."""

HIDDEN = "[hidden]"
# Of another library; a line of asyncio goes on with the exception itself.
_LONGEST = 300
_FRAMES = 40
_OURS = ("challenge", "leaderboard")
# What a module or the context of a request adds, in the order of a line.
_EXTRA = (
    *("request_id", "caller_id", "submission_id", "team_id", "role"),
    *("method", "route", "status", "duration_ms"),
)
# Made or checked by us before they come here; some are as long as a secret.
_PLAIN = {"time", "level", "logger", "request_id", "caller_id", "submission_id"}
_PACKAGES = re.compile(r".*/(?:site-packages|lib/python[\d.]+)/")
_ROOT = f"{Path(__file__).parents[1]}/"
# The last line of defence: nobody should log these, and nobody reads them if so.
_SECRETS = (
    # What comes with a name says itself that it is one, up to the end of the line.
    (
        re.compile(
            r"(?i)\b((?:set-)?cookie|(?:proxy-)?authorization|password|wachtwoord"
            r"|secret|token|api[_-]?key)(['\"]?\s*[:=]\s*).+"
        ),
        rf"\1\2{HIDDEN}",
    ),
    (re.compile(r"(?i)\b(bearer|basic)\s+\S+"), rf"\1 {HIDDEN}"),
    (re.compile(r"kansrijk_[0-9A-Za-z]+"), f"kansrijk_{HIDDEN}"),
    (re.compile(r"(/invitations?/)[^\s\"'{}]+"), rf"\1{HIDDEN}"),
    # Four groups of four, as invitations have.
    (re.compile(r"(?i)\b[0-9a-z]{4}(?:-[0-9a-z]{4}){3}\b"), HIDDEN),
    (re.compile(r"(://[^\s/:@]*:)[^\s/@]+@"), rf"\1{HIDDEN}@"),
    (re.compile(r"\?[^\s\"'?]+=[^\s\"']*"), f"?{HIDDEN}"),
    # Secrets of sessions, hashes, keys: long, with a digit, without a dot or slash.
    (re.compile(r"(?=[\w-]*\d)[\w-]{32,}"), HIDDEN),
)


def begin_logging(form: str, *, stream: TextIO | None = None) -> None:
    """Have this process write its log; called once, by the command that starts it.

    Parameters
    ----------
    form : str
        ``"json"``: an object a line, from `info` on, for whatever collects logs.
        ``"text"``: what a person has to know, from `warning` on.
    stream : file, optional
        Where to; standard error by default.
    """
    handler = logging.StreamHandler(stream or sys.stderr)
    handler.setFormatter(Lines(form))
    if form == "text":
        handler.addFilter(Outage())
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.WARNING)
    for name in _OURS:
        logging.getLogger(name).setLevel(
            logging.INFO if form == "json" else logging.WARNING
        )
    # MLflow would write past us, to standard error.
    os.environ.setdefault("MLFLOW_CONFIGURE_LOGGING", "false")
    logging.captureWarnings(True)
    sys.excepthook = _note_end
    threading.excepthook = lambda given: _note_end(
        given.exc_type, given.exc_value, given.exc_traceback
    )


def told(error: BaseException) -> str:
    """Say what an exception is, without words that may hold a row.

    Parameters
    ----------
    error : BaseException
        Any.

    Returns
    -------
    str
        Its class; behind it what our own errors say of the machine, what the system
        says of a file or connection, or why a database cannot be reached.
    """
    kind, words = type(error), ""
    if isinstance(error, ChallengeError):
        words = error.message if kind.__module__ == of_the_machine.__name__ else ""
    elif isinstance(error, OSError):
        words = error.strerror or ""
    elif kind.__name__ == "OperationalError":
        # Of a database: a lock, a disk, a connection; rows are for other classes.
        lines = str(getattr(error, "orig", error)).splitlines()
        words = lines[0] if lines else ""
    return f"{kind.__qualname__}: {words}" if words else kind.__qualname__


class Lines(ProcessorFormatter):
    """Write a record as a line, whoever made it.

    Parameters
    ----------
    form : str
        ``"json"`` or ``"text"``, as `begin_logging` has it.
    """

    def __init__(self, form: str) -> None:
        end = JSONRenderer(ensure_ascii=False) if form == "json" else _as_text
        processors = (_describe, _explain, _redact, end)
        super().__init__(processors=processors, foreign_pre_chain=[merge_contextvars])

    def format(self, record: logging.LogRecord) -> str:
        """Tell of an exception among the arguments what may be told.

        Parameters
        ----------
        record : LogRecord
            Not changed: others may write it, too.

        Returns
        -------
        str
            One line of JSON, or text with places below it.
        """
        if isinstance(record.args, tuple):
            record = logging.makeLogRecord(record.__dict__)
            record.args = tuple(map(_may_be_told, record.args or ()))
        return super().format(record)


def _may_be_told(argument: object) -> object:
    return told(argument) if isinstance(argument, BaseException) else argument


def _describe(_: object, __: str, event: _Event) -> _Event:
    """Put the fields in their order, and leave out what has no place among them."""
    record: logging.LogRecord = event["_record"]
    moment = datetime.fromtimestamp(record.created, UTC)
    lines = str(event["event"]).split("\n")
    is_ours = record.name.partition(".")[0] in _OURS
    said = " ".join(lines) if is_ours else lines[0][:_LONGEST]
    extra = {
        name: found
        for name in _EXTRA
        if (found := getattr(record, name, event.get(name))) is not None
    }
    return {
        "time": moment.isoformat(timespec="microseconds").replace("+00:00", "Z"),
        "level": record.levelname.lower(),
        "logger": record.name,
        "event": said,
        **extra,
        "exc_info": event.get("exc_info"),
    }


def _explain(_: object, __: str, event: _Event) -> _Event:
    """Put class and places in the place of an exception."""
    caught = event.pop("exc_info", None)
    error = caught[1] if isinstance(caught, tuple) else None
    if error is not None:
        event.update(error=told(error), trace=[*_passed(error)][:_FRAMES])
    return event


def _passed(error: BaseException) -> Iterator[str]:
    """Name the places that an exception passed, and those of what it came from."""
    seen: set[int] = set()
    step: BaseException | None = error
    while step is not None and id(step) not in seen:
        if seen:
            yield f"caused by {told(step)}"
        seen.add(id(step))
        for frame, line in traceback.walk_tb(step.__traceback__):
            code = frame.f_code
            place = _PACKAGES.sub("", code.co_filename).removeprefix(_ROOT)
            yield f"{place}:{line} {code.co_name}"
        hidden = None if step.__suppress_context__ else step.__context__
        step = step.__cause__ or hidden


def _redact(_: object, __: str, event: _Event) -> _Event:
    return {
        name: value if name in _PLAIN else _without_secrets(value)
        for name, value in event.items()
    }


def _without_secrets(value: object) -> object:
    if isinstance(value, list):
        return [_without_secrets(one) for one in value]
    if isinstance(value, str):
        for pattern, instead in _SECRETS:
            value = pattern.sub(instead, value)
    return value


def _as_text(_: object, __: str, event: _Event) -> str:
    """Write a line for a person, and below it where an exception passed."""
    first = f"{event['time'][:19]}Z {event['level']}: {event['event']}"
    known = [f"{name}={event[name]}" for name in _EXTRA if name in event]
    error = [f"({event['error']})"] if "error" in event else []
    trace = [f"  {place}" for place in event.get("trace", ())]
    if error and error[0].startswith("(DatabaseUnavailableError"):
        trace = []  # where it passed tells nothing: the database is elsewhere
    return "\n".join([" ".join([first, *error, *known]), *trace])


def _note_end(
    kind: type[BaseException],
    error: BaseException | None,
    trace: TracebackType | None,
) -> None:
    """Write down what nobody caught; an interrupt is no fault."""
    if error is not None and not issubclass(kind, (KeyboardInterrupt, SystemExit)):
        log.critical("Nobody caught this.", exc_info=(kind, error, trace))
