"""Customers who were found to be one, merged: enough is kept of each to take them apart again."""

from datetime import datetime
from typing import Any, ClassVar

from sqlalchemy import BigInteger, CheckConstraint, ForeignKeyConstraint, Index, text
from sqlmodel import Field, SQLModel

from models.base import identity, json_object, moment, reference, tenant_key

ORIGINS = ("caller", "sync")
"""Who found that two are one: a caller, or a sync of an integration."""


def _count() -> Any:
    return Field(
        default=0, sa_type=BigInteger, nullable=False, sa_column_kwargs={"server_default": text("0")}
    )


class CustomerMerge(SQLModel, table=True):
    """Customer `from_id` was merged into `into_id`; `survivor_id` has what was theirs now.

    The two differ where the latter was merged itself afterwards. `external_id` and `email_norm` are what the
    merged one was known by, and lead to the survivor while the merge stands. `person` is their row, `filled`
    what the survivor took from it, `moved` what else became another's; events say so themselves. What is of
    the person goes when the merge is undone or the survivor is erased.
    """

    __tablename__: ClassVar[Any] = "customer_merge"
    __table_args__ = (
        ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name="customer_merge_tenant_id_fkey"),
        CheckConstraint("origin IN ('caller', 'sync')", name="customer_merge_origin_check"),
        CheckConstraint("from_id <> into_id AND from_id <> survivor_id", name="customer_merge_into_id_check"),
        Index(
            "customer_merge_tenant_id_from_id_idx",
            "tenant_id",
            "from_id",
            unique=True,
            postgresql_where=text("undone_at IS NULL"),
        ),
        Index(
            "customer_merge_tenant_id_external_id_idx",
            "tenant_id",
            "external_id",
            unique=True,
            postgresql_where=text("undone_at IS NULL"),
        ),
        Index(
            "customer_merge_tenant_id_email_norm_idx",
            "tenant_id",
            "email_norm",
            postgresql_where=text("email_norm IS NOT NULL"),
        ),
        Index("customer_merge_tenant_id_survivor_id_merged_at_idx", "tenant_id", "survivor_id", "merged_at"),
        Index("customer_merge_tenant_id_into_id_idx", "tenant_id", "into_id"),
    )

    tenant_id: int = tenant_key()
    id: int = identity()
    from_id: int = reference()
    into_id: int = reference()
    survivor_id: int = reference()
    external_id: str | None = None
    email_norm: str | None = None
    origin: str
    merged_by: str
    reason: str | None = None
    merged_at: datetime = moment()
    undone_at: datetime | None = moment(nullable=True)
    erased_at: datetime | None = moment(nullable=True)
    orders: int = _count()
    refunds: int = _count()
    events: int = _count()
    person: dict[str, Any] | None = json_object(nullable=True)
    filled: dict[str, Any] | None = json_object(nullable=True)
    moved: dict[str, Any] | None = json_object(nullable=True)
