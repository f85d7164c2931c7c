"""The column kinds that the tables share."""

from typing import Any

from sqlalchemy import BigInteger, DateTime, Identity, Numeric, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field as _Field

Field: Any = _Field  # its overloads do not know arguments passed on

MONEY = Numeric(19, 4)
"""Amounts: 15 digits before the point and 4 behind it; the currency stands beside them."""


def tenant_key() -> Any:
    """tenant_id, first in the primary key of every table of a tenant."""
    return Field(sa_type=BigInteger, primary_key=True, sa_column_kwargs={"autoincrement": False})


def identity() -> Any:
    """A bigint that the database numbers; an explicit value is taken as it is."""
    return Field(default=None, sa_type=BigInteger, primary_key=True, sa_column_args=[Identity(always=False)])


def reference(*, nullable: bool = False, primary_key: bool = False) -> Any:
    """The id of a row in another table of the same tenant."""
    default = {"default": None} if nullable else {}
    return Field(
        sa_type=BigInteger,
        nullable=nullable,
        primary_key=primary_key,
        sa_column_kwargs={"autoincrement": False},
        **default,
    )


def moment(*, nullable: bool = False, now: bool = False, primary_key: bool = False) -> Any:
    """An instant: timestamptz, read and written as an aware datetime."""
    kwargs = {"server_default": text("now()")} if now else {}
    default = {"default": None} if nullable or now else {}
    return Field(
        sa_type=DateTime(timezone=True),
        nullable=nullable,
        primary_key=primary_key,
        sa_column_kwargs=kwargs,
        **default,
    )


def money(*, nullable: bool = False, zero: bool = False) -> Any:
    """An amount: numeric(19,4), read and written as a Decimal."""
    kwargs = {"server_default": text("0")} if zero else {}
    default = {"default": None} if nullable or zero else {}
    return Field(sa_type=MONEY, nullable=nullable, sa_column_kwargs=kwargs, **default)


def json_object(*, nullable: bool = False) -> Any:
    """A JSON object."""
    if nullable:
        return Field(default=None, sa_type=JSONB, nullable=True)
    return Field(
        default_factory=dict, sa_type=JSONB, nullable=False, sa_column_kwargs={"server_default": text("'{}'")}
    )


def version() -> Any:
    """A counter of the states of a tenant's data: each change of them raises it in its own transaction."""
    return Field(default=0, sa_type=BigInteger, sa_column_kwargs={"server_default": text("0")})
