"""What customers did: page views, carts, e-mails, campaigns."""

from datetime import datetime
from typing import Any, ClassVar

from sqlalchemy import Index
from sqlmodel import Field, SQLModel

from models.base import json_object, moment, reference, tenant_key


class Event(SQLModel, table=True):
    """One event. Partitioned by month on `occurred_at`; the key is what makes a retry a duplicate.

    `merged_from` is the customer whose it was before that one was merged into `customer_id`.
    """

    __tablename__: ClassVar[Any] = "event"
    __table_args__ = (
        Index(
            "event_tenant_id_customer_id_occurred_at_event_type_idx",
            "tenant_id",
            "customer_id",
            "occurred_at",
            "event_type",
        ),
        {"postgresql_partition_by": "RANGE (occurred_at)"},
    )

    tenant_id: int = tenant_key()
    occurred_at: datetime = moment(primary_key=True)
    message_id: str = Field(primary_key=True)
    customer_id: int | None = reference(nullable=True)
    event_type: str
    properties: dict[str, Any] = json_object()
    received_at: datetime = moment(now=True)
    merged_from: int | None = reference(nullable=True)
