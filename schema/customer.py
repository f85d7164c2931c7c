"""Customers and pages of them."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING, Annotated, Any, TypeAlias

import strawberry
from strawberry.scalars import JSON

from kit.page import Page
from resolvers import consents, customers, order_facts, scored_customers, scores
from resolvers.customers import CustomerRow
from resolvers.scores import ScoreRow
from resolvers.tenants import TenantRow
from schema.batching import batched, by_tenant, held, needing, read_with
from schema.connection import Connection, edges_of, nodes_of, page_info_of, total_of
from schema.consent import CustomerConsent
from schema.context import Info
from schema.customer_merge import CustomerMergeConnection, merges_of_customers
from schema.enums import SegmentChangeKind
from schema.event import EventConnection, events_of_customer
from schema.node import GLOBAL_ID, Node, global_ids
from schema.one_of_tenant import Rows
from schema.order import OrderConnection
from schema.order_facts import OrderFacts
from schema.order_list import orders_of_customers
from schema.owner import tenant_of
from schema.page import After, Before, First, Last, PageInfo
from schema.refund import RefundConnection, refunds_of_customers
from schema.scalars import BigInt
from schema.score import CustomerChurn, CustomerClv, CustomerRfm
from schema.selection import columns_below, columns_of, selects
from schema.timeline import TimelineConnection, timeline_of_customer

if TYPE_CHECKING:
    from schema.segment import CustomerSegmentConnection
    from schema.segment_change import SegmentChangeConnection
    from schema.tenant import Tenant

KIND = "Customer"
ChangeKinds: TypeAlias = Annotated[
    list[SegmentChangeKind] | None, strawberry.argument(description="Only changes of these kinds.")
]


async def _attributes(them: Sequence["Customer"], info: Info) -> list[dict[str, Any]]:
    ctx = info.context
    return await by_tenant(them, lambda tenant, some: customers.attributes(ctx, tenant, _numbers(some)))


async def _consents(them: Sequence["Customer"], info: Info) -> list[list[CustomerConsent]]:
    ctx = info.context
    found = await by_tenant(them, lambda tenant, some: consents.of_customers(ctx, tenant, _numbers(some)))
    return [[*map(CustomerConsent.of, rows)] for rows in found]


async def _order_facts(them: Sequence["Customer"], info: Info) -> list[OrderFacts]:
    ctx = info.context
    found = await by_tenant(them, lambda tenant, some: order_facts.of_customers(ctx, tenant, _numbers(some)))
    return [*map(OrderFacts.of, found)]


async def _scores(them: Sequence["Customer"], info: Info) -> list[ScoreRow | None]:
    ctx = info.context
    columns = columns_of(info)
    return await by_tenant(
        them, lambda tenant, some: scores.of_customers(ctx, tenant, _numbers(some), columns)
    )


def _rfm(them: Sequence["Customer"], found: Sequence[ScoreRow | None]) -> list[CustomerRfm]:
    return [*map(CustomerRfm.of, _owners(them), _rows(them), found)]


def _clv(them: Sequence["Customer"], found: Sequence[ScoreRow | None]) -> list[CustomerClv]:
    return [*map(CustomerClv.of, _owners(them), _rows(them), found)]


def _churn(them: Sequence["Customer"], found: Sequence[ScoreRow | None]) -> list[CustomerChurn]:
    return [*map(CustomerChurn.of, _owners(them), _rows(them), found)]


def _numbers(them: Iterable["Customer"]) -> list[int]:
    return [each.row.id for each in them]


def _owners(them: Iterable["Customer"]) -> list[TenantRow]:
    return [each.owner for each in them]


def _rows(them: Iterable["Customer"]) -> list[CustomerRow]:
    return [each.row for each in them]


def customer_rows_for(info: Info) -> Rows[CustomerRow]:
    """How customers are read for what is asked of them: with their scores, where these are."""
    scored = next((name for name in ("rfm", "clv", "churn") if selects(info, name)), None)
    named = customers.named if scored is None else scored_customers.named(columns_below(info, scored))
    return partial(named.find_all, columns=columns_of(info))


@strawberry.type(description="A customer of a tenant.")
class Customer(Node):
    owner: strawberry.Private[TenantRow]
    row: strawberry.Private[CustomerRow]
    id: strawberry.ID = held("tenant_id", "id", make=global_ids(KIND), description=GLOBAL_ID)
    database_id: BigInt = held("id", description="The number that the v2 REST paths use.")
    external_id: str = held("external_id", description="The shop's own id of the customer.")
    email: str | None = held("email", description="E-mail, as the shop gave it.")
    first_name: str | None = held("first_name", description="First name.")
    last_name: str | None = held("last_name", description="Last name.")
    phone: str | None = held("phone", description="Phone number.")
    created_at: datetime | None = held(
        "created_at", description="When the customer joined the shop, if known."
    )

    erased_at: datetime | None = held(
        "erased_at",
        description="When the customer was erased; only what they bought is kept. Null for others.",
    )

    tenant: Annotated["Tenant", strawberry.lazy("schema.tenant")] = strawberry.field(
        resolver=tenant_of, description="The tenant whose customer this is.", metadata=needing()
    )

    attributes: JSON = batched(
        _attributes,
        description="What else the shop has told of the customer: an object.",
        metadata=needing("id"),
    )
    consents: list[CustomerConsent] = batched(
        _consents,
        description="What the customer has agreed to or refused, by channel.",
        metadata=needing("id"),
    )
    rfm: CustomerRfm = read_with(
        _scores,
        _rfm,
        bare=CustomerRfm.bare,
        description="Recency, frequency and monetary value.",
        metadata=needing("id"),
    )
    clv: CustomerClv = read_with(
        _scores, _clv, bare=CustomerClv.bare, description="Lifetime value.", metadata=needing("id")
    )
    churn: CustomerChurn = read_with(
        _scores,
        _churn,
        bare=CustomerChurn.bare,
        description="Risk of losing the customer.",
        metadata=needing("id"),
    )

    @strawberry.field(
        description="A page of the segments the customer is in, by their ids. 50 rows unless told.",
        metadata=needing("id"),
    )
    async def segments(
        self, info: Info, first: First = None, after: After = None, last: Last = None, before: Before = None
    ) -> Annotated["CustomerSegmentConnection", strawberry.lazy("schema.segment")] | None:
        from schema.segment import segments_of_customer

        return await segments_of_customer(self, info, first, after, last, before)

    @strawberry.field(
        description="A page of what the feed tells of the customer, oldest first: segments they came into "
        "and left, classes of scores they moved between. 50 rows unless told; at most 1,000.",
        metadata=needing("id"),
    )
    async def segment_changes(
        self,
        info: Info,
        first: First = None,
        after: After = None,
        last: Last = None,
        before: Before = None,
        kinds: ChangeKinds = None,
    ) -> Annotated["SegmentChangeConnection", strawberry.lazy("schema.segment_change")] | None:
        from schema.segment_change import changes_of_customer

        return await changes_of_customer(self, info, first, after, last, before, kinds)

    orders: OrderConnection | None = batched(
        orders_of_customers,
        description="A page of the customer's orders, newest first unless told. 50 rows unless told.",
        metadata=needing("id"),
    )
    refunds: RefundConnection | None = batched(
        refunds_of_customers,
        description="A page of what the customer got back, newest first, with or without a known order. "
        "50 rows unless told.",
        metadata=needing("id"),
    )

    order_facts: OrderFacts = batched(
        _order_facts, description="What the customer's paid orders come to.", metadata=needing("id")
    )

    merged_from: CustomerMergeConnection | None = batched(
        merges_of_customers,
        description="A page of who was merged into the customer, also by way of others, newest first. "
        "50 rows unless told.",
        metadata=needing("id"),
    )

    events: EventConnection | None = strawberry.field(
        resolver=events_of_customer,
        description="A page of the customer's events, newest first. 50 rows unless told.",
        metadata=needing("id"),
    )
    timeline: TimelineConnection | None = strawberry.field(
        resolver=timeline_of_customer,
        description="A page of all that happened to the customer, newest first. 50 rows unless told.",
        metadata=needing("id"),
    )

    @classmethod
    def of(cls, tenant: TenantRow, row: CustomerRow) -> "Customer":
        return cls(owner=tenant, row=row)


@strawberry.type(description="A customer in a page.")
class CustomerEdge:
    cursor: str = strawberry.field(description="Where the customer stands in the list.")
    node: Customer = strawberry.field(description="The customer.")


@strawberry.type(description="A page of customers.")
class CustomerConnection(Connection):
    edges: list[CustomerEdge] = edges_of("The customers with their cursors.")
    nodes: list[Customer] = nodes_of("The customers.")
    page_info: PageInfo = page_info_of()
    total_count: int = total_of("Customers of the whole list; counted only if asked for.")

    edge_class = CustomerEdge

    @classmethod
    def of(cls, tenant: TenantRow, page: Page[CustomerRow]) -> "CustomerConnection":
        return cls(page=page, make=lambda row: Customer(owner=tenant, row=row))
