"""The hook at VTEX: set after a sync where it was asked for, and looked at after each.

VTEX takes away a hook that was silent for three days; it is set again then. Another system's is left alone.
"""

import asyncio
from functools import partial
from typing import NamedTuple

import structlog

from connectors.vtex import hook as vtex_hook
from connectors.vtex.errors import RefusedError
from kit.db import Statement, Work
from kit.errors import CdpError, PeerFailedError, PeerTimedOutError
from kit.secrets import Vault
from resolvers.syncing.control import Control
from resolvers.syncing.desk import Desk
from resolvers.syncing.listing import Asked

log = structlog.get_logger()

_WITHIN = 60.0
"""Seconds that all questions about a hook may take: the sync is over, and others wait."""
_TAKEN = "The hook is used by another system: VTEX has one for each app key. It is left alone."
_REFUSED = "VTEX does not let the key set the hook (Feed v3 and Hook Admin)."
_READ = Statement(
    "SELECT url, secret, is_wanted, is_set, set_url FROM integration_hook WHERE tenant_id = %(tenant_id)s "
    "AND integration_id = %(integration)s",
    True,
    {},
)
_SETTING = Statement(
    "UPDATE integration_hook SET set_url = url, is_set = false WHERE tenant_id = %(tenant_id)s "
    "AND integration_id = %(integration)s AND url = %(url)s",
    True,
    {},
)
# What was asked for anew meanwhile has another secret: it is set with the next sync.
_SET = Statement(
    "UPDATE integration_hook SET is_set = true WHERE tenant_id = %(tenant_id)s "
    "AND integration_id = %(integration)s AND secret = %(secret)s",
    True,
    {},
)
_NOTE = Statement(
    "UPDATE integration_hook SET error = %(error)s WHERE tenant_id = %(tenant_id)s "
    "AND integration_id = %(integration)s AND error IS DISTINCT FROM %(error)s",
    True,
    {},
)
_GONE = Statement(
    "DELETE FROM integration_hook WHERE tenant_id = %(tenant_id)s AND integration_id = %(integration)s "
    "AND NOT is_wanted",
    True,
    {},
)


class _Row(NamedTuple):
    url: str
    secret: bytes
    is_wanted: bool
    is_set: bool
    set_url: str | None


class Hook:
    """The hook of an integration after one sync."""

    def __init__(self, desk: Desk, control: Control, asked: Asked, vault: Vault) -> None:
        self._desk = desk
        self._control = control
        self._asked = asked
        self._vault = vault

    async def keep(self) -> None:
        """See that VTEX has the hook that is wanted, or none. What is in the way is written down."""
        error: str | None = None
        try:
            row = await self._desk.do(self._read)
            if row is None:
                return
            error = await self._kept(row, asyncio.get_running_loop().time() + _WITHIN)
        except RefusedError:
            error = _REFUSED
        except (PeerFailedError, PeerTimedOutError) as failed:
            error = f"The hook could not be looked at: {failed.message}"
        except CdpError as failed:
            error = failed.message
        if error is not None:
            log.info("hook not kept", integration=self._control.integration, why=error)
        await self._desk.do(partial(self._write, statement=_NOTE, error=error))

    async def _kept(self, row: _Row, until: float) -> str | None:
        """Set or take away what is to be; why that cannot be."""
        vtex, account = self._asked
        found = await vtex_hook.read_url(vtex, account, until)
        is_ours = found is not None and found in (row.url, row.set_url)
        if not row.is_wanted:
            if is_ours:
                await vtex_hook.remove_hook(vtex, account, until)
            await self._desk.do(partial(self._write, statement=_GONE))
            return None
        if found is not None and not is_ours:
            return _TAKEN
        if found != row.url or not row.is_set:
            secret = self._vault.unseal(bytes(row.secret))
            await self._desk.do(partial(self._write, statement=_SETTING, url=row.url))
            await vtex_hook.set_hook(vtex, account, row.url, secret, until)
            await self._desk.do(partial(self._write, statement=_SET, secret=row.secret))
        return None

    def _read(self, work: Work) -> _Row | None:
        with work.transaction(self._control.tenant):
            rows = work.run(_READ, {"integration": self._control.integration})
        return _Row(*rows[0]) if rows else None

    def _write(self, work: Work, statement: Statement, **values: object) -> None:
        with work.transaction(self._control.tenant):
            work.count(statement, {"integration": self._control.integration, **values})
