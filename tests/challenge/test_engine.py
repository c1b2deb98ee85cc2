"""Which engine runs submissions, what it refuses, and what it is handed."""

from __future__ import annotations

import contextlib
import pickle
import pickletools
import subprocess
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from challenge.addresses import is_loopback
from challenge.cli import app
from challenge.engine import Cluster, open_engine
from challenge.errors import EngineRefusedError, EngineUnavailableError
from challenge.records import Job, Loader, Outcome, Stage
from challenge.sandbox.remote import EngineRunner, installed_version, run_here
from challenge.settings import Settings
from challenge.shelf import Folder

SAFE = "tcp://127.0.0.1:8786"
JOB = Job(
    bundle=Path("bundles/ab.zip"),
    loader=Loader.SKLEARN,
    proof=Path("sealed/features/proof.arrow"),
    proof_count=2,
    hidden=Path("sealed/features/hidden.arrow"),
)
ANSWER = Outcome(practice=np.array([0.1, 0.2]), hidden=np.array([0.3]))


class Handed:
    """An engine that does as it is told, and keeps what it was handed."""

    def __init__(self, act: Callable[[Future, Callable[[str], None]], None]) -> None:
        self.act = act
        self.task: tuple = ()
        self.workers = 1

    def submit(self, fn, /, *args) -> Future:
        self.task = (fn, *args)
        future: Future = Future()
        self.act(future, self.hear)
        return future

    def slots(self) -> int:
        return self.workers

    @contextlib.contextmanager
    def listen(self, hear: Callable[[str], None]) -> Iterator[Callable]:
        self.hear = hear
        yield print  # as a task would be handed it: something that can be pickled


@pytest.fixture
def files(tmp_path: Path) -> Path:
    for path in (JOB.bundle, JOB.proof, JOB.hidden):
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_bytes(b"x" * 100_000)
    return tmp_path


def loaded_after(script: str) -> set[str]:
    done = subprocess.run(
        [sys.executable, "-c", f"{script}\nimport sys; print(*sys.modules)"],
        capture_output=True,
        text=True,
        check=True,
    )
    return set(done.stdout.split())


def test_runs_are_done_in_threads_unless_a_cluster_is_named() -> None:
    with open_engine(Settings(runs_at_once=2)) as engine:
        assert isinstance(engine, ThreadPoolExecutor)
        assert list(engine.map(len, ["", "a", "bc"])) == [0, 1, 2]


@pytest.mark.parametrize(
    "script",
    [
        "import challenge.cli",
        "import challenge.worker, challenge.sandbox.remote",
        "from challenge.engine import Cluster, open_engine\n"
        "from challenge.settings import Settings\n"
        "open_engine(Settings()).shutdown()",
    ],
    ids=["cli", "worker", "threads"],
)
def test_dask_is_loaded_only_when_a_cluster_is_named(script: str) -> None:
    assert {"dask", "distributed"} & loaded_after(script) == set()


@pytest.mark.parametrize(
    "address",
    [
        "tcp://192.0.2.1:8786",
        "tcp://0.0.0.0:8786",
        "tcp://[2001:db8::1]:8786",
        "http://127.0.0.1:8786",
        "127.0.0.1:8786",
        "tcp://127.0.0.1",
        "tcp://127.0.0.1:many",
        "tls://:8786",
    ],
)
def test_an_address_that_is_unsafe_or_none_is_refused_by_name(address: str) -> None:
    with pytest.raises(EngineRefusedError) as caught:
        open_engine(Settings(engine=address))
    assert caught.value.setting == "CHALLENGE_ENGINE"
    assert "tls://" in caught.value.hint


@pytest.mark.parametrize(
    ("host", "here"),
    [
        ("127.0.0.1", True),
        ("127.8.9.10", True),
        ("::1", True),
        ("localhost", True),
        ("0.0.0.0", False),
        ("192.0.2.1", False),
        ("2001:db8::1", False),
    ],
)
def test_only_a_loopback_address_goes_without_encryption(host: str, here: bool) -> None:
    assert is_loopback(host) is here


@pytest.mark.parametrize("missing", ["engine_ca", "engine_certificate"])
def test_tls_without_one_of_its_files_is_refused_by_name(
    missing: str, tmp_path: Path
) -> None:
    names = ("engine_ca", "engine_certificate")
    files = {name: tmp_path / f"{name}.pem" for name in names}
    for name in set(names) - {missing}:
        files[name].touch()
    for given in (files, {**files, missing: None}):
        with pytest.raises(EngineRefusedError) as caught:
            open_engine(Settings(engine="tls://192.0.2.1:8786", **given))
        assert caught.value.setting == f"CHALLENGE_{missing.upper()}"


def test_a_certificate_that_is_none_is_refused(tmp_path: Path) -> None:
    pem = tmp_path / "some.pem"
    pem.write_text("no certificate")
    with pytest.raises(EngineRefusedError, match="CERTIFICATE"):
        open_engine(
            Settings(
                engine="tls://192.0.2.1:8786", engine_ca=pem, engine_certificate=pem
            )
        )


def test_a_cluster_never_runs_submissions_without_a_sandbox() -> None:
    with pytest.raises(EngineRefusedError) as caught:
        open_engine(Settings(engine=SAFE, trust_submissions=True))
    assert caught.value.setting == "CHALLENGE_TRUST_SUBMISSIONS"


