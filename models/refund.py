"""Money given back: credits and refunds, linked to the order they undo where that is known."""

from datetime import datetime
from decimal import Decimal
from typing import Any, ClassVar

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index, UniqueConstraint
from sqlmodel import SQLModel

from models.base import identity, moment, money, reference, tenant_key


class Refund(SQLModel, table=True):
    """One refund. `linked_by`: the shop named its order, or customer and amount match one."""

    __tablename__: ClassVar[Any] = "refund"
    __table_args__ = (
        UniqueConstraint("tenant_id", "external_id", name="refund_tenant_id_external_id_key"),
        ForeignKeyConstraint(
            ["tenant_id", "customer_id"],
            ["customer.tenant_id", "customer.id"],
            name="refund_tenant_id_customer_id_fkey",
        ),
        ForeignKeyConstraint(
            ["tenant_id", "order_id"],
            ["customer_order.tenant_id", "customer_order.id"],
            name="refund_tenant_id_order_id_fkey",
        ),
        CheckConstraint("amount > 0", name="refund_amount_check"),
        CheckConstraint("currency ~ '^[A-Z]{3}$'", name="refund_currency_check"),
        CheckConstraint("linked_by IN ('reference', 'amount')", name="refund_linked_by_check"),
        CheckConstraint("(order_id IS NULL) = (linked_by IS NULL)", name="refund_link_check"),
        Index("refund_tenant_id_customer_id_idx", "tenant_id", "customer_id"),
        Index("refund_tenant_id_order_id_idx", "tenant_id", "order_id"),
    )

    tenant_id: int = tenant_key()
    id: int = identity()
    external_id: str
    customer_id: int | None = reference(nullable=True)
    order_id: int | None = reference(nullable=True)
    order_external_id: str | None = None
    linked_by: str | None = None
    refunded_at: datetime = moment()
    amount: Decimal = money()
    currency: str
