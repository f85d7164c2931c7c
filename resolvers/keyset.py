"""Lists by keyset: pages of a tenant's rows by id, both ways, each in one statement."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Any, Generic, Protocol, TypeVar

from sqlalchemy import BigInteger, Integer, Select, Table, bindparam, func, literal, select, true

from kit.db import TENANT, Statement, prepare
from kit.page import Page, Window
from resolvers.context import READ, Ctx


class HasId(Protocol):
    """A row with a number of its own within its tenant."""

    @property
    def id(self) -> int: ...


T = TypeVar("T", bound=HasId)


@dataclass(frozen=True, slots=True, eq=False)
class KeysetList(Generic[T]):
    """A list of a tenant's rows in the order of their ids."""

    cursor: str
    """What its cursors are called, so that none of another list is taken."""
    table: Table
    rows: Select[Any]
    """All rows of the tenant, with the columns that `row` takes, `id` among them."""
    row: Callable[..., T]
    newest_first: bool = False

    async def page(
        self,
        ctx: Ctx,
        tenant: int,
        *,
        first: int | None = None,
        after: str | None = None,
        last: int | None = None,
        before: str | None = None,
        with_total: bool = False,
    ) -> Page[T]:
        """One page. Raises InvalidInputError for a page size or cursor that is not accepted."""
        ctx.allow(tenant, READ)
        window = Window.of(self.cursor, first=first, after=after, last=last, before=before)
        statement = _page(self, window.backwards, window.key is not None, with_total)
        values = {"size": window.size + 1} | ({} if window.key is None else {"key": window.key})
        found = await ctx.reader.fetch(statement, self._counted, tenant=tenant, **values)
        total = found[0][1] if found else (0 if with_total else None)
        rows = [row for row, _ in found if row.id is not None]
        return window.page(self.cursor, rows, [row.id for row in rows], total)

    def _counted(self, total: int | None, *columns: Any) -> tuple[T, int | None]:
        return self.row(*columns), total


@cache
def _page(of: KeysetList[Any], backwards: bool, keyed: bool, with_total: bool) -> Statement:
    """One page's statement. With the total, a row of nulls stands for a page without rows."""
    number, descending = of.table.c.id, of.newest_first is not backwards
    key, size = bindparam("key", type_=BigInteger), bindparam("size", type_=Integer)
    page = of.rows.order_by(number.desc() if descending else number).limit(size)
    if keyed:
        page = page.where(number < key if descending else number > key)
    rows = page.subquery("page")
    order = rows.c.id.desc() if descending else rows.c.id
    if not with_total:
        return prepare(select(literal(None, Integer), *rows.c).order_by(order))
    counted = (
        select(func.count().label("total"))
        .select_from(of.table)
        .where(of.table.c.tenant_id == TENANT)
        .subquery("counted")
    )
    whole = counted.outerjoin(rows, onclause=true())
    return prepare(select(counted.c.total, *rows.c).select_from(whole).order_by(order))
