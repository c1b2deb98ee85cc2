"""Source sets of teams and submissions; who accepted terms and fetched files."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Go forward."""
    op.add_column(
        "people",
        sa.Column("sources", sa.String(length=64), nullable=False, server_default=""),
    )
    op.add_column(
        "submissions",
        sa.Column(
            "sources", sa.String(length=64), nullable=False, server_default="all"
        ),
    )
    _acceptances()
    _downloads()


def downgrade() -> None:
    """Go back."""
    op.drop_index("ix_downloads_file", table_name="downloads")
    op.drop_table("downloads")
    op.drop_table("acceptances")
    op.drop_column("submissions", "sources")
    op.drop_column("people", "sources")


def _acceptances() -> None:
    op.create_table(
        "acceptances",
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("release", sa.String(length=32), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"], ["people.id"], name=op.f("fk_acceptances_person_id")
        ),
        sa.PrimaryKeyConstraint("person_id", "sha256", name=op.f("pk_acceptances")),
    )


def _downloads() -> None:
    op.create_table(
        "downloads",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("release", sa.String(length=32), nullable=False),
        sa.Column("file", sa.String(length=200), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"], ["people.id"], name=op.f("fk_downloads_person_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_downloads")),
    )
    op.create_index("ix_downloads_file", "downloads", ["person_id", "release", "file"])
