"""A customer of a shop."""

from datetime import datetime
from typing import Any, ClassVar

from sqlalchemy import Column, Computed, ForeignKeyConstraint, Index, Text, UniqueConstraint, text
from sqlmodel import Field, SQLModel

from models.base import identity, json_object, moment, tenant_key


def _bare(value: str) -> str:
    """The expression of a text without case and accents."""
    return rf"lower(regexp_replace(normalize({value}, NFKD), '[\u0300-\u036f]+', '', 'g'))"


def _found(column: str) -> Index:
    """An index on who has a value: many customers are no more than an id, and cost nothing here."""
    has = text(f"{column} IS NOT NULL")
    return Index(f"customer_tenant_id_{column}_idx", "tenant_id", column, postgresql_where=has)


def _folded(expression: str, description: str) -> Any:
    """A text made of others, sorted byte by byte so that an index finds what it begins with."""
    column = Column(Text(collation="C"), Computed(expression, persisted=True), nullable=True)
    return Field(default=None, sa_column=column, description=description)


class Customer(SQLModel, table=True):
    """One customer, known to the shop by `external_id`, which is made up for an erased one."""

    __tablename__: ClassVar[Any] = "customer"
    __table_args__ = (
        UniqueConstraint("tenant_id", "external_id", name="customer_tenant_id_external_id_key"),
        ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name="customer_tenant_id_fkey"),
        _found("email_norm"),
        _found("phone_norm"),
        Index("customer_tenant_id_name_norm_id_idx", "tenant_id", "name_norm", "id"),
        Index("customer_tenant_id_last_name_norm_id_idx", "tenant_id", "last_name_norm", "id"),
        Index("customer_tenant_id_created_at_id_idx", "tenant_id", "created_at", "id"),
        Index(
            "customer_tenant_id_erased_at_idx",
            "tenant_id",
            "erased_at",
            postgresql_where=text("erased_at IS NOT NULL"),
        ),
    )

    tenant_id: int = tenant_key()
    id: int = identity()
    external_id: str
    email: str | None = None
    email_norm: str | None = Field(
        default=None,
        sa_column=Column(Text, Computed("lower(btrim(email))", persisted=True), nullable=True),
        description="The e-mail trimmed and in lower case: a real column, since lower() is not leakproof",
    )
    first_name: str | None = None
    last_name: str | None = None
    phone: str | None = None
    name_norm: str | None = _folded(
        _bare("nullif(btrim(coalesce(first_name, '') || ' ' || coalesce(last_name, '')), '')"),
        "First and last name without case and accents, for look-ups by how they begin",
    )
    last_name_norm: str | None = _folded(_bare("nullif(btrim(last_name), '')"), "The same of the last name")
    phone_norm: str | None = _folded(
        "nullif(reverse(regexp_replace(phone, '[^0-9]+', '', 'g')), '')",
        "The digits of the telephone number from last to first, for look-ups by how it ends",
    )
    created_at: datetime | None = moment(nullable=True)
    attributes: dict[str, Any] = json_object()
    imported_at: datetime = moment(now=True)
    erased_at: datetime | None = moment(nullable=True)
