"""Each entry of the audit table holds a hash over itself and all before it."""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"


def upgrade() -> None:
    """Go forward; entries of before keep none, and the first new one covers them."""
    op.add_column("audit", sa.Column("chain", sa.String(length=64), nullable=True))


def downgrade() -> None:
    """Go back."""
    op.drop_column("audit", "chain")
