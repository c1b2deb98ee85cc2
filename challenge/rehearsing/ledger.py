"""What everybody was answered on the day: the clients' side of the books.

Nothing in it comes from the server's own records; `challenge.rehearsing.account` holds
the two against each other.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field

from challenge.rehearsing.kinds import Kind

NO_ANSWER = 0
"""In the place of a status, where the connection broke or could not be made."""

NOT_WELL = 503
"""The status of a server that knows that something is wrong."""

NOTHING_KEPT = "storage-unavailable"
"""The one refusal of a server that is not well that promises: nothing came in."""


@dataclass(frozen=True, slots=True)
class Answer:
    """One request and what came of it.

    Attributes
    ----------
    who : str
        Who asked.
    route : str
        Method and path, names and ids left out.
    began : float
        On the clock of `time.monotonic`.
    seconds : float
        Until the whole answer was there.
    status : int
        Of HTTP; `NO_ANSWER` where none came.
    told : str
        Slug of a refusal, or why there was no answer.
    """

    who: str
    route: str
    began: float
    seconds: float
    status: int
    told: str = ""

    @property
    def is_broken(self) -> bool:
        """Whether it is one that nobody should get on a good day."""
        return self.status == NO_ANSWER or self.status >= 500


@dataclass(frozen=True, slots=True)
class Upload:
    """One upload as its team knows it.

    Attributes
    ----------
    note : str
        Written on it, and on no other.
    team : str
        Whose.
    kind : Kind
        What it was.
    status : int
        Of the answer; `NO_ANSWER`: the team cannot know whether it came in.
    slug : str
        Why it was refused; empty: it was not.
    id : str
        Under which the server keeps it, as it said.
    is_close : bool
        Whether the deadline came before the answer: it may be refused for that.
    """

    note: str
    team: str
    kind: Kind
    status: int
    slug: str = ""
    id: str = ""
    is_close: bool = False

    @property
    def is_unknown(self) -> bool:
        """Whether nobody can tell from the answer that it came in, or did not."""
        return self.is_struck and self.slug != NOTHING_KEPT

    @property
    def is_struck(self) -> bool:
        """Whether the answer is none, or says that the server is not well."""
        return self.status == NO_ANSWER or self.status >= 500

    @property
    def is_in(self) -> bool:
        """Whether the server said that it took it in."""
        return bool(self.id) and 200 <= self.status < 400


@dataclass(slots=True)
class Strike:
    """One fault: what was done, and when the system was well again.

    Attributes
    ----------
    name : str
        Of the fault.
    done : str
        What was done, in words.
    began : float
        On the clock of `time.monotonic`.
    second : float
        Of our seconds, since the day began.
    failed : str
        Why it could not be done, or did not get well; empty: neither.
    ended : float or None
        When it was well again; None: it never was.
    """

    name: str
    done: str
    began: float
    second: float
    failed: str = ""
    ended: float | None = None

    @property
    def seconds(self) -> float | None:
        """How long it took to be well again."""
        return None if self.ended is None else self.ended - self.began


@dataclass(slots=True)
class Ledger:
    """Everything that happened, as those saw it to whom it happened.

    Attributes
    ----------
    began : float
        When the books were opened, on the clock of `time.monotonic`.
    answers : list of Answer
        In the order in which they came.
    uploads : list of Upload
        Likewise.
    strikes : list of Strike
        Faults.
    ends : dict of str to str
        The end of each submission that its team was shown.
    changed : list of str
        Submissions of which two different ends were shown.
    ballots : dict of (str, str) to dict
        Points that were handed in, by juror and team.
    oddities : list of str
        Whatever else went otherwise than planned, in words.
    left : dict of str to int
        What each team was told last that it may still use today.
    pitched : set of str
        Teams whose pitch was kept.
    phases : list of str
        That the organiser saw, in order.
    """

    began: float = field(default_factory=time.monotonic)
    answers: list[Answer] = field(default_factory=list)
    uploads: list[Upload] = field(default_factory=list)
    strikes: list[Strike] = field(default_factory=list)
    ends: dict[str, str] = field(default_factory=dict)
    changed: list[str] = field(default_factory=list)
    ballots: dict[tuple[str, str], dict[str, int]] = field(default_factory=dict)
    oddities: list[str] = field(default_factory=list)
    left: dict[str, int] = field(default_factory=dict)
    pitched: set[str] = field(default_factory=set)
    phases: list[str] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _notes: int = 0

    def next_note(self) -> str:
        """Give the words for the next upload, which no other has."""
        with self._lock:
            self._notes += 1
            return f"Generale repetitie, nummer {self._notes}."

    def saw_end(self, submission_id: str, state: str) -> None:
        """Keep how a submission ended, as its team saw it."""
        with self._lock:
            if self.ends.setdefault(submission_id, state) != state:
                self.changed.append(submission_id)

    def met(self, strike: Strike, grace: float = 0.0) -> list[Answer]:
        """Find answers, good ones too, to what was asked while something was struck.

        Until so many seconds after it, in which what it left may still show.
        """
        ended = time.monotonic() if strike.ended is None else strike.ended
        return [
            answer
            for answer in self.answers
            if answer.began <= ended + grace
            and strike.began <= answer.began + answer.seconds
        ]

    def unannounced(self, grace: float) -> Iterator[Answer]:
        """Find answers that broke, and that no fault excuses.

        A fault excuses no answer, and one that says that the server is not well; an
        error that nobody foresaw is one at any time.

        Parameters
        ----------
        grace : float
            Seconds after a fault in which what it left may still show.

        Yields
        ------
        Answer
            Every one.
        """
        struck = {id(one) for s in self.strikes for one in self.met(s, grace)}
        for answer in self.answers:
            is_foreseen = answer.status in (NO_ANSWER, NOT_WELL)
            if answer.is_broken and not (is_foreseen and id(answer) in struck):
                yield answer
