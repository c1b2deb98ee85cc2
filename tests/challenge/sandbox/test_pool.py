"""Sandboxes that wait: real ones, each found again by its process."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import lightgbm
import numpy as np
import pandas as pd
import pytest

from challenge.errors import SandboxUnavailableError
from challenge.records import Isolation, Job, Limits, Loader, Outcome, Stage
from challenge.sandbox import Sandbox, open_sandbox
from challenge.sandbox.handoff import write_rows
from challenge.shelf import Folder

pytestmark = pytest.mark.sandbox

LIMITS = Limits(memory_mib=2048, scratch_mib=16)
ROWS = pd.DataFrame({"a": np.linspace(-1, 1, 40), "b": [0.0, 1.0] * 20})
# Has waiting sandboxes, and is then ended without a chance to say goodbye.
WORKER = """
import sys, time
from pathlib import Path
from challenge.records import Loader, Limits
from challenge.sandbox import open_sandbox
sandbox = open_sandbox(pool={Loader.BOOSTER: 1})
while not sandbox.pool_ready():
    time.sleep(0.05)
print("ready", flush=True)
time.sleep(600)
"""


@pytest.fixture
def open_pool(tmp_path: Path) -> Iterator[Callable[..., Sandbox]]:
    """Open sandboxes that are closed at the end of the test."""
    opened: list[Sandbox] = []

    def open_one(**options: object) -> Sandbox:
        try:
            opened.append(
                open_sandbox(limits=LIMITS, shelf=Folder(tmp_path), **options)
            )
        except SandboxUnavailableError as error:
            if os.environ.get("CI_SANDBOX_REQUIRED") == "1":
                raise
            pytest.skip(str(error))
        return opened[-1]

    yield open_one
    for sandbox in opened:
        sandbox.close()


@pytest.fixture
def booster(tmp_path: Path) -> lightgbm.Booster:
    """Train a booster, and put its bundle and rows where jobs look for them."""
    model = lightgbm.train(
        {"objective": "binary", "verbose": -1, "num_threads": 1, "min_data_in_leaf": 5},
        lightgbm.Dataset(ROWS, ROWS["a"] > 0),
        num_boost_round=3,
    )
    folder = tmp_path / "model"
    folder.mkdir()
    model.save_model(folder / "model.lgb")
    (folder / "MLmodel").write_text(
        "flavors:\n"
        "  lightgbm: {data: model.lgb}\n"
        "  python_function: {loader_module: mlflow.lightgbm}\n"
    )
    shutil.make_archive(str(tmp_path / "bundle"), "zip", folder)
    write_rows(ROWS, tmp_path / "rows.arrow")
    return model


def run(
    sandbox: Sandbox,
    *,
    loader: Loader = Loader.BOOSTER,
    limits: Limits = LIMITS,
    on_stage: Callable[[Stage], None] = lambda _: None,
) -> Outcome:
    rows = Path("rows.arrow")
    job = Job(Path("bundle.zip"), loader, rows, 40, rows, limits)
    return sandbox.run(job, on_stage=on_stage)


def wait_for(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 120
    while not condition():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.02)


def find_guests(above: int | None = None) -> set[int]:
    """Find the guests that this process started, or another, and nobody else."""
    above = above or os.getpid()
    parents, names, guests = {}, {}, set()
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            status = (entry / "status").read_text()
            command = (entry / "cmdline").read_bytes().split(b"\0")
        except OSError:
            continue
        number = int(entry.name)
        names[number] = status.partition("Name:")[2].split()[0]
        parents[number] = int(status.partition("PPid:")[2].split()[0])
        if names[number] != "bwrap" and b"guest" in command:
            guests.add(number)

    def find_starter(number: int) -> int:
        number = parents[number]
        while names.get(number) == "bwrap":
            number = parents[number]
        return number

    return {guest for guest in guests if find_starter(guest) == above}


def test_no_two_runs_share_a_process_and_what_is_taken_is_replaced(
    open_pool: Callable[..., Sandbox], booster: lightgbm.Booster
) -> None:
    sandbox = open_pool(pool={Loader.BOOSTER: 1})
    used = []
    for _ in range(2):
        wait_for(lambda: sandbox.pool_ready() == 1)
        used.append(find_guests())

        outcome = run(sandbox)

        np.testing.assert_array_equal(outcome.hidden, booster.predict(ROWS))
        assert len(used[-1]) == 1
        assert not used[-1] & find_guests()
    assert not used[0] & used[1]


@pytest.mark.full
def test_a_sandbox_that_died_while_it_waited_is_passed_over(
    open_pool: Callable[..., Sandbox], booster: lightgbm.Booster
) -> None:
    sandbox = open_pool(pool={Loader.BOOSTER: 2})
    wait_for(lambda: sandbox.pool_ready() == 2)
    (dead, *_) = find_guests()
    os.kill(dead, signal.SIGKILL)
    wait_for(lambda: sandbox.pool_ready() == 1)

    outcomes = [run(sandbox), run(sandbox)]

    assert [outcome.refusal for outcome in outcomes] == [None, None]


@pytest.mark.skipif(os.geteuid() != 0, reason="Only root may undo it.")
def test_a_model_that_runs_goes_before_those_that_wait_and_after_pages(
    open_pool: Callable[..., Sandbox], booster: lightgbm.Booster
) -> None:
    sandbox = open_pool(pool={Loader.BOOSTER: 1})
    wait_for(lambda: sandbox.pool_ready() == 1)
    (guest,) = find_guests()
    seen = [os.getpriority(os.PRIO_PROCESS, guest)]

    run(
        sandbox,
        on_stage=lambda _: seen.append(os.getpriority(os.PRIO_PROCESS, guest)),
    )

    assert seen == [10, 5, 5]


def test_closing_leaves_no_process_and_no_thread(
    open_pool: Callable[..., Sandbox], booster: lightgbm.Booster
) -> None:
    before = set(threading.enumerate())
    sandbox = open_pool(pool={Loader.BOOSTER: 1, Loader.PYFUNC: 1})
    wait_for(lambda: sandbox.pool_ready() == 1)
    # The second one is in the middle of its imports.
    wait_for(lambda: len(find_guests()) == 2)

    sandbox.close()

    assert find_guests() == set()
    assert set(threading.enumerate()) <= before
    assert sandbox.pool_ready() == 0
    with pytest.raises(SandboxUnavailableError):
        run(sandbox)


def test_a_worker_that_is_killed_takes_its_waiting_sandboxes_along() -> None:
    worker = subprocess.Popen(
        [sys.executable, "-c", WORKER], stdout=subprocess.PIPE, text=True
    )
    with worker:
        assert worker.stdout is not None
        if worker.stdout.readline() != "ready\n":
            pytest.skip("There is no sandbox here.")
        guests = find_guests(worker.pid)
        worker.kill()

    assert guests
    wait_for(lambda: not any(Path(f"/proc/{guest}").exists() for guest in guests))


@pytest.mark.parametrize(
    ("loader", "limits"),
    [(Loader.PYFUNC, LIMITS), (Loader.BOOSTER, Limits(memory_mib=2000))],
    ids=["another-loader", "other-limits"],
)
def test_a_job_that_nothing_waits_for_starts_cold(
    open_pool: Callable[..., Sandbox],
    booster: lightgbm.Booster,
    loader: Loader,
    limits: Limits,
) -> None:
    sandbox = open_pool(pool={Loader.BOOSTER: 1})
    wait_for(lambda: sandbox.pool_ready() == 1)
    waiting = find_guests()

    outcome = run(sandbox, loader=loader, limits=limits)

    np.testing.assert_array_equal(outcome.hidden, booster.predict(ROWS))
    assert find_guests() == waiting


def test_a_trusted_run_gives_the_same_answer_and_leaves_nothing(
    open_pool: Callable[..., Sandbox],
    booster: lightgbm.Booster,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(temporary))
    sandbox = open_pool(pool={Loader.BOOSTER: 1}, trusted=True)
    wait_for(lambda: sandbox.pool_ready() == 1)

    outcome = run(sandbox)
    sandbox.close()

    assert sandbox.isolation is Isolation.TRUSTED
    np.testing.assert_array_equal(outcome.hidden, booster.predict(ROWS))
    assert find_guests() == set()
    assert list(temporary.iterdir()) == []
