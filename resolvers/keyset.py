"""Lists by keyset: pages of a tenant's rows in any order, both ways, each in one statement."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, Generic, TypeVar

from sqlalchemy import CTE, ColumnElement, Integer, Select, Table, bindparam, func, literal, select, true

from kit.columns import Columns, among, made_with
from kit.db import Statement, prepare
from kit.db.rows import made_of
from kit.page import Key, Keys, Page, Window
from resolvers.context import READ, Ctx
from resolvers.sorting import Order, Part, Span

T = TypeVar("T")
KEPT = 1_000
"""Statements of lists that are kept ready."""

_SIZE = bindparam("size", type_=Integer)


@dataclass(frozen=True, slots=True, eq=False)
class KeysetList(Generic[T]):
    """A list of a tenant's rows, in the order of their ids unless a page is asked for in another one.

    `rows` selects all rows of the tenant with the columns that `row` takes. Where `keys` is given, a page's
    rows are found by it (it may leave out columns and tables, but has what orders and conditions name), and
    `rows` is read for those alone, with all columns: such a statement is dear to compile. `known`, with the
    column of the ids in it, finds the rows that have the key they are sorted by, where fewer tables are
    enough for that.
    """

    cursor: str
    """What its cursors are called, so that none of another list is taken."""
    table: Table
    rows: Select[Any]
    row: Callable[..., T]
    newest_first: bool = False
    keys: Select[Any] | None = None
    usual: Order | None = None
    """The order where none is named, of a list that is not in the order of its ids."""
    known: tuple[Select[Any], ColumnElement[Any]] | None = None
    order: Order = field(init=False)

    def __post_init__(self) -> None:
        order = self.usual or Order.of(self.cursor, self.table.c.id, descending=self.newest_first)
        object.__setattr__(self, "order", order)

    async def page(
        self,
        ctx: Ctx,
        tenant: int | None,
        *,
        first: int | None = None,
        after: str | None = None,
        last: int | None = None,
        before: str | None = None,
        with_total: bool = False,
        columns: Columns | None = None,
        order: Order | None = None,
        where: ColumnElement[bool] | None = None,
        within: float | None = None,
    ) -> Page[T]:
        """One page of the rows that meet `where`, read in `within` seconds.

        Without a tenant the rows are those of a list that no tenant owns, and `where` says who may see which.
        Where `columns` suffice, rows have no others, if they have all of these: the page tells.
        Raises InvalidInputError for a page size or cursor that is not accepted, TimedOutError past the time.
        """
        if tenant is not None:
            ctx.allow(tenant, READ)
        chosen = order or self.order
        window = Window.of(chosen.cursors, first=first, after=after, last=last, before=before)
        make = _standing if where is None else _page
        columns = having(self.rows, columns)
        read = columns if self.keys is None else None
        span = Span.of(window)
        values = {"size": window.size + 1} | chosen.values(window)

        def statement(columns: Columns | None = None) -> Statement:
            return make(self, chosen, span, with_total, columns, where)

        found = await ctx.reader.fetch(
            statement(read), tuple, tenant=tenant, within=within, whole=statement, **values
        )
        total = found[0][0] if found else (0 if with_total else None)
        if with_total and found and found[0][len(chosen.keys)] is None:
            found = []
        keys, rows = apart(found, 1, len(_keys(chosen, read, with_total)), made_with(read, self.row))
        if columns is not None and read is None:
            rows = columns.cut(rows)
        return window.page(chosen.cursors, rows, keys, total, columns)


def apart(
    found: Sequence[tuple[Any, ...]], skipped: int, count: int, row: Callable[..., T]
) -> tuple[Sequence[Key], list[T]]:
    """So many keys that come after what is skipped, and what is made of the other columns, of each tuple."""
    begin = skipped + count
    made = made_of([each[begin:] for each in found], row)
    return Keys(found, slice(skipped, begin)), made


def _page(
    of: KeysetList[Any],
    order: Order,
    span: Span,
    with_total: bool,
    columns: Columns | None,
    where: ColumnElement[bool] | None,
) -> Statement:
    """One page's statement. With the total, a row of nulls stands for a page without rows."""
    source = of.rows if of.keys is None else of.keys
    every = source if where is None else source.where(where)
    parts = _parts(of, order, span, columns, where)
    rows = (parts[0] if len(parts) == 1 else _in_turn(parts)).subquery("page")
    sorting = order.sorting(rows.c, backwards=span.backwards)
    keys = [rows.c[name] for name in _keys(order, columns, with_total)]
    if not with_total:
        none = literal(None, Integer)
        return prepare(_read(of, order, rows, [none, *keys], rows).order_by(*sorting))
    everyone = of.rows if where is None else every
    total = everyone.with_only_columns(func.count().label("total"), maintain_column_froms=True)
    counted = total.order_by(None).subquery("counted")
    whole = counted.outerjoin(rows, true())
    return prepare(_read(of, order, rows, [counted.c.total, *keys], whole).order_by(*sorting))


