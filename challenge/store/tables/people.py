"""Who takes part, and how they come in."""

from __future__ import annotations

import secrets

from sqlalchemy import (
    Boolean,
    ForeignKey,
    Index,
    Integer,
    String,
    Table,
    Text,
    UniqueConstraint,
    false,
)
from sqlalchemy import Column as Col

from challenge.store.tables.columns import Moment, metadata


def _draw() -> str:
    return secrets.token_hex(16)


people = Table(
    "people",
    metadata,
    Col("id", Integer, primary_key=True),
    Col("role", String(16), nullable=False),
    Col("name", String(80), nullable=False),
    Col("created_at", Moment, nullable=False),
    # Empty: the brief says which source set a team has.
    Col("sources", String(64), nullable=False, default="", server_default=""),
    # argon2id; None for who comes by token or invitation alone.
    Col("password_hash", String(256)),
    # Of a juror: leads the panel, starts the pitch clock, records the verdict.
    Col("chairs", Boolean, nullable=False, default=False, server_default=false()),
    # Of a partner: name of its table.
    Col("partner", String(64), nullable=False, default="", server_default=""),
    # Why a team does not compete, or somebody may not come in any more.
    Col("barred", Text),
    # Random: jurors are numbered in its order where their names stay out.
    Col("lot", String(32), nullable=False, default=_draw, server_default=""),
    UniqueConstraint("role", "name"),
)

# What programs show; people see one once.
tokens = Table(
    "tokens",
    metadata,
    Col("id", Integer, primary_key=True),
    Col("person_id", ForeignKey("people.id"), nullable=False, index=True),
    Col("token_hash", String(64), nullable=False, unique=True),
    # Its first characters, by which its owner knows it again.
    Col("start", String(16), nullable=False, default="", server_default=""),
    Col("scope", String(16), nullable=False, default="all", server_default="all"),
    Col("label", String(80), nullable=False, default="", server_default=""),
    Col("created_at", Moment, nullable=False),
    Col("used_at", Moment),
    Col("revoked_at", Moment),
)

sessions = Table(
    "sessions",
    metadata,
    Col("token_hash", String(64), primary_key=True),
    Col("person_id", ForeignKey("people.id"), nullable=False, index=True),
    Col("expires_at", Moment, nullable=False),
    # When its secret was made; an old one is replaced.
    Col("created_at", Moment),
    # When whoever has it last said again who they are.
    Col("confirmed_at", Moment),
)

# Log-ins that did not succeed; for some minutes, and without the name that was typed.
attempts = Table(
    "attempts",
    metadata,
    Col("id", Integer, primary_key=True),
    Col("address", String(64), nullable=False),
    # Hex sha256 of the name; empty: none was typed.
    Col("name_hash", String(64), nullable=False),
    Col("at", Moment, nullable=False),
    Index("ix_attempts_address", "address", "at"),
)

# One link each, for one use.
invitations = Table(
    "invitations",
    metadata,
    Col("id", Integer, primary_key=True),
    Col("code_hash", String(64), nullable=False, unique=True),
    Col("role", String(16), nullable=False),
    # Empty: whoever comes chooses one.
    Col("name", String(80), nullable=False, default=""),
    Col("sources", String(64), nullable=False, default=""),
    Col("partner", String(64), nullable=False, default=""),
    Col("chairs", Boolean, nullable=False, default=False),
    # Who is let in again, or who came.
    Col("person_id", ForeignKey("people.id")),
    Col("created_by", String(80), nullable=False),
    Col("created_at", Moment, nullable=False),
    Col("expires_at", Moment, nullable=False),
    Col("used_at", Moment),
    Col("revoked_at", Moment),
)
