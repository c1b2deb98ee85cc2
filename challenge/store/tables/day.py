"""Phases, final picks and scores, help, announcements, incidents."""

from __future__ import annotations

from sqlalchemy import Column as Col
from sqlalchemy import (
    ForeignKey,
    Integer,
    String,
    Table,
    Text,
)

from challenge.store.tables.columns import Moment, metadata

# Where the challenge is: the last row says; rows are added, never changed.
phase_changes = Table(
    "phase_changes",
    metadata,
    Col("id", Integer, primary_key=True),
    Col("phase", String(16), nullable=False),
    Col("at", Moment, nullable=False),
    Col("by", String(80), nullable=False),
    Col("reason", Text, nullable=False, default=""),
)

# When a phase starts by itself, in place of what the brief says; None: by hand.
schedule = Table(
    "schedule",
    metadata,
    Col("phase", String(16), primary_key=True),
    Col("starts_at", Moment),
    Col("by", String(80), nullable=False),
    Col("set_at", Moment, nullable=False),
)

# What a team lets count at the end: its first, and a second if that falls away.
picks = Table(
    "picks",
    metadata,
    Col("team_id", ForeignKey("people.id"), primary_key=True),
    Col("release", String(32), primary_key=True),
    Col("rank", Integer, primary_key=True),
    Col("submission_id", ForeignKey("submissions.id"), nullable=False),
    Col("picked_at", Moment, nullable=False),
)

# Final and external rows, scored once from sealed predictions.
final_scores = Table(
    "final_scores",
    metadata,
    Col("submission_id", ForeignKey("submissions.id"), primary_key=True),
    Col("row_set", String(16), primary_key=True),
    Col("release", String(32), nullable=False),
    Col("scorer", String(32), nullable=False),
    Col("scorecard", Text, nullable=False),
    Col("scored_at", Moment, nullable=False),
)

# Scored anew by another scorer; nothing changes on the board until it is published.
rescorings = Table(
    "rescorings",
    metadata,
    Col("id", Integer, primary_key=True),
    Col("release", String(32), nullable=False),
    Col("scorer", String(32), nullable=False),
    Col("by", String(80), nullable=False),
    Col("reason", Text, nullable=False),
    Col("asked_at", Moment, nullable=False),
    Col("done_at", Moment),
    Col("published_at", Moment),
    Col("note", Text, nullable=False, default=""),
)

rescored = Table(
    "rescored",
    metadata,
    Col("rescoring_id", ForeignKey("rescorings.id"), primary_key=True),
    Col("submission_id", ForeignKey("submissions.id"), primary_key=True),
    Col("row_set", String(16), primary_key=True),
    Col("scorecard", Text, nullable=False),
    Col("practice", Text, nullable=False, default=""),
)

help_requests = Table(
    "help_requests",
    metadata,
    Col("id", Integer, primary_key=True),
    Col("code", String(8), nullable=False, unique=True),
    Col("person_id", ForeignKey("people.id"), nullable=False),
    Col("submission_id", ForeignKey("submissions.id")),
    Col("text", Text, nullable=False),
    Col("asked_at", Moment, nullable=False),
    Col("answer", Text, nullable=False, default=""),
    Col("answered_by", String(80), nullable=False, default=""),
    Col("answered_at", Moment),
)

announcements = Table(
    "announcements",
    metadata,
    Col("id", Integer, primary_key=True),
    Col("nl", Text, nullable=False),
    Col("en", Text, nullable=False),
    Col("by", String(80), nullable=False),
    Col("at", Moment, nullable=False),
    Col("withdrawn_at", Moment),
)

# Submissions beyond the quota; each counts on the day that it is given.
grants = Table(
    "grants",
    metadata,
    Col("id", Integer, primary_key=True),
    Col("team_id", ForeignKey("people.id"), nullable=False),
    Col("extra", Integer, nullable=False),
    Col("reason", Text, nullable=False),
    Col("by", String(80), nullable=False),
    Col("at", Moment, nullable=False),
)

# What went wrong on a page, by the code that the page showed.
incidents = Table(
    "incidents",
    metadata,
    Col("id", Integer, primary_key=True),
    Col("code", String(8), nullable=False, unique=True),
    Col("at", Moment, nullable=False),
    Col("status", Integer, nullable=False),
    Col("method", String(8), nullable=False),
    Col("path", String(200), nullable=False),
    Col("role", String(16), nullable=False),
    Col("kind", String(80), nullable=False),
    sqlite_autoincrement=True,
)
