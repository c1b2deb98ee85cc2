"""Submissions that do not count any more; a phase that starts by hand after all."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    """Go forward."""
    op.add_column("submissions", sa.Column("disqualified", sa.Text(), nullable=True))
    with op.batch_alter_table("schedule") as table:
        table.alter_column(
            "starts_at", existing_type=sa.DateTime(timezone=True), nullable=True
        )


def downgrade() -> None:
    """Go back."""
    op.execute("DELETE FROM schedule WHERE starts_at IS NULL")
    with op.batch_alter_table("schedule") as table:
        table.alter_column(
            "starts_at", existing_type=sa.DateTime(timezone=True), nullable=False
        )
    op.drop_column("submissions", "disqualified")
