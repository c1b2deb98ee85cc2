"""What a command sets for its whole process ends with the test that ran it here."""

from __future__ import annotations

import logging
import os
import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

# None is the root; the others are ours, and those that we keep quiet.
_LOGGERS = (
    *(None, "challenge", "leaderboard", "distributed.client"),
    *("mlflow.sklearn", "mlflow.store.db.utils", "alembic"),
)
_SIGNALS = (signal.SIGINT, signal.SIGTERM)


@contextmanager
def left_as_found() -> Iterator[None]:
    """Give back umask, environment, logging, hooks and signals, whatever was done."""
    umask = os.umask(0o022)
    os.umask(umask)
    environment = dict(os.environ)
    loggers = [logging.getLogger(name) for name in _LOGGERS]
    logs = [(logger, logger.level, logger.handlers[:]) for logger in loggers]
    hooks = sys.excepthook, threading.excepthook
    signals = {number: signal.getsignal(number) for number in _SIGNALS}
    try:
        yield
    finally:
        os.umask(umask)
        _set_back(environment)
        logging.captureWarnings(capture=False)
        for logger, level, handlers in logs:
            logger.setLevel(level)
            logger.handlers[:] = handlers
        sys.excepthook, threading.excepthook = hooks
        for number, handler in signals.items():
            signal.signal(number, handler)


@pytest.fixture(autouse=True)
def _as_found() -> Iterator[None]:
    with left_as_found():
        yield


def _set_back(environment: dict[str, str]) -> None:
    for name in {*os.environ} - {*environment}:
        del os.environ[name]
    os.environ.update(environment)
