"""Follow a tenant's events as they come in."""

from collections.abc import AsyncGenerator
from typing import NamedTuple

from kit.errors import LaggedError
from kit.page import INSTANT
from resolvers import events, tenants
from resolvers.context import Ctx
from resolvers.events import EventRow
from resolvers.live.announce import EVENTS
from resolvers.tenants import TenantRow

_BUFFER = 100
_MOST = 100

_LAGGED = (
    "More events came in than could be passed on in time, or the database was away; some were missed. "
    "Subscribe anew, and read what was missed from the tenant's events."
)


class Arrived(NamedTuple):
    """Events in the order in which they were stored; `omitted` more came in that are not told one by one."""

    tenant: TenantRow
    rows: list[EventRow]
    omitted: int


async def follow_events(
    ctx: Ctx, tenant: int, *, types: list[str] | None, customer: int | None
) -> AsyncGenerator[Arrived, None]:
    """Events of any of the types and of the customer, as they are committed, at most 100 at a time.

    First comes a delivery of none: whatever is committed after it will be told.

    Raises NotFoundError for an unknown tenant, and LaggedError once some were missed.
    """
    owner = await tenants.get(ctx, tenant)
    await ctx.refresh()
    async with ctx.follow(tenant, EVENTS, size=_BUFFER) as inbox:
        yield Arrived(owner, [], 0)
        while (taken := await inbox.take()) is not None:
            if taken.missed:
                raise LaggedError(_LAGGED)
            keys = [(INSTANT.read(at), name) for each in taken.notices for at, name in each.get("keys", ())]
            omitted = sum(each.get("omitted", 0) for each in taken.notices)
            for start in range(0, max(len(keys), 1), _MOST):
                await ctx.refresh()
                part = keys[start : start + _MOST]
                found = await events.by_keys(ctx, tenant, part) if part else []
                rows = [row for row in found if row is not None and _wanted(row, types, customer)]
                if rows or omitted:
                    yield Arrived(owner, rows, omitted)
                omitted = 0
            await ctx.refresh()


def _wanted(row: EventRow, types: list[str] | None, customer: int | None) -> bool:
    return (types is None or row.event_type in types) and (customer is None or row.customer_id == customer)
