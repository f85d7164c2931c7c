"""Rows by a key that is unique within their tenant: one of them, batched with the others of the request."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache, partial
from typing import Any, Generic, TypeVar

from sqlalchemy import Column, Select, any_, bindparam
from sqlalchemy.dialects.postgresql import ARRAY

from kit.columns import Columns, made_with
from kit.db import Statement, prepare
from kit.db.rows import made_of
from kit.text import storable
from resolvers.context import READ, Ctx
from resolvers.keyset import KEPT, having, narrowed

K = TypeVar("K")
T = TypeVar("T")


@dataclass(frozen=True, slots=True, eq=False)
class Lookup(Generic[K, T]):
    """Those among `rows` that have a key in a column. The rows name the tenant; `row` takes their columns.

    Columns may be named that suffice: then rows have no others, if they have all of these.
    """

    rows: Select[Any]
    column: Column[K]
    row: Callable[..., T]

    async def by_keys(
        self, ctx: Ctx, tenant: int, keys: list[K], columns: Columns | None = None
    ) -> list[T | None]:
        """Batch function: the rows of these keys, in their order; None where there is none."""
        asked = [each for each in keys if not isinstance(each, str) or storable(each)]
        found = await self.found(ctx, tenant, asked, columns)
        return [found.get(each) for each in keys]

    async def found(self, ctx: Ctx, tenant: int, keys: list[K], columns: Columns | None) -> dict[K, T]:
        """The rows that are there, by their keys, which can be stored."""
        read = await ctx.reader.fetch(self.statement(columns), tuple, tenant=tenant, keys=keys)
        row = made_with(columns, self.row)
        return dict(zip([each[0] for each in read], made_of([each[1:] for each in read], row), strict=True))

    def statement(self, columns: Columns | None = None) -> Statement:
        """What reads the key and these columns of rows. Raises ValueError where rows name no tenant."""
        return _statement(self, columns)

    def wanted(self, rows: Select[Any]) -> Select[Any]:
        """The rows of the keys that are asked for."""
        return rows.where(self.column == any_(bindparam("keys", type_=ARRAY(self.column.type))))

    async def find(self, ctx: Ctx, tenant: int, key: K, columns: Columns | None = None) -> T | None:
        """The row, or None if the tenant has none of that key. Raises as `find_all` does."""
        return (await self.find_all(ctx, tenant, [key], columns))[0]

    async def find_all(
        self, ctx: Ctx, tenant: int, keys: list[K], columns: Columns | None = None
    ) -> list[T | None]:
        """The rows of these keys, in their order. Raises NotFoundError for a tenant the actor may not see."""
        ctx.allow(tenant, READ)
        read = having(self.rows, columns)
        name = f"{self.name} {read}"
        return await ctx.loader(name, tenant, partial(self.by_keys, columns=read)).load_many(keys)

    @property
    def name(self) -> str:
        """What tells it from others in a request."""
        return f"{self.row.__qualname__} by {self.column}"


@lru_cache(KEPT)
def _statement(of: Lookup[Any, Any], columns: Columns | None) -> Statement:
    rows = narrowed(of.rows, columns)
    return prepare(
        of.wanted(rows.with_only_columns(of.column, *rows.selected_columns, maintain_column_froms=True))
    )


@dataclass(frozen=True, slots=True, eq=False)
class Named(Generic[T]):
    """Rows by their number, or by the shop's own id of them."""

    by_number: Lookup[int, T]
    by_name: Lookup[str, T]

    async def find_all(
        self, ctx: Ctx, tenant: int, keys: Sequence[int | str], columns: Columns | None = None
    ) -> list[T | None]:
        """The rows of these keys, in their order; None where there is none. Raises as each `Lookup` does."""
        numbers = [each for each in keys if isinstance(each, int)]
        names = [each for each in keys if isinstance(each, str)]
        found: dict[int | str, T | None] = {}
        if numbers:
            rows = await self.by_number.find_all(ctx, tenant, numbers, columns)
            found.update(zip(numbers, rows, strict=True))
        if names:
            rows = await self.by_name.find_all(ctx, tenant, names, columns)
            found.update(zip(names, rows, strict=True))
        return [found[each] for each in keys]
