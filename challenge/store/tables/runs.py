"""Submissions, who runs them, and what comes of them."""

from __future__ import annotations

from sqlalchemy import (
    Boolean,
    Float,
    ForeignKey,
    Index,
    Integer,
    String,
    Table,
    Text,
    false,
)
from sqlalchemy import Column as Col

from challenge.store.tables.columns import Moment, metadata

submissions = Table(
    "submissions",
    metadata,
    Col("number", Integer, primary_key=True, autoincrement=True),
    Col("id", String(32), nullable=False, unique=True),
    Col("team_id", ForeignKey("people.id"), nullable=False, index=True),
    Col("state", String(16), nullable=False, index=True),
    Col("stage", String(16), nullable=False),
    Col("release", String(32), nullable=False),
    Col("title", String(200), nullable=False, default=""),
    Col("note", Text, nullable=False, default=""),
    Col("baseline", String(64)),
    Col("card", Text, nullable=False, default=""),
    Col("bundle_sha256", String(64), nullable=False),
    Col("reason", String(64)),
    Col("message", Text),
    Col("hint", Text),
    Col("log", Text, nullable=False, default=""),
    Col("attempt", Integer, nullable=False, default=0),
    Col("worker", String(80)),
    Col("lease_until", Moment),
    Col("created_at", Moment, nullable=False),
    Col("updated_at", Moment, nullable=False),
    Col("sources", String(64), nullable=False, default="all", server_default="all"),
    # Asked for by its team: the proof run alone, without a score.
    Col("proof_only", Boolean, nullable=False, default=False, server_default=false()),
    Col(
        "loader", String(16), nullable=False, default="pyfunc", server_default="pyfunc"
    ),
    # What its requirements lack here, one sentence a line.
    Col("warnings", Text, nullable=False, default="", server_default=""),
    Col("repeat_difference", Float),
    Col("started_at", Moment),
    # No heartbeat carries a stage beyond this: a worker may hang and still breathe.
    Col("deadline_at", Moment),
    # Why it does not count any more; None: it counts.
    Col("disqualified", Text),
    Index("ix_submissions_queue", "state", "lease_until"),
    # Says when a team was served last without reading its logs.
    Index("ix_submissions_served", "team_id", "release", "started_at"),
    sqlite_autoincrement=True,
)

# Who runs submissions, as each worker says with its heartbeat.
workers = Table(
    "workers",
    metadata,
    Col("name", String(80), primary_key=True),
    Col("release", String(32), nullable=False),
    Col("isolation", String(16), nullable=False),
    Col("engine", String(200), nullable=False),
    Col("slots", Integer, nullable=False),
    Col("pool_size", Integer, nullable=False),
    Col("pool_ready", Integer, nullable=False),
    Col("started_at", Moment, nullable=False),
    Col("seen_at", Moment, nullable=False),
)

# One row per submission: the first writer wins, so nothing is scored twice.
results = Table(
    "results",
    metadata,
    Col("submission_id", ForeignKey("submissions.id"), primary_key=True),
    Col("scorer", String(32), nullable=False),
    Col("scorecard", Text, nullable=False),
    Col("practice", Text, nullable=False),
    Col("cpu_seconds", Integer, nullable=False),
    Col("memory_mib", Integer, nullable=False),
    Col("run_id", String(64)),
    Col("scored_at", Moment, nullable=False),
    # What it changed for its team on the live board.
    Col("step", String(16), nullable=False, server_default="none"),
)

# The submission that each team has on the live board; moves with a result, in one
# transaction.
ladders = Table(
    "ladders",
    metadata,
    Col("team_id", ForeignKey("people.id"), primary_key=True),
    Col("release", String(32), primary_key=True),
    Col("submission_id", ForeignKey("results.submission_id"), nullable=False),
    Col("submissions", Integer, nullable=False),
)

# What the reference model scores, rounded to what everybody may know.
reference_scores = Table(
    "reference_scores",
    metadata,
    Col("release", String(32), primary_key=True),
    Col("row_set", String(16), primary_key=True),
    Col("sources", String(64), primary_key=True),
    Col("scorer", String(32), nullable=False),
    Col("scaled_brier", Float, nullable=False),
    Col("scored_at", Moment, nullable=False),
)
