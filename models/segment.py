"""Segments of a shop's own making, and who is in them."""

from datetime import datetime
from typing import Any, ClassVar

from sqlalchemy import BigInteger, CheckConstraint, ForeignKeyConstraint, Index, UniqueConstraint, text
from sqlmodel import Field, SQLModel

from models.base import identity, json_object, moment, reference, tenant_key

DYNAMIC, STATIC = "dynamic", "static"


class Segment(SQLModel, table=True):
    """A set of customers: those who meet its criteria (dynamic), or those put into it (static).

    `refreshed_at` is when its members were last worked out or changed. `builtin` is the key of one that every
    tenant has; its members are not stored.
    """

    __tablename__: ClassVar[Any] = "segment"
    __table_args__ = (
        UniqueConstraint("tenant_id", "name", name="segment_tenant_id_name_key"),
        UniqueConstraint("tenant_id", "builtin", name="segment_tenant_id_builtin_key"),
        ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name="segment_tenant_id_fkey"),
        CheckConstraint("type IN ('dynamic', 'static')", name="segment_type_check"),
        CheckConstraint("(type = 'dynamic') = (criteria IS NOT NULL)", name="segment_criteria_check"),
        CheckConstraint("builtin IS NULL OR type = 'dynamic'", name="segment_builtin_check"),
    )

    tenant_id: int = tenant_key()
    id: int = identity()
    name: str
    type: str
    criteria: dict[str, Any] | None = json_object(nullable=True)
    description: str | None = None
    member_count: int = Field(
        default=0, sa_type=BigInteger, nullable=False, sa_column_kwargs={"server_default": text("0")}
    )
    refreshed_at: datetime | None = moment(nullable=True)
    created_at: datetime = moment(now=True)
    updated_at: datetime = moment(now=True)
    builtin: str | None = None


class SegmentMember(SQLModel, table=True):
    """One customer in one segment.

    No foreign keys: members come from the customers in the statement that writes them, under the lock of
    their segment's row, and a check per row would double the time of a large segment.
    """

    __tablename__: ClassVar[Any] = "segment_member"
    __table_args__ = (Index("segment_member_tenant_id_customer_id_idx", "tenant_id", "customer_id"),)

    tenant_id: int = tenant_key()
    segment_id: int = reference(primary_key=True)
    customer_id: int = reference(primary_key=True)
    added_at: datetime = moment(now=True)
