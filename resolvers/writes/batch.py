"""One list of records, written in one transaction, at most once for an idempotency key."""

import hashlib
from collections.abc import Callable, Sequence
from typing import Any

import orjson
import psycopg
from psycopg.types.json import Jsonb

from kit.db import Statement, Work
from kit.errors import ConflictError, InvalidInputError
from resolvers import tenants
from resolvers.context import WRITE, Ctx
from resolvers.imports.tenant import lock
from resolvers.tenants import TenantRow
from resolvers.writes.outcome import MOST, Outcome, as_json, of_json

_PATIENCE = "SET LOCAL lock_timeout = '10s'"
_CLAIM = Statement(
    "INSERT INTO idempotency_key (tenant_id, key, operation, request_hash) "
    "VALUES (%(tenant_id)s, %(key)s, %(operation)s, %(hash)s) ON CONFLICT DO NOTHING RETURNING true",
    True,
    {},
)
_FIND = Statement(
    "SELECT operation, request_hash, response FROM idempotency_key "
    "WHERE tenant_id = %(tenant_id)s AND key = %(key)s",
    True,
    {},
)
_STORE = Statement(
    "UPDATE idempotency_key SET response = %(response)s WHERE tenant_id = %(tenant_id)s AND key = %(key)s",
    True,
    {},
)
_PURGE = Statement(
    "DELETE FROM idempotency_key WHERE tenant_id = %(tenant_id)s AND key IN (SELECT key FROM idempotency_key "
    "WHERE tenant_id = %(tenant_id)s AND created_at < now() - interval '48 hours' "
    "LIMIT 1000 FOR UPDATE SKIP LOCKED)",
    True,
    {},
)

Store = Callable[[Work, TenantRow], Sequence[Outcome]]


async def write(
    ctx: Ctx,
    tenant: int,
    operation: str,
    records: Sequence[Any],
    store: Store,
    *,
    key: str | None,
    alone: bool = True,
) -> list[Outcome]:
    """Write 1 to 500 records, dataclasses: `store` gets a transaction in the tenant's scope.

    `alone`: nobody else writes to the tenant meanwhile, no import either.

    With an idempotency `key` the same records are written once, and the first outcomes told again for two
    days. Raises NotFoundError for an unknown tenant, InvalidInputError for a list or key that is not
    accepted, ConflictError for a key that came with other records, and where an import goes on.
    """
    owner = await tenants.get(ctx, tenant)
    ctx.allow(tenant, WRITE)
    if not 1 <= len(records) <= MOST:
        raise InvalidInputError(operation, f"{len(records)} records were given; accepted are 1 to {MOST}.")
    if key is not None and not (1 <= len(key) <= 255 and key.isprintable()):
        raise InvalidInputError("idempotency_key", "A key of 1 to 255 printable characters is accepted.")
    digest = "" if key is None else _digest(records)

    def do(work: Work) -> list[Outcome]:
        try:
            return written(work)
        except psycopg.errors.LockNotAvailable:
            raise ConflictError(
                "An import, or another caller with the same key, is at it; try again in a moment."
            ) from None

    def written(work: Work) -> list[Outcome]:
        with work.transaction(tenant):
            work.run(_PATIENCE)
            if key is not None and (known := _remembered(work, key, operation, digest)) is not None:
                return known
            if alone:
                lock(work, tenant, wait=True)
            outcomes = [*store(work, owner)]
            if key is not None:
                work.run(_STORE, {"key": key, "response": Jsonb(as_json(outcomes))})
            return outcomes

    outcomes = await ctx.db.work(do)
    await ctx.refresh()
    return outcomes


def _digest(records: Sequence[Any]) -> str:
    try:
        told = orjson.dumps([*records], default=str, option=orjson.OPT_SORT_KEYS)
    except orjson.JSONEncodeError:
        raise InvalidInputError(
            "idempotency_key", "Values nest too deeply, or numbers have more than 64 bits, to be known again."
        ) from None
    return hashlib.sha256(told).hexdigest()


def _remembered(work: Work, key: str, operation: str, digest: str) -> list[Outcome] | None:
    """The outcomes of a key that was used before; None for a new one, which is claimed.

    Where the same key is being used at this moment, claiming waits for that to end.
    """
    work.run(_PURGE)
    if work.run(_CLAIM, {"key": key, "operation": operation, "hash": digest}):
        return None
    found = work.run(_FIND, {"key": key})
    if not found or (found[0][0], found[0][1]) != (operation, digest):
        told = f"The idempotency key '{key}' came before with another input; use a new one."
        raise ConflictError(told, field="idempotency_key")
    return of_json(found[0][2])
