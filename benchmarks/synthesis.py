"""Measure how fast rows are made, in how much memory, and how true they are.

Prints JSON. Three parts, each on the machine as it is now:

- ``against_sdv``: our way beside plain SDV, which fits its defaults to a frame of
  values and a label drawn from the same declaration: CPU, error of the marginals, and
  what a model that is trained on the rows is worth on fresh rows of the declared law;
- ``size``: whole builds, small and large: rows per second, peak memory of all of it;
- ``workers``: the same build in this process and on two warm workers.

The defaults are small. The figures in docs/performance.md come from::

    python benchmarks/synthesis.py --rows 100000 --large 5000000 --speed-up 2000000
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from lightgbm import LGBMClassifier
from scipy import stats
from scipy.special import expit
from sklearn.metrics import roc_auc_score

from challenge.brief import read_brief, read_mechanism
from challenge.brief.mechanism import Mechanism
from challenge.schema.chances import calibrate
from challenge.schema.curves import Curve
from challenge.synthesis.drawing.declare import Declaration, declare
from challenge.synthesis.drawing.generate import sample

CONTENT = Path(__file__).parents[1] / "datasets" / "first-1000-days"
BUILDS = Path(__file__).with_name("builds.py")
COLUMNS, PREVALENCE, LABEL = 30, 0.10, "label"
FRESH = 50_000


def main() -> None:
    """Measure everything, each build in a process of its own."""
    asked = _arguments()
    small, large = _measured(asked.rows, 1), _measured(asked.large, 1)
    alone, together = (_measured(asked.speed_up, n) for n in (1, 2))
    print(
        json.dumps(
            {
                "against_sdv": _against_sdv(asked.rows, asked.frame),
                "size": {
                    "small": small,
                    "large": large,
                    "rate_ratio": _ratio(large, small, "rows_per_second"),
                    "cpu_rate_ratio": _ratio(large, small, "rows_per_cpu_second"),
                },
                "workers": {
                    "one": alone,
                    "two": together,
                    "speed_up": _ratio(together, alone, "rows_per_second"),
                },
            },
            indent=2,
        )
    )


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=10_000)
    parser.add_argument("--frame", type=int, default=5_000, help="rows SDV fits")
    parser.add_argument("--large", type=int, default=30_000)
    parser.add_argument("--speed-up", type=int, default=30_000)
    return parser.parse_args()


def _ratio(one: dict[str, Any], other: dict[str, Any], key: str) -> float:
    return round(float(one[key] / other[key]), 2)


# --- beside plain SDV -----------------------------------------------------------------


def _against_sdv(rows: int, frame: int) -> dict[str, Any]:
    """Draw the same rows both ways."""
    declaration, mechanism = _thirty_columns()
    generator = np.random.default_rng(1)
    seed = _labelled(_law(declaration, frame, generator), mechanism, generator)
    fresh = _labelled(_law(declaration, FRESH, generator), mechanism, generator)
    import sdv.single_table  # noqa: F401  # the import is nobody's work

    started = time.process_time()
    ours = sample(declaration, rows, generator)
    ours = _labelled(ours, mechanism, generator)
    mine = time.process_time() - started
    started = time.process_time()
    plain = _plain_sdv(seed, declaration, rows)
    theirs = time.process_time() - started
    return {
        "rows": rows,
        "columns": COLUMNS,
        "frame_rows_that_sdv_fits": frame,
        "auroc_of_a_model_of_the_frame_itself": _auroc(seed, fresh, declaration),
        "ours": _judged(ours, fresh, declaration, mine),
        "plain_sdv": _judged(plain, fresh, declaration, theirs),
        "cpu_ratio": round(theirs / mine, 1),
    }


def _thirty_columns() -> tuple[Declaration, Mechanism]:
    """Take drawn columns of the shipped challenge, those of the mechanism first."""
    brief = read_brief(CONTENT)
    mechanism = read_mechanism(CONTENT / "mechanism.toml", brief)
    whole = declare(brief)
    drawn = set(whole.marginals)
    kept = mechanism.model_copy(
        update={
            "effects": tuple(e for e in mechanism.effects if {*e.columns} <= drawn),
            "interactions": tuple(
                i for i in mechanism.interactions if {*i.columns} <= drawn
            ),
        }
    )
    first = [name for term in kept.terms for name in term.columns]
    names = list(dict.fromkeys([*first, *whole.marginals]))[:COLUMNS]
    place = [whole.names.index(name) for name in names]
    declaration = Declaration(
        marginals={name: whole.marginals[name] for name in names},
        kinds={name: whole.kinds[name] for name in names},
        scored=(),
        correlation=whole.correlation[np.ix_(place, place)],
    )
    return declaration, kept


def _law(
    declaration: Declaration, rows: int, generator: np.random.Generator
) -> pd.DataFrame:
    """Draw rows of the declared law without SDV."""
    root = np.linalg.cholesky(declaration.correlation)
    scores = generator.standard_normal((rows, len(declaration.names))) @ root.T
    return declaration.values(pd.DataFrame(scores, columns=declaration.names))


def _labelled(
    rows: pd.DataFrame, mechanism: Mechanism, generator: np.random.Generator
) -> pd.DataFrame:
    """Draw the label on top of finished rows, with the declared effects."""
    effects = np.array([term.value for term in mechanism.terms])
    log_odds = mechanism.log_odds(rows, effects)
    risk = expit(calibrate(log_odds, PREVALENCE) + log_odds)
    return rows.assign(**{LABEL: generator.random(len(rows)) < risk})


def _plain_sdv(seed: pd.DataFrame, declaration: Declaration, rows: int) -> pd.DataFrame:
    """Fit SDV's defaults to values and label, and sample."""
    from sdv.metadata import Metadata
    from sdv.single_table import GaussianCopulaSynthesizer

    kinds = {"string": "categorical", "boolean": "boolean"}
    columns = {n: kinds.get(k, "numerical") for n, k in declaration.kinds.items()}
    booleans = [n for n, kind in columns.items() if kind == "boolean"]
    seed = seed.astype(dict.fromkeys(booleans, bool))
    tables = {"rows": {"columns": {n: {"sdtype": k} for n, k in columns.items()}}}
    tables["rows"]["columns"][LABEL] = {"sdtype": "boolean"}
    metadata = Metadata.load_from_dict(
        {"METADATA_SPEC_VERSION": "V1", "tables": tables, "relationships": []}
    )
    synthesizer = GaussianCopulaSynthesizer(metadata)
    synthesizer.fit({"rows": seed})
    drawn = synthesizer.sample(rows)["rows"]
    return drawn.astype(dict.fromkeys(booleans, np.float64) | {LABEL: bool})


