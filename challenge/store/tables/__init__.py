"""The tables, and nothing else; migrations follow from them."""

from challenge.store.tables.columns import Moment, metadata
from challenge.store.tables.day import (
    announcements,
    final_scores,
    grants,
    help_requests,
    incidents,
    phase_changes,
    picks,
    rescored,
    rescorings,
    schedule,
)
from challenge.store.tables.jury import (
    ballots,
    comparisons,
    conflicts,
    interpretations,
    lessons,
    panels,
    pitch_clocks,
    pitches,
    running_order,
    verdicts,
)
from challenge.store.tables.logs import acceptances, audit, downloads
from challenge.store.tables.people import invitations, people, sessions, tokens
from challenge.store.tables.runs import (
    ladders,
    reference_scores,
    results,
    submissions,
    workers,
)

__all__ = [
    "Moment",
    "acceptances",
    "announcements",
    "audit",
    "ballots",
    "comparisons",
    "conflicts",
    "downloads",
    "final_scores",
    "grants",
    "help_requests",
    "incidents",
    "interpretations",
    "invitations",
    "ladders",
    "lessons",
    "metadata",
    "panels",
    "people",
    "phase_changes",
    "picks",
    "pitch_clocks",
    "pitches",
    "reference_scores",
    "rescored",
    "rescorings",
    "results",
    "running_order",
    "schedule",
    "sessions",
    "submissions",
    "tokens",
    "verdicts",
    "workers",
]
