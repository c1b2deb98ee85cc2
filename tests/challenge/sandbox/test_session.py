"""The parent's side of the protocol, against small programs that play the guest."""

from __future__ import annotations

import gc
import os
import sys

import numpy as np
import pytest

from challenge.errors import SandboxUnavailableError
from challenge.records import Reason
from challenge.sandbox.session import Session

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="Sandboxes need Linux.")

TWO = r"\2\0\0\0\0\0\0\0"
HALF = r"\0\0\0\0\0\0\340\77"  # 0.5
QUARTER = r"\0\0\0\0\0\0\320\77"  # 0.25


def start(script: str) -> Session:
    return Session(["sh", "-c", script])


@pytest.mark.parametrize(
    ("script", "reason"),
    [
        ("exit 0", Reason.CRASHED),
        ("exit 152", Reason.TIME_LIMIT),
        (f"printf '{TWO}{HALF}' >&0", Reason.CRASHED),
        (r"printf '\3\0\0\0\0\0\0\0' >&0", Reason.WRONG_COUNT),
        (r"printf '\377\377\377\377\377\377\377\177' >&0", Reason.WRONG_COUNT),
        (r"printf '\377\377\377\377\377\377\377\377' >&0", Reason.LOAD_ERROR),
        (r"printf '\373\377\377\377\377\377\377\377' >&0", Reason.LABELS),
        (r"printf '\0\377\377\377\377\377\377\377' >&0", Reason.CRASHED),
        (f"printf '{TWO}' >&0; sleep 60", Reason.TIME_LIMIT),
    ],
    ids=[
        "nothing",
        "processor-limit",
        "too-few-numbers",
        "another-count",
        "a-huge-count",
        "a-code",
        "words-for-numbers",
        "an-unknown-code",
        "silence",
    ],
)
def test_no_answer_has_a_reason(script: str, reason: Reason) -> None:
    with start(script) as session:
        assert session.receive(2, limit_seconds=1.0) is reason


def test_an_answer_is_the_numbers_announced_and_not_a_byte_more() -> None:
    with start(f"printf '{TWO}{QUARTER}{HALF}{HALF}{HALF}' >&0; sleep 60") as session:
        answer = session.receive(2, limit_seconds=60.0)

    np.testing.assert_array_equal(answer, [0.25, 0.5])


def test_words_after_the_log_is_closed_are_not_heard() -> None:
    script = "echo before; printf . >&0; head -c 1 >&2; echo after; exit 1"

    with start(script) as session:
        assert session.receive_text(limit_seconds=60.0) == "."
        session.log.close()
        session.send({})
        assert session.receive(1, limit_seconds=60.0) is Reason.CRASHED

    assert session.log.text == "before\n"


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        (r"\033[1;31mred\033[0m", "red"),
        (r"\033]0;a title\007b\033]8;;x\033\\c", "bc"),
        (r"\302\2331mred", "red"),
        (r"a\0\010\177b\tc\n", "ab\tc\n"),
        (r"1%%\r2%%\r\nend", "1%\n2%\nend"),
        (r"\342\200\256back", "back"),
        (r"caf\303\251 \377", "café \ufffd"),
        (r"\033[31", "[31"),
    ],
    ids=[
        "colour",
        "title-and-link",
        "one-byte-form",
        "controls",
        "progress-bar",
        "direction",
        "letters",
        "unfinished",
    ],
)
def test_a_log_holds_text_and_nothing_that_acts_on_a_terminal(
    said: str, kept: str
) -> None:
    with start(f"printf '{said}'; printf . >&0") as session:
        assert session.receive_text(limit_seconds=60.0) == "."

    assert session.log.text == kept


def test_a_start_that_fails_says_what_was_printed() -> None:
    with (
        start("echo no user namespaces here >&2; exit 1") as session,
        pytest.raises(SandboxUnavailableError, match="no user namespaces here"),
    ):
        session.wait_until_ready()


@pytest.mark.skipif(os.geteuid() != 0, reason="Only root can forget to step down.")
def test_a_guest_that_runs_as_root_is_not_used() -> None:
    with (
        start("printf R >&0; sleep 60") as session,
        pytest.raises(SandboxUnavailableError, match="runs as root"),
    ):
        session.wait_until_ready()


def test_a_program_that_is_not_there_leaves_nothing_open() -> None:
    gc.collect()  # what other tests left open is not this one's
    before = os.listdir("/proc/self/fd")  # noqa: PTH208 (a path would be open too)

    with pytest.raises(FileNotFoundError):
        Session(["/nowhere/unshare"])

    assert os.listdir("/proc/self/fd") == before  # noqa: PTH208
