"""Objects by their global ids: which types have one, and how each is found."""

from collections.abc import Awaitable, Callable
from typing import TypeVar

import strawberry

from kit import ids
from kit.errors import InvalidInputError
from kit.page import INSTANT
from resolvers import customers, events, integrations, orders, refunds, runs, segments, tenants
from resolvers.lookup import Lookup
from resolvers.merging import rows as merges
from resolvers.tenants import TenantRow
from schema.backtest import KIND as BACKTEST
from schema.backtest import Backtest, find_backtest
from schema.context import Info
from schema.customer import KIND as CUSTOMER
from schema.customer import Customer
from schema.customer_merge import KIND as MERGE
from schema.customer_merge import CustomerMerge
from schema.event import KIND as EVENT
from schema.event import Event
from schema.integration import KIND as INTEGRATION
from schema.integration import Integration
from schema.node import Node
from schema.order import KIND as ORDER
from schema.order import Order
from schema.refund import KIND as REFUND
from schema.refund import Refund
from schema.run import KIND as RUN
from schema.run import ScoreRun
from schema.segment import KIND as SEGMENT
from schema.segment import Segment
from schema.selection import columns_below
from schema.tenant import KIND as TENANT
from schema.tenant import Tenant

R = TypeVar("R")
Find = Callable[[Info, TenantRow, int], Awaitable[Node | None]]


async def find_node(info: Info, text: strawberry.ID) -> Node | None:
    """The object of a global id, or None. Raises InvalidInputError for text that is no id."""
    if event := ids.decode_event(text):
        return await _event(info, *event)
    kind, numbers = ids.decode(text)
    find = _FINDERS.get(kind)
    if find is None or len(numbers) != (1 if kind == TENANT else 2):
        raise InvalidInputError("id", f"'{text[:60]}' is not an id of this API; pass one it gave you.")
    owner = await tenants.find(info.context, numbers[0])
    return None if owner is None else await find(info, owner, numbers[-1])


async def _tenant(info: Info, owner: TenantRow, number: int) -> Tenant:
    return Tenant.of(owner)


def _of_row(kind: str, rows: Lookup[int, R], make: Callable[[TenantRow, R], Node]) -> Find:
    async def found(info: Info, owner: TenantRow, number: int) -> Node | None:
        row = await rows.find(info.context, owner.id, number, columns_below(info, kind))
        return None if row is None else make(owner, row)

    return found


async def _run(info: Info, owner: TenantRow, number: int) -> ScoreRun | None:
    row = await runs.of_id(info.context, owner.id, number)
    return None if row is None else ScoreRun.of(row)


async def _event(info: Info, tenant: int, microseconds: int, message_id: str) -> Event | None:
    try:
        moment = INSTANT.read(microseconds)
    except ValueError:
        return None
    owner = await tenants.find(info.context, tenant)
    columns = columns_below(info, EVENT)
    row = None if owner is None else await events.find(info.context, tenant, moment, message_id, columns)
    return None if owner is None or row is None else Event.of(owner, row)


_FINDERS: dict[str, Find] = {
    TENANT: _tenant,
    CUSTOMER: _of_row(CUSTOMER, customers.BY_ID, Customer.of),
    ORDER: _of_row(ORDER, orders.BY_ID, Order.of),
    RUN: _run,
    BACKTEST: find_backtest,
    SEGMENT: _of_row(SEGMENT, segments.BY_ID, Segment.of),
    REFUND: _of_row(REFUND, refunds.BY_ID, Refund.of),
    INTEGRATION: _of_row(INTEGRATION, integrations.BY_ID, lambda _, row: Integration.of(row)),
    MERGE: _of_row(MERGE, merges.BY_ID, CustomerMerge.of),
}
NODES = (Tenant, Customer, Order, Refund, Event, ScoreRun, Backtest, Segment, Integration, CustomerMerge)
"""The types of objects with a global id."""
