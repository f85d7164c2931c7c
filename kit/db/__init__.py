"""PostgreSQL: one statement a round trip, one transaction a request, the tenant's scope in one place."""

from kit.db.bulk import Work, connect_for_work
from kit.db.database import Database, Reader
from kit.db.statement import TENANT, Statement, load, prepare

__all__ = [
    "TENANT",
    "Database",
    "Reader",
    "Statement",
    "Work",
    "connect_for_work",
    "load",
    "prepare",
]
