"""From a trained model to a bundle, or a refusal before anything is uploaded."""

from __future__ import annotations

import shutil
import tempfile
import warnings
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from challenge.errors import BundleRefusedError, PackagingRefusedError
from challenge.writing import whole

if TYPE_CHECKING:
    import pandas as pd

UPLOAD_MIB = 20
"""What a server takes at most if its `CHALLENGE_UPLOAD_LIMIT_MIB` is not changed."""


def package(
    model: Any,
    sample: pd.DataFrame,
    path: str | Path,
    *,
    title: str = "Untitled model",
    card: str | None = None,
    runtime: Mapping[str, Any] | None = None,
    limit_mib: int = UPLOAD_MIB,
) -> Path:
    """Make a bundle of a trained model.

    Trees of LightGBM on their own, a `Booster` or an `LGBMClassifier`, are kept in
    LightGBM's own text, which loads quickest and gives probabilities. Other
    estimators are pickled as scikit-learn models, and any other callable as an
    MLflow ``python_function``. Functions and classes of your own script, notebook or
    modules beside it travel along; installed packages do not, since nothing is ever
    installed for a model.

    Parameters
    ----------
    model : estimator or callable
        Anything with ``predict_proba`` that takes the feature frame, such as a
        scikit-learn `Pipeline`; a LightGBM `Booster` whose predictions are
        probabilities, as those of the objective ``binary`` are; or a function, lambda
        or object that takes the feature frame and gives one probability per row.
    sample : DataFrame of shape (n_rows, n_features)
        Feature rows as they were downloaded, missing values included. Some of them
        are predicted here, to see whether the model can; none is stored.
    path : str or Path
        Where the zip goes; its folder is made.
    title : str
        How the board calls this model, when there is no `card`.
    card : str or None
        Text of ``CARD.md``: front matter (title, intended_use, limits, features) and
        what a reader should know. None writes a skeleton to start from.
    runtime : mapping or None
        What the server runs models on, from `Client.runtime`. With it, packages that
        the server has not are refused, and other versions are warned for. None
        compares nothing.
    limit_mib : int
        Largest bundle that the server takes, in MiB.

    Returns
    -------
    Path
        `path`. The same model gives the same bytes.

    Raises
    ------
    PackagingRefusedError
        If the model is not trained, fails on the sample, or gives something else
        than one probability in [0, 1] per row; if it cannot be kept, or holds rows
        or paths of this machine or needs what the server has not; or if any server
        would refuse the bundle, for instance for its card. Whether a model uses the
        network, other programs or files while it predicts is not known here: the
        sandbox has none of these, and a proof run tells.

    Warns
    -----
    UserWarning
        If the server has another version of something, or if the model is so slow
        here that the sandbox would likely stop it.
    """
    from challenge.bundling.answers import answer, find_model, warn_if_slow
    from challenge.bundling.pickling import pickled
    from challenge.bundling.requirements import compare, pin
    from challenge.bundling.sample import pick_rows
    from challenge.bundling.writing import skeleton, write_model, write_zip

    path, rows = Path(path), pick_rows(sample)
    found = find_model(model)
    told = answer(found, rows)
    warn_if_slow(found, rows)
    kept = pickled(found, rows, told) if found.form != "booster" else None
    pins = pin(kept.modules if kept else {"lightgbm"})
    if runtime is not None:
        for sentence in compare(pins, runtime, carries_code=bool(kept and kept.code)):
            warnings.warn(sentence, UserWarning, stacklevel=2)
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder) / "bundle"
        write_model(found, kept, pins, rows, told, place)
        text = card or skeleton(title, features=list(sample.columns))
        (place / "CARD.md").write_text(text, encoding="utf-8")
        draft = write_zip(place, Path(folder) / "bundle.zip")
        _inspect(draft, limit_mib)
        _move(draft, path)
    return path


def _inspect(bundle: Path, limit_mib: int) -> None:
    """Look at a bundle as the server will."""
    from challenge.sandbox import inspect_bundle

    _check_size(bundle, limit_mib)
    try:
        inspect_bundle(bundle, limit_mib=limit_mib)
    except BundleRefusedError as refused:
        raise PackagingRefusedError(refused.message, hint=refused.hint) from refused


def _check_size(bundle: Path, limit_mib: int) -> None:
    size = bundle.stat().st_size / 2**20
    if size > limit_mib:
        raise PackagingRefusedError(
            f"The bundle is {size:.1f} MiB, and the server takes {limit_mib} MiB.",
            hint="Use fewer or smaller trees, or parts that remember no rows (a nearest"
            " neighbour keeps them all). If your server takes more, say so with"
            " `limit_mib`.",
        )


def _move(draft: Path, path: Path) -> None:
    """Put the bundle in its place at once: nobody sees half of it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with whole(path) as file, draft.open("rb") as made:
        shutil.copyfileobj(made, file)
