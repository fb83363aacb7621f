"""The store 数据库: records with their history and people's accounts, on SQLite or on PostgreSQL with PostGIS.

The only room that knows SQL.
"""

from geo.storage.backup import backup, restore
from geo.storage.changes import Change, Conflict
from geo.storage.check import Finding, check
from geo.storage.history import Commit, Entry
from geo.storage.records import Record
from geo.storage.seed import seed
from geo.storage.store import Store, open_store
from geo.storage.tables import KEYS

__all__ = [
    "KEYS",
    "Change",
    "Commit",
    "Conflict",
    "Entry",
    "Finding",
    "Record",
    "Store",
    "backup",
    "check",
    "open_store",
    "restore",
    "seed",
]
