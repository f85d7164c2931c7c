"""The moves between RFM segments, append-only: what a follower catches up from."""

from datetime import datetime
from typing import Any, ClassVar

from sqlalchemy import Index
from sqlmodel import SQLModel

from models.base import moment, reference, tenant_key


class SegmentChange(SQLModel, table=True):
    """One customer's move in one run. No segment before: first scored; none after: no longer scored."""

    __tablename__: ClassVar[Any] = "segment_change"
    __table_args__ = (Index("segment_change_tenant_id_customer_id_idx", "tenant_id", "customer_id"),)

    tenant_id: int = tenant_key()
    run_id: int = reference(primary_key=True)
    customer_id: int = reference(primary_key=True)
    from_segment: str | None = None
    to_segment: str | None = None
    changed_at: datetime = moment(now=True)
