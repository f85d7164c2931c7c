"""Keys under which a caller may send the same list of records again."""

from datetime import datetime
from typing import Any, ClassVar

from sqlalchemy import ForeignKeyConstraint, Index
from sqlmodel import Field, SQLModel

from models.base import json_object, moment, tenant_key


class IdempotencyKey(SQLModel, table=True):
    """What became of the records that came with a key, told again when they come again."""

    __tablename__: ClassVar[Any] = "idempotency_key"
    __table_args__ = (
        ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name="idempotency_key_tenant_id_fkey"),
        Index("idempotency_key_tenant_id_created_at_idx", "tenant_id", "created_at"),
    )

    tenant_id: int = tenant_key()
    key: str = Field(primary_key=True)
    operation: str
    request_hash: str
    response: dict[str, Any] | None = json_object(nullable=True)
    created_at: datetime = moment(now=True)
