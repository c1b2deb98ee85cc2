"""Models that try to carry hidden rows out: what their team gets instead.

The rows come in after the log was closed. What leaves is an answer that is scored
and not shown, or a reason from a closed list, and use in powers of two.
"""

from __future__ import annotations

from collections.abc import Callable

import pytest

from challenge.records import Outcome, Reason, Stage
from challenge.sandbox.verdict import refuse

from .passes import on_hidden

pytestmark = pytest.mark.sandbox

Attack = Callable[..., Outcome]

# What each way out is given to say; in the proof run, with public rows, some of it
# may well be said.
WAYS = {
    "prints": "print(text)",
    "prints-an-error": "print(text, file=sys.stderr)",
    "prints-later": "sys.stdout.write(text)",
    "writes-to-a-log-that-it-kept": "os.write(KEPT, text.encode())",
    "writes-to-the-log-through-dev": "open('/dev/stdout', 'w').write(text)",
    "logs": "logging.getLogger().error(text)",
    "warns": "warnings.warn(text)",
    "raises-in-a-thread": "run(lambda: [][text])",
    "says-it-at-exit": "atexit.register(print, text)",
    "says-it-from-a-thread-that-stayed": "TO_SAY.append(text)",
    "leaves-a-file": "open('/tmp/' + text, 'w').write(text)",
    "leaves-it-in-shared-memory": "open('/dev/shm/' + text, 'w').write(text)",
    "names-its-process": "ctypes.CDLL(None).prctl(15, text.encode())",
    "patches-the-guest": "guest._explain = lambda: print(text); guest.HEADER",
    "patches-numpy": "np.asarray = tell(np.asarray, text)",
    "patches-pandas": "pd.DataFrame.__init__ = tell(pd.DataFrame.__init__, text)",
    "patches-pyarrow": "pa.ipc.open_file = tell(pa.ipc.open_file, text)",
    "keeps-the-rows-for-later": "SEEN.append(rows)",
}
SAID_IN_PUBLIC = ("prints", "prints-an-error", "prints-later", "logs", "warns")

CARRIER = """
import atexit, ctypes, logging, os, sys, threading, time, warnings
import __main__ as guest
import numpy as np, pandas as pd, pyarrow as pa

WAYS = {ways!r}
KEPT = os.dup(1)
SEEN, TO_SAY = [], []

def run(step):
    thread = threading.Thread(target=step)
    thread.start()
    thread.join()

def tell(function, text):
    def told(*arguments, **names):
        print(text, arguments)
        return function(*arguments, **names)
    return told

def say():
    while True:
        for text in TO_SAY[:]:
            os.write(KEPT, text.encode())
        time.sleep(0.01)

threading.Thread(target=say, daemon=True).start()

def predict(rows):
    is_public = abs(rows["share"] - (0.1 + 0.8 / 59)).min() > 1e-9
    answer = rows["share"].copy()
    for name, way in WAYS.items():
        text = ("public " if is_public else "hidden ") + name
        try:
            exec(way, dict(globals(), rows=rows, text=text))
        except Exception as error:
            print(text, "failed", error)
    time.sleep(0.1)
    return answer
"""


@pytest.fixture(scope="module")
def carried(attack: Attack) -> Outcome:
    """What came out of one model that tries all the ways."""
    outcome = attack(CARRIER.format(ways=WAYS))
    assert outcome.refusal is None, outcome.log
    return outcome


@pytest.mark.parametrize("name", WAYS)
def test_nothing_said_in_the_hidden_pass_leaves(carried: Outcome, name: str) -> None:
    assert f"hidden {name}" not in str(carried)
    assert "hidden" not in carried.log


@pytest.mark.parametrize("name", SAID_IN_PUBLIC)
def test_the_same_is_heard_in_the_proof_run(carried: Outcome, name: str) -> None:
    assert f"public {name}" in carried.log


# Rows, spelt by the way that a run ends; the second half only at full size.
SPELT = {
    "in-the-text-of-an-error": (
        "print(rows); raise ValueError(str(rows))",
        Reason.PREDICT_ERROR,
    ),
    "in-the-name-of-an-error": (
        "raise type(f'Row{rows.share[1]}', (Exception,), {})",
        Reason.PREDICT_ERROR,
    ),
    "in-the-number-of-answers": (
        "return [0.5] * int(rows.share[1] * 1000)",
        Reason.WRONG_COUNT,
    ),
    "in-the-bits-of-a-nan": (
        "return np.full(len(rows), 0x7FF8 << 48 | 77, 'u8').view('f8')",
        Reason.NOT_FINITE,
    ),
    "in-labels": ("return rows['share'] > 0.5", Reason.LABELS),
    "in-the-exit-code": (
        "import os; os._exit(int(rows.share[1] * 100))",
        Reason.CRASHED,
    ),
}
MORE_SPELT = {
    "in-an-error-without-end": (
        "raise ValueError(str(rows) * 10**4)",
        Reason.PREDICT_ERROR,
    ),
    "in-the-shape-of-the-answer": (
        "return np.full((len(rows), 2, 7), rows.share[1])",
        Reason.WRONG_COUNT,
    ),
    "in-numbers-out-of-range": ("return rows['share'] * 1e300", Reason.OUT_OF_RANGE),
    "in-words": ("return rows['share'].astype(str) + '!'", Reason.LABELS),
    "in-the-signal-that-ends-it": (
        # Abort, kill, segmentation fault: Python ignores or turns some others.
        "import os; os.kill(os.getpid(), (6, 9, 11)[int(rows.share[1] * 2.9)])",
        Reason.CRASHED,
    ),
}


@pytest.mark.parametrize(
    "name", [*SPELT, *(pytest.param(n, marks=pytest.mark.full) for n in MORE_SPELT)]
)
def test_a_run_that_spells_rows_ends_with_a_reason_from_the_list(
    attack: Attack, name: str
) -> None:
    end, reason = (SPELT | MORE_SPELT)[name]

    outcome = attack(on_hidden(end))

    assert outcome.refusal == refuse(Stage.SCORING, reason)
    assert outcome.hidden is None
    assert outcome.log == ""


USED = {
    "in-its-peak-memory": "held = np.ones(int(3e7 + 1e7 * rows.share[1]))",
    "in-its-processor-time": "end = time.process_time() + rows.share[1] + 0.1\n"
    "while time.process_time() < end: pass",
}


def test_use_that_spells_rows_is_told_in_powers_of_two(attack: Attack) -> None:
    code = "\n".join([*USED.values(), "return rows['share']"])

    outcome = attack(on_hidden(code, "import time"))

    assert outcome.refusal is None, outcome.log
    assert outcome.memory_mib in (256, 512, 1024)
    assert outcome.cpu_seconds in (1, 2, 4, 8, 16)