_standing = lru_cache(KEPT)(_page)


def _keys(order: Order, columns: Columns | None, with_total: bool) -> Sequence[str]:
    """The keys that are read: the total needs one, which is null where there is no row."""
    return order.labels if with_total else keys_of(order, columns)


def keys_of(order: Order, columns: Columns | None) -> Sequence[str]:
    """The labels of the keys that pages with these columns are asked for."""
    return order.labels if columns is None or columns.keyed else ()


def _read(
    of: KeysetList[Any], order: Order, rows: Any, first: list[ColumnElement[Any]], whole: Any
) -> Select[Any]:
    """What comes first, such as keys, and columns of the rows of a page."""
    if of.keys is None:
        found = [each for each in rows.c if each.name not in order.labels]
        return select(*first, *found).select_from(whole)
    wanted = of.rows.where(of.table.c.id == rows.c[order.labels[-1]]).lateral("wanted")
    return select(*first, *wanted.c).select_from(whole.outerjoin(wanted, true()))


@lru_cache(KEPT)
def having(rows: Select[Any], columns: Columns | None) -> Columns | None:
    """The columns, if rows have all of them; None for whole rows."""
    return among(columns, rows.selected_columns.keys())


def narrowed(rows: Select[Any], columns: Columns | None) -> Select[Any]:
    """The same rows with no columns but these, in their order. Raises KeyError for one they have not."""
    if columns is None:
        return rows
    known = rows.selected_columns
    return rows.with_only_columns(*(known[name] for name in columns.names), maintain_column_froms=True)


def _parts(
    of: KeysetList[Any], order: Order, span: Span, columns: Columns | None, where: ColumnElement[bool] | None
) -> list[Select[Any]]:
    """What may hold the page's rows, in the order it is read."""
    every = narrowed(of.rows, columns) if of.keys is None else of.keys
    narrow = of.known or (None, None)
    found = []
    for at, part in enumerate(order.parts(span)):
        source, chosen = every, order
        if part.known and narrow[0] is not None and narrow[1] is not None:
            source, chosen = narrow[0], order.by(narrow[1])
            part = chosen.parts(span)[at]
        source = source if where is None else source.where(where)
        found.append(_part(source, chosen, part, detailed=of.keys is None))
    return found


def _part(every: Select[Any], order: Order, part: Part, *, detailed: bool) -> Select[Any]:
    labelled = [key.column.label(name) for key, name in zip(order.keys, order.labels, strict=True)]
    found = every.add_columns(*labelled) if detailed else every.with_only_columns(*labelled)
    return found.where(*part.conditions).order_by(*part.sorting).limit(_SIZE)


def _in_turn(parts: Sequence[Select[Any]]) -> Select[Any]:
    """The parts one after another, each for what is still wanting of the page: mostly the first is enough."""
    first, second = parts
    begun: CTE = first.cte("begun").prefix_with("MATERIALIZED")
    held = select(func.count()).select_from(begun).scalar_subquery()
    rest = second.limit(_SIZE - held).subquery("rest")
    both = select(*begun.c).union_all(select(*rest.c)).subquery("both")
    # Both are no more than that together, which the planner does not see: it would read a whole table.
    return select(*both.c).limit(_SIZE)
