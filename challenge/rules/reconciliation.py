"""Whether database, tracked runs and files tell the same story.

Every submission is in one state. One with a score has one result, one file of sealed
predictions, its bundle on the shelf, and one complete run, or waits to be tracked.
Nothing else may have any of these: whatever belongs to no submission is named.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Protocol

import numpy as np

from challenge.records import State
from challenge.rules.shelf import BUNDLES
from challenge.shelf import Folder, Shelf
from challenge.store.books import Account

_UNDER_WAY = (State.QUEUED, State.RUNNING)
_NEEDS_REASON = (State.REFUSED, State.FAILED)


class Kind(StrEnum):
    """The ways in which two of the three can disagree."""

    REASON_MISSING = "reason-missing"
    CLAIM_LEFT = "claim-left"
    RESULT_MISSING = "result-missing"
    RESULT_WITHOUT_SCORE = "result-without-score"
    PREDICTIONS_MISSING = "predictions-missing"
    BUNDLE_MISSING = "bundle-missing"
    RUN_MISSING = "run-missing"
    RUN_TWICE = "run-twice"
    PREDICTIONS_WITHOUT_SCORE = "predictions-without-score"
    BUNDLE_WITHOUT_SUBMISSION = "bundle-without-submission"
    RUN_WITHOUT_SCORE = "run-without-score"


_TOLD = {
    Kind.REASON_MISSING: "submission {} ended without a score and without a reason",
    Kind.CLAIM_LEFT: "submission {} is held by a worker and does not run",
    Kind.RESULT_MISSING: "submission {} is scored and has no result",
    Kind.RESULT_WITHOUT_SCORE: "submission {} has a result and is not scored",
    Kind.PREDICTIONS_MISSING: "submission {} is scored, and its sealed predictions"
    " are gone or damaged",
    Kind.BUNDLE_MISSING: "the bundle of submission {} is gone from the shelf",
    Kind.RUN_MISSING: "submission {} is tracked, and MLflow has no such run",
    Kind.RUN_TWICE: "submission {} has more than one complete run",
    Kind.PREDICTIONS_WITHOUT_SCORE: "predictions {} belong to no scored submission",
    Kind.BUNDLE_WITHOUT_SUBMISSION: "bundle {} belongs to no submission",
    Kind.RUN_WITHOUT_SCORE: "MLflow has a run of {}, which is no scored submission",
}


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing that one side has and another has not.

    Attributes
    ----------
    kind : Kind
        In which way they disagree.
    subject : str
        Id of the submission, or sha256 of the bundle.
    """

    kind: Kind
    subject: str

    def __str__(self) -> str:
        return _TOLD[self.kind].format(self.subject)


@dataclass(frozen=True, slots=True)
class Reconciliation:
    """What there is of everything, and where it does not match.

    Attributes
    ----------
    states : dict of State to int
        How many submissions are in each state; the states that occur.
    results, predictions, bundles : int
        Scorecards, files of sealed predictions, and bundles on the shelf.
    runs : int
        Complete tracked runs.
    waiting : int
        Results that are not tracked yet.
    differences : tuple of Difference
        Empty when everything matches.
    """

    states: dict[State, int]
    results: int
    predictions: int
    bundles: int
    runs: int
    waiting: int
    differences: tuple[Difference, ...] = field(default=())


class Accounts(Protocol):
    """Whatever lists every submission as it stands now."""

    def accounts(self) -> Sequence[Account]:
        """List them, of every release."""
        ...


class Shelves(Protocol):
    """Whatever keeps the files of submissions."""

    def bundles(self) -> Collection[str]:
        """Tell the sha256 of every bundle."""
        ...

    def predictions(self) -> Collection[str]:
        """Tell for which submissions there are sealed predictions."""
        ...


class Runs(Protocol):
    """Whatever tracks results of one challenge."""

    def runs(self) -> Mapping[str, Sequence[str]]:
        """Tell the ids of complete runs, by submission."""
        ...


@dataclass(frozen=True, slots=True)
class Folders:
    """The files of submissions: on the shelf, and in a folder of this machine.

    Attributes
    ----------
    shelf : Shelf
        Keeps accepted bundles.
    sealed : Path
        Sealed predictions.
    """

    shelf: Shelf
    sealed: Path

    def bundles(self) -> set[str]:
        """Tell the sha256 of every bundle.

        Returns
        -------
        set of str
            Drafts of an upload that was cut off do not count.
        """
        return _stems(self.shelf.names(BUNDLES), ".zip")

    def predictions(self) -> set[str]:
        """Tell for which submissions there are sealed predictions.

        Returns
        -------
        set of str
            Ids; drafts of a worker that was killed do not count, nor what is cut short.
        """
        names = Folder(self.sealed).names("")
        return {
            key
            for key in _stems(names, ".npy")
            if _is_whole(self.sealed / f"{key}.npy")
        }


