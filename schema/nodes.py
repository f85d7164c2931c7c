"""Objects by their global ids: which types have one, and how each is found."""

from collections.abc import Awaitable, Callable

import strawberry

from kit import ids
from kit.errors import InvalidInputError
from kit.page import INSTANT
from resolvers import customers, events, orders, refunds, runs, tenants
from resolvers.tenants import TenantRow
from schema.backtest import KIND as BACKTEST
from schema.backtest import Backtest, find_backtest
from schema.context import Info
from schema.customer import KIND as CUSTOMER
from schema.customer import Customer
from schema.customer_merge import KIND as MERGE
from schema.customer_merge import CustomerMerge, find_merge
from schema.event import Event
from schema.integration import KIND as INTEGRATION
from schema.integration import Integration, find_integration
from schema.node import Node
from schema.order import KIND as ORDER
from schema.order import Order
from schema.refund import KIND as REFUND
from schema.refund import Refund
from schema.run import KIND as RUN
from schema.run import ScoreRun
from schema.segment import KIND as SEGMENT
from schema.segment import Segment
from schema.segment_list import find_segment
from schema.tenant import KIND as TENANT
from schema.tenant import Tenant

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


async def _customer(info: Info, owner: TenantRow, number: int) -> Customer | None:
    row = await customers.find(info.context, owner.id, number)
    return None if row is None else Customer.of(owner, row)


async def _order(info: Info, owner: TenantRow, number: int) -> Order | None:
    row = await orders.find(info.context, owner.id, number)
    return None if row is None else Order.of(owner, row)


async def _refund(info: Info, owner: TenantRow, number: int) -> Refund | None:
    row = await refunds.find(info.context, owner.id, number)
    return None if row is None else Refund.of(owner, row)


async def _run(info: Info, owner: TenantRow, number: int) -> ScoreRun | None:
    row = await runs.of_id(info.context, owner.id, number)
    return None if row is None else ScoreRun.of(row)


async def _event(info: Info, tenant: int, microseconds: int, message_id: str) -> Event | None:
    try:
        moment = INSTANT.read(microseconds)
    except ValueError:
        return None
    owner = await tenants.find(info.context, tenant)
    row = None if owner is None else await events.find(info.context, tenant, moment, message_id)
    return None if owner is None or row is None else Event.of(owner, row)


_FINDERS: dict[str, Find] = {
    TENANT: _tenant,
    CUSTOMER: _customer,
    ORDER: _order,
    RUN: _run,
    BACKTEST: find_backtest,
    SEGMENT: find_segment,
    REFUND: _refund,
    INTEGRATION: find_integration,
    MERGE: find_merge,
}
NODES = (Tenant, Customer, Order, Refund, Event, ScoreRun, Backtest, Segment, Integration, CustomerMerge)
"""The types of objects with a global id."""
