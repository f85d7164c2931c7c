"""A test of how well a tenant's last days would have been foretold."""

from datetime import datetime
from typing import Any, ClassVar

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index
from sqlmodel import Field, SQLModel

from models.base import identity, json_object, moment, tenant_key, version


class Backtest(SQLModel, table=True):
    """One test, from its request to its result."""

    __tablename__: ClassVar[Any] = "backtest"
    __table_args__ = (
        ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name="backtest_tenant_id_fkey"),
        CheckConstraint(
            "status IN ('queued', 'running', 'succeeded', 'failed')", name="backtest_status_check"
        ),
        CheckConstraint("holdout_days BETWEEN 1 AND 3650", name="backtest_holdout_days_check"),
        Index("backtest_tenant_id_holdout_days_id_idx", "tenant_id", "holdout_days", "id"),
    )

    tenant_id: int = tenant_key()
    id: int = identity()
    status: str
    holdout_days: int = Field(description="how many days before as_of are held out")
    as_of_requested: str = Field(description="now, latest or the day that was asked for")
    as_of: datetime | None = moment(nullable=True)
    requested_at: datetime = moment(now=True)
    started_at: datetime | None = moment(nullable=True)
    finished_at: datetime | None = moment(nullable=True)
    data_version: int = version()
    error: str | None = None
    result: dict[str, Any] | None = json_object(nullable=True)
