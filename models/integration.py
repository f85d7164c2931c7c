"""Where a tenant's orders come from: accounts of other systems, and how to get in."""

from datetime import datetime
from typing import Any, ClassVar

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, UniqueConstraint
from sqlmodel import Field, SQLModel

from models.base import identity, moment, tenant_key

TYPES = ("vtex",)
"""The systems that are known."""
FEEDS = ("off", "auto")
"""Whether the feed of changes there is left alone, or set and read where no other system uses it."""


class Integration(SQLModel, table=True):
    """An account of a tenant in another system. Its credentials are encrypted; a hint of the key is not."""

    __tablename__: ClassVar[Any] = "integration"
    __table_args__ = (
        UniqueConstraint(
            "tenant_id",
            "integration_type",
            "account_name",
            name="integration_tenant_id_integration_type_account_name_key",
        ),
        ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name="integration_tenant_id_fkey"),
        CheckConstraint("sync_minutes BETWEEN 1 AND 1440", name="integration_sync_minutes_check"),
        CheckConstraint("feed IN ('off', 'auto')", name="integration_feed_check"),
        CheckConstraint("integration_type IN ('vtex')", name="integration_integration_type_check"),
    )

    tenant_id: int = tenant_key()
    id: int = identity()
    integration_type: str
    account_name: str
    environment: str
    is_active: bool = Field(default=True, sa_column_kwargs={"server_default": "true"})
    app_key_hint: str
    credentials: bytes
    sync_minutes: int = Field(default=15, sa_column_kwargs={"server_default": "15"})
    feed: str = Field(default="off", sa_column_kwargs={"server_default": "off"})
    last_sync_at: datetime | None = moment(nullable=True)
    created_at: datetime = moment(now=True)
    updated_at: datetime = moment(now=True)
