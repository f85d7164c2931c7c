"""PostgreSQL: one statement a round trip, one transaction a request, the tenant's scope in one place."""

from kit.db.bulk import Kept, Work, connect_for_work, is_lost
from kit.db.database import Database, Transaction
from kit.db.statement import TENANT, Statement, load, prepare

__all__ = [
    "TENANT",
    "Database",
    "Kept",
    "Statement",
    "Transaction",
    "Work",
    "connect_for_work",
    "is_lost",
    "load",
    "prepare",
]
