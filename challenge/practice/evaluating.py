"""What a model is worth on practice rows: the server's own score, at home."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from challenge.practice.answers import predict
from challenge.practice.data import Data
from challenge.records import Limits
from challenge.rules.scoring import score_practice
from leaderboard import Scorecard

_LIMITS = Limits()


def evaluate(
    model: Any,
    data: Data,
    *,
    limits: Limits = _LIMITS,
    on_step: Callable[[str], None] | None = None,
) -> Scorecard:
    """Score a model on practice rows; a bundle to the last bit as the server does.

    Practice rows have labels that you have too, so a score on them says little about
    a model that was trained on them. `challenge.practice.cross_validate` says more,
    and the board, whose rows nobody has, most.

    Parameters
    ----------
    model : str, Path, estimator or callable
        The path of a bundle, which runs in a process of its own with the server's
        code; or what has ``predict_proba``, a LightGBM `Booster`, or a callable, that
        takes the feature frame and gives a probability per row.
    data : Data
        From `challenge.practice.open_data`.
    limits : Limits
        What a bundle may use; default: as a server has them unless told otherwise.
    on_step : callable, optional
        Told ``"inspect"``, ``"predict"`` and ``"score"`` as they start.

    Returns
    -------
    Scorecard
        As the server publishes it to the team: small counts are hidden in it.

    Raises
    ------
    FileNotFoundError
        If there is no such bundle.
    BundleRefusedError
        If the server would not take the bundle in.
    ModelRefusedError
        If the model fails, or gives no probability per row.
    DataMissingError, DataUnusableError
        If files are gone or damaged, or do not tell how rows are scored.
    SandboxUnavailableError
        If no process can be started for a bundle.
    ModuleNotFoundError
        If the extra `team` is not installed, which a bundle takes.

    Examples
    --------
    ::

        card = evaluate("model.zip", open_data("data"))
        print(card.metrics["scaled_brier"])
    """
    require_rules(data)
    if isinstance(model, str | Path):
        # With the extra `team`; opening data does without.
        from challenge.practice.running import run_bundle

        bundle = Path(model)
        said = run_bundle(bundle, data, limits=limits, on_step=on_step).probabilities
    else:
        said = predict(model, data.practice.features)
    if on_step:
        on_step("score")
    return score_answers(said, data)


def require_rules(data: Data) -> None:
    """Refuse data that do not tell how rows are scored, before a model runs for long.

    Parameters
    ----------
    data : Data
        From `challenge.practice.open_data`.

    Raises
    ------
    DataMissingError, DataUnusableError
        If files are gone or damaged, or of a release that was built before.
    """
    if data.rules.reference is not None:
        _ = data.reference


def score_answers(probabilities: NDArray[np.float64], data: Data) -> Scorecard:
    """Score what a model said of practice rows.

    Parameters
    ----------
    probabilities : ndarray of float64, shape (n_practice,)
        In the order of ``data.practice``.
    data : Data
        From `challenge.practice.open_data`.

    Returns
    -------
    Scorecard
        As the server publishes it to the team.

    Raises
    ------
    DataMissingError, DataUnusableError
        If files are gone or damaged, or do not tell how rows are scored.
    """
    return score_practice(
        data.practice,
        probabilities,
        capacity=data.capacity,
        policy=data.policy,
        reference=data.reference,
    )
