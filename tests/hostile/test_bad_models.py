"""Models that fail, and the reason that their team is told."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from challenge.records import Limits, Outcome, Reason, Stage

pytestmark = pytest.mark.sandbox

Attack = Callable[..., Outcome]

SHORT = Limits(limit_seconds=2.0, memory_mib=2048, scratch_mib=16)

ON_HIDDEN = """
import itertools
passes = itertools.count()

def predict(rows):
    if next(passes) == 0:
        return rows["share"]
    {end}
"""


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        ("raise ImportError('no such library')", Reason.LOAD_ERROR),
        ("def predict(rows): raise ValueError('boo')", Reason.PREDICT_ERROR),
        ("def predict(rows): raise SystemExit(0)", Reason.PREDICT_ERROR),
        ("def predict(rows): return bytearray(1 << 40)", Reason.MEMORY_LIMIT),
        ("def predict(rows): return rows['share'][1:]", Reason.WRONG_COUNT),
        ("def predict(rows): return [{}] * len(rows)", Reason.WRONG_COUNT),
        ("def predict(rows): return ['yes'] * 40 + [0.5] * 20", Reason.WRONG_COUNT),
        ("def predict(rows): return ['high'] * len(rows)", Reason.LABELS),
        (
            "def predict(rows): return np.array([['yes']] * len(rows), dtype=object)",
            Reason.LABELS,
        ),
        (
            "def predict(rows): return rows['kind'].fillna('no').astype('category')",
            Reason.LABELS,
        ),
        ("def predict(rows): return rows['share'] * np.nan", Reason.NOT_FINITE),
        ("def predict(rows): return rows['share'] * 2 - 1", Reason.OUT_OF_RANGE),
        ("def predict(rows): return rows['share'] > 0.5", Reason.LABELS),
        ("import os\ndef predict(rows): os._exit(0)", Reason.CRASHED),
        ("import os\ndef predict(rows): os.abort()", Reason.CRASHED),
    ],
    ids=[
        "fails-to-load",
        "raises",
        "exits",
        "eats-memory",
        "drops-a-row",
        "things",
        "words-and-numbers",
        "words",
        "words-as-objects",
        "words-as-categories",
        "nan",
        "outside-0-1",
        "labels",
        "leaves-without-a-word",
        "aborts",
    ],
)
def test_a_bad_model_is_refused_at_the_proof_run_with_its_reason(
    attack: Attack, code: str, reason: Reason
) -> None:
    outcome = attack(code)

    assert outcome.refusal is not None
    assert outcome.refusal.stage is Stage.PROOF
    assert outcome.refusal.reason is reason
    assert outcome.hidden is None


@pytest.mark.parametrize(
    "code",
    [
        "def predict(rows):\n    while True: pass",
        "while True: pass",
        """
import signal, time
def predict(rows):
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    time.sleep(3600)
""",
        "import os, time\ndef predict(rows): os.write(3, b'1234'); time.sleep(3600)",
    ],
    ids=["predicts-for-ever", "loads-for-ever", "ignores-sigterm", "half-an-answer"],
)
def test_a_model_that_takes_too_long_is_ended(attack: Attack, code: str) -> None:
    outcome = attack(code, limits=SHORT)

    assert outcome.refusal is not None
    assert outcome.refusal.reason is Reason.TIME_LIMIT


def test_the_log_of_the_proof_run_holds_the_traceback(attack: Attack) -> None:
    outcome = attack(
        "def predict(rows):\n    print('so far')\n    raise KeyError('age')"
    )

    assert "so far" in outcome.log
    assert "KeyError: 'age'" in outcome.log
    assert "bundled.py" in outcome.log


@pytest.mark.parametrize(
    ("end", "reason"),
    [
        ("raise ValueError(str(rows))", Reason.PREDICT_ERROR),
        ("return rows['share'] / 0", Reason.NOT_FINITE),
        ("return rows['share'] > 0.5", Reason.LABELS),
        ("return [0.5]", Reason.WRONG_COUNT),
    ],
    ids=["raises", "infinite", "labels", "wrong-count"],
)
def test_of_the_hidden_pass_a_team_learns_a_reason_and_no_words(
    attack: Attack, end: str, reason: Reason
) -> None:
    outcome = attack(ON_HIDDEN.format(end=f"print(rows); {end}"))

    assert outcome.refusal is not None
    assert outcome.refusal.stage is Stage.SCORING
    assert outcome.refusal.reason is reason
    assert outcome.log == ""
    assert not any(digit in outcome.refusal.message for digit in "23456789")
    assert outcome.hidden is None


def test_time_is_limited_in_the_hidden_pass_as_well(attack: Attack) -> None:
    outcome = attack(ON_HIDDEN.format(end="while True: pass"), limits=SHORT)

    assert outcome.refusal is not None
    assert outcome.refusal.stage is Stage.SCORING
    assert outcome.refusal.reason is Reason.TIME_LIMIT
