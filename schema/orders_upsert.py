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
from schema.enums import OrderStatus, RecordStatus
from schema.order import Order
from schema.refund import Refund
from schema.scalars import CurrencyCode
from schema.tenant import KIND as TENANT
from schema.upsert import IDEMPOTENCY_KEY, record_errors, status
from schema.user_errors import REFUSALS, UserError

_NOTHING = "Why nothing was saved."


@strawberry.input(description="An order by the shop's own id.")
class OrderInput:
    external_id: str = strawberry.field(description="The shop's own id, 1 to 255 characters.")
    placed_at: datetime = strawberry.field(description="When it was placed, with its zone.")
    amount: Decimal = strawberry.field(description="What it came to, not negative.")
    currency_code: CurrencyCode | None = strawberry.field(
        default=None, description="Its currency; the tenant's unless told."
    )
    status: OrderStatus | None = strawberry.field(
        default=None, description="How far it is; stays as it was, or paid for a new one."
    )
    items: int | None = strawberry.field(default=None, description="How many items it holds.")
    customer: CustomerReferenceInput | None = strawberry.field(
        default=None, description="Who placed it; nobody for a guest's."
    )


@strawberry.input(description="Orders to add or change.")
class OrdersUpsertInput:
    tenant_id: strawberry.ID = strawberry.field(description="The tenant's global id.")
    orders: list[OrderInput] = strawberry.field(description="1 to 500 orders.")
    create_missing_customers: bool = strawberry.field(
        default=False, description="Add customers whose external id is not known, instead of rejecting."
    )
    idempotency_key: str | None = strawberry.field(default=None, description=IDEMPOTENCY_KEY)


@strawberry.type(description="What became of one order.")
class OrderUpsertResult:
    tenant: strawberry.Private[tenants.TenantRow]
    key: strawberry.Private[str | None]
    status: RecordStatus = strawberry.field(description="What became of the record.")
    user_errors: list[UserError] = strawberry.field(description="Why it was rejected.")

    @strawberry.field(description="The order as it is now. Null where it was rejected.")
    async def order(self, info: Info) -> Order | None:
        if self.key is None:
            return None
        row = await orders.find_by_external_id(info.context, self.tenant.id, self.key)
        return None if row is None else Order.of(self.tenant, row)


@strawberry.type(description="What became of the orders: those that were not rejected are saved.")
class OrdersUpsertPayload:
    results: list[OrderUpsertResult] = strawberry.field(
        default_factory=list, description="One for each record, in their order."
    )
    user_errors: list[UserError] = strawberry.field(default_factory=list, description=_NOTHING)


@strawberry.input(description="Money given back, by the shop's own id.")
class RefundInput:
    external_id: str = strawberry.field(description="The shop's own id of the refund, 1 to 255 characters.")
    refunded_at: datetime = strawberry.field(description="When it was given back, with its zone.")
    amount: Decimal = strawberry.field(description="How much, above 0.")
    currency_code: CurrencyCode | None = strawberry.field(
        default=None, description="Its currency; the tenant's unless told."
    )
    order_external_id: str | None = strawberry.field(
        default=None,
        description="The order it undoes. Unless told, the latest order of the same customer and amount.",
    )
    customer: CustomerReferenceInput | None = strawberry.field(default=None, description="Who got it.")


@strawberry.input(description="Refunds to add or change.")
class RefundsUpsertInput:
    tenant_id: strawberry.ID = strawberry.field(description="The tenant's global id.")
    refunds: list[RefundInput] = strawberry.field(description="1 to 500 refunds.")
    idempotency_key: str | None = strawberry.field(default=None, description=IDEMPOTENCY_KEY)


@strawberry.type(description="What became of one refund.")
class RefundUpsertResult:
    tenant: strawberry.Private[tenants.TenantRow]
    key: strawberry.Private[str | None]
    status: RecordStatus = strawberry.field(description="What became of the record.")
    user_errors: list[UserError] = strawberry.field(description="Why it was rejected.")

    @strawberry.field(description="The refund as it is now. Null where it was rejected.")
    async def refund(self, info: Info) -> Refund | None:
        if self.key is None:
            return None
        row = await refunds.find_by_external_id(info.context, self.tenant.id, self.key)
        return None if row is None else Refund.of(self.tenant, row)


@strawberry.type(description="What became of the refunds: those that were not rejected are saved.")
class RefundsUpsertPayload:
    results: list[RefundUpsertResult] = strawberry.field(
        default_factory=list, description="One for each record, in their order."
    )
    user_errors: list[UserError] = strawberry.field(default_factory=list, description=_NOTHING)


async def orders_upsert(info: Info, input: Input[OrdersUpsertInput]) -> OrdersUpsertPayload:  # noqa: A002
    """The mutation."""
    try:
        (tenant,) = ids.number(input.tenant_id, TENANT, field="tenant_id")
        outcomes = await upsert_orders(
            info.context,
            tenant,
            [_order(each) for each in input.orders],
            create_customers=input.create_missing_customers,
            key=input.idempotency_key,
        )
    except REFUSALS as error:
        return OrdersUpsertPayload(user_errors=[UserError.of(error)])
    owner = await tenants.get(info.context, tenant)
    results = [
        OrderUpsertResult(
            tenant=owner,
            key=outcome.key[0] if outcome.key else None,
            status=status(outcome),
            user_errors=record_errors(outcome, "orders", place),
        )
        for place, outcome in enumerate(outcomes)
    ]
    return OrdersUpsertPayload(results=results)


async def refunds_upsert(info: Info, input: Input[RefundsUpsertInput]) -> RefundsUpsertPayload:  # noqa: A002
    """The mutation."""
    try:
        (tenant,) = ids.number(input.tenant_id, TENANT, field="tenant_id")
        records = [_refund(each) for each in input.refunds]
        outcomes = await upsert_refunds(info.context, tenant, records, key=input.idempotency_key)
    except REFUSALS as error:
        return RefundsUpsertPayload(user_errors=[UserError.of(error)])
    owner = await tenants.get(info.context, tenant)
    results = [
        RefundUpsertResult(
            tenant=owner,
            key=outcome.key[0] if outcome.key else None,
            status=status(outcome),
            user_errors=record_errors(outcome, "refunds", place),
        )
        for place, outcome in enumerate(outcomes)
    ]
    return RefundsUpsertPayload(results=results)


def _order(given: OrderInput) -> OrderRecord:
    return OrderRecord(
        external_id=given.external_id,
        placed_at=given.placed_at,
        amount=given.amount,
        currency=given.currency_code,
        status=given.status.value if given.status else None,
        items=given.items,
        customer=reference(given.customer),
    )


def _refund(given: RefundInput) -> RefundRecord:
    return RefundRecord(
        external_id=given.external_id,
        refunded_at=given.refunded_at,
        amount=given.amount,
        currency=given.currency_code,
        order=given.order_external_id,
        customer=reference(given.customer),
    )
