"""Trains baselines one after another in one process: ``python -m`` this module.

Standard input has a list of script, data folder and bundle; standard output gets a
line for each, as JSON: the empty string, or why it could not be trained.
"""

from __future__ import annotations

import contextlib
import json
import os
import runpy
import sys


def main() -> None:
    """Train whatever standard input asks for."""
    answers = sys.stdout
    for order in json.load(sys.stdin):
        # A script may print; what this process prints is data.
        with contextlib.redirect_stdout(sys.stderr):
            told = _train(*order)
        answers.write(f"{json.dumps(told)}\n")
        answers.flush()


def _train(script: str, data: str, bundle: str) -> str:
    """Run a baseline's own script as if it was typed."""
    sys.argv = [script, data, bundle]
    try:
        runpy.run_path(script, run_name="__main__")
    except SystemExit as left:
        if left.code:
            return str(left.code)
    except Exception as error:
        return f"{type(error).__name__}: {error}".splitlines()[0]
    return "" if os.path.exists(bundle) else "It wrote no bundle."  # noqa: PTH110


if __name__ == "__main__":
    main()
