"""What a scoring run did: on which data, with which model and why, and the figures it found."""

from datetime import datetime
from typing import Any, ClassVar

from sqlalchemy import ARRAY, CheckConstraint, Float, ForeignKeyConstraint, Text, text
from sqlmodel import Field, SQLModel

from models.base import identity, json_object, moment, tenant_key, version


class ScoreRun(SQLModel, table=True):
    """One run. `swept`: its rows of scores have been removed.

    The overview and distribution of each analysis are stored here, so that reading is cheap.
    """

    __tablename__: ClassVar[Any] = "score_run"
    __table_args__ = (
        ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name="score_run_tenant_id_fkey"),
        CheckConstraint(
            "status IN ('queued', 'running', 'succeeded', 'failed')", name="score_run_status_check"
        ),
        CheckConstraint("progress >= 0 AND progress <= 1", name="score_run_progress_check"),
    )

    tenant_id: int = tenant_key()
    id: int = identity()
    status: str
    analyses: list[str] = Field(sa_type=ARRAY(Text))
    as_of: datetime = moment()
    as_of_requested: str = Field(description="now, latest or the day that was asked for")
    data_through: datetime | None = moment(nullable=True)
    started_at: datetime = moment(now=True)
    finished_at: datetime | None = moment(nullable=True)
    data_version: int = version()
    swept: bool = Field(default=False, sa_column_kwargs={"server_default": text("false")})
    step: str
    progress: float = Field(default=0.0, sa_type=Float, sa_column_kwargs={"server_default": text("0")})
    error: str | None = None
    model: str | None = None
    flags: list[str] = Field(
        default_factory=list,
        sa_type=ARRAY(Text),
        sa_column_kwargs={"server_default": text("'{}'")},
    )
    report: dict[str, Any] | None = json_object(nullable=True)
    rfm: dict[str, Any] | None = json_object(nullable=True)
    clv: dict[str, Any] | None = json_object(nullable=True)
    churn: dict[str, Any] | None = json_object(nullable=True)
