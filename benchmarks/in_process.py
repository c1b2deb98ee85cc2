"""The alternative: load, predict and score in this very process, all in memory."""

from __future__ import annotations

import logging
import tempfile
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from stage import Stage

from challenge.rules.feature_files import FeatureFiles
from challenge.rules.hidden import HiddenRows
from challenge.rules.replication import replicate_seed
from challenge.sandbox.handoff import read_rows
from challenge.shelf import Folder
from challenge.synthesis import RowSet
from leaderboard import score


@dataclass(frozen=True)
class InProcess:
    """The rows of a release and the models of its bundles, unpacked.

    Attributes
    ----------
    stage : Stage
        Whose release and bundles.
    proof : DataFrame
        Practice rows, tiled to as many as there are hidden ones.
    practice : RowSet
        With their labels.
    hidden : HiddenRows
        Predicted all, scored those of the board.
    models : Path
        One folder a bundle.
    """

    stage: Stage
    proof: pd.DataFrame
    practice: RowSet
    hidden: HiddenRows
    models: Path

    def run(self, name: str) -> None:
        """Do what is done for a submission, and keep nothing."""
        import mlflow.pyfunc

        model = mlflow.pyfunc.load_model(str(self.models / name))
        practice = _chances(model.predict(self.proof))[: len(self.practice.labels)]
        hidden = self.hidden.split(_chances(model.predict(self.hidden.features)))
        board = self.hidden.sets["board"]
        self._score(board, hidden["board"], seed=replicate_seed(self.stage.release))
        self._score(self.practice, practice, seed=0, curves=True)

    def _score(self, rows: RowSet, chances: NDArray[np.float64], **how: Any) -> None:
        brief = self.stage.brief
        score(
            rows.labels,
            chances,
            groups=rows.groups,
            clusters=rows.clusters,
            areas=rows.areas,
            capacity=brief.capacity,
            policy=brief.policy,
            reference=self.stage.release.reference(rows.name, "all"),
            **how,
        )


@contextmanager
def in_process(stage: Stage) -> Iterator[InProcess]:
    """Read the rows and unpack the bundles."""
    import mlflow.pyfunc  # noqa: F401  # it sets its own log level

    # It tells at every prediction which columns a model does not ask for.
    logging.getLogger("mlflow").setLevel(logging.ERROR)
    with tempfile.TemporaryDirectory(prefix="execution-") as folder:
        place = Path(folder)
        for name, bundle in stage.bundles.items():
            with zipfile.ZipFile(bundle) as archive:
                archive.extractall(place / name)
        files = FeatureFiles(stage.release, stage.brief, Folder(place))
        yield InProcess(
            stage=stage,
            proof=read_rows(place / files.proof("all")),
            practice=stage.release.practice(),
            hidden=HiddenRows.unseal(stage.release),
            models=place,
        )


def _chances(answer: Any) -> NDArray[np.float64]:
    values = np.asarray(answer, dtype=np.float64)
    return values[:, -1] if values.ndim == 2 else values
