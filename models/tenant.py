"""A shop: the tenant whose customers, orders and scores everything else belongs to."""

from datetime import datetime
from typing import Any, ClassVar

from sqlalchemy import CheckConstraint, UniqueConstraint
from sqlmodel import Field, SQLModel

from models.base import identity, json_object, moment, version


class Tenant(SQLModel, table=True):
    """One shop. A reference table: it has no tenant_id and every node of a cluster holds all of it."""

    __tablename__: ClassVar[Any] = "tenant"
    __table_args__ = (
        UniqueConstraint("slug", name="tenant_slug_key"),
        CheckConstraint("currency ~ '^[A-Z]{3}$'", name="tenant_currency_check"),
        CheckConstraint("slug ~ '^[a-z0-9]+(-[a-z0-9]+)*$'", name="tenant_slug_check"),
    )

    id: int = identity()
    name: str
    slug: str
    currency: str = Field(description="ISO 4217; the currency every figure of the tenant is reported in")
    time_zone: str = Field(description="IANA name; decides which day an order belongs to")
    settings: dict[str, Any] = json_object()
    created_at: datetime = moment(now=True)
    data_changed_at: datetime | None = moment(nullable=True)
    data_version: int = version()
