"""API keys as callers present them: looked up, remembered for moments, and noted as used."""

import asyncio
import time
from collections import OrderedDict
from typing import NamedTuple

import structlog

from kit.db import Database, Statement
from kit.errors import CdpError, UnauthenticatedError
from resolvers.access.key import Key
from resolvers.access.scopes import granted
from resolvers.context import Actor

REMEMBERED_FOR = 3.0
"""Seconds in which a revoked key may still be taken."""
_MOST = 10_000
_FIND = Statement(
    "SELECT tenants, scopes, secret_hash, is_used FROM api_key_find(%(id)s)", scoped=False, defaults={}
)
_USED = Statement("SELECT api_key_used(%(id)s) IS NULL", scoped=False, defaults={})
_BAD = "The API key is not accepted: it is unknown or was revoked."
_NO_HASH = bytes(32)

log = structlog.get_logger()


class KeyRow(NamedTuple):
    """A key that is good: what it may, its secret's hash, and whether its use was noted a moment ago."""

    tenants: list[int] | None
    scopes: list[str]
    secret_hash: bytes
    is_used: bool


class KeysInUse:
    """The keys that callers of this process have presented lately."""

    def __init__(self) -> None:
        self._known: OrderedDict[str, tuple[float, KeyRow | None]] = OrderedDict()
        self._noting: set[asyncio.Task[None]] = set()

    async def actor(self, text: str, db: Database) -> Actor:
        """Whom a key stands for. Raises UnauthenticatedError for one that is none, unknown or revoked."""
        key = Key.read(text)
        if key is None:
            raise UnauthenticatedError("This is no API key; one is `cdp_`, its id, `_` and its secret.")
        row = await self._find(key.id, db)
        if not key.fits(row.secret_hash if row else _NO_HASH) or row is None:
            raise UnauthenticatedError(_BAD)
        tenants = None if row.tenants is None else frozenset(row.tenants)
        return Actor(f"key:{key.id}", tenants, granted(row.scopes), key=key.id, mode="key")

    async def is_good(self, key_id: str, db: Database) -> bool:
        """Whether a key that was good still is."""
        return await self._find(key_id, db) is not None

    async def close(self) -> None:
        if self._noting:
            await asyncio.wait(self._noting)

    async def _find(self, key_id: str, db: Database) -> KeyRow | None:
        found_at, row = self._known.get(key_id, (0.0, None))
        now = time.monotonic()
        if key_id in self._known and now - found_at < REMEMBERED_FOR:
            return row
        rows = await db.once(_FIND, KeyRow, id=key_id)
        row = rows[0] if rows else None
        self._known[key_id] = (now, row)
        self._known.move_to_end(key_id)
        if len(self._known) > _MOST:
            self._known.popitem(last=False)
        if row is not None and not row.is_used:
            self._note(key_id, db)
        return row

    def _note(self, key_id: str, db: Database) -> None:
        task = asyncio.create_task(_note(key_id, db))
        self._noting.add(task)
        task.add_done_callback(self._noting.discard)


async def _note(key_id: str, db: Database) -> None:
    try:
        await db.once(_USED, bool, id=key_id)
    except CdpError:
        log.warning("the use of an API key could not be noted", key=key_id)
