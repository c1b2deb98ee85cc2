"""Proof runs alone, what a run was told and took, and who runs submissions."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    """Go forward."""
    for column in _columns():
        op.add_column("submissions", column)
    op.create_index(
        "ix_submissions_served", "submissions", ["team_id", "release", "started_at"]
    )
    op.create_table(
        "workers",
        sa.Column("name", sa.String(80), nullable=False),
        sa.Column("release", sa.String(32), nullable=False),
        sa.Column("isolation", sa.String(16), nullable=False),
        sa.Column("engine", sa.String(200), nullable=False),
        sa.Column("slots", sa.Integer(), nullable=False),
        sa.Column("pool_size", sa.Integer(), nullable=False),
        sa.Column("pool_ready", sa.Integer(), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_workers")),
    )


def downgrade() -> None:
    """Go back."""
    op.drop_table("workers")
    op.drop_index("ix_submissions_served", "submissions")
    for column in reversed(_columns()):
        op.drop_column("submissions", column.name)


def _columns() -> list[sa.Column[object]]:
    return [
        sa.Column(
            "proof_only", sa.Boolean(), nullable=False, server_default=sa.false()
        ),
        sa.Column("loader", sa.String(16), nullable=False, server_default="pyfunc"),
        sa.Column("warnings", sa.Text(), nullable=False, server_default=""),
        sa.Column("repeat_difference", sa.Float()),
        sa.Column("started_at", sa.DateTime(timezone=True)),
        sa.Column("deadline_at", sa.DateTime(timezone=True)),
    ]
