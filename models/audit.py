"""The log of changes, append-only: the application may add to it and read it, nothing else."""

from datetime import datetime
from typing import Any, ClassVar

from sqlalchemy import CheckConstraint, Index
from sqlmodel import SQLModel

from models.base import identity, json_object, moment, tenant_key


class AuditEntry(SQLModel, table=True):
    """One change. `tenant_id` 0: of no one tenant, so there is no foreign key.

    `actor` is the subject of a token, the key's id, or the user who started a command.
    """

    __tablename__: ClassVar[Any] = "audit_entry"
    __table_args__ = (
        CheckConstraint("tenant_id >= 0", name="audit_entry_tenant_id_check"),
        CheckConstraint("mode IN ('open', 'jwt', 'key', 'cli')", name="audit_entry_mode_check"),
        CheckConstraint("face IN ('graphql', 'rest', 'cli')", name="audit_entry_face_check"),
        Index("audit_entry_tenant_id_occurred_at_id_idx", "tenant_id", "occurred_at", "id"),
        Index("audit_entry_tenant_id_object_id_idx", "tenant_id", "object_id"),
    )

    tenant_id: int = tenant_key()
    id: int = identity()
    occurred_at: datetime = moment(now=True)
    actor: str
    mode: str
    api_key_id: str | None = None
    face: str
    address: str | None = None
    request_id: str | None = None
    action: str
    object_type: str | None = None
    object_id: str | None = None
    before: dict[str, Any] | None = json_object(nullable=True)
    after: dict[str, Any] | None = json_object(nullable=True)
    counts: dict[str, Any] | None = json_object(nullable=True)
