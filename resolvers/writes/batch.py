"""One list of records, written in one transaction, at most once for an idempotency key."""

from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any

import psycopg

from kit.db import Work
from kit.errors import ConflictError, InvalidInputError
from resolvers import tenants
from resolvers.audit.author import Author
from resolvers.audit.change import Change
from resolvers.audit.record import record_work
from resolvers.context import WRITE, Ctx
from resolvers.imports.tenant import lock
from resolvers.tenants import TenantRow
from resolvers.writes.keys import Key, content_of, remember, remembered
from resolvers.writes.outcome import CREATED, MOST, UPDATED, Outcome

_PATIENCE = "SET LOCAL lock_timeout = '10s'"
_BUSY = "An import, or another caller with the same key, is at it; try again in a moment."

Store = Callable[[Work, TenantRow], Sequence[Outcome]]


async def write(
    ctx: Ctx,
    tenant: int,
    field: str,
    records: Sequence[Any],
    store: Store,
    *,
    key: str | None,
    choice: str = "",
) -> list[Outcome]:
    """Write 1 to 500 records, dataclasses, that the caller gave as `field`.

    `store` gets a transaction in the tenant's scope; nobody else writes to the tenant meanwhile, no import
    either. `choice` is how they are to be written, where that is the caller's.

    With an idempotency `key` the same records are written once, and the first outcomes told again for two
    days. Raises NotFoundError for an unknown tenant, InvalidInputError for a list or key that is not
    accepted, ConflictError for a key that came with other records, and where an import goes on.
    """
    owner = await tenants.get(ctx, tenant)
    ctx.allow(tenant, WRITE)
    check_length(field, records)
    claimed = None if key is None else Key.of(key, f"{field}{choice}", content_of(records))

    def logged(work: Work, shop: TenantRow) -> list[Outcome]:
        outcomes = [*store(work, shop)]
        _record(work, ctx.author, field, shop.id, outcomes)
        return outcomes

    def do(work: Work) -> list[Outcome]:
        try:
            return _written(work, owner, logged, claimed)
        except psycopg.errors.LockNotAvailable:
            raise ConflictError(_BUSY) from None

    return await ctx.work(do)


def _written(work: Work, owner: TenantRow, store: Store, claimed: Key | None) -> list[Outcome]:
    with work.transaction(owner.id):
        work.run(_PATIENCE)
        if claimed is not None and (known := remembered(work, claimed)) is not None:
            return known
        lock(work, owner.id, wait=True)
        outcomes = [*store(work, owner)]
        if claimed is not None:
            remember(work, claimed, outcomes)
        return outcomes


def _record(work: Work, author: Author, field: str, tenant: int, outcomes: Sequence[Outcome]) -> None:
    """One entry of the log for the whole list, however long, if any of it changed something."""
    counts: Counter[str] = Counter(each.status for each in outcomes)
    changed = bool(counts[CREATED] + counts[UPDATED])
    kind = field.removesuffix("s").capitalize()
    record_work(work, author, Change(f"{field}Upsert", tenant, kind, counts={**counts}, happened=changed))


def check_length(field: str, records: Sequence[Any], most: int = MOST) -> None:
    """Raises InvalidInputError for an empty list, or one that is too long."""
    if not 1 <= len(records) <= most:
        raise InvalidInputError(field, f"{len(records)} records were given; accepted are 1 to {most}.")