def _judged(
    rows: pd.DataFrame, fresh: pd.DataFrame, declaration: Declaration, cpu: float
) -> dict[str, float]:
    return {
        "cpu_seconds": round(cpu, 2),
        "rows_per_cpu_second": round(len(rows) / cpu),
        "mean_marginal_error": round(_marginal_error(rows, declaration), 4),
        "auroc_on_fresh_rows": _auroc(rows, fresh, declaration),
    }


def _marginal_error(rows: pd.DataFrame, declaration: Declaration) -> float:
    """Average the largest gap between declared and got distribution functions."""
    grid = stats.norm.ppf((np.arange(50_000) + 0.5) / 50_000)
    errors = []
    for name, marginal in declaration.marginals.items():
        if isinstance(marginal, Curve):
            declared = marginal.values(grid)
            errors.append(stats.ks_2samp(rows[name], declared).statistic)
        else:
            got = [np.mean(rows[name] == value) for value in marginal.shares]
            errors.append(np.max(np.abs(np.subtract(got, [*marginal.shares.values()]))))
    return float(np.mean(errors))


def _auroc(rows: pd.DataFrame, fresh: pd.DataFrame, declaration: Declaration) -> float:
    """Train on some rows and rank others."""
    texts = [name for name, kind in declaration.kinds.items() if kind == "string"]
    levels = {n: pd.CategoricalDtype(declaration.marginals[n].levels) for n in texts}
    names = declaration.names
    model = LGBMClassifier(
        n_estimators=150, learning_rate=0.05, num_leaves=15, random_state=0, verbose=-1
    ).fit(rows[names].astype(levels), rows[LABEL])
    chance = np.asarray(model.predict_proba(fresh[names].astype(levels)))[:, 1]
    return round(float(roc_auc_score(fresh[LABEL], chance)), 4)


# --- whole builds ---------------------------------------------------------------------


def _measured(rows: int, workers: int) -> dict[str, Any]:
    """Build in a process of its own, and watch the memory of it and its workers."""
    asked = ["--rows", str(rows), "--workers", str(workers)]
    builder = subprocess.Popen(
        [sys.executable, str(BUILDS), *asked], stdout=subprocess.PIPE, text=True
    )
    peak = [0]
    watcher = threading.Thread(target=_watch, args=(builder, peak))
    watcher.start()
    told, _ = builder.communicate()
    watcher.join()
    if builder.returncode:
        raise SystemExit(builder.returncode)
    return {**json.loads(told), "peak_memory_mib": peak[0] >> 20}


def _watch(builder: subprocess.Popen[str], peak: list[int]) -> None:
    """Note the largest sum of resident memory over a process and its children."""
    while builder.poll() is None:
        peak[0] = max(peak[0], sum(map(_resident, _family(builder.pid))))
        time.sleep(0.1)


def _family(pid: int) -> list[int]:
    """List a process and the processes that come from it (Linux)."""
    try:
        told = Path(f"/proc/{pid}/task/{pid}/children").read_text("utf-8")
    except OSError:
        return [pid]
    return [pid, *(one for child in told.split() for one in _family(int(child)))]


def _resident(pid: int) -> int:
    try:
        pages = Path(f"/proc/{pid}/statm").read_text("utf-8").split()[1]
    except OSError:
        return 0
    return int(pages) * resource.getpagesize()


if __name__ == "__main__":
    main()
