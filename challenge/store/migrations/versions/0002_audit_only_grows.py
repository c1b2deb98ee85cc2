"""The audit table only grows: the database refuses to change or remove an entry."""

from alembic import op

revision = "0002"
down_revision = "0001"

TOLD = "the audit table only grows"
# Replacing a row is a removal that fires no trigger of its own in SQLite.
SQLITE = {
    "audit_keeps_entries": "BEFORE UPDATE ON audit",
    "audit_loses_nothing": "BEFORE DELETE ON audit",
    "audit_replaces_nothing": "BEFORE INSERT ON audit"
    " WHEN EXISTS (SELECT 1 FROM audit WHERE id = NEW.id)",
}


def upgrade() -> None:
    """Go forward."""
    if op.get_context().dialect.name == "sqlite":
        for name, when in SQLITE.items():
            refuse = f"BEGIN SELECT RAISE(ABORT, '{TOLD}'); END"
            op.execute(f"CREATE TRIGGER {name} {when} {refuse}")
    else:
        op.execute(
            "CREATE FUNCTION audit_only_grows() RETURNS trigger LANGUAGE plpgsql AS"
            f" $$ BEGIN RAISE EXCEPTION '{TOLD}'; END $$"
        )
        op.execute(
            "CREATE TRIGGER audit_only_grows BEFORE UPDATE OR DELETE OR TRUNCATE"
            " ON audit FOR EACH STATEMENT EXECUTE FUNCTION audit_only_grows()"
        )


def downgrade() -> None:
    """Go back."""
    if op.get_context().dialect.name == "sqlite":
        for name in SQLITE:
            op.execute(f"DROP TRIGGER {name}")
    else:
        op.execute("DROP TRIGGER audit_only_grows ON audit")
        op.execute("DROP FUNCTION audit_only_grows()")
