"""What only grows: acceptances, downloads, the audit log."""

from __future__ import annotations

from sqlalchemy import (
    JSON,
    ForeignKey,
    Index,
    Integer,
    String,
    Table,
)
from sqlalchemy import Column as Col

from challenge.store.tables.columns import Moment, metadata

acceptances = Table(
    "acceptances",
    metadata,
    Col("person_id", ForeignKey("people.id"), primary_key=True),
    Col("sha256", String(64), primary_key=True),
    Col("release", String(32), nullable=False),
    Col("at", Moment, nullable=False),
)

# One row per download; the parts of one that was fetched in ranges count once.
downloads = Table(
    "downloads",
    metadata,
    Col("id", Integer, primary_key=True),
    Col("person_id", ForeignKey("people.id"), nullable=False),
    Col("release", String(32), nullable=False),
    Col("file", String(200), nullable=False),
    Col("at", Moment, nullable=False),
    Index("ix_downloads_file", "person_id", "release", "file"),
)

audit = Table(
    "audit",
    metadata,
    Col("id", Integer, primary_key=True),
    Col("at", Moment, nullable=False),
    Col("actor", String(80), nullable=False),
    Col("action", String(64), nullable=False),
    Col("subject", String(200), nullable=False),
    Col("detail", JSON, nullable=False),
    # Hex sha256 over this entry and all before it; null: written before this was kept.
    Col("chain", String(64)),
)
