"""Questions to the organiser, each with a short code."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, and_, func, insert, select, true, update

from challenge.records import Principal
from challenge.store.tables import help_requests, people


@dataclass(frozen=True, slots=True)
class HelpRequest:
    """One question.

    Attributes
    ----------
    code : str
        Short, to say aloud.
    team : str
        Who asks.
    text : str
        What.
    asked_at : datetime
        Aware UTC.
    submission_id : str or None
        About which submission.
    answer, answered_by : str
        What was said, and by whom; empty while it is open.
    answered_at : datetime or None
        Aware UTC.
    """

    code: str
    team: str
    text: str
    asked_at: datetime
    submission_id: str | None = None
    answer: str = ""
    answered_by: str = ""
    answered_at: datetime | None = None


class HelpRequests:
    """Keep them inside one transaction.

    Parameters
    ----------
    connection : Connection
        An open transaction.
    """

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(
        self,
        person: Principal,
        *,
        code: str,
        text: str,
        submission_id: str | None,
        now: datetime,
    ) -> None:
        """Keep a question.

        Parameters
        ----------
        person : Principal
            Who asks.
        code : str
            That no other question has.
        text : str
            What.
        submission_id : str or None
            About which submission.
        now : datetime
            Aware UTC.
        """
        self._connection.execute(
            insert(help_requests).values(
                person_id=person.id,
                code=code,
                text=text,
                submission_id=submission_id,
                asked_at=now,
            )
        )

    def find(self, code: str) -> HelpRequest | None:
        """Find a question by its code.

        Parameters
        ----------
        code : str
            As it was given.

        Returns
        -------
        HelpRequest or None
            None if no question has it.
        """
        found = self._list(help_requests.c.code == code)
        return found[0] if found else None

    def of(self, person: Principal) -> list[HelpRequest]:
        """List what one person asked.

        Parameters
        ----------
        person : Principal
            Who.

        Returns
        -------
        list of HelpRequest
            Newest first.
        """
        return self._list(help_requests.c.person_id == person.id)[::-1]

    def open(
        self, *, of: Principal | None = None, most: int | None = None
    ) -> list[HelpRequest]:
        """List questions without an answer.

        Parameters
        ----------
        of : Principal or None
            Who asked them; None: anybody.
        most : int or None
            How many at most; None: all.

        Returns
        -------
        list of HelpRequest
            Oldest first.
        """
        open_ = help_requests.c.answered_at.is_(None)
        asked = true() if of is None else help_requests.c.person_id == of.id
        return self._list(and_(open_, asked), most=most)

    def count_open(self) -> int:
        """Count the questions of everybody without an answer.

        Returns
        -------
        int
            How many.
        """
        return self._connection.execute(
            select(func.count())
            .select_from(help_requests)
            .where(help_requests.c.answered_at.is_(None))
        ).scalar_one()

    def answered(self) -> list[HelpRequest]:
        """List questions with an answer.

        Returns
        -------
        list of HelpRequest
            Newest question first.
        """
        return self._list(help_requests.c.answered_at.is_not(None))[::-1]

    def answer(self, code: str, text: str, *, by: str, now: datetime) -> None:
        """Answer a question; a later answer takes the place of an earlier one.

        Parameters
        ----------
        code : str
            Of the question.
        text : str
            The answer.
        by : str
            Who answers.
        now : datetime
            Aware UTC.
        """
        self._connection.execute(
            update(help_requests)
            .where(help_requests.c.code == code)
            .values(answer=text, answered_by=by, answered_at=now)
        )

    def _list(self, condition: Any, *, most: int | None = None) -> list[HelpRequest]:
        rows = self._connection.execute(
            select(help_requests, people.c.name)
            .join(people, people.c.id == help_requests.c.person_id)
            .where(condition)
            .order_by(help_requests.c.id)
            .limit(most)
        )
        return [
            HelpRequest(
                code=r.code,
                team=r.name,
                text=r.text,
                asked_at=r.asked_at,
                submission_id=r.submission_id,
                answer=r.answer,
                answered_by=r.answered_by,
                answered_at=r.answered_at,
            )
            for r in rows
        ]
