"""Types of events that a tenant has registered beside those that all have."""

from datetime import datetime
from typing import Any, ClassVar

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, UniqueConstraint
from sqlmodel import Field, SQLModel

from models.base import identity, json_object, moment, tenant_key


class EventType(SQLModel, table=True):
    """A type of the tenant's own. `json_schema` is what the properties of its events must hold to."""

    __tablename__: ClassVar[Any] = "event_type"
    __table_args__ = (
        UniqueConstraint("tenant_id", "name", name="event_type_tenant_id_name_key"),
        ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name="event_type_tenant_id_fkey"),
        CheckConstraint("name ~ '^[a-z][a-z0-9_.]{0,63}$'", name="event_type_name_check"),
    )

    tenant_id: int = tenant_key()
    id: int = identity()
    name: str
    description: str = Field(default="", sa_column_kwargs={"server_default": ""})
    json_schema: dict[str, Any] | None = json_object(nullable=True)
    is_active: bool = Field(default=True, sa_column_kwargs={"server_default": "true"})
    created_at: datetime = moment(now=True)
    updated_at: datetime = moment(now=True)
