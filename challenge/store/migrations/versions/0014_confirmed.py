"""When somebody last said again, in a session, who they are."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"


def upgrade() -> None:
    """Go forward."""
    op.add_column(
        "sessions",
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True),
    )


def downgrade() -> None:
    """Go back."""
    op.drop_column("sessions", "confirmed_at")
