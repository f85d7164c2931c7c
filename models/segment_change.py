"""The feed of changes of segments, append-only: what followers go on from, and history is told by."""

from datetime import datetime
from typing import Any, ClassVar

from sqlalchemy import CheckConstraint, Index, UniqueConstraint
from sqlmodel import Field, SQLModel

from models.base import identity, moment, reference, tenant_key

MEMBER = "segment"
"""The kind of an entry about a segment of the shop's own: who came into it, or who left it."""
CLASSES = ("rfm_segment", "clv_tier", "churn_risk")
"""The kinds of entries about classes of a score: who moved from one to another."""
KINDS = (MEMBER, *CLASSES)
REASONS = (
    "run",
    "refreshed",
    "created",
    "criteria_changed",
    "added",
    "removed",
    "imported",
    "deleted",
    "found",
    "merged",
)
"""Why it changed; `found`: they were members already when the feed began."""


def _among(column: str, accepted: tuple[str, ...]) -> str:
    return f"{column} IN ({', '.join(repr(each) for each in accepted)})"


class SegmentFeed(SQLModel, table=True):
    """What happened at one instant to one segment, or to the classes of one score: its changes name it.

    `at` is handed out in the order of the commits, and is told of by one entry alone. `entered` says of a
    segment whether they came or left. An entry may have no changes: from it on they are told.
    """

    __tablename__: ClassVar[Any] = "segment_feed"
    __table_args__ = (
        UniqueConstraint("tenant_id", "at", name="segment_feed_tenant_id_at_key"),
        CheckConstraint(_among("kind", KINDS), name="segment_feed_kind_check"),
        CheckConstraint(_among("reason", REASONS), name="segment_feed_reason_check"),
        CheckConstraint("(kind = 'segment') = (segment_id > 0)", name="segment_feed_segment_id_check"),
        CheckConstraint("(kind = 'segment') = (entered IS NOT NULL)", name="segment_feed_entered_check"),
        Index("segment_feed_tenant_id_kind_segment_id_at_idx", "tenant_id", "kind", "segment_id", "at"),
    )

    tenant_id: int = tenant_key()
    id: int = identity()
    at: datetime = moment()
    kind: str
    segment_id: int = reference()
    """0 for the classes of a score."""
    entered: bool | None = Field(default=None)
    run_id: int | None = reference(nullable=True)
    reason: str


class SegmentChange(SQLModel, table=True):
    """One customer in one entry of the feed.

    Of the classes of a score it says which they left and which they came to: none before is first scored,
    none after no longer scored. Of a segment the entry says it all.
    """

    __tablename__: ClassVar[Any] = "segment_change"
    __table_args__ = (Index("segment_change_tenant_id_customer_id_idx", "tenant_id", "customer_id"),)

    tenant_id: int = tenant_key()
    feed_id: int = reference(primary_key=True)
    customer_id: int = reference(primary_key=True)
    from_segment: str | None = None
    to_segment: str | None = None
