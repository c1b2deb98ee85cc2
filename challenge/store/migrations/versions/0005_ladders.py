"""The submission that each team has on the live board, and what each one changed."""

import sqlalchemy as sa
from alembic import op

from leaderboard import Scorecard, climb
from leaderboard.errors import ScoringError
from leaderboard.ladder import LadderState, Step

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Go forward."""
    op.add_column(
        "results",
        sa.Column("step", sa.String(length=16), nullable=False, server_default="none"),
    )
    op.create_table(
        "ladders",
        sa.Column("team_id", sa.Integer(), nullable=False),
        sa.Column("release", sa.String(length=32), nullable=False),
        sa.Column("submission_id", sa.String(length=32), nullable=False),
        sa.Column("submissions", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["team_id"], ["people.id"], name=op.f("fk_ladders_team_id")
        ),
        sa.ForeignKeyConstraint(
            ["submission_id"],
            ["results.submission_id"],
            name=op.f("fk_ladders_submission_id"),
        ),
        sa.PrimaryKeyConstraint("team_id", "release", name=op.f("pk_ladders")),
    )
    _climb_what_is_scored()


def downgrade() -> None:
    """Go back."""
    op.drop_table("ladders")
    op.drop_column("results", "step")


def _climb_what_is_scored() -> None:
    """Take the results of each team up the ladder, in the order of scoring."""
    teams = op.get_bind().execute(
        sa.text(
            "SELECT DISTINCT s.team_id, s.release FROM submissions s"
            " JOIN results r ON r.submission_id = s.id"
        )
    )
    for team_id, release in teams.all():
        _climb_team(team_id, release)


def _climb_team(team_id: int, release: str) -> None:
    connection, state = op.get_bind(), LadderState()
    scored = connection.execute(
        sa.text(
            "SELECT r.submission_id, r.scorecard FROM results r"
            " JOIN submissions s ON s.id = r.submission_id"
            " WHERE s.team_id = :team_id AND s.release = :release"
            " ORDER BY r.scored_at, s.number"
        ),
        {"team_id": team_id, "release": release},
    )
    cards: dict[str, Scorecard] = {}
    for key, scorecard in scored.all():
        state = _climb_one(state, key, scorecard, cards)
        # Only the one that stands is held against the next.
        cards = {one: card for one, card in cards.items() if one == state.released}
        connection.execute(
            sa.text("UPDATE results SET step = :step WHERE submission_id = :key"),
            {"step": state.step.value, "key": key},
        )
    connection.execute(
        sa.text(
            "INSERT INTO ladders (team_id, release, submission_id, submissions)"
            " VALUES (:team_id, :release, :submission_id, :submissions)"
        ),
        {
            "team_id": team_id,
            "release": release,
            "submission_id": state.released,
            "submissions": state.submissions,
        },
    )


def _climb_one(
    state: LadderState, key: str, scorecard: str, cards: dict[str, Scorecard]
) -> LadderState:
    """Climb; what cannot be compared changes nothing, and never stops a server."""
    try:
        cards[key] = Scorecard.from_json(scorecard)
        return climb(state, key, cards)
    except ScoringError:
        scored = state.submissions + 1
        if state.released is None:
            return LadderState(key, scored, Step.FIRST)
        return LadderState(state.released, scored, Step.KEPT)
