"""How erased customers were known, as digests under a key of the tenant's: enough to know them again."""

from datetime import datetime
from typing import Any, ClassVar

from sqlalchemy import CheckConstraint, ForeignKeyConstraint
from sqlmodel import Field, SQLModel

from models.base import moment, tenant_key

KINDS = ("customer", "email", "order", "profile")
"""What an identifier is of: a customer's external id, their e-mail, one of their orders or refunds, their
profile where orders are fetched from."""


class ErasureKey(SQLModel, table=True):
    """The key of a tenant's digests: 32 random bytes, made with its first erasure."""

    __tablename__: ClassVar[Any] = "erasure_key"
    __table_args__ = (
        ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name="erasure_key_tenant_id_fkey"),
        CheckConstraint("octet_length(key) = 32", name="erasure_key_key_check"),
    )

    tenant_id: int = tenant_key()
    key: bytes


class ErasedIdentifier(SQLModel, table=True):
    """HMAC-SHA256 of an identifier that is not to come back."""

    __tablename__: ClassVar[Any] = "erased_identifier"
    __table_args__ = (
        ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name="erased_identifier_tenant_id_fkey"),
        CheckConstraint(
            "kind IN ('customer', 'email', 'order', 'profile')", name="erased_identifier_kind_check"
        ),
        CheckConstraint("octet_length(digest) = 32", name="erased_identifier_digest_check"),
    )

    tenant_id: int = tenant_key()
    digest: bytes = Field(primary_key=True)
    kind: str
    erased_at: datetime = moment(now=True)
