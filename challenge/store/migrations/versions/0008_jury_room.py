"""The jury's room: canvas, drafts, conflicts, panel, clock, verdict, lessons."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    """Go forward."""
    for table, columns in _columns().items():
        for column in columns:
            op.add_column(table, column)
    # Whoever voted meant it; a ballot without points was a recusal.
    op.execute("UPDATE ballots SET submitted_at = updated_at")
    op.execute("UPDATE ballots SET recused = true WHERE CAST(points AS TEXT) = '{}'")
    op.create_table(
        "lessons",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("interpretation", sa.Text(), nullable=False),
        sa.Column("by", sa.String(length=80), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_lessons")),
    )
    op.create_table(
        "panels",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("is_open", sa.Boolean(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by", sa.String(length=80), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_panels")),
    )
    op.create_table(
        "verdicts",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("places", sa.JSON(), nullable=False),
        sa.Column("reasons", sa.Text(), nullable=False),
        sa.Column("deviation", sa.Text(), nullable=False),
        sa.Column("by", sa.String(length=80), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_verdicts")),
    )
    op.create_table(
        "comparisons",
        sa.Column("juror_id", sa.Integer(), nullable=False),
        sa.Column("first_id", sa.Integer(), nullable=False),
        sa.Column("second_id", sa.Integer(), nullable=False),
        sa.Column("preferred_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["first_id"], ["people.id"], name=op.f("fk_comparisons_first_id")
        ),
        sa.ForeignKeyConstraint(
            ["juror_id"], ["people.id"], name=op.f("fk_comparisons_juror_id")
        ),
        sa.ForeignKeyConstraint(
            ["preferred_id"], ["people.id"], name=op.f("fk_comparisons_preferred_id")
        ),
        sa.ForeignKeyConstraint(
            ["second_id"], ["people.id"], name=op.f("fk_comparisons_second_id")
        ),
        sa.PrimaryKeyConstraint(
            "juror_id", "first_id", "second_id", name=op.f("pk_comparisons")
        ),
    )
    op.create_table(
        "conflicts",
        sa.Column("juror_id", sa.Integer(), nullable=False),
        sa.Column("team_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("declared_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["juror_id"], ["people.id"], name=op.f("fk_conflicts_juror_id")
        ),
        sa.ForeignKeyConstraint(
            ["team_id"], ["people.id"], name=op.f("fk_conflicts_team_id")
        ),
        sa.PrimaryKeyConstraint("juror_id", "team_id", name=op.f("pk_conflicts")),
    )
    op.create_table(
        "interpretations",
        sa.Column("team_id", sa.Integer(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("waived_by", sa.String(length=80), nullable=False),
        sa.Column("waived_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["team_id"], ["people.id"], name=op.f("fk_interpretations_team_id")
        ),
        sa.PrimaryKeyConstraint("team_id", name=op.f("pk_interpretations")),
    )
    op.create_table(
        "pitch_clocks",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("team_id", sa.Integer(), nullable=True),
        sa.Column("talk_seconds", sa.Integer(), nullable=False),
        sa.Column("question_seconds", sa.Integer(), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("stopped_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("by", sa.String(length=80), nullable=False),
        sa.ForeignKeyConstraint(
            ["team_id"], ["people.id"], name=op.f("fk_pitch_clocks_team_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pitch_clocks")),
    )
    op.create_table(
        "running_order",
        sa.Column("team_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["team_id"], ["people.id"], name=op.f("fk_running_order_team_id")
        ),
        sa.PrimaryKeyConstraint("team_id", name=op.f("pk_running_order")),
    )


def downgrade() -> None:
    """Go back."""
    op.drop_table("running_order")
    op.drop_table("pitch_clocks")
    op.drop_table("interpretations")
    op.drop_table("conflicts")
    op.drop_table("comparisons")
    op.drop_table("verdicts")
    op.drop_table("panels")
    op.drop_table("lessons")
    for table, columns in _columns().items():
        for column in reversed(columns):
            op.drop_column(table, column.name)


def _columns() -> dict[str, list[sa.Column[object]]]:
    return {
        "ballots": [
            sa.Column("private_note", sa.Text(), server_default="", nullable=False),
            sa.Column(
                "recused", sa.Boolean(), server_default=sa.false(), nullable=False
            ),
            sa.Column("abstained", sa.JSON(), server_default="[]", nullable=False),
            sa.Column("submitted_at", sa.DateTime(timezone=True)),
            sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        ],
        "pitches": [
            sa.Column("link", sa.String(500), server_default="", nullable=False),
            sa.Column("pdf_sha256", sa.String(64), server_default="", nullable=False),
            sa.Column("pdf_bytes", sa.Integer(), server_default="0", nullable=False),
            sa.Column("canvas", sa.JSON(), server_default="{}", nullable=False),
            sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        ],
    }
