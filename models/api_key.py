"""API keys: credentials of other systems, kept as hashes."""

from datetime import datetime
from typing import Any, ClassVar

from sqlalchemy import BigInteger, CheckConstraint, Text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlmodel import SQLModel

from models.base import Field, moment


class ApiKey(SQLModel, table=True):
    """One key. A reference table: a key is looked up before it is known whose tenants it may see.

    The application may neither read nor write it; of a key whose id it was given it may ask `api_key_find`.
    """

    __tablename__: ClassVar[Any] = "api_key"
    __table_args__ = (
        CheckConstraint("octet_length(secret_hash) = 32", name="api_key_secret_hash_check"),
        CheckConstraint("scopes <@ ARRAY['read', 'write', 'admin']", name="api_key_scopes_check"),
    )

    id: str = Field(primary_key=True, description="The public part of the key, by which it is looked up")
    name: str
    tenants: list[int] | None = Field(
        default=None, sa_type=ARRAY(BigInteger), nullable=True, description="None: all of them"
    )
    scopes: list[str] = Field(sa_type=ARRAY(Text), nullable=False)
    secret_hash: bytes = Field(description="SHA-256 of the secret part")
    created_at: datetime = moment(now=True)
    last_used_at: datetime | None = moment(nullable=True)
    revoked_at: datetime | None = moment(nullable=True)
