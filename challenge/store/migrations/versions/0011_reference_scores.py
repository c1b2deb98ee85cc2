"""What the reference model scores, once for each source set and set of rows."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    """Go forward."""
    op.create_table(
        "reference_scores",
        sa.Column("release", sa.String(length=32), nullable=False),
        sa.Column("row_set", sa.String(length=16), nullable=False),
        sa.Column("sources", sa.String(length=64), nullable=False),
        sa.Column("scorer", sa.String(length=32), nullable=False),
        sa.Column("scaled_brier", sa.Float(), nullable=False),
        sa.Column("scored_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint(
            "release", "row_set", "sources", name=op.f("pk_reference_scores")
        ),
    )


def downgrade() -> None:
    """Go back."""
    op.drop_table("reference_scores")
