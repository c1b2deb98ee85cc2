"""The database; the only package that imports SQLAlchemy."""

from challenge.store.database import Database, is_blank, open_database
from challenge.store.handouts import HandoutCount
from challenge.store.ladders import Ladder
from challenge.store.queue import ATTEMPTS
from challenge.store.results import Result
from challenge.store.unit import Unit

__all__ = [
    "ATTEMPTS",
    "Database",
    "HandoutCount",
    "Ladder",
    "Result",
    "Unit",
    "is_blank",
    "open_database",
]
