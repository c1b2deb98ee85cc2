"""A command that runs in the tests' process leaves nothing for the tests after it."""

from __future__ import annotations

import logging
import os
import signal
import sys
import threading

from typer.testing import CliRunner

from challenge.cli import app

from .process import left_as_found


def test_a_server_that_did_not_start_leaves_no_logging_behind() -> None:
    before = _state()
    with left_as_found():
        # It sets up its log, then finds an engine that its worker would refuse.
        CliRunner().invoke(
            app, ["serve"], env={"CHALLENGE_ENGINE": "tcp://192.0.2.1:1"}
        )
        assert _state() != before
    assert _state() == before


def test_a_name_that_was_taken_from_the_environment_is_there_again() -> None:
    home = os.environ["PATH"]
    with left_as_found():
        del os.environ["PATH"]
        os.environ["CHALLENGE_NEW"] = "1"
    assert os.environ["PATH"] == home
    assert "CHALLENGE_NEW" not in os.environ


def _state() -> tuple[object, ...]:
    os.umask(umask := os.umask(0o022))
    loggers = [logging.getLogger(name) for name in (None, "challenge", "leaderboard")]
    return (
        umask,
        dict(os.environ),
        *((logger.level, logger.handlers[:]) for logger in loggers),
        *(sys.excepthook, threading.excepthook, signal.getsignal(signal.SIGTERM)),
    )
