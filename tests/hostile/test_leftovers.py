"""What a model leaves: nothing for the next one, and nothing in the worker."""

from __future__ import annotations

import gc
import json
import pickle
import secrets
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from challenge.errors import SandboxUnavailableError
from challenge.records import Job, Limits, Loader, Outcome, Reason
from challenge.sandbox import Sandbox, open_sandbox
from challenge.sandbox.handoff import write_rows

from .conftest import Code, frame
from .passes import on_hidden
from .processes import (
    NAMED,
    count_own,
    find_descendants,
    find_processes,
    memory_mib,
    wait_until,
)

pytestmark = pytest.mark.sandbox

LIMITS = Limits(limit_seconds=10.0, memory_mib=2048, scratch_mib=16)
HARMLESS = "def predict(rows): return rows['share']"

Make = Callable[[str], Job]


@pytest.fixture(scope="module")
def make_job(
    write_pickle: Callable[..., Path], tmp_path_factory: pytest.TempPathFactory
) -> Make:
    """Make the job of a model with this source code."""
    folder = tmp_path_factory.mktemp("rows")
    write_rows(frame(40), folder / "proof.arrow")
    write_rows(frame(60), folder / "hidden.arrow")

    def make(code: str) -> Job:
        return Job(
            bundle=write_pickle(pickle.dumps(Code(code))),
            loader=Loader.BOOSTER,
            proof=folder / "proof.arrow",
            proof_count=40,
            hidden=folder / "hidden.arrow",
            limits=LIMITS,
        )

    return make


@pytest.fixture
def warm(sandbox: Sandbox) -> Iterator[Sandbox]:
    """Two sandboxes that wait, where any can be made."""
    with open_sandbox(limits=LIMITS, pool={Loader.BOOSTER: 2}) as opened:
        wait_until(lambda: opened.pool_ready() == 2)
        yield opened


def run(sandbox: Sandbox, job: Job) -> Outcome:
    return sandbox.run(job, on_stage=lambda _: None)


# What one model does, and what the next would see of it.
LEFT = {
    "a-file-for-the-next": ("open('/tmp/left', 'w')", "os.path.exists('/tmp/left')"),
    "shared-memory-for-the-next": (
        "open('/dev/shm/left', 'w')",
        "os.listdir('/dev/shm') != []",
    ),
    "a-thread-for-the-next": ("stay()", "threading.active_count() > 1"),
    "a-patched-numpy-for-the-next": ("setattr(np, 'left', 1)", "hasattr(np, 'left')"),
    "a-variable-for-the-next": ("os.environ.update(LEFT='1')", "'LEFT' in os.environ"),
    "another-folder-for-the-next": ("os.chdir('/dev')", "os.getcwd() != '/tmp'"),
    "a-handler-of-signals-for-the-next": (
        "signal.signal(signal.SIGUSR1, signal.SIG_IGN)",
        "signal.getsignal(signal.SIGUSR1) != signal.SIG_DFL",
    ),
    "a-name-for-the-next": (
        "socket.sethostname('left')",
        "os.uname().nodename == 'left'",
    ),
    "a-shot-at-those-that-wait": (
        "[shoot(process) for process in PROCESSES]",
        "len(SHOT) > 0",
    ),
}

LITTER = """
import json, os, signal, socket, threading, time
PROCESSES, STEPS, SEEN = {values!r}
SHOT = []

def stay():
    threading.Thread(target=time.sleep, args=(99,), daemon=True).start()

def shoot(process):
    try:
        os.kill(process, signal.SIGKILL)
        SHOT.append(process)
    except ProcessLookupError:
        pass

def predict(rows):
    for step in STEPS:
        try:
            exec(step, globals())
        except OSError:
            pass
    if rows["share"].is_monotonic_increasing:
        print(json.dumps([bool(eval(seen, globals())) for seen in SEEN]))
    return rows["share"]
"""


