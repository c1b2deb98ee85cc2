"""Scored submissions as MLflow runs; the leader as the registry's champion.

The database stays the truth: a run that is not written yet is written later, and never
twice.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Callable
from contextlib import AbstractContextManager
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from challenge.locks import locked
from challenge.records import Run
from challenge.tracking.store import Store, load
from leaderboard import Scorecard

if TYPE_CHECKING:
    from mlflow import MlflowClient
    from mlflow.entities import Run as MlflowRun

CHAMPION = "champion"
SUPERSEDES = "supersedes"
"""Tag of a run after a re-score: the ids of those that had the figures before."""


class Tracker:
    """Write and read the runs of one challenge.

    Parameters
    ----------
    folder : Path
        Where the MLflow database and artefacts live.
    challenge : str
        Slug; names the experiment and the registered model.
    """

    def __init__(self, folder: Path, *, challenge: str) -> None:
        self._store = Store(folder)
        self._challenge = challenge

    def prepare(self) -> None:
        """Make the store now, so that its first reader does not race its first writer.

        Two processes that migrate one empty MLflow database trip over each other.
        """
        _ = self._experiment

    @property
    def is_made(self) -> bool:
        """Whether there is a store, which reading would otherwise make."""
        return self._store.is_made

    def alone(self) -> AbstractContextManager[None]:
        """Let nobody else write until the block ends; the store has been prepared."""
        return locked(self._store.folder)

    def record(self, run: Run) -> str:
        """Write one run, unless it is there already; only while `alone`.

        A submission that was scored anew gets another run. The one before stays as it
        was; the new one says which it supersedes.

        Parameters
        ----------
        run : Run
            What to write.

        Returns
        -------
        str
            The MLflow run id.
        """
        before: list[str] = []
        for written in self._current(f" and tags.submission = '{run.submission_id}'"):
            before.append(str(written.info.run_id))
            is_same = written.data.tags["scorer"] == run.scorer
            if is_same and self._text(before[-1]) == run.scorecard:
                return before[-1]
        return self._write(run, before)

    def promote(self, run_id: str) -> None:
        """Give the registry alias ``champion`` to the model of this run.

        Parameters
        ----------
        run_id : str
            A run that `record` wrote.
        """
        load()
        from mlflow.exceptions import MlflowException

        name = self._challenge
        if versions := self._client.search_model_versions(f"run_id = '{run_id}'"):
            version = versions[0].version
        else:
            try:
                self._client.get_registered_model(name)
            except MlflowException:
                self._client.create_registered_model(name)
            source = f"{self._client.get_run(run_id).info.artifact_uri}/bundle"
            version = self._client.create_model_version(
                name, source=source, run_id=run_id
            ).version
        self._client.set_registered_model_alias(name, CHAMPION, version)

    def champion(self) -> str | None:
        """Tell which run's model carries the alias, or None before the first."""
        load()
        from mlflow.exceptions import MlflowException

        try:
            version = self._client.get_model_version_by_alias(self._challenge, CHAMPION)
        except MlflowException:
            return None
        return str(version.run_id)

    def scorecards(self) -> dict[str, Scorecard]:
        """Read every exact scorecard back, by submission id, to recompute the board.

        Of a submission that was scored anew it is the last one.
        """
        return {
            one.data.tags["submission"]: Scorecard.from_json(
                self._text(one.info.run_id)
            )
            for one in self._current()
        }

    def runs(self) -> dict[str, list[str]]:
        """Tell the ids of complete runs, by submission id; makes no store.

        Those that another one supersedes are left out.
        """
        found: dict[str, list[str]] = {}
        for run in self._current() if self.is_made else ():
            found.setdefault(run.data.tags["submission"], []).append(run.info.run_id)
        return found

    def ui(self) -> Callable[..., Any]:
        """Make the MLflow user interface as an ASGI application.

        It has no log-in of its own: whoever mounts it guards it.

        Returns
        -------
        callable
            An ASGI application.
        """
        # Private names, measured with mlflow 3.17: its server reads them at import,
        # and there is no public way to point an embedded UI at a store.
        os.environ |= {
            "_MLFLOW_SERVER_FILE_STORE": self._store.url,
            "_MLFLOW_SERVER_ARTIFACT_ROOT": self._store.artefacts,
            "_MLFLOW_SERVER_ARTIFACT_DESTINATION": self._store.artefacts,
            "_MLFLOW_SERVER_SERVE_ARTIFACTS": "true",
            # Our log-in stands before it, under whatever name the server is reached.
            "MLFLOW_SERVER_ALLOWED_HOSTS": "*",
        }
        load()
        from mlflow.server.fastapi_app import app

        return app  # type: ignore[no-any-return]

    def _write(self, run: Run, before: list[str]) -> str:
        from mlflow.entities import RunTag

        scorecard = Scorecard.from_json(run.scorecard)
        made = self._client.create_run(
            self._experiment,
            run_name=f"{run.team}: {run.title}",
            tags=run.tags | ({SUPERSEDES: " ".join(before)} if before else {}),
        )
        run_id = str(made.info.run_id)
        self._client.log_batch(
            run_id, metrics=_metrics(scorecard, run), params=_params(scorecard)
        )
        self._client.log_inputs(run_id, [_dataset(self._challenge, run)])
        self._client.log_text(run_id, run.scorecard, "scorecard.json")
        self._client.log_text(run_id, run.card, "CARD.md")
        with tempfile.TemporaryDirectory() as folder:
            copy = shutil.copyfile(run.bundle, Path(folder) / "bundle.zip")
            self._client.log_artifact(run_id, str(copy), "bundle")
        # A run cut off half-way lacks this tag, is never read, and is written anew.
        self._client.log_batch(run_id, tags=[RunTag("complete", "yes")])
        self._client.set_terminated(run_id)
        return run_id

    def _text(self, run_id: str) -> str:
        with tempfile.TemporaryDirectory() as folder:
            path = self._client.download_artifacts(run_id, "scorecard.json", folder)
            return Path(path).read_text(encoding="utf-8")

    def _current(self, which: str = "") -> list[MlflowRun]:
        """List complete runs that no other complete one supersedes."""
        found: list[MlflowRun] = []
        token, asked = None, f"tags.complete = 'yes'{which}"
        while token != "":
            page = self._client.search_runs([self._experiment], asked, page_token=token)
            found += page
            token = page.token or ""
        gone = " ".join(run.data.tags.get(SUPERSEDES, "") for run in found).split()
        return [run for run in found if run.info.run_id not in gone]

    @property
    def _client(self) -> MlflowClient:
        return self._store.client

    @cached_property
    def _experiment(self) -> str:
        client, name = self._client, self._challenge
        if found := client.get_experiment_by_name(name):
            return str(found.experiment_id)
        where = self._store.artefacts
        return str(client.create_experiment(name, artifact_location=where))


