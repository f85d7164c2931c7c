"""Rows by a key that is unique within their tenant: one of them, batched with the others of the request."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from sqlalchemy import Column, Select, any_, bindparam
from sqlalchemy.dialects.postgresql import ARRAY

from kit.db import Statement, prepare
from kit.text import storable
from resolvers.context import READ, Ctx

K = TypeVar("K")
T = TypeVar("T")


@dataclass(frozen=True, slots=True, eq=False)
class Lookup(Generic[K, T]):
    """The rows of a statement by one of their columns, whose key `row` has under the column's name."""

    name: str
    key: str
    statement: Statement
    row: Callable[..., T]

    @classmethod
    def of(
        cls, rows: Select[Any], column: Column[K], row: Callable[..., T], name: str | None = None
    ) -> "Lookup[K, T]":
        """A look-up among `rows`, which name the tenant. Raises ValueError where they do not.

        `name` tells it from others whose rows are called the same.
        """
        wanted = column == any_(bindparam("keys", type_=ARRAY(column.type)))
        return cls(f"{name or row.__qualname__} by {column}", column.name, prepare(rows.where(wanted)), row)

    async def by_keys(self, ctx: Ctx, tenant: int, keys: list[K]) -> list[T | None]:
        """Batch function: the rows of these keys, in their order; None where there is none."""
        asked = [each for each in keys if not isinstance(each, str) or storable(each)]
        found = {getattr(row, self.key): row for row in await self.rows(ctx, tenant, asked)}
        return [found.get(each) for each in keys]

    async def rows(self, ctx: Ctx, tenant: int, keys: list[K]) -> list[T]:
        """The rows that are there of keys that can be stored, in no order; others may read more with them."""
        return await ctx.reader.fetch(self.statement, self.row, tenant=tenant, keys=keys)

    async def find(self, ctx: Ctx, tenant: int, key: K) -> T | None:
        """The row, or None if the tenant has none of that key. Raises as `find_all` does."""
        return (await self.find_all(ctx, tenant, [key]))[0]

    async def find_all(self, ctx: Ctx, tenant: int, keys: list[K]) -> list[T | None]:
        """The rows of these keys, in their order. Raises NotFoundError for a tenant the actor may not see."""
        ctx.allow(tenant, READ)
        return await ctx.loader(self.name, tenant, self.by_keys).load_many(keys)


@dataclass(frozen=True, slots=True, eq=False)
class Named(Generic[T]):
    """Rows by their number, or by the shop's own id of them."""

    by_number: Lookup[int, T]
    by_name: Lookup[str, T]

    async def find_all(self, ctx: Ctx, tenant: int, keys: Sequence[int | str]) -> list[T | None]:
        """The rows of these keys, in their order; None where there is none. Raises as each `Lookup` does."""
        numbers = [each for each in keys if isinstance(each, int)]
        names = [each for each in keys if isinstance(each, str)]
        found: dict[int | str, T | None] = {}
        if numbers:
            rows = await self.by_number.find_all(ctx, tenant, numbers)
            found.update(zip(numbers, rows, strict=True))
        if names:
            rows = await self.by_name.find_all(ctx, tenant, names)
            found.update(zip(names, rows, strict=True))
        return [found[each] for each in keys]
