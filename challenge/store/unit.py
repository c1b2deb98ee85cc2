"""One transaction, with a door to each part of the store."""

from __future__ import annotations

from sqlalchemy import Connection

from challenge.store.announcements import Announcements
from challenge.store.attempts import FailedLogins
from challenge.store.audit import Audit
from challenge.store.ballots import Ballots
from challenge.store.clocks import Clocks
from challenge.store.comparisons import Comparisons
from challenge.store.conflicts import Conflicts
from challenge.store.finals import Finals
from challenge.store.grants import Grants
from challenge.store.handouts import Handouts
from challenge.store.help_requests import HelpRequests
from challenge.store.incidents import Incidents
from challenge.store.interpretations import Interpretations
from challenge.store.invitations import Invitations
from challenge.store.ladders import Ladders
from challenge.store.lessons import Lessons
from challenge.store.panels import Panels
from challenge.store.people import People
from challenge.store.phases import Phases
from challenge.store.picks import Picks
from challenge.store.pitches import Pitches
from challenge.store.queue import Queue
from challenge.store.references import References
from challenge.store.rescorings import Rescorings
from challenge.store.results import Results
from challenge.store.sessions import Sessions
from challenge.store.submissions import Submissions
from challenge.store.tallies import Tallies
from challenge.store.tokens import Tokens
from challenge.store.verdicts import Verdicts
from challenge.store.workers import Workers


class Unit:
    """One transaction, with a door to each part of the store.

    Parameters
    ----------
    connection : Connection
        An open transaction.

    Attributes
    ----------
    people : People
        Teams, jurors, organisers, and their tokens.
    submissions : Submissions
        Every upload.
    tallies : Tallies
        How many there are of what.
    queue : Queue
        Those that wait and run.
    workers : Workers
        Who runs them.
    results : Results
        Scorecards.
    ladders : Ladders
        Which of its submissions each team has on the board.
    ballots : Ballots
        What jurors think of pitches.
    handouts : Handouts
        Who accepted the terms, and who fetched which file.
    announcements : Announcements
        What the organiser tells everybody.
    clocks : Clocks
        Running order, and the clock of a pitch.
    comparisons : Comparisons
        Which of two teams a juror prefers.
    conflicts : Conflicts
        Jurors' interests in teams.
    finals : Finals
        Final and external scores.
    grants : Grants
        Submissions beyond the quota.
    help_requests : HelpRequests
        Questions to the organiser, each with a short code.
    incidents : Incidents
        What went wrong on a page, by its code.
    interpretations : Interpretations
        Duiding: what teams say their figures mean.
    invitations : Invitations
        Links that let one person in, once.
    lessons : Lessons
        What was learnt today.
    panels : Panels
        Whether ballots may still change.
    phases : Phases
        Where the challenge is, and when it goes on by itself.
    picks : Picks
        What each team lets count at the end.
    pitches : Pitches
        What teams tell the jury.
    references : References
        What the reference model scores.
    rescorings : Rescorings
        What another scorer would say.
    sessions : Sessions
        Browser sessions: short secrets that are replaced.
    tokens : Tokens
        What programs show to come in.
    verdicts : Verdicts
        What the jury decided, and why.
    attempts : FailedLogins
        Log-ins that did not succeed.
    audit : Audit
        Who did what.
    """

    def __init__(self, connection: Connection) -> None:
        self.people = People(connection)
        self.submissions = Submissions(connection)
        self.tallies = Tallies(connection)
        self.queue = Queue(connection)
        self.workers = Workers(connection)
        self.results = Results(connection)
        self.ladders = Ladders(connection)
        self.ballots = Ballots(connection)
        self.handouts = Handouts(connection)
        self.announcements = Announcements(connection)
        self.clocks = Clocks(connection)
        self.comparisons = Comparisons(connection)
        self.conflicts = Conflicts(connection)
        self.finals = Finals(connection)
        self.grants = Grants(connection)
        self.help_requests = HelpRequests(connection)
        self.incidents = Incidents(connection)
        self.interpretations = Interpretations(connection)
        self.invitations = Invitations(connection)
        self.lessons = Lessons(connection)
        self.panels = Panels(connection)
        self.phases = Phases(connection)
        self.picks = Picks(connection)
        self.pitches = Pitches(connection)
        self.references = References(connection)
        self.rescorings = Rescorings(connection)
        self.sessions = Sessions(connection)
        self.tokens = Tokens(connection)
        self.verdicts = Verdicts(connection)
        self.attempts = FailedLogins(connection)
        self.audit = Audit(connection)
