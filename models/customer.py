"""A customer of a shop."""

from datetime import datetime
from typing import Any, ClassVar

from sqlalchemy import Column, Computed, ForeignKeyConstraint, Index, Text, UniqueConstraint
from sqlmodel import Field, SQLModel

from models.base import identity, json_object, moment, tenant_key


class Customer(SQLModel, table=True):
    """One customer, known to the shop by `external_id`."""

    __tablename__: ClassVar[Any] = "customer"
    __table_args__ = (
        UniqueConstraint("tenant_id", "external_id", name="customer_tenant_id_external_id_key"),
        ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name="customer_tenant_id_fkey"),
        Index("customer_tenant_id_email_norm_idx", "tenant_id", "email_norm"),
    )

    tenant_id: int = tenant_key()
    id: int = identity()
    external_id: str
    email: str | None = None
    email_norm: str | None = Field(
        default=None,
        sa_column=Column(Text, Computed("lower(btrim(email))", persisted=True), nullable=True),
        description="The e-mail trimmed and in lower case: a real column, since lower() is not leakproof",
    )
    first_name: str | None = None
    last_name: str | None = None
    phone: str | None = None
    created_at: datetime | None = moment(nullable=True)
    attributes: dict[str, Any] = json_object()
    imported_at: datetime = moment(now=True)
