"""Models that fail or end themselves, and the reason that their team is told."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from challenge.records import Limits, Outcome, Reason, Stage

from .conftest import one_each
from .passes import on_hidden

pytestmark = pytest.mark.sandbox

Attack = Callable[..., Outcome]

SHORT = Limits(limit_seconds=1.0, memory_mib=2048, scratch_mib=16)

ENDS = {
    "fails-to-load": ("raise ImportError('no such library')", Reason.LOAD_ERROR),
    "raises": ("def predict(rows): raise ValueError('boo')", Reason.PREDICT_ERROR),
    "exits": ("def predict(rows): raise SystemExit(0)", Reason.PREDICT_ERROR),
    "eats-memory": (
        "def predict(rows): return bytearray(1 << 40)",
        Reason.MEMORY_LIMIT,
    ),
    "drops-a-row": (
        "def predict(rows): return rows['share'][1:]",
        Reason.WRONG_COUNT,
    ),
    "gives-things": (
        "def predict(rows): return [{}] * len(rows)",
        Reason.WRONG_COUNT,
    ),
    "gives-words-and-numbers": (
        "def predict(rows): return ['yes'] * 9 + [0.5] * (len(rows) - 9)",
        Reason.WRONG_COUNT,
    ),
    "gives-words": ("def predict(rows): return ['high'] * len(rows)", Reason.LABELS),
    "gives-words-as-objects": (
        "def predict(rows): return np.array([['yes']] * len(rows), dtype=object)",
        Reason.LABELS,
    ),
    "gives-categories": (
        "def predict(rows): return rows['kind'].fillna('no').astype('category')",
        Reason.LABELS,
    ),
    "gives-nothing": (
        "def predict(rows): return rows['share'] * np.nan",
        Reason.NOT_FINITE,
    ),
    "gives-margins": (
        "def predict(rows): return rows['share'] * 2 - 1",
        Reason.OUT_OF_RANGE,
    ),
    "gives-labels": (
        "def predict(rows): return rows['share'] > 0.5",
        Reason.LABELS,
    ),
    "leaves-without-a-word": (
        "import os\ndef predict(rows): os._exit(0)",
        Reason.CRASHED,
    ),
    "aborts": ("import os\ndef predict(rows): os.abort()", Reason.CRASHED),
    "kills-itself": (
        "import os\ndef predict(rows): os.kill(os.getpid(), 9)",
        Reason.CRASHED,
    ),
    "crashes-in-c": (
        "import ctypes\ndef predict(rows): ctypes.string_at(0)",
        Reason.CRASHED,
    ),
    "recurses-until-it-crashes": (
        "import sys; sys.setrecursionlimit(10**9)\n"
        "class Deep:\n    def __repr__(self): return repr(self)\n"
        "def predict(rows): repr(Deep())",
        Reason.CRASHED,
    ),
}


@pytest.mark.parametrize(
    "name",
    one_each(
        ENDS,
        *("fails-to-load", "raises", "eats-memory", "drops-a-row", "gives-words"),
        *("gives-nothing", "gives-margins", "kills-itself"),
    ),
)
def test_a_bad_model_is_refused_at_the_proof_run_with_its_reason(
    attack: Attack, name: str
) -> None:
    code, reason = ENDS[name]

    outcome = attack(code)

    assert outcome.refusal is not None
    assert outcome.refusal.stage is Stage.PROOF
    assert outcome.refusal.reason is reason
    assert outcome.hidden is None


ENDLESS = {
    "predicts-for-ever": "def predict(rows):\n    while True: pass",
    "loads-for-ever": "while True: pass",
    "sleeps-and-ignores-signals": """
import signal, time
def predict(rows):
    for number in set(signal.Signals) - {signal.SIGKILL, signal.SIGSTOP}:
        signal.signal(number, signal.SIG_IGN)
    time.sleep(3600)
""",
    "stops-itself": "import os\ndef predict(rows): os.kill(os.getpid(), 19)",
}


def test_a_model_that_is_ended_leaves_what_it_printed_in_order(attack: Attack) -> None:
    code = """
import sys, time
def predict(rows):
    print("first")
    print("second", file=sys.stderr)
    print("third")
    time.sleep(3600)
"""

    # Not at once: it has to come so far, on a busy machine too.
    outcome = attack(code, limits=replace(SHORT, limit_seconds=5.0))

    assert outcome.log.split() == ["first", "second", "third"]


@pytest.mark.parametrize(
    "name", one_each(ENDLESS, "loads-for-ever", "sleeps-and-ignores-signals")
)
def test_a_model_that_takes_too_long_is_ended(attack: Attack, name: str) -> None:
    outcome = attack(ENDLESS[name], limits=SHORT)

    assert outcome.refusal is not None
    assert outcome.refusal.reason is Reason.TIME_LIMIT


def test_the_log_of_the_proof_run_holds_the_traceback(attack: Attack) -> None:
    outcome = attack(
        "def predict(rows):\n    print('so far')\n    raise KeyError('age')"
    )

    assert "so far" in outcome.log
    assert "KeyError: 'age'" in outcome.log
    assert "bundled.py" in outcome.log


def test_time_is_limited_in_the_hidden_pass_as_well(attack: Attack) -> None:
    limits = Limits(limit_seconds=8.0, memory_mib=2048, scratch_mib=16)

    outcome = attack(on_hidden("while True: pass"), limits=limits)

    assert outcome.refusal is not None
    assert outcome.refusal.stage is Stage.SCORING
    assert outcome.refusal.reason is Reason.TIME_LIMIT
