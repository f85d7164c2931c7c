"""Tenants: the door to everything a shop owns."""

from datetime import datetime
from typing import Annotated

import strawberry

from kit import ids
from kit.page import Page
from resolvers import retention, run_list, runs, settings, status
from resolvers.backtesting.request import USUAL_HOLDOUT
from resolvers.tenants import TenantRow
from schema import segment_list
from schema.analytics import Analytics
from schema.arguments import DatabaseId, Id, number_of
from schema.audit import AuditEntryConnection, audit_of_tenant
from schema.backtest import Backtest, last_backtest
from schema.connection import Connection, edges_of, nodes_of, page_info_of, total_of
from schema.context import Info
from schema.customer import KIND as CUSTOMER
from schema.customer import Customer, CustomerConnection, customer_rows_for
from schema.customer_list import customers as customers_field
from schema.event import EventConnection, events_of_tenant
from schema.event_type import EventType, event_types_of
from schema.integration import (
    Integration,
    IntegrationConnection,
    integration_of_tenant,
    integrations_of_tenant,
)
from schema.node import Node
from schema.one_of_tenant import one_of_tenant
from schema.order import KIND as ORDER
from schema.order import Order, OrderConnection, order_rows_for
from schema.order_list import orders_of_tenant
from schema.page import After, Before, First, Last, PageInfo, asked
from schema.refund import RefundConnection, refunds_of_tenant
from schema.run import KIND as RUN
from schema.run import Processing, ScoreRun, ScoreRunConnection
from schema.scalars import BigInt, CurrencyCode
from schema.segment import Segment, SegmentConnection
from schema.segment_change import SegmentChangeConnection, changes_of_tenant
from schema.segment_matrix import SegmentMatrix, migration_of_tenant
from schema.settings import ScoringSettings

KIND = "Tenant"


