"""The log of changes as administrators read it: pages of a tenant's entries, newest first."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple, Unpack

from sqlalchemy import ColumnElement, DateTime, Text, and_, bindparam, select

from kit.db import TENANT
from kit.errors import ForbiddenError
from kit.page import INSTANT, AskedColumns, Page
from models import TABLES
from resolvers import tenants
from resolvers.audit.change import NO_TENANT
from resolvers.context import ADMIN, Ctx
from resolvers.keyset import KeysetList
from resolvers.sorting import Order, SortKey

ENTRIES = TABLES["audit_entry"]


class AuditRow(NamedTuple):
    """One change. `before` and `after` are the object, or what of it differs; `counts` tell of many."""

    tenant_id: int
    id: int
    occurred_at: datetime
    actor: str
    mode: str
    api_key_id: str | None
    face: str
    address: str | None
    request_id: str | None
    action: str
    object_type: str | None
    object_id: str | None
    before: dict[str, Any] | None
    after: dict[str, Any] | None
    counts: dict[str, Any] | None


class AuditFilter(NamedTuple):
    """Which entries: by whom, of what kind, about which object, from an instant on and before another."""

    actor: str | None = None
    action: str | None = None
    object_id: str | None = None
    since: datetime | None = None
    until: datetime | None = None


ALL = AuditFilter()
_NEWEST_FIRST = Order.of(
    "audit", ENTRIES.c.id, SortKey("occurred_at", ENTRIES.c.occurred_at, INSTANT, descending=True)
)
_LIST = KeysetList(
    "audit",
    ENTRIES,
    select(*(ENTRIES.c[name] for name in AuditRow._fields)).where(ENTRIES.c.tenant_id == TENANT),
    AuditRow,
    usual=_NEWEST_FIRST,
)


async def page(
    ctx: Ctx, tenant: int, wanted: AuditFilter = ALL, **asked: Unpack[AskedColumns]
) -> Page[AuditRow]:
    """A page of a tenant's log.

    Raises NotFoundError for an unknown tenant, ForbiddenError for who may not administer it,
    InvalidInputError for a page size or cursor that is not accepted.
    """
    await tenants.get(ctx, tenant)
    ctx.allow(tenant, ADMIN)
    return await _page(ctx, tenant, wanted, asked)


async def page_of_none(ctx: Ctx, wanted: AuditFilter = ALL, **asked: Unpack[AskedColumns]) -> Page[AuditRow]:
    """A page of what is of no one tenant, such as keys for all of them. Raises as `page` does."""
    ctx.require(ADMIN)
    if ctx.actor.tenants is not None:
        raise ForbiddenError("Only who may administer all tenants can read what is of none of them.")
    return await _page(ctx, NO_TENANT, wanted, asked)


async def _page(ctx: Ctx, tenant: int, wanted: AuditFilter, asked: AskedColumns) -> Page[AuditRow]:
    where = _where(wanted)
    return await _LIST.page(
        ctx, tenant, where=and_(*where) if where else None, within=ctx.query_timeout_seconds, **asked
    )


def _where(wanted: AuditFilter) -> Sequence[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    for name in ("actor", "action", "object_id"):
        value = getattr(wanted, name)
        if value is not None:
            found.append(ENTRIES.c[name] == bindparam(f"wanted_{name}", value, type_=Text()))
    moment = DateTime(timezone=True)
    if wanted.since is not None:
        found.append(ENTRIES.c.occurred_at >= bindparam("since", wanted.since, type_=moment))
    if wanted.until is not None:
        found.append(ENTRIES.c.occurred_at < bindparam("until", wanted.until, type_=moment))
    return found
