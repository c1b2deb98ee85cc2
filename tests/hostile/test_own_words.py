"""Models that use the guest's socket themselves, past the guest."""

from __future__ import annotations

import errno
import gc
import json
import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from challenge.records import Limits, Outcome, Reason, Stage

from .conftest import one_each
from .passes import on_hidden

pytestmark = pytest.mark.sandbox

Attack = Callable[..., Outcome]

SHORT = Limits(limit_seconds=2.0, memory_mib=2048, scratch_mib=16)
LONG = replace(SHORT, limit_seconds=30.0)

# The count that the guest announces, then the numbers.
SAY = """
import os, socket, struct, time
def say(count, numbers=()):
    os.write(3, struct.pack(f"<q{len(numbers)}d", count, *numbers))
"""

# Each ends the proof run.
LIES = {
    "announces-too-many": ("say(2**62)", Reason.WRONG_COUNT),
    "announces-too-few": ("say(1, [0.5])", Reason.WRONG_COUNT),
    "gives-an-unknown-code": ("say(-99)", Reason.CRASHED),
    "gives-half-an-answer": ("os.write(3, b'1234'); time.sleep(60)", Reason.TIME_LIMIT),
    "closes-the-socket": ("os.close(3)", Reason.CRASHED),
    "hangs-up": ("socket.socket(fileno=3).shutdown(2)", Reason.CRASHED),
    "floods-the-socket": (
        "while True: os.write(3, b'1' * (1 << 20))",
        Reason.WRONG_COUNT,
    ),
    "becomes-another-program": (
        "import sys; os.execv(sys.executable, [sys.executable, '-S', '-c', ''])",
        Reason.CRASHED,
    ),
}


@pytest.mark.parametrize(
    "name",
    one_each(
        LIES, "announces-too-few", "gives-an-unknown-code", "gives-half-an-answer"
    ),
)
def test_a_model_that_lies_to_the_parent_is_refused(attack: Attack, name: str) -> None:
    act, reason = LIES[name]

    # Only who says nothing is waited for; else a busy machine would end them first.
    limits = SHORT if reason is Reason.TIME_LIMIT else LONG
    outcome = attack(f"{SAY}\ndef predict(rows):\n    {act}", limits=limits)

    assert outcome.refusal is not None
    assert outcome.refusal.stage is Stage.PROOF
    assert outcome.refusal.reason is reason


def test_an_answer_before_the_question_is_no_way_to_the_hidden_rows(
    attack: Attack,
) -> None:
    """The parent takes the early answer, closes the log, and is a pass ahead."""
    code = f"{SAY}\nfor _ in range(2): say(40, [0.5] * 40)\n"

    outcome = attack(code + "def predict(rows): print(rows); return rows['share']")

    assert outcome.refusal is not None
    assert outcome.refusal.stage is Stage.SCORING
    # Its next print may find the log closed already, which is an error of its own.
    assert outcome.refusal.reason in (Reason.WRONG_COUNT, Reason.PREDICT_ERROR)
    assert outcome.hidden is None
    assert "60 rows" not in outcome.log
    assert "0.113559" not in outcome.log


def test_what_follows_an_answer_is_not_read(attack: Attack) -> None:
    act = "say(60, [0.25] * 60); os.write(3, b'row ' * 1000); time.sleep(60)"

    outcome = attack(on_hidden(act, SAY), limits=Limits(memory_mib=2048))

    assert outcome.refusal is None
    np.testing.assert_array_equal(outcome.hidden, np.full(60, 0.25))
    assert outcome.log == ""


def test_files_sent_to_the_parent_stay_closed(attack: Attack) -> None:
    act = """
files = [os.open("/dev/null", 0) for _ in range(200)]
answer = struct.pack("<q60d", 60, *[0.25] * 60)
try:
    socket.send_fds(socket.socket(fileno=os.dup(3)), [answer], files)
except PermissionError:
    os.write(3, struct.pack("<q60d", 60, *[0.75] * 60))
time.sleep(60)
"""
    gc.collect()  # what other tests left open is not this one's
    before = len(list(Path("/proc/self/fd").iterdir()))

    outcome = attack(on_hidden(act.strip(), SAY))

    assert outcome.refusal is None
    # Files under way count for all sandboxes together, so none may be sent.
    assert outcome.hidden.tolist() == [0.75] * 60
    assert len(list(Path("/proc/self/fd").iterdir())) == before


def test_files_used_up_end_the_run_when_the_hidden_rows_come(attack: Attack) -> None:
    code = """
files = []
def predict(rows):
    try:
        while True: files.append(open("/dev/null"))
    except OSError as error:
        print(len(files), error.errno)
    return rows["share"]
"""

    outcome = attack(code)

    opened, error = map(int, outcome.log.split()[:2])
    assert opened < 256
    assert error == errno.EMFILE
    assert outcome.refusal is not None
    assert outcome.refusal.reason is Reason.CRASHED


def test_another_program_in_its_place_has_the_same_limits(attack: Attack) -> None:
    """Its number is the guest's, so it may even answer; for what it cannot see."""
    program = """
import json, os, resource, struct
def error_of(step, *arguments):
    try:
        step(*arguments)
    except (OSError, ValueError) as error:
        return getattr(error, "errno", None) or -1
print(json.dumps({
    "host": error_of(os.stat, "/etc/passwd"),
    "child": error_of(os.fork),
    "memory": error_of(resource.setrlimit, resource.RLIMIT_AS, (-1, -1)),
}), flush=True)
for count in (40, 40, 60):
    os.write(3, struct.pack(f"<q{count}d", count, *[0.25] * count))
os.read(3, 1 << 20)
"""
    code = f"""
import os, sys
def predict(rows):
    os.set_inheritable(3, True)
    os.execv(sys.executable, [sys.executable, "-S", "-c", {program!r}])
"""

    outcome = attack(code)

    assert json.loads(outcome.log) == {
        "host": errno.ENOENT,
        "child": errno.EPERM,
        "memory": -1,
    }
    assert outcome.refusal is None
    np.testing.assert_array_equal(outcome.hidden, np.full(60, 0.25))
    assert os.getuid() != 65534