@strawberry.type(description="A shop: everything it owns hangs below it.")
class Tenant(Node):
    row: strawberry.Private[TenantRow]
    database_id: BigInt = strawberry.field(description="The number that the v2 REST paths use.")
    name: str = strawberry.field(description="The shop's name.")
    slug: str = strawberry.field(description="The name as it stands in addresses.")
    currency_code: CurrencyCode = strawberry.field(description="The currency all figures are reported in.")
    time_zone: str = strawberry.field(description="IANA zone that decides which day an order belongs to.")
    created_at: datetime = strawberry.field(description="When the tenant was made.")

    customers: CustomerConnection | None = strawberry.field(
        resolver=customers_field,
        description="A page of the customers: searched, filtered, in any order. 50 rows unless told.",
    )

    customer: Customer | None = one_of_tenant(
        "customer",
        CUSTOMER,
        customer_rows_for,
        Customer.of,
        description="One customer, by exactly one of its ids. Null if there is none.",
    )

    segments: SegmentConnection | None = strawberry.field(
        resolver=segment_list.segments,
        description="A page of the segments, by id. 50 rows unless told; at most 1,000.",
    )
    segment: Segment | None = strawberry.field(
        resolver=segment_list.segment,
        description="One segment, by exactly one of its ids. Null if there is none.",
    )
    segment_preview: segment_list.SegmentPreview | None = strawberry.field(
        resolver=segment_list.segment_preview,
        description="Who would be in a segment of these criteria, before it is made. Null with an error "
        "where the criteria are refused or take too long.",
    )
    segment_explain: segment_list.SegmentExplanation | None = strawberry.field(
        resolver=segment_list.segment_explain,
        description="Why a customer is in a dynamic segment or meets criteria, or not, clause by clause. "
        "Null with an error where there is no such customer or segment.",
    )
    orders: OrderConnection | None = strawberry.field(
        resolver=orders_of_tenant,
        description="A page of the orders, newest first unless told. 50 rows unless told.",
    )
    order: Order | None = one_of_tenant(
        "order",
        ORDER,
        order_rows_for,
        Order.of,
        description="One order, by exactly one of its ids. Null if there is none.",
    )
    refunds: RefundConnection | None = strawberry.field(
        resolver=refunds_of_tenant,
        description="A page of what was given back, newest first. 50 rows unless told.",
    )
    events: EventConnection | None = strawberry.field(
        resolver=events_of_tenant, description="A page of the events, newest first. 50 rows unless told."
    )

    @strawberry.field(description="The types that its events may have: built-in ones, then its own by name.")
    async def event_types(self, info: Info) -> list[EventType] | None:
        return await event_types_of(info, self.row)

    @strawberry.field(description="Days for which its events are kept. Null: for good.")
    async def event_retention_days(self, info: Info) -> int | None:
        return await retention.days_of(info.context, self.row.id)

    segment_changes: SegmentChangeConnection | None = strawberry.field(
        resolver=changes_of_tenant,
        description="A page of the feed: who came into segments, left them, or moved between the classes of "
        "scores, oldest first. Whoever reads on from a cursor misses nothing; the subscription takes the "
        "same ones. 50 rows unless told; at most 1,000.",
    )

    segment_migration: SegmentMatrix | None = strawberry.field(
        resolver=migration_of_tenant,
        description="Who went from which segment to which between two instants: of the classes of a score, "
        "or of segments of the tenant's own. Null with an error where it is not known or takes too long.",
    )

    @strawberry.field(description="What the last runs found about all customers.")
    def analytics(self) -> Analytics:
        return Analytics(owner=self.row)

    @strawberry.field(description="How the processing stands.")
    async def processing(self, info: Info) -> Processing:
        return Processing.of(self.row, await status.of_tenant(info.context, self.row.id))

    @strawberry.field(description="A page of the runs, newest first. 50 rows unless told; at most 1,000.")
    async def score_runs(
        self,
        info: Info,
        first: First = None,
        after: After = None,
        last: Last = None,
        before: Before = None,
    ) -> ScoreRunConnection | None:
        page = await run_list.LIST.page(
            info.context,
            self.row.id,
            **asked(info, first, after, last, before),
        )
        return ScoreRunConnection.of(page)

    @strawberry.field(description="One run, by exactly one of its ids. Null if there is none.")
    async def score_run(
        self,
        info: Info,
        id: Id = None,  # noqa: A002
        database_id: DatabaseId = None,
    ) -> ScoreRun | None:
        number = number_of("scoreRun", RUN, self.row.id, id, database_id)
        row = await runs.of_id(info.context, self.row.id, number)
        return None if row is None else ScoreRun.of(row)

    @strawberry.field(description="The last backtest that held so many days out. Null before the first.")
    async def backtest(
        self,
        info: Info,
        holdout_days: Annotated[
            int, strawberry.argument(description="How many days it held out.")
        ] = USUAL_HOLDOUT,
    ) -> Backtest | None:
        return await last_backtest(info, self.row, holdout_days)

    integrations: IntegrationConnection | None = strawberry.field(
        resolver=integrations_of_tenant,
        description="A page of the accounts in other systems, by id. 50 rows unless told.",
    )
    integration: Integration | None = strawberry.field(
        resolver=integration_of_tenant,
        description="One account in another system, by exactly one of its ids. Null if there is none.",
    )

    audit_entries: AuditEntryConnection | None = strawberry.field(
        resolver=audit_of_tenant,
        description="A page of the log of changes, newest first, for administrators. 50 rows unless told; at "
        "most 1,000.",
    )

    @strawberry.field(description="What the tenant has chosen about its scoring, and the defaults elsewhere.")
    async def scoring_settings(self, info: Info) -> ScoringSettings:
        return ScoringSettings.of(await settings.read_settings(info.context, self.row.id))

    @classmethod
    def of(cls, row: TenantRow) -> "Tenant":
        return cls(
            id=strawberry.ID(ids.encode(KIND, row.id)),
            row=row,
            database_id=BigInt(row.id),
            name=row.name,
            slug=row.slug,
            currency_code=CurrencyCode(row.currency),
            time_zone=row.time_zone,
            created_at=row.created_at,
        )


@strawberry.type(description="A tenant in a page.")
class TenantEdge:
    cursor: str = strawberry.field(description="Where the tenant stands in the list.")
    node: Tenant = strawberry.field(description="The tenant.")


@strawberry.type(description="A page of tenants.")
class TenantConnection(Connection):
    edges: list[TenantEdge] = edges_of("The tenants with their cursors.")
    nodes: list[Tenant] = nodes_of("The tenants.")
    page_info: PageInfo = page_info_of()
    total_count: int = total_of("Tenants of the whole list; counted only if asked for.")

    edge_class = TenantEdge

    @classmethod
    def of(cls, page: Page[TenantRow]) -> "TenantConnection":
        return cls(page=page, make=lambda row: Tenant.of(row))
