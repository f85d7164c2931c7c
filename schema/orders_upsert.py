"""Add or change orders and refunds."""

from datetime import datetime
from decimal import Decimal

import strawberry

from kit import ids
from resolvers import orders, refunds, tenants
from resolvers.writes.orders import OrderRecord, RefundRecord, upsert_orders, upsert_refunds
from schema.arguments import Input
from schema.context import Info
from schema.customer_reference import CustomerReferenceInput, reference
from schema.enums import OrderStatus
from schema.given import optional, told
from schema.order import Order
from schema.refund import Refund
from schema.scalars import CurrencyCode
from schema.tenant import KIND as TENANT
from schema.upsert import IDEMPOTENCY_KEY, RecordResult, results
from schema.user_errors import UserError, answers

_NOTHING = "Why nothing was saved."


@strawberry.input(
    description="An order by the shop's own id. What is left out of a known one stays as it was; null takes "
    "away what there was."
)
class OrderInput:
    external_id: str = strawberry.field(description="The shop's own id, 1 to 255 characters.")
    placed_at: datetime = strawberry.field(description="When it was placed, with its zone.")
    amount: Decimal = strawberry.field(description="What it came to, not negative.")
    currency_code: CurrencyCode | None = optional(
        "Its currency; unless told the tenant's for a new order. It cannot be null."
    )
    status: OrderStatus | None = optional(
        "How far it is; unless told paid for a new order. It cannot be null."
    )
    items: int | None = optional("How many items it holds; null where that is not known.")
    customer: CustomerReferenceInput | None = optional("Who placed it; null for a guest.")


@strawberry.input(description="Orders to add or change.")
class OrdersUpsertInput:
    tenant_id: strawberry.ID = strawberry.field(description="The tenant's global id.")
    orders: list[OrderInput] = strawberry.field(description="1 to 500 orders.")
    create_missing_customers: bool = strawberry.field(
        default=False, description="Add customers whose external id is not known, instead of rejecting."
    )
    idempotency_key: str | None = strawberry.field(default=None, description=IDEMPOTENCY_KEY)


@strawberry.type(description="What became of one order.")
class OrderUpsertResult(RecordResult):
    owner: strawberry.Private[tenants.TenantRow]

    @strawberry.field(description="The order as it is now. Null where it was rejected.")
    async def order(self, info: Info) -> Order | None:
        if not self.key:
            return None
        row = await orders.find_by_external_id(info.context, self.owner.id, self.key[0])
        return None if row is None else Order.of(self.owner, row)


@strawberry.type(description="What became of the orders: those that were not rejected are saved.")
class OrdersUpsertPayload:
    results: list[OrderUpsertResult] = strawberry.field(
        default_factory=list, description="One for each record, in their order."
    )
    user_errors: list[UserError] = strawberry.field(default_factory=list, description=_NOTHING)


@strawberry.input(
    description="Money given back, by the shop's own id. What is left out of a known one stays as it was; "
    "null takes away what there was."
)
class RefundInput:
    external_id: str = strawberry.field(description="The shop's own id of the refund, 1 to 255 characters.")
    refunded_at: datetime = strawberry.field(description="When it was given back, with its zone.")
    amount: Decimal = strawberry.field(description="How much, above 0.")
    currency_code: CurrencyCode | None = optional(
        "Its currency; unless told the tenant's for a new refund. It cannot be null."
    )
    order_external_id: str | None = optional(
        "The order it undoes; null, or none for a new refund, for the latest of the same customer and amount."
    )
    customer: CustomerReferenceInput | None = optional("Who got it; null where that is not known.")


@strawberry.input(description="Refunds to add or change.")
class RefundsUpsertInput:
    tenant_id: strawberry.ID = strawberry.field(description="The tenant's global id.")
    refunds: list[RefundInput] = strawberry.field(description="1 to 500 refunds.")
    idempotency_key: str | None = strawberry.field(default=None, description=IDEMPOTENCY_KEY)


@strawberry.type(description="What became of one refund.")
class RefundUpsertResult(RecordResult):
    owner: strawberry.Private[tenants.TenantRow]

    @strawberry.field(description="The refund as it is now. Null where it was rejected.")
    async def refund(self, info: Info) -> Refund | None:
        if not self.key:
            return None
        row = await refunds.find_by_external_id(info.context, self.owner.id, self.key[0])
        return None if row is None else Refund.of(self.owner, row)


@strawberry.type(description="What became of the refunds: those that were not rejected are saved.")
class RefundsUpsertPayload:
    results: list[RefundUpsertResult] = strawberry.field(
        default_factory=list, description="One for each record, in their order."
    )
    user_errors: list[UserError] = strawberry.field(default_factory=list, description=_NOTHING)


@answers(OrdersUpsertPayload)
async def orders_upsert(info: Info, input: Input[OrdersUpsertInput]) -> OrdersUpsertPayload:  # noqa: A002
    """The mutation."""
    (tenant,) = ids.number(input.tenant_id, TENANT, field="tenant_id")
    outcomes = await upsert_orders(
        info.context,
        tenant,
        [_order(each) for each in input.orders],
        create_customers=input.create_missing_customers,
        key=input.idempotency_key,
    )
    owner = await tenants.get(info.context, tenant)
    return OrdersUpsertPayload(results=results(OrderUpsertResult, outcomes, "orders", owner=owner))


@answers(RefundsUpsertPayload)
async def refunds_upsert(info: Info, input: Input[RefundsUpsertInput]) -> RefundsUpsertPayload:  # noqa: A002
    """The mutation."""
    (tenant,) = ids.number(input.tenant_id, TENANT, field="tenant_id")
    records = [_refund(each) for each in input.refunds]
    outcomes = await upsert_refunds(info.context, tenant, records, key=input.idempotency_key)
    owner = await tenants.get(info.context, tenant)
    return RefundsUpsertPayload(results=results(RefundUpsertResult, outcomes, "refunds", owner=owner))


def _order(given: OrderInput) -> OrderRecord:
    found = told(given, "status", "items", "customer", currency="currency_code")
    if isinstance(given.status, OrderStatus):
        found["status"] = given.status.value
    if isinstance(given.customer, CustomerReferenceInput):
        found["customer"] = reference(given.customer)
    return OrderRecord(given.external_id, given.placed_at, given.amount, **found)


def _refund(given: RefundInput) -> RefundRecord:
    found = told(given, "customer", currency="currency_code", order="order_external_id")
    if isinstance(given.customer, CustomerReferenceInput):
        found["customer"] = reference(given.customer)
    return RefundRecord(given.external_id, given.refunded_at, given.amount, **found)
