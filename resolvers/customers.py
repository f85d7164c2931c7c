"""Customers of a tenant: one, or pages of them by keyset."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple, TypeVar

from sqlalchemy import BigInteger, Column, any_, bindparam, select
from sqlalchemy.dialects.postgresql import ARRAY

from kit.columns import Columns
from kit.db import TENANT, Statement, prepare
from kit.text import storable
from models import TABLES
from resolvers.context import READ, Ctx
from resolvers.keyset import KeysetList
from resolvers.lookup import Lookup, Named

CUSTOMERS, MERGES = TABLES["customer"], TABLES["customer_merge"]
K = TypeVar("K")
T = TypeVar("T")


class CustomerRow(NamedTuple):
    tenant_id: int
    id: int
    external_id: str
    email: str | None
    first_name: str | None
    last_name: str | None
    phone: str | None
    created_at: datetime | None
    erased_at: datetime | None


COLUMNS = [CUSTOMERS.c[name] for name in CustomerRow._fields]
_OF_TENANT = select(*COLUMNS).where(CUSTOMERS.c.tenant_id == TENANT)


def _with_id(column: Column[Any]) -> Statement:
    wanted = CUSTOMERS.c.id == any_(bindparam("ids", type_=ARRAY(BigInteger)))
    return prepare(select(CUSTOMERS.c.id, column).where(CUSTOMERS.c.tenant_id == TENANT, wanted))


_ATTRIBUTES, _IMPORTED = _with_id(CUSTOMERS.c.attributes), _with_id(CUSTOMERS.c.imported_at)
LIST = KeysetList("customer", CUSTOMERS, _OF_TENANT, CustomerRow)
"""The tenant's customers by id."""


class CustomerLookup(Lookup[K, CustomerRow]):
    """Customers by a key, and by what merged ones had as such: that leads to who has what was theirs."""

    async def by_keys(
        self, ctx: Ctx, tenant: int, keys: list[K], columns: Columns | None = None
    ) -> list[CustomerRow | None]:
        found = await Lookup.by_keys(self, ctx, tenant, keys, columns)
        missing = [key for key, row in zip(keys, found, strict=True) if row is None]
        asked = [each for each in missing if not isinstance(each, str) or storable(each)]
        if not asked:
            return found
        whole = dict(await ctx.reader.fetch(_MERGED[self.column.name], _with_key, tenant=tenant, keys=asked))
        merged = whole if columns is None else dict(zip(whole, columns.cut([*whole.values()]), strict=True))
        return [merged.get(key) if row is None else row for key, row in zip(keys, found, strict=True)]


def _merged(column: Column[Any]) -> Statement:
    wanted = column == any_(bindparam("keys", type_=ARRAY(column.type)))
    return prepare(
        select(column.label("merged"), *COLUMNS)
        .join_from(MERGES, CUSTOMERS, MERGES.c.survivor_id == CUSTOMERS.c.id)
        .where(
            MERGES.c.tenant_id == TENANT,
            CUSTOMERS.c.tenant_id == TENANT,
            MERGES.c.undone_at.is_(None),
            wanted,
        )
    )


def _with_key(key: K, *columns: Any) -> tuple[K, CustomerRow]:
    return key, CustomerRow(*columns)


_MERGED = {"id": _merged(MERGES.c.from_id), "external_id": _merged(MERGES.c.external_id)}
BY_ID: Lookup[int, CustomerRow] = CustomerLookup(_OF_TENANT, CUSTOMERS.c.id, CustomerRow)
BY_EXTERNAL_ID: Lookup[str, CustomerRow] = CustomerLookup(_OF_TENANT, CUSTOMERS.c.external_id, CustomerRow)
find, find_by_external_id = BY_ID.find, BY_EXTERNAL_ID.find
"""The customer of an id, or of the shop's own id; None if the tenant has none such."""
named = Named(BY_ID, BY_EXTERNAL_ID)
"""Those of ids or of the shop's own ids, in their order; None for who is not there."""


async def attributes_by_ids(ctx: Ctx, tenant: int, ids: list[int]) -> list[dict[str, Any]]:
    """Batch function: what else the shop has told of these customers, in their order."""
    found = dict(await ctx.reader.fetch(_ATTRIBUTES, _pair, tenant=tenant, ids=ids))
    return [found.get(each, {}) for each in ids]


def _pair(number: int, value: T) -> tuple[int, T]:
    return number, value


async def attributes(ctx: Ctx, tenant: int, customers: Sequence[int]) -> list[dict[str, Any]]:
    """What else the shop has told of customers, in their order."""
    ctx.allow(tenant, READ)
    return await ctx.loader("attributes", tenant, attributes_by_ids).load_many(customers)


async def imported_by_ids(ctx: Ctx, tenant: int, ids: list[int]) -> list[datetime | None]:
    """Batch function: when these customers were first saved here, in their order; None for who is gone."""
    found: dict[int, datetime] = dict(await ctx.reader.fetch(_IMPORTED, _pair, tenant=tenant, ids=ids))
    return [found.get(each) for each in ids]


async def imported_at(ctx: Ctx, tenant: int, customer: int) -> datetime | None:
    """When a customer was first saved here; None for one who is gone."""
    ctx.allow(tenant, READ)
    return await ctx.loader("imported", tenant, imported_by_ids).load(customer)
