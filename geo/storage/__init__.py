"""The store 数据库: records with their history and people's accounts, on SQLite or on PostgreSQL with PostGIS.

The only room that knows SQL.
"""

from geo.storage.backup import backup, restore
from geo.storage.callers import Caller
from geo.storage.changes import Change, Conflict
from geo.storage.check import Finding, check
from geo.storage.history import Commit, Entry, State
from geo.storage.kept import Kept
from geo.storage.photos import Photo, Shown
from geo.storage.records import Record
from geo.storage.register import Page, Register, Wanted
from geo.storage.seed import seed
from geo.storage.store import Store, open_store
from geo.storage.tables import KEYS, MAPPED

__all__ = [
    "KEYS",
    "MAPPED",
    "Caller",
    "Change",
    "Commit",
    "Conflict",
    "Entry",
    "Finding",
    "Kept",
    "Page",
    "Photo",
    "Record",
    "Register",
    "Shown",
    "State",
    "Store",
    "Wanted",
    "backup",
    "check",
    "open_store",
    "restore",
    "seed",
]