def _params(scorecard: Scorecard) -> list[Any]:
    from mlflow.entities import Param

    facts = {
        "rows": scorecard.rows,
        "positives": scorecard.positives,
        "clusters": scorecard.clusters,
        "capacity": scorecard.capacity,
        "policy_state": scorecard.policy.state if scorecard.policy else "",
    }
    return [Param(name, str(value)) for name, value in facts.items()]


def _metrics(scorecard: Scorecard, run: Run) -> list[Any]:
    from mlflow.entities import Metric

    numbers: dict[str, float | None] = {
        "cpu_seconds": run.cpu_seconds,
        "memory_mib": run.memory_mib,
    }
    for name, one in scorecard.metrics.items():
        numbers |= {name: one.value, f"{name}_low": one.low, f"{name}_high": one.high}
    return [
        Metric(name, float(value), timestamp=0, step=0)
        for name, value in numbers.items()
        if value is not None and value == value
    ]


def _dataset(challenge: str, run: Run) -> Any:
    from mlflow.entities import Dataset, DatasetInput, InputTag

    dataset = Dataset(
        name=f"{challenge}-{run.release}-board",
        # MLflow keeps at most 36 characters of a digest.
        digest=run.release_sha256[:36],
        source_type="kansrijk-release",
        source=f'{{"challenge": "{challenge}", "release": "{run.release}"}}',
    )
    return DatasetInput(dataset, [InputTag("mlflow.data.context", "evaluation")])
