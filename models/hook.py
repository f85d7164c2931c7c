"""Hooks: what other systems call when an order changes, and of which orders they did."""

from datetime import datetime
from typing import Any, ClassVar

from sqlalchemy import BigInteger
from sqlmodel import SQLModel

from models.base import Field, moment, reference, tenant_key
from models.sync import of_integration


class IntegrationHook(SQLModel, table=True):
    """The hook of an integration. Its secret is encrypted; `set_url` is what it was set to there last.

    One that is not wanted any more stays until it was taken away there.
    """

    __tablename__: ClassVar[Any] = "integration_hook"
    __table_args__ = (of_integration("integration_hook"),)

    tenant_id: int = tenant_key()
    integration_id: int = reference(primary_key=True)
    url: str
    secret: bytes
    is_wanted: bool = Field(default=True, sa_column_kwargs={"server_default": "true"})
    is_set: bool = Field(default=False, sa_column_kwargs={"server_default": "false"})
    set_url: str | None = None
    error: str | None = None
    heard_at: datetime | None = moment(nullable=True)
    created_at: datetime = moment(now=True)


class IntegrationNotice(SQLModel, table=True):
    """That an order changed, told `times` times since it was fetched."""

    __tablename__: ClassVar[Any] = "integration_notice"
    __table_args__ = (of_integration("integration_notice"),)

    tenant_id: int = tenant_key()
    integration_id: int = reference(primary_key=True)
    external_id: str = Field(primary_key=True)
    times: int = Field(default=1, sa_type=BigInteger, sa_column_kwargs={"server_default": "1"})
    first_at: datetime = moment(now=True)
