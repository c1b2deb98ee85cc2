"""PostgreSQL: one writer at a time here too, and connections with limits."""

from __future__ import annotations

from sqlalchemy import URL, Connection, Engine, NullPool, create_engine, event

from challenge.store.sqlite import BUSY_SECONDS
from challenge.store.troubles import explain

WRITER = int.from_bytes(b"Kansrijk", "big")
"""Number of the lock that every writing transaction holds until it ends. PostgreSQL
keeps such locks per database, so two challenges on one server do not meet."""

LOCK = f"SELECT pg_advisory_xact_lock({WRITER})"

CONNECTIONS = 20
"""That one process holds at most, opened when they are needed. Two web processes and
two workers take 80 of the 97 that PostgreSQL gives ordinary roles by default; a unit
takes milliseconds, and a thread that finds none free waits."""

IDLE_SECONDS = 20
"""After which PostgreSQL ends a transaction whose process says nothing: one that was
stopped holds the writers' lock. Shorter than others wait for that lock."""

STATEMENT_SECONDS = 60
"""Longer than the wait for a lock, which is told as what it is."""

MIGRATION_SECONDS = 600
"""How long a process that starts waits for another one that migrates."""

# A unit that reads sees one moment, as on SQLite, and writes nothing by mistake.
READING = {
    "reading": True,
    "isolation_level": "REPEATABLE READ",
    "postgresql_readonly": True,
}

# Names as in PostgreSQL's manual, "Client Connection Defaults"; milliseconds.
_LIMITS = {
    "statement_timeout": STATEMENT_SECONDS * 1000,
    "lock_timeout": BUSY_SECONDS * 1000,
    "idle_in_transaction_session_timeout": IDLE_SECONDS * 1000,
}

# Names as in libpq's manual, "Parameter Key Words"; seconds, and the last one in
# milliseconds. A server that vanished from the network is noticed within a minute.
_PARAMETERS = {
    "application_name": "kansrijk",
    "client_encoding": "utf8",
    "connect_timeout": 5,
    "keepalives_idle": 30,
    "keepalives_interval": 10,
    "keepalives_count": 3,
    "tcp_user_timeout": 60_000,
}


ANEW = (
    "Make it anew: `createdb --owner=ROLE --template=template0 --encoding=UTF8"
    " --locale=C NAME`."
)
"""What a database of another order asks for."""

# The name of ICU's language has a column of its own, called otherwise in each version.
_ORDER = """
SELECT current_setting('server_encoding'),
       coalesce(to_jsonb(d) ->> 'datlocale', to_jsonb(d) ->> 'daticulocale',
                datcollate),
       'Z' < 'a'
FROM pg_database AS d WHERE datname = current_database()
"""


def open_postgresql(place: URL) -> Engine:
    """Make connections to a database, when they are needed.

    Parameters
    ----------
    place : URL
        Role, server and database; what its query says goes before our own limits.

    Returns
    -------
    Engine
        Writing transactions begin with the lock that they need.
    """
    engine = create_engine(
        driven(place),
        pool_size=CONNECTIONS,
        max_overflow=0,
        pool_timeout=BUSY_SECONDS,
        # Those not used for long are the ones that a firewall forgets.
        pool_use_lifo=True,
        pool_pre_ping=True,
        connect_args=_parameters(place),
        # An error's text goes to a log; parameters hold exact scores.
        hide_parameters=True,
    )
    event.listen(engine, "begin", _begin)
    event.listen(engine, "handle_error", explain, retval=True)
    return engine


def look_at(place: URL, patience_seconds: float) -> Engine:
    """Make connections that close when they are done, and wait for little.

    Parameters
    ----------
    place : URL
        Role, server and database.
    patience_seconds : float
        For an answer, and for whoever holds what is asked for.

    Returns
    -------
    Engine
        Only transactions with the option ``writing`` wait for the writers' lock.
    """
    # In whole seconds, and libpq makes one second two.
    patience = max(2, round(patience_seconds))
    own = f"-c lock_timeout={patience * 1000} -c statement_timeout={patience * 2000}"
    given = _parameters(place)
    engine = create_engine(
        driven(place),
        poolclass=NullPool,
        connect_args=given
        | {"options": f"{given['options']} {own}", "connect_timeout": patience},
        hide_parameters=True,
    )
    event.listen(engine, "begin", _look)
    event.listen(engine, "handle_error", explain, retval=True)
    return engine


def driven(place: URL) -> URL:
    """Name psycopg 3 as the driver, whatever the address says.

    Parameters
    ----------
    place : URL
        Role, server and database.

    Returns
    -------
    URL
        For SQLAlchemy.
    """
    return place.set(drivername="postgresql+psycopg")


def wrong_order(connection: Connection) -> str:
    """Say why a database does not keep any text, or orders it unlike SQLite.

    Parameters
    ----------
    connection : Connection
        To it.

    Returns
    -------
    str
        Its encoding, if it is not UTF-8, or the language it orders by; empty: neither.
    """
    encoding, language, in_order = connection.exec_driver_sql(_ORDER).one()
    if encoding != "UTF8":
        return f"it keeps text as {encoding} and not as UTF8"
    return "" if in_order else f"it orders text by the rules of a language ({language})"


def _parameters(place: URL) -> dict[str, object]:
    limits = " ".join(f"-c {name}={value}" for name, value in _LIMITS.items())
    given = place.query.get("options", "")
    own = {k: v for k, v in _PARAMETERS.items() if k not in place.query}
    # Of two that set the same, the last one holds.
    return own | {"options": f"{limits} {given}".strip()}


def _look(connection: Connection) -> None:
    if connection.get_execution_options().get("writing", False):
        connection.exec_driver_sql(LOCK)


def _begin(connection: Connection) -> None:
    """Wait for the other writers; whoever reads waits for nobody.

    One snapshot for a whole writing transaction would be of before that wait, so it
    keeps PostgreSQL's READ COMMITTED: nobody else writes between its statements.
    """
    options = connection.get_execution_options()
    if options.get("reading", False):
        return
    if options.get("migrating", False):
        connection.exec_driver_sql(
            f"SET LOCAL lock_timeout = '{MIGRATION_SECONDS}s';"
            "SET LOCAL statement_timeout = 0;"
            "SET LOCAL idle_in_transaction_session_timeout = 0"
        )
    connection.exec_driver_sql(LOCK)
