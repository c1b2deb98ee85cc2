"""The database; the only package that imports SQLAlchemy."""

from challenge.store.database import Database, Unit, open_database
from challenge.store.handouts import HandoutCount
from challenge.store.results import Result

__all__ = ["Database", "HandoutCount", "Result", "Unit", "open_database"]
