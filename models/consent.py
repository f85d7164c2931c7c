"""What customers have agreed to, by channel."""

from datetime import datetime
from typing import Any, ClassVar

from sqlalchemy import CheckConstraint, ForeignKeyConstraint
from sqlmodel import Field, SQLModel

from models.base import moment, reference, tenant_key

CHANNELS = ("email", "sms", "push", "whatsapp", "phone", "post")
"""The ways to a customer that they can agree to."""

LONGEST_SOURCE = 200
"""Characters of where they said so."""


class CustomerConsent(SQLModel, table=True):
    """Whether a customer may be written to over a channel, as they last said; no row where they never did."""

    __tablename__: ClassVar[Any] = "customer_consent"
    __table_args__ = (
        ForeignKeyConstraint(
            ["tenant_id", "customer_id"],
            ["customer.tenant_id", "customer.id"],
            name="customer_consent_tenant_id_customer_id_fkey",
        ),
        CheckConstraint(
            "channel IN ('email', 'sms', 'push', 'whatsapp', 'phone', 'post')",
            name="customer_consent_channel_check",
        ),
    )

    tenant_id: int = tenant_key()
    customer_id: int = reference(primary_key=True)
    channel: str = Field(primary_key=True)
    is_granted: bool
    source: str | None = None
    recorded_at: datetime = moment()
