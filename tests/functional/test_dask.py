"""A real Dask cluster on loopback: two workers, each with a sandbox of its own.

The commands are those of `docs/scaling.md`. Workers run without Dask's nanny: then one
process is one worker, whoever keeps it (systemd, Compose, Kubernetes; here
`Cluster.start`) starts it again, and its guests end with it.
"""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest

from challenge.client import Client
from challenge.engine import open_engine
from challenge.errors import EngineUnavailableError
from challenge.records import Job, Limits, Loader, Reason, Role, Stage
from challenge.sandbox import open_sandbox
from challenge.sandbox.handoff import write_rows
from challenge.sandbox.remote import EngineRunner, run_here
from challenge.settings import Settings
from challenge.shelf import Folder
from challenge.store import open_database
from challenge.synthesis import Release

from ..factories import pyfunc_bundle
from .clustered import MANUAL, Cluster, descendants
from .conftest import Server, finish, register_all, run_server, wait_for

pytestmark = pytest.mark.sandbox


# Tells the proof run from the hidden pass by nothing but time: it is asked again.
SLOW = """
import time
import numpy as np
asked = []
def _load_pyfunc(path):
    return Model()
class Model:
    def predict(self, frame):
        asked.append(1)
        time.sleep(0 if len(asked) == 1 else 2)
        return np.linspace(0.05, 0.3, len(frame))
"""

# Succeeds, with usable probabilities, where any of this can be reached.
CURIOUS = """
import socket
import numpy as np
def _load_pyfunc(path):
    return Model()
class Model:
    def predict(self, frame):
        for attack in (
            lambda: open({folder!r} + "/hidden.arrow").read(),
            lambda: socket.create_connection(("127.0.0.1", {port})),
            lambda: open("/proc/self/environ").read(),
        ):
            try:
                attack()
            except OSError:
                continue
            return np.full(len(frame), 0.2)
        raise SystemExit("contained")
"""


def is_there(pid: int) -> bool:
    """Tell whether a process lives; one that waits to be reaped does not."""
    try:
        status = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return False
    return status.rpartition(")")[2].split()[0] != "Z"


@pytest.fixture(scope="module")
def cluster(
    sandbox_works: None, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Cluster]:
    folder = tmp_path_factory.mktemp("dask")
    made = Cluster(folder, files=tmp_path_factory.mktemp("files"))
    made.start(2)
    yield made
    made.stop()


@pytest.fixture
def engine(cluster: Cluster) -> Iterator[Executor]:
    """The cluster, whole again after the test before."""
    cluster.start(2)
    with open_engine(Settings(engine=cluster.address)) as opened:
        assert wait_for(lambda: opened.slots() == 2, 180), "the workers did not come"
        yield opened


@pytest.fixture(scope="module")
def job(cluster: Cluster, release: Release) -> Callable[..., Job]:
    """Write a job for a bundle: 300 public rows, 500 hidden ones."""
    rows = release.practice().features
    write_rows(rows.iloc[np.arange(500) % 300], cluster.files / "proof.arrow")
    write_rows(rows.iloc[:500], cluster.files / "hidden.arrow")

    def make(content: bytes, loader: Loader = Loader.PYFUNC) -> Job:
        name = Path(f"{abs(hash(content))}.zip")
        (cluster.files / name).write_bytes(content)
        return Job(
            bundle=name,
            loader=loader,
            proof=Path("proof.arrow"),
            proof_count=300,
            hidden=Path("hidden.arrow"),
            limits=Limits(limit_seconds=60),
        )

    return make


def busy_worker(cluster: Cluster) -> subprocess.Popen[bytes]:
    """Wait for a worker that has a guest."""
    found: list[subprocess.Popen[bytes]] = []

    def look() -> bool:
        found[:] = [w for w in cluster.workers if descendants(w.pid)]
        return bool(found)

    assert wait_for(look), "no worker started a guest"
    return found[0]


@pytest.mark.full
def test_a_cluster_gives_the_same_numbers_as_threads(
    cluster: Cluster, engine: Executor, job: Callable[..., Job], bundle: Path
) -> None:
    told: list[Stage] = []
    asked = job(bundle.read_bytes(), Loader.SKLEARN)
    there = EngineRunner(engine, shelf=Folder(cluster.files)).run(
        asked, on_stage=told.append
    )
    with open_sandbox(shelf=Folder(cluster.files)) as sandbox:
        here = sandbox.run(asked, on_stage=lambda _: None)
    assert told == [Stage.PROOF, Stage.SCORING]
    assert there.refusal is None
    assert np.array_equal(there.practice, here.practice)
    assert np.array_equal(there.hidden, here.hidden)


def test_a_model_on_a_worker_reaches_neither_files_nor_scheduler(
    cluster: Cluster, engine: Executor, job: Callable[..., Job]
) -> None:
    code = CURIOUS.format(folder=str(cluster.files), port=cluster.port)
    outcome = EngineRunner(engine, shelf=Folder(cluster.files)).run(
        job(pyfunc_bundle(code)), on_stage=lambda _: None
    )
    assert outcome.hidden is None
    assert outcome.refusal is not None
    assert outcome.refusal.stage is Stage.PROOF
    assert outcome.refusal.reason in (Reason.PREDICT_ERROR, Reason.CRASHED)


