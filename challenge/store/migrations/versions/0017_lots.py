"""Everybody draws a lot: jurors are numbered in its order, where names stay out."""

import secrets

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"


def upgrade() -> None:
    """Go forward; who is there already draws now."""
    lot = sa.Column("lot", sa.String(32), server_default="", nullable=False)
    op.add_column("people", lot)
    people = sa.table("people", sa.column("id"), sa.column("lot"))
    connection = op.get_bind()
    for person in connection.execute(sa.select(people.c.id)).scalars().all():
        drawn = sa.update(people).where(people.c.id == person)
        connection.execute(drawn.values(lot=secrets.token_hex(16)))


def downgrade() -> None:
    """Go back."""
    op.drop_column("people", "lot")