def test_an_engine_without_dask_says_what_to_install() -> None:
    script = (
        "import sys; sys.modules['distributed'] = None\n"
        "from challenge.engine import Cluster, open_engine\n"
        "from challenge.errors import EngineRefusedError\n"
        "from challenge.settings import Settings\n"
        f"try: open_engine(Settings(engine={SAFE!r}))\n"
        "except EngineRefusedError as error: print('said', error.hint)"
    )
    assert "kansrijk[scale]`." in loaded_after(script)


def test_a_scheduler_that_is_not_there_costs_no_run(files: Path) -> None:
    with Cluster("tcp://127.0.0.1:1", None, answer_seconds=0.1) as engine:
        runner = EngineRunner(engine, shelf=Folder(files))
        assert runner.slots() == 0
        with pytest.raises(EngineUnavailableError, match=r"127\.0\.0\.1:1"):
            runner.run(JOB, on_stage=lambda _: None)


def test_a_task_holds_no_rows_and_no_labels(files: Path) -> None:
    engine = Handed(lambda future, _: future.set_result(ANSWER))
    EngineRunner(engine, shelf=Folder(files)).run(JOB, on_stage=lambda _: None)
    task = pickle.dumps(engine.task)
    words = {str(value) for _, value, _ in pickletools.genops(task) if value}
    modules = {word for word in words if word.startswith(("challenge.", "pathlib"))}
    assert len(task) < 1_000
    assert modules == {
        "challenge.records.runs",
        "challenge.sandbox.remote",
        "pathlib",
    }
    assert not [word for word in words if "numpy" in word or "pandas" in word]


@pytest.mark.parametrize(
    ("words", "stages"),
    [
        (("proof", "scoring"), [Stage.PROOF, Stage.SCORING]),
        (
            ("proof", "scoring", "proof", "scoring"),
            [Stage.PROOF, Stage.SCORING, Stage.PROOF, Stage.SCORING],
        ),
        (("proof",), [Stage.PROOF, Stage.SCORING]),
    ],
    ids=["as they come", "on a second worker", "one got lost"],
)
def test_stages_are_told_as_the_worker_says_them(
    words: tuple[str, ...], stages: list[Stage], files: Path
) -> None:
    def act(future: Future, say: Callable[[str], None]) -> None:
        for word in words:
            say(word)
        future.set_result(ANSWER)

    told: list[Stage] = []
    outcome = EngineRunner(Handed(act), shelf=Folder(files)).run(
        JOB, on_stage=told.append
    )
    assert told == stages
    assert outcome is ANSWER


def test_a_model_refused_on_public_rows_never_reaches_the_scoring_stage(
    files: Path,
) -> None:
    def refuse(future: Future, say: Callable[[str], None]) -> None:
        say("proof")
        future.set_result(Outcome())

    told: list[Stage] = []
    EngineRunner(Handed(refuse), shelf=Folder(files)).run(JOB, on_stage=told.append)
    assert told == [Stage.PROOF]


def test_a_run_that_the_scheduler_lost_is_nobodys_fault_and_claims_rest(
    files: Path,
) -> None:
    def lose(future: Future, _: Callable[[str], None]) -> None:
        future.cancel()
        future.set_running_or_notify_cancel()

    runner = EngineRunner(Handed(lose), shelf=Folder(files))
    assert runner.slots() == 1
    with pytest.raises(EngineUnavailableError):
        runner.run(JOB, on_stage=lambda _: None)
    assert runner.slots() == 0


def test_a_run_without_a_worker_left_is_given_up(files: Path) -> None:
    engine = Handed(lambda future, _: None)
    engine.workers = 0
    runner = EngineRunner(engine, shelf=Folder(files), patience_seconds=0)
    with pytest.raises(EngineUnavailableError, match="worker"):
        runner.run(JOB, on_stage=lambda _: None)


def test_what_a_task_raises_for_itself_counts_as_a_try(files: Path) -> None:
    engine = Handed(lambda future, _: future.set_exception(RuntimeError("killed")))
    with pytest.raises(RuntimeError, match="killed"):
        EngineRunner(engine, shelf=Folder(files)).run(JOB, on_stage=lambda _: None)


def test_a_bundle_that_is_gone_is_not_blamed_on_the_engine(tmp_path: Path) -> None:
    engine = Handed(lambda future, _: future.set_result(ANSWER))
    with pytest.raises(FileNotFoundError):
        EngineRunner(engine, shelf=Folder(tmp_path)).run(JOB, on_stage=lambda _: None)
    assert engine.task == ()


def test_a_worker_of_another_release_refuses_and_names_both(
    monkeypatch: pytest.MonkeyPatch, files: Path
) -> None:
    monkeypatch.setenv("CHALLENGE_FILES", str(files))
    with pytest.raises(EngineUnavailableError) as caught:
        run_here(JOB, "0.0.1", print)
    assert "0.0.1" in caught.value.reason
    assert installed_version() in caught.value.reason


def test_a_worker_that_does_not_see_the_files_says_which_setting(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("CHALLENGE_FILES", str(tmp_path))
    with pytest.raises(EngineUnavailableError, match="CHALLENGE_FILES"):
        run_here(JOB, installed_version(), print)


def test_an_unavailable_engine_reads_the_same_on_another_machine() -> None:
    error = EngineUnavailableError("Worker a has no sandbox.")
    travelled = pickle.loads(pickle.dumps(error))
    assert (str(travelled), travelled.hint) == (str(error), error.hint)


def test_a_server_does_not_start_with_an_engine_that_its_worker_would_refuse() -> None:
    env = {"CHALLENGE_ENGINE": "tcp://192.0.2.1:8786"}
    done = CliRunner().invoke(app, ["serve"], env=env)
    assert done.exit_code == 1
    assert "CHALLENGE_ENGINE" in done.stderr
