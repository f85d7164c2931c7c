"""Leases: one sync an integration and one an account at a time, whatever processes there are.

They are locks of the database's session, so that they fall with the process: a killed sync never blocks the
next. The one process that holds an account's keeps within what VTEX lets be asked of it.
"""

from kit.db import Work
from kit.errors import ConflictError
from resolvers.syncing.source import read_source

LOCK = "cdp.sync:"
_ACCOUNT = "cdp.sync.account:"
_TRY = "SELECT pg_try_advisory_lock(hashtextextended(%(name)s, 0))"


def claim(work: Work, tenant: int, integration: int) -> str:
    """Take both leases for as long as the connection is open; the account's name.

    Raises ConflictError if another sync of the integration or of its account goes on, NotFoundError and
    StoppedError where there is nothing to fetch from.
    """
    if not _taken(work, f"{LOCK}{tenant}:{integration}"):
        raise ConflictError(f"A sync of integration {integration} is going on; wait for it.")
    with work.transaction(tenant):
        account = read_source(work, tenant, integration).account_name
    if not _taken(work, f"{_ACCOUNT}{account}"):
        raise ConflictError(f"The account {account} is being fetched from already; wait for it.")
    return account


def release(work: Work) -> None:
    """Give both back now, not just when the connection's other side has noticed that it was closed."""
    work.run("SELECT pg_advisory_unlock_all()")


def _taken(work: Work, name: str) -> bool:
    return bool(work.run(_TRY, {"name": name})[0][0])
