"""What teams hand in: baselines with noise, trained beforehand, and wrong ones.

The noise is honest: each baseline is trained several times by its own script, each time
on four fifths of the neighbourhoods. Teams train on machines of their own; here that is
done beforehand, so that it takes nothing from the server that is rehearsed. Run with
``python -m`` it trains what standard input lists, one after another in one process:
importing costs more than fitting.
"""

from __future__ import annotations

import contextlib
import io
import json
import os
import runpy
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from challenge.errors import DemoBrokenError
from challenge.rehearsing.kinds import Kind
from challenge.rehearsing.plan import stream
from challenge.synthesis import digest

LEFT_OUT_SHARE = 0.2
"""Of the neighbourhoods, in each training."""

_CODE = """
def _load_pyfunc(path):
    return Model()

class Model:
    def predict(self, frame):
        {body}
"""
_MODEL = "flavors:\n  python_function:\n    loader_module: model\n    code: code\n"


@dataclass(frozen=True, slots=True)
class Shelf:
    """Every bundle that may be handed in.

    Attributes
    ----------
    trained : dict of str to tuple of Path
        Baselines by source set; the first of each is handed in first.
    left_out : dict of str to str
        Baselines that cannot be trained on this challenge, and what they said.
    """

    trained: Mapping[str, tuple[Path, ...]]
    left_out: Mapping[str, str]

    def bundle(self, kind: Kind, sources: str, draw: int) -> bytes:
        """Take one that a team with these sources may hand in, or a wrong one."""
        if kind in _WRONG:
            return _WRONG[kind]
        found = self.trained[sources]
        return found[draw % len(found)].read_bytes()


@dataclass(frozen=True, slots=True)
class _Job:
    """One training of one baseline."""

    sources: str
    script: Path
    data: Path
    bundle: Path


def train(
    baselines: Path,
    data: Mapping[str, Path],
    folder: Path,
    *,
    draws: int,
    seed: int,
    progress: Callable[[int, int], None],
) -> Shelf:
    """Train every baseline on every source set, so many times.

    Parameters
    ----------
    baselines : Path
        Has a folder with ``train.py`` for each.
    data : mapping of str to Path
        What a team downloads, by source set.
    folder : Path
        Gets data and bundles.
    draws : int
        How often each; more make teams differ more.
    seed : int
        Says which neighbourhoods are left out.
    progress : callable
        Called with trainings done and in all.

    Returns
    -------
    Shelf
        With at least one bundle a source set.

    Raises
    ------
    DemoBrokenError
        If no baseline can be trained.
    """
    jobs = [
        _Job(sources, script, drawn, drawn.with_name(f"{script.parent.name}.zip"))
        for sources, public in data.items()
        for draw in range(draws)
        for drawn in [_draw(public, folder / f"{sources}-{draw}", seed + draw)]
        for script in sorted(baselines.glob("*/train.py"))
    ]
    told: dict[str, str] = {}
    trained: dict[str, list[Path]] = {sources: [] for sources in data}
    for done, (job, said) in enumerate(zip(jobs, _train(jobs), strict=True), 1):
        if said:
            told[job.bundle.stem] = said
        else:
            trained[job.sources].append(job.bundle)
        progress(done, len(jobs))
    if not all(trained.values()):
        raise DemoBrokenError(f"No baseline could be trained: {told}")
    return Shelf({name: tuple(found) for name, found in trained.items()}, told)


def _draw(public: Path, place: Path, seed: int) -> Path:
    """Copy a team's data with some of the neighbourhoods left out of training."""
    data = place / "data"
    shutil.copytree(public, data)
    manifest = data / "manifest.json"
    facts = json.loads(manifest.read_text("utf-8"))
    train, groups = (
        pd.read_parquet(data / name) for name in ("train.parquet", "groups.parquet")
    )
    mine = groups[groups[facts["key"]].isin(train[facts["key"]])]
    found = sorted(mine[facts["cluster"]].unique())
    out = stream(seed).sample(found, int(LEFT_OUT_SHARE * len(found)))
    gone = mine[facts["key"]][mine[facts["cluster"]].isin(out)]
    for name, rows in (("train.parquet", train), ("groups.parquet", groups)):
        _replace(data / name, rows[~rows[facts["key"]].isin(gone)], facts["files"])
    manifest.write_text(json.dumps(facts), "utf-8")
    return data


def _replace(place: Path, rows: pd.DataFrame, files: dict[str, dict[str, Any]]) -> None:
    """Write other rows, and tell the manifest: whoever opens the folder asks it."""
    was = digest(place)
    rows.to_parquet(place, index=False)
    for facts in files.values():
        if facts["sha256"] == was:
            size = place.stat().st_size
            facts |= {"sha256": digest(place), "bytes": size, "rows": len(rows)}


def _train(jobs: Sequence[_Job]) -> Iterator[str]:
    """Give for each why it could not be trained; empty: it was."""
    orders = [(str(job.script), str(job.data), str(job.bundle)) for job in jobs]
    with subprocess.Popen(
        [sys.executable, "-m", "challenge.rehearsing.bundles"],
        # A second thread a core makes small fits slower.
        env=os.environ | {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        # Warnings of a baseline are for whoever trains it by hand.
        stderr=subprocess.DEVNULL,
        text=True,
    ) as trainer:
        if trainer.stdin is None or trainer.stdout is None:
            raise DemoBrokenError("The baselines could not be asked for.")
        with trainer.stdin as asked:
            json.dump(orders, asked)
        for line in trainer.stdout:
            yield str(json.loads(line))
    if trainer.returncode:
        raise DemoBrokenError(
            f"Training the baselines ended with code {trainer.returncode}."
        )


def _train_here(script: str, data: str, bundle: str) -> str:
    """Run a baseline's own script as if it was typed."""
    sys.argv = [script, data, bundle]
    try:
        # A script may print; what this process prints is data.
        with contextlib.redirect_stdout(sys.stderr):
            runpy.run_path(script, run_name="__main__")
    except SystemExit as left:
        if left.code:
            return str(left.code)
    except Exception as error:
        return f"{type(error).__name__}: {error}".splitlines()[0]
    return "" if Path(bundle).exists() else "It wrote no bundle."


def _bad_model(body: str) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("MLmodel", _MODEL)
        archive.writestr("code/model.py", _CODE.format(body=body))
        archive.writestr("CARD.md", "---\ntitle: Mis\n---\n")
    return buffer.getvalue()


_WRONG = {
    Kind.NO_ZIP: b"Dit is geen zip.",
    Kind.LABELS: _bad_model("return [row % 2 for row in range(len(frame))]"),
    Kind.CRASH: _bad_model("raise ValueError('no')"),
}


if __name__ == "__main__":
    for order in json.load(sys.stdin):
        sys.stdout.write(f"{json.dumps(_train_here(*order))}\n")
        sys.stdout.flush()
