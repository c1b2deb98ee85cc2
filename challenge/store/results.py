"""Scorecards of scored submissions; the first writer wins."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import (
    ColumnElement,
    Connection,
    Row,
    exists,
    func,
    insert,
    select,
    update,
)

from challenge.store.tables import ladders, people, results, submissions

_JOINED = (
    select(
        results,
        submissions.c.number,
        submissions.c.team_id,
        submissions.c.sources,
        submissions.c.title,
        submissions.c.baseline,
        submissions.c.card,
        submissions.c.bundle_sha256,
        people.c.name.label("team"),
    )
    .join(submissions, submissions.c.id == results.c.submission_id)
    .join(people, people.c.id == submissions.c.team_id)
)


@dataclass(frozen=True, slots=True)
class Result:
    """One scored submission.

    Attributes
    ----------
    submission_id, number : str, int
        Which submission.
    team_id, team : int, str
        Whose.
    sources : str
        Source set that it was scored with.
    title, baseline, card : str, str or None, str
        From its card, and the card itself.
    bundle_sha256 : str
        Hex digest of the bundle that was run.
    scorer : str
        Version of the leaderboard library.
    scorecard : str
        Exact scorecard of the board rows as JSON; for organiser and auditor.
    practice : str
        Publishable scorecard of the public practice rows as JSON.
    cpu_seconds, memory_mib : int
        What the run used, rounded up to powers of two.
    run_id : str or None
        Its MLflow run, once written.
    scored_at : datetime
        Aware UTC.
    step : str
        What it changed for its team on the live board: a `leaderboard.ladder.Step`.
    """

    submission_id: str
    number: int
    team_id: int
    team: str
    sources: str
    title: str
    baseline: str | None
    card: str
    bundle_sha256: str
    scorer: str
    scorecard: str
    practice: str
    cpu_seconds: int
    memory_mib: int
    run_id: str | None
    scored_at: datetime
    step: str


class Results:
    """Record and read scorecards inside one transaction.

    Parameters
    ----------
    connection : Connection
        An open transaction.
    """

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def record(self, **values: object) -> bool:
        """Record one result unless there is one already.

        Parameters
        ----------
        **values
            Column values of `challenge.store.tables.results`.

        Returns
        -------
        bool
            False when the submission had a result; nothing changes then.
        """
        key = values["submission_id"]
        if self._connection.execute(
            select(exists().where(results.c.submission_id == key))
        ).scalar_one():
            return False
        self._connection.execute(insert(results).values(**values))
        return True

    def get(self, submission_id: str) -> Result | None:
        """Find one result.

        Parameters
        ----------
        submission_id : str
            Of the submission.

        Returns
        -------
        Result or None
            None as long as it has no score.
        """
        row = self._connection.execute(
            _JOINED.where(results.c.submission_id == submission_id)
        ).one_or_none()
        return _result(row) if row else None

    def step(self, submission_id: str) -> str | None:
        """Tell what a submission changed on the live board.

        Parameters
        ----------
        submission_id : str
            Of the submission.

        Returns
        -------
        str or None
            None as long as it has no score.
        """
        return self._connection.execute(
            select(results.c.step).where(results.c.submission_id == submission_id)
        ).scalar_one_or_none()

    def count(self, release: str) -> int:
        """Count the results of one release.

        Parameters
        ----------
        release : str
            ``slug/version``.

        Returns
        -------
        int
            How many; it only ever grows.
        """
        return self._connection.execute(
            select(func.count())
            .select_from(results)
            .join(submissions, submissions.c.id == results.c.submission_id)
            .where(submissions.c.release == release)
        ).scalar_one()

    def all(self, release: str) -> list[Result]:
        """List every result of one release.

        Parameters
        ----------
        release : str
            ``slug/version``.

        Returns
        -------
        list of Result
            Oldest submission first.
        """
        return self._where(submissions.c.release == release)

    def accepted(self, release: str) -> list[Result]:
        """List the results that the teams have on the live board.

        Parameters
        ----------
        release : str
            ``slug/version``.

        Returns
        -------
        list of Result
            One per team that competes, oldest submission first.
        """
        standing = select(ladders.c.submission_id).where(ladders.c.release == release)
        return self._where(
            results.c.submission_id.in_(standing), people.c.barred.is_(None)
        )

    def of(self, submission_ids: Collection[str]) -> list[Result]:
        """List the results of some submissions.

        Parameters
        ----------
        submission_ids : collection of str
            Which ones; those without a score are left out.

        Returns
        -------
        list of Result
            Oldest submission first.
        """
        return self._where(results.c.submission_id.in_(submission_ids))

    def replace(self, submission_id: str, *, scorer: str, card: str) -> None:
        """Put another scorecard in the place of one, when a re-score is published.

        What is tracked of it is of the one before: it waits to be tracked again.

        Parameters
        ----------
        submission_id : str
            Whose.
        scorer : str
            Version that made it.
        card : str
            Of the board rows, as JSON.
        """
        self._connection.execute(
            update(results)
            .where(results.c.submission_id == submission_id)
            .values(scorer=scorer, scorecard=card, run_id=None)
        )

    def untracked(self, release: str) -> list[Result]:
        """List the results of one release that MLflow has not got yet.

        Parameters
        ----------
        release : str
            ``slug/version``.

        Returns
        -------
        list of Result
            Oldest submission first.
        """
        return self._where(submissions.c.release == release, results.c.run_id.is_(None))

    def track(self, submission_id: str, run_id: str) -> None:
        """Remember which MLflow run holds a result.

        Parameters
        ----------
        submission_id : str
            Of the submission.
        run_id : str
            Of the run.
        """
        self._connection.execute(
            update(results)
            .where(results.c.submission_id == submission_id)
            .values(run_id=run_id)
        )

    def _where(self, *conditions: ColumnElement[bool]) -> list[Result]:
        rows = self._connection.execute(
            _JOINED.where(*conditions).order_by(submissions.c.number)
        )
        return [_result(row) for row in rows]


def _result(row: Row[tuple[object, ...]]) -> Result:
    return Result(**{name: getattr(row, name) for name in Result.__dataclass_fields__})
