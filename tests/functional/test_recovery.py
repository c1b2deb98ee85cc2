"""Killing things: a submission ends once, whatever dies."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from challenge.records import Role, Stage, State
from challenge.rules.claims import FAULT
from challenge.settings import Settings
from challenge.store import open_database
from challenge.tracking import Tracker
from challenge.worker import HUNG, Worker

from ..factories import RELEASE, enqueue, pyfunc_bundle
from .conftest import register_all, run_server, wait_for, wait_for_tracking

pytestmark = pytest.mark.sandbox


def children(pid: int) -> list[int]:
    """List the processes that a process started."""
    text = Path(f"/proc/{pid}/task/{pid}/children").read_text()
    threads = Path(f"/proc/{pid}/task").glob("*/children")
    return [int(p) for p in (text + "".join(t.read_text() for t in threads)).split()]


# Long enough in the hidden pass to be killed in the middle of it.
SLOW = """
import time
import numpy as np
def _load_pyfunc(path):
    return Model()
class Model:
    def predict(self, frame):
        time.sleep(1.5 if len(frame) > 1000 else 0)
        return np.linspace(0.05, 0.3, len(frame))
"""


@pytest.mark.full
def test_a_worker_killed_while_scoring_neither_loses_nor_repeats_a_submission(
    settings: Settings, tmp_path: Path, sandbox_works: None
) -> None:
    bundle = tmp_path / "slow.zip"
    bundle.write_bytes(pyfunc_bundle(SLOW))
    for server in run_server(settings):
        server.tokens.update(register_all(settings, {"Zwaluw": Role.TEAM}))
        with server.client("Zwaluw") as client:
            found = client.submit(bundle)
            for step in client.follow(found["id"]):
                if step["stage"] == "scoring":
                    for pid in set(children(server.process.pid)):
                        os.kill(pid, signal.SIGKILL)
                    break
            last = list(client.follow(found["id"]))[-1]
        wait_for_tracking(settings)
        with open_database(settings.database).read() as unit:
            results = unit.results.all("quickstart/1")
            attempt = unit.submissions.get(found["id"]).attempt
        runs = Tracker(settings.home / "mlflow", challenge="quickstart").scorecards()
        assert last["state"] == "scored"
        assert attempt == 2
        assert [result.submission_id for result in results] == [found["id"]]
        assert list(runs) == [found["id"]]


# A worker as it is, but in a hurry; and rows that can be opened and never read, as
# on a network disk that went away.
HANGS = """
import os
from datetime import timedelta
from challenge.rules import timing
from challenge.settings import Settings
from challenge.worker import Worker

timing.SLACK = timedelta(seconds=0.5)
settings = Settings()
shelf = settings.files_folder / "bundles"
shelf.mkdir()
# Nobody writes to it: whoever reads it waits for ever.
os.mkfifo(shelf / "ab.zip")
Worker(settings).run()
"""


def test_a_worker_whose_run_hangs_gives_itself_up_and_the_run_is_taken_over(
    settings: Settings,
) -> None:
    hurried = settings.model_copy(
        update={
            "trust_submissions": True,
            "engine": "",
            "files": settings.home,
            "pool": {},
            "limit_seconds": 0.5,
            "lease_seconds": 2,
        }
    )
    with closing(open_database(hurried.database)) as database:
        enqueue(database, "one", "Zwaluw")
        done = subprocess.run(
            [sys.executable, "-c", HANGS],
            env=os.environ | hurried.environment(),
            timeout=60,
            capture_output=True,
            check=False,
        )
        with database.begin() as unit:
            alive = unit.workers.all(RELEASE)
            unit.queue.reap(now=datetime.now(UTC) + timedelta(seconds=2), fault=FAULT)
            found = unit.submissions.get("one")
    assert done.returncode == HUNG
    assert b"Past their deadline: one" in done.stderr
    assert alive == []
    assert (found.state, found.attempt) == (State.QUEUED, 1)


def test_what_still_runs_when_a_worker_stops_goes_back_and_costs_no_try(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Three restarts in good order once ended a long run as our fault."""
    monkeypatch.setattr("challenge.worker.FINISH_SECONDS", 0.0)
    here = {"trust_submissions": True, "engine": "", "files": settings.home}
    shelf = settings.home / "bundles"
    shelf.mkdir()
    (shelf / "ab.zip").write_bytes(pyfunc_bundle(SLOW.replace("1.5", "600")))
    worker = Worker(settings.model_copy(update=here))
    thread = threading.Thread(target=worker.run)
    with closing(open_database(settings.database)) as database:

        def stage() -> Stage:
            with database.read() as unit:
                return unit.submissions.get("one").stage

        enqueue(database, "one", "Zwaluw")
        thread.start()
        assert wait_for(lambda: stage() in (Stage.PROOF, Stage.SCORING), 60)
        worker.stop()
        thread.join(60)
        with database.read() as unit:
            found, alive = unit.submissions.get("one"), unit.workers.all(RELEASE)
    assert not thread.is_alive()
    assert (found.state, found.attempt, alive) == (State.QUEUED, 0, [])


def test_no_empty_store_takes_the_place_of_one_that_was_moved_away(
    tmp_path: Path,
) -> None:
    """It would get the next runs, which are gone when the old one comes back."""
    (tmp_path / "artefacts").mkdir()
    with pytest.raises(FileNotFoundError, match="Put it back"):
        Tracker(tmp_path, challenge="quickstart").prepare()
    assert not Tracker(tmp_path, challenge="quickstart").is_made


@pytest.mark.full
def test_no_worker_outlives_a_killed_server(
    settings: Settings, sandbox_works: None
) -> None:
    for server in run_server(settings):
        time.sleep(0.5)
        workers = set(children(server.process.pid))
        server.process.kill()
        server.process.wait()
        deadline = time.monotonic() + 20
        while any(Path(f"/proc/{pid}").exists() for pid in workers):
            assert time.monotonic() < deadline, "a worker lives on"
            time.sleep(0.1)
        assert workers
