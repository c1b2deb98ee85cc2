"""Pitches, ballots, and what a panel decides."""

from __future__ import annotations

from sqlalchemy import (
    JSON,
    Boolean,
    ForeignKey,
    Integer,
    String,
    Table,
    Text,
    false,
)
from sqlalchemy import Column as Col

from challenge.store.tables.columns import Moment, metadata

pitches = Table(
    "pitches",
    metadata,
    Col("team_id", ForeignKey("people.id"), primary_key=True),
    Col("title", String(200), nullable=False),
    Col("text", Text, nullable=False),
    Col("updated_at", Moment, nullable=False),
    Col("link", String(500), nullable=False, default="", server_default=""),
    # Of the PDF on the shelf; empty without one.
    Col("pdf_sha256", String(64), nullable=False, default="", server_default=""),
    Col("pdf_bytes", Integer, nullable=False, default=0, server_default="0"),
    # Five sections, by number.
    Col("canvas", JSON, nullable=False, default=dict, server_default="{}"),
    Col("version", Integer, nullable=False, default=1, server_default="1"),
)

# Duiding: what a team says its figures mean. The organiser may accept that there is
# none.
interpretations = Table(
    "interpretations",
    metadata,
    Col("team_id", ForeignKey("people.id"), primary_key=True),
    Col("text", Text, nullable=False, default=""),
    Col("updated_at", Moment),
    Col("waived_by", String(80), nullable=False, default=""),
    Col("waived_at", Moment),
)

ballots = Table(
    "ballots",
    metadata,
    Col("juror_id", ForeignKey("people.id"), primary_key=True),
    Col("team_id", ForeignKey("people.id"), primary_key=True),
    Col("points", JSON, nullable=False),
    # For the team.
    Col("note", Text, nullable=False, default=""),
    Col("updated_at", Moment, nullable=False),
    # For the juror alone.
    Col("private_note", Text, nullable=False, default="", server_default=""),
    Col("recused", Boolean, nullable=False, default=False, server_default=false()),
    # Criteria that the juror cannot judge.
    Col("abstained", JSON, nullable=False, default=list, server_default="[]"),
    # None while it is a draft.
    Col("submitted_at", Moment),
    Col("version", Integer, nullable=False, default=1, server_default="1"),
)

# A juror's interest in a team, or that there is none.
conflicts = Table(
    "conflicts",
    metadata,
    Col("juror_id", ForeignKey("people.id"), primary_key=True),
    Col("team_id", ForeignKey("people.id"), primary_key=True),
    Col("kind", String(16), nullable=False),
    Col("reason", Text, nullable=False, default=""),
    Col("declared_at", Moment, nullable=False),
)

# Whether ballots may still change; the last row says.
panels = Table(
    "panels",
    metadata,
    Col("id", Integer, primary_key=True),
    Col("is_open", Boolean, nullable=False),
    Col("at", Moment, nullable=False),
    Col("by", String(80), nullable=False),
)

running_order = Table(
    "running_order",
    metadata,
    Col("team_id", ForeignKey("people.id"), primary_key=True),
    Col("position", Integer, nullable=False),
)

# The clock that the chair starts; the last row runs.
pitch_clocks = Table(
    "pitch_clocks",
    metadata,
    Col("id", Integer, primary_key=True),
    Col("team_id", ForeignKey("people.id")),
    Col("talk_seconds", Integer, nullable=False),
    Col("question_seconds", Integer, nullable=False),
    Col("started_at", Moment),
    Col("stopped_at", Moment),
    Col("by", String(80), nullable=False),
)

# Where two teams tie: which one a juror prefers.
comparisons = Table(
    "comparisons",
    metadata,
    Col("juror_id", ForeignKey("people.id"), primary_key=True),
    Col("first_id", ForeignKey("people.id"), primary_key=True),
    Col("second_id", ForeignKey("people.id"), primary_key=True),
    Col("preferred_id", ForeignKey("people.id"), nullable=False),
    Col("at", Moment, nullable=False),
)

# What the jury decided; the last row holds.
verdicts = Table(
    "verdicts",
    metadata,
    Col("id", Integer, primary_key=True),
    # Teams by place, the first one first.
    Col("places", JSON, nullable=False),
    Col("reasons", Text, nullable=False),
    # Why it differs from the computed order; empty where it does not.
    Col("deviation", Text, nullable=False, default=""),
    Col("by", String(80), nullable=False),
    Col("at", Moment, nullable=False),
)

# What was learnt today: sources, findings, dilemmas, open questions.
lessons = Table(
    "lessons",
    metadata,
    Col("id", Integer, primary_key=True),
    Col("kind", String(16), nullable=False),
    Col("text", Text, nullable=False),
    # What residents say that a finding means.
    Col("interpretation", Text, nullable=False, default=""),
    Col("by", String(80), nullable=False),
    # Names were once unique within a role alone; null: written before this was kept.
    Col("by_role", String(16)),
    Col("at", Moment, nullable=False),
    Col("withdrawn_at", Moment),
)
