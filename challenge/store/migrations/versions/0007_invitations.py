"""How people come in: invitations, tokens of their own, passwords."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    """Go forward."""
    for column in _columns():
        op.add_column("people", column)
    op.add_column("sessions", sa.Column("created_at", sa.DateTime(timezone=True)))
    op.create_index("ix_sessions_person_id", "sessions", ["person_id"])
    op.create_table(
        "invitations",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("code_hash", sa.String(length=64), nullable=False),
        sa.Column("role", sa.String(length=16), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("sources", sa.String(length=64), nullable=False),
        sa.Column("partner", sa.String(length=64), nullable=False),
        sa.Column("chairs", sa.Boolean(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("created_by", sa.String(length=80), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["person_id"], ["people.id"], name=op.f("fk_invitations_person_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_invitations")),
        sa.UniqueConstraint("code_hash", name=op.f("uq_invitations_code_hash")),
    )
    op.create_table(
        "tokens",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("start", sa.String(length=16), server_default="", nullable=False),
        sa.Column("scope", sa.String(length=16), server_default="all", nullable=False),
        sa.Column("label", sa.String(length=80), server_default="", nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["person_id"], ["people.id"], name=op.f("fk_tokens_person_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tokens")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_tokens_token_hash")),
    )
    op.create_index("ix_tokens_person_id", "tokens", ["person_id"])
    op.execute(
        "INSERT INTO tokens (person_id, token_hash, created_at)"
        " SELECT id, token_hash, created_at FROM people"
    )
    with op.batch_alter_table("people") as table:
        table.drop_constraint("uq_people_token_hash", type_="unique")
        table.drop_column("token_hash")


def downgrade() -> None:
    """Go back; people who have no token get one that nobody knows."""
    op.add_column("people", sa.Column("token_hash", sa.String(64)))
    op.execute(
        "UPDATE people SET token_hash = coalesce((SELECT min(token_hash) FROM tokens"
        " WHERE tokens.person_id = people.id AND revoked_at IS NULL),"
        " 'nobody-' || people.id)"
    )
    with op.batch_alter_table("people") as table:
        table.alter_column("token_hash", nullable=False)
        table.create_unique_constraint("uq_people_token_hash", ["token_hash"])
        for column in reversed(_columns()):
            table.drop_column(column.name)
    op.drop_table("tokens")
    op.drop_table("invitations")
    op.drop_index("ix_sessions_person_id", "sessions")
    op.drop_column("sessions", "created_at")


def _columns() -> list[sa.Column[object]]:
    return [
        sa.Column("password_hash", sa.String(256)),
        sa.Column("chairs", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("partner", sa.String(64), server_default="", nullable=False),
        sa.Column("barred", sa.Text()),
    ]
