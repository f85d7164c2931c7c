"""Orders, as the shop knows them."""

from datetime import datetime
from decimal import Decimal
from typing import Any, ClassVar

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index, UniqueConstraint
from sqlmodel import Field, SQLModel

from models.base import identity, moment, money, reference, tenant_key


class Order(SQLModel, table=True):
    """One order. Guests' orders have no customer; only `paid` ones count as revenue."""

    __tablename__: ClassVar[Any] = "customer_order"
    __table_args__ = (
        UniqueConstraint("tenant_id", "external_id", name="customer_order_tenant_id_external_id_key"),
        ForeignKeyConstraint(
            ["tenant_id", "customer_id"],
            ["customer.tenant_id", "customer.id"],
            name="customer_order_tenant_id_customer_id_fkey",
        ),
        CheckConstraint("status IN ('pending', 'paid', 'cancelled')", name="customer_order_status_check"),
        CheckConstraint("currency ~ '^[A-Z]{3}$'", name="customer_order_currency_check"),
        Index(
            "customer_order_tenant_id_customer_id_placed_at_idx",
            "tenant_id",
            "customer_id",
            "placed_at",
        ),
        Index("customer_order_tenant_id_placed_at_idx", "tenant_id", "placed_at"),
    )

    tenant_id: int = tenant_key()
    id: int = identity()
    external_id: str
    customer_id: int | None = reference(nullable=True)
    placed_at: datetime = moment()
    amount: Decimal = money()
    currency: str
    status: str = Field(default="paid", sa_column_kwargs={"server_default": "paid"})
    items: int | None = None
    refunded: Decimal = money(zero=True)