def reconcile(
    books: Accounts, shelves: Shelves, tracker: Runs, *, challenge: str
) -> Reconciliation:
    """Compare database, files and tracked runs, also while work goes on.

    The database is read before and after the others: what it promised before must be
    there, and what is there it must know of afterwards. So a submission that is
    scored in between is no difference.

    Parameters
    ----------
    books : Accounts
        The database.
    shelves : Shelves
        The files.
    tracker : Runs
        The tracked runs.
    challenge : str
        Slug of the challenge whose runs `tracker` has.

    Returns
    -------
    Reconciliation
        As of now.
    """
    promised = books.accounts()
    bundles, predictions = shelves.bundles(), shelves.predictions()
    runs = tracker.runs()
    known = books.accounts()
    theirs = [a for a in promised if a.release.startswith(f"{challenge}/")]
    differences = [
        *(found for account in promised for found in _in_database(account)),
        *_missing_files(promised, bundles, predictions),
        *_missing_runs(theirs, runs),
        *_strays(known, bundles, predictions, runs),
    ]
    return Reconciliation(
        states=dict(Counter(account.state for account in known)),
        results=sum(account.has_result for account in known),
        predictions=len(predictions),
        bundles=len(bundles),
        runs=sum(map(len, runs.values())),
        waiting=sum(a.has_result and a.run_id is None for a in known),
        differences=tuple(differences),
    )


def _in_database(account: Account) -> Iterator[Difference]:
    """Hold what the database says of one submission against itself."""
    ended_badly = account.state in _NEEDS_REASON
    if ended_badly and not account.reason:
        yield Difference(Kind.REASON_MISSING, account.id)
    if account.is_held and account.state is not State.RUNNING:
        yield Difference(Kind.CLAIM_LEFT, account.id)
    if account.state is State.SCORED and not account.has_result:
        yield Difference(Kind.RESULT_MISSING, account.id)
    if account.has_result and account.state is not State.SCORED:
        yield Difference(Kind.RESULT_WITHOUT_SCORE, account.id)


def _missing_files(
    accounts: Sequence[Account], bundles: Collection[str], predictions: Collection[str]
) -> Iterator[Difference]:
    for account in accounts:
        if account.bundle_sha256 and account.bundle_sha256 not in bundles:
            yield Difference(Kind.BUNDLE_MISSING, account.id)
        if account.state is State.SCORED and account.id not in predictions:
            yield Difference(Kind.PREDICTIONS_MISSING, account.id)


def _missing_runs(
    accounts: Sequence[Account], runs: Mapping[str, Sequence[str]]
) -> Iterator[Difference]:
    for account in accounts:
        found = runs.get(account.id, ())
        if account.run_id is not None and account.run_id not in found:
            yield Difference(Kind.RUN_MISSING, account.id)
        if len(found) > 1:
            yield Difference(Kind.RUN_TWICE, account.id)


def _strays(
    accounts: Sequence[Account],
    bundles: Collection[str],
    predictions: Collection[str],
    runs: Mapping[str, Sequence[str]],
) -> Iterator[Difference]:
    scored = {a.id for a in accounts if a.state is State.SCORED}
    # Sealed just before the result is recorded; a worker killed in between leaves
    # the file to the next try.
    may_have = scored | {a.id for a in accounts if a.state in _UNDER_WAY}
    named = {a.bundle_sha256 for a in accounts}
    for kind, there, expected in (
        (Kind.PREDICTIONS_WITHOUT_SCORE, predictions, may_have),
        (Kind.BUNDLE_WITHOUT_SUBMISSION, bundles, named),
        (Kind.RUN_WITHOUT_SCORE, runs, scored),
    ):
        for stray in sorted(set(there) - expected):
            yield Difference(kind, stray)


def _is_whole(place: Path) -> bool:
    """Tell whether a file is as long as its first bytes say; the rest is not read."""
    try:
        np.load(place, mmap_mode="r", allow_pickle=False)
    except (FileNotFoundError, EOFError, ValueError):
        return False
    return True


def _stems(names: Collection[str], suffix: str) -> set[str]:
    """Name the files of a kind."""
    return {name.removesuffix(suffix) for name in names if name.endswith(suffix)}
