"""In which role somebody wrote a lesson down: a name alone may be two people's."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"


def upgrade() -> None:
    """Go forward; where two people have the name, only the organiser withdraws."""
    op.add_column("lessons", sa.Column("by_role", sa.String(length=16), nullable=True))
    op.execute(
        "UPDATE lessons SET by_role = (SELECT min(people.role) FROM people "
        "WHERE people.name = lessons.by AND people.role IN ('juror', 'organiser') "
        "GROUP BY people.name HAVING count(*) = 1)"
    )


def downgrade() -> None:
    """Go back."""
    op.drop_column("lessons", "by_role")
