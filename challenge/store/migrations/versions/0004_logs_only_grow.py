"""Acceptances and downloads only grow too, and numbered entries only at the end."""

from alembic import op

revision = "0004"
down_revision = "0003"

TOLD = "this table only grows"
# Replacing a row is a removal that fires no trigger of its own in SQLite. A new row
# gets its number while it is inserted, so only afterwards can that be compared.
SQLITE = {
    "acceptances_keep_entries": "BEFORE UPDATE ON acceptances",
    "acceptances_lose_nothing": "BEFORE DELETE ON acceptances",
    "acceptances_replace_nothing": "BEFORE INSERT ON acceptances"
    " WHEN EXISTS (SELECT 1 FROM acceptances"
    " WHERE person_id = NEW.person_id AND sha256 = NEW.sha256)",
    "downloads_keep_entries": "BEFORE UPDATE ON downloads",
    "downloads_lose_nothing": "BEFORE DELETE ON downloads",
    "downloads_replace_nothing": "BEFORE INSERT ON downloads"
    " WHEN EXISTS (SELECT 1 FROM downloads WHERE id = NEW.id)",
    "downloads_insert_last": "AFTER INSERT ON downloads"
    " WHEN NEW.id < (SELECT max(id) FROM downloads)",
    "audit_inserts_last": "AFTER INSERT ON audit"
    " WHEN NEW.id < (SELECT max(id) FROM audit)",
}
# A number that the sequence gave just now is the last one. Asking for the largest
# would refuse one of two entries that are written at the same time.
LAST = (
    "BEFORE INSERT ON {0} FOR EACH ROW"
    " WHEN (NEW.id <> currval(pg_get_serial_sequence('{0}', 'id')))"
)
POSTGRESQL = {
    "acceptances_only_grow": "BEFORE UPDATE OR DELETE OR TRUNCATE ON acceptances",
    "downloads_only_grow": "BEFORE UPDATE OR DELETE OR TRUNCATE ON downloads",
    "downloads_insert_last": LAST.format("downloads"),
    "audit_inserts_last": LAST.format("audit"),
}


def upgrade() -> None:
    """Go forward."""
    if op.get_context().dialect.name == "sqlite":
        for name, when in SQLITE.items():
            refuse = f"BEGIN SELECT RAISE(ABORT, '{TOLD}'); END"
            op.execute(f"CREATE TRIGGER {name} {when} {refuse}")
    else:
        op.execute(
            "CREATE FUNCTION only_grows() RETURNS trigger LANGUAGE plpgsql AS"
            f" $$ BEGIN RAISE EXCEPTION '{TOLD}'; END $$"
        )
        for name, when in POSTGRESQL.items():
            op.execute(f"CREATE TRIGGER {name} {when} EXECUTE FUNCTION only_grows()")


def downgrade() -> None:
    """Go back."""
    if op.get_context().dialect.name == "sqlite":
        for name in SQLITE:
            op.execute(f"DROP TRIGGER {name}")
    else:
        for name, when in POSTGRESQL.items():
            table = when.partition(" ON ")[2].split()[0]
            op.execute(f"DROP TRIGGER {name} ON {table}")
        op.execute("DROP FUNCTION only_grows()")