@pytest.fixture(scope="module")
def litter(sandbox: Sandbox, make_job: Make) -> list[Outcome]:
    """One model that leaves things, looks at them, and the next, which looks too."""
    steps = [step for step, _ in LEFT.values()]
    seen = [look for _, look in LEFT.values()]
    with open_sandbox(limits=LIMITS, pool={Loader.BOOSTER: 2}) as warm:
        wait_until(lambda: warm.pool_ready() == 2)
        # Inside, the low numbers are the model's own threads.
        processes = [number for number in find_descendants() if number > 64]
        first = run(warm, make_job(LITTER.format(values=(processes, steps, seen))))
        second = run(warm, make_job(LITTER.format(values=([], [], seen))))
    return [first, second]


@pytest.mark.parametrize("name", LEFT)
def test_the_next_model_finds_nothing(litter: list[Outcome], name: str) -> None:
    first, second = litter
    assert first.refusal is None, first.log
    assert second.refusal is None, second.log
    found = dict(zip(LEFT, json.loads(second.log), strict=True))
    assert found[name] is False


def test_what_was_left_was_there(litter: list[Outcome]) -> None:
    """Otherwise finding nothing would mean nothing."""
    found = dict(zip(LEFT, json.loads(litter[0].log), strict=True))
    assert [name for name, seen in found.items() if not seen] == [
        "a-name-for-the-next",
        "a-shot-at-those-that-wait",
    ]


# Every kind of end, with what it may cost the worker.
ENDS = {
    "return rows['share']": None,
    "os._exit(1)": Reason.CRASHED,
    "time.sleep(3600)": Reason.TIME_LIMIT,
    "for _ in range(64): print('flood ' * 200_000)\n    return rows['share']": None,
    "while True: os.write(3, b'1' * (1 << 20))": Reason.WRONG_COUNT,
    "bytearray(1 << 40)": Reason.MEMORY_LIMIT,
    "threading.Thread(target=exec, args=('while True: pass',), daemon=True).start()\n"
    "    return rows['share']": None,
}


@pytest.mark.full
def test_the_worker_is_as_before_after_every_kind_of_end(make_job: Make) -> None:
    name = secrets.token_hex(6)
    code = NAMED.format(name=name) + "import threading\ndef predict(rows):\n    "
    with open_or_skip() as once:
        run(once, make_job(HARMLESS))  # what is made once is made
    gc.collect()  # what other tests left open is not this one's
    before, memory = count_own(), memory_mib()

    with open_sandbox(limits=LIMITS, pool={Loader.BOOSTER: 1}) as warm:
        for end, reason in ENDS.items():
            refusal = run(warm, make_job(code + end)).refusal
            assert (refusal and refusal.reason) is reason, end
        hidden = run(warm, make_job(on_hidden("os.abort()", "import os")))
        assert hidden.refusal is not None

    gc.collect()
    assert count_own() == before
    assert find_processes(name) == []
    assert memory_mib() < memory + 32


def open_or_skip() -> Sandbox:
    try:
        return open_sandbox()
    except SandboxUnavailableError as error:
        pytest.skip(str(error))


def test_a_sandbox_dies_with_a_killed_worker(make_job: Make) -> None:
    name = secrets.token_hex(6)
    job = make_job(NAMED.format(name=name) + "def predict(rows): time.sleep(3600)")
    worker = subprocess.Popen([sys.executable, "-c", WORKER, *map(str, vars_of(job))])
    wait_until(lambda: find_processes(name) != [])

    worker.send_signal(signal.SIGKILL)
    worker.wait()

    wait_until(lambda: find_processes(name) == [])


WORKER = """
import sys
from pathlib import Path

from challenge.records import Job, Loader
from challenge.sandbox import open_sandbox

bundle, proof, hidden = map(Path, sys.argv[1:])
job = Job(bundle, Loader.BOOSTER, proof, 40, hidden)
with open_sandbox() as sandbox:
    sandbox.run(job, on_stage=print)
"""


def vars_of(job: Job) -> tuple[Path | None, ...]:
    return job.bundle, job.proof, job.hidden