@pytest.mark.full
def test_a_killed_worker_leaves_no_guest_and_its_run_ends_on_the_other(
    cluster: Cluster, engine: Executor, job: Callable[..., Job]
) -> None:
    runner = EngineRunner(engine, shelf=Folder(cluster.files))
    asked = job(pyfunc_bundle(SLOW))
    with ThreadPoolExecutor(1) as waiting:
        outcome = waiting.submit(runner.run, asked, on_stage=lambda _: None)
        worker = busy_worker(cluster)
        guests = descendants(worker.pid)
        worker.kill()
        assert wait_for(lambda: not any(map(is_there, guests))), "a guest lives on"
        assert outcome.result().refusal is None
    worker.wait(20)
    assert guests


@pytest.mark.full
def test_a_killed_scheduler_gives_runs_back_and_leaves_no_guest(
    cluster: Cluster, engine: Executor, job: Callable[..., Job]
) -> None:
    runner = EngineRunner(engine, shelf=Folder(cluster.files))
    with ThreadPoolExecutor(1) as waiting:
        slow = job(pyfunc_bundle(SLOW))
        lost = waiting.submit(runner.run, slow, on_stage=lambda _: None)
        guests = descendants(busy_worker(cluster).pid)
        cluster.scheduler.kill()
        with pytest.raises(EngineUnavailableError):
            lost.result()
    assert runner.slots() == 0
    cluster.scheduler.wait(20)
    # They end with their scheduler, so a service manager has to start both again.
    for worker in cluster.workers:
        worker.wait(60)
    assert wait_for(lambda: not any(map(is_there, guests))), "a guest lives on"


@pytest.mark.full
def test_the_service_scores_alike_on_a_cluster_whose_scheduler_was_killed(
    cluster: Cluster,
    engine: Executor,
    settings: Settings,
    bundle: Path,
    server: Server,
    join: Callable[[str], Client],
) -> None:
    """What was under way is given back, costs no try, and is scored once."""
    changes = {"engine": cluster.address, "files": cluster.files}
    clustered = settings.model_copy(update=changes)
    for other in run_server(clustered):
        other.tokens.update(register_all(clustered, {"Zwaluw": Role.TEAM}))
        with other.client("Zwaluw") as client:
            found = client.submit(bundle)
            busy_worker(cluster)
            cluster.scheduler.kill()
            for process in (*cluster.workers, cluster.scheduler):
                process.wait(60)
            cluster.start(2)
            last = list(client.follow(found["id"]))[-1]
    assert last["state"] == "scored"
    ((attempt, there),) = recorded(clustered)
    assert attempt == 1
    with join("Grutto") as client:
        assert finish(client, bundle)["state"] == "scored"
    assert (attempt, there) in recorded(server.settings)


def recorded(settings: Settings) -> list[tuple[int, str]]:
    """List of each result the try that gave it, and its exact scorecard."""
    with closing(open_database(settings.database)) as database, database.read() as unit:
        return [
            (unit.submissions.get(result.submission_id).attempt, result.scorecard)
            for result in unit.results.all("quickstart/1")
        ]


def test_a_worker_of_another_version_says_so_to_the_service(
    engine: Executor, job: Callable[..., Job], bundle: Path
) -> None:
    asked = job(bundle.read_bytes(), Loader.SKLEARN)
    with pytest.raises(EngineUnavailableError, match=r"0\.0\.1"):
        engine.submit(run_here, asked, "0.0.1", print).result()


@pytest.mark.full
def test_a_task_that_kills_its_workers_is_given_up_and_counts_as_a_try(
    cluster: Cluster, engine: Executor
) -> None:
    with pytest.raises(Exception, match="2 different workers") as caught:
        engine.submit(os._exit, 1).result()
    assert not isinstance(caught.value, EngineUnavailableError)
    for worker in cluster.workers:
        worker.wait(20)


def test_tls_lets_in_who_the_authority_signed_and_nobody_else(
    sandbox_works: None, tmp_path: Path
) -> None:
    other = tmp_path / "other"
    other.mkdir()
    for folder in (tmp_path, other):
        write_certificates(folder)
    made = Cluster(tmp_path, tmp_path, "tls")
    made.start(1)
    try:
        with open_engine(settings_for(made, tmp_path)) as engine:
            assert wait_for(lambda: engine.slots() == 1, 180), "the worker did not come"
            assert engine.submit(len, "abc").result() == 3
        # Somebody who trusts our scheduler, and whom our authority never signed.
        with open_engine(settings_for(made, other)) as engine:
            assert engine.slots() == 0
        log = tmp_path / "scheduler.log"
        assert wait_for(lambda: "TLS handshake failed with remote" in log.read_text())
    finally:
        made.stop()


def settings_for(cluster: Cluster, member: Path) -> Settings:
    return Settings(
        engine=cluster.address,
        engine_ca=cluster.folder / "ca.pem",
        engine_certificate=member / "member.pem",
    )


def write_certificates(folder: Path) -> None:
    """Make an authority and a member with the commands of the manual."""
    (commands,) = re.findall(r"```sh\n(openssl .*?)```", MANUAL, re.DOTALL)
    subprocess.run(["sh", "-ec", commands], cwd=folder, check=True, capture_output=True)
