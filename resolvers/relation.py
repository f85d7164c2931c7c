"""What hangs on a row: a page of its children, for all parents of a level in one statement."""

from collections import Counter
from collections.abc import Awaitable, Callable, Hashable, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from itertools import accumulate, pairwise
from operator import itemgetter
from typing import Any, Generic, TypeVar, Unpack

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Integer,
    Select,
    any_,
    bindparam,
    func,
    literal_column,
    select,
    true,
)
from sqlalchemy.dialects.postgresql import ARRAY

from kit.columns import Columns, made_with
from kit.db import Statement, prepare
from kit.page import INSTANT, AskedColumns, Key, Page, Window
from resolvers.context import READ, Ctx
from resolvers.keyset import KEPT, KeysetList, apart, having, keys_of, narrowed
from resolvers.sorting import Order, Part, Span

T = TypeVar("T")

_IDS = bindparam("ids", type_=ARRAY(BigInteger))
_SIZE = bindparam("size", type_=Integer)
_PARENT: ColumnElement[int] = literal_column("parent.id", BigInteger)
"""The parent whose rows are looked for; written out, for SQLAlchemy does not correlate through a subquery."""

Found = tuple[Sequence[Key], list[T]]


@dataclass(frozen=True, slots=True)
class Choice:
    """Which children: those that meet a condition. Equal keys stand for equal conditions."""

    key: Hashable
    where: Sequence[ColumnElement[bool]]


EVERY = Choice(None, ())


class AskedOf(AskedColumns, total=False):
    """Which page of a relation: in which order, and of which children."""

    order: Order | None
    choice: Choice


@dataclass(frozen=True, slots=True, eq=False)
class Relation(Generic[T]):
    """The rows of a list that name a parent in a column, say the orders of a customer.

    An index on (tenant_id, `parent`, the order's first key) makes a page cost what it shows.
    """

    of: KeysetList[T]
    parent: ColumnElement[Any]

    async def page(self, ctx: Ctx, tenant: int, parent: int, **asked: Unpack[AskedOf]) -> Page[T]:
        """One parent's page, read with those of the request's other parents. Raises as `pages` does."""
        return (await self.pages(ctx, tenant, [parent], **asked))[0]

    async def pages(
        self, ctx: Ctx, tenant: int, parents: Sequence[int], **asked: Unpack[AskedOf]
    ) -> list[Page[T]]:
        """The pages of parents, in their order.

        Raises InvalidInputError for a page size or cursor that is not accepted, TimedOutError where the
        database would take too long.
        """
        ctx.allow(tenant, READ)
        chosen, choice = asked.get("order") or self.of.order, asked.get("choice", EVERY)
        window = Window.of(
            chosen.cursors,
            first=asked.get("first"),
            after=asked.get("after"),
            last=asked.get("last"),
            before=asked.get("before"),
        )
        name = f"{self.parent} {chosen.cursors.name} {choice.key!r}"
        columns = having(self.of.rows, asked.get("columns"))
        read = self._pages(chosen, window, choice, columns)
        found = await ctx.loader(f"{name} {window!r} {columns}", tenant, read).load_many(parents)
        totals: Sequence[int | None] = [None] * len(parents)
        if asked.get("with_total"):
            totals = await ctx.loader(f"count {name}", tenant, self._counts(choice)).load_many(parents)
        return [
            window.page(chosen.cursors, rows, keys, total, columns)
            for (keys, rows), total in zip(found, totals, strict=True)
        ]

    def _pages(
        self, order: Order, window: Window, choice: Choice, columns: Columns | None
    ) -> Callable[[Ctx, int, list[int]], Awaitable[list[Found[T]]]]:
        keys, row = len(keys_of(order, columns)), made_with(columns, self.of.row)

        def statement(columns: Columns | None = None) -> Statement:
            make = _standing if choice is EVERY else _page
            return make(self, order, Span.of(window), columns, choice)

        async def pages(ctx: Ctx, tenant: int, parents: list[int]) -> list[Found[T]]:
            values = {"ids": parents, "size": window.size + 1} | order.values(window)
            within = ctx.query_timeout_seconds
            rows = await ctx.reader.fetch(
                statement(columns), tuple, tenant=tenant, within=within, whole=statement, **values
            )
            return by_parent(len(parents), rows, *apart(rows, 1, keys, row))

        return pages

    def _counts(self, choice: Choice) -> Callable[[Ctx, int, list[int]], Awaitable[list[int]]]:
        async def counts(ctx: Ctx, tenant: int, parents: list[int]) -> list[int]:
            statement = _standing_count(self, choice) if choice is EVERY else _count(self, choice)
            within = ctx.query_timeout_seconds
            found = dict(await ctx.reader.fetch(statement, _pair, tenant=tenant, within=within, ids=parents))
            return [found.get(each, 0) for each in parents]

        return counts


def by_parent(
    count: int, rows: Sequence[tuple[Any, ...]], keys: Sequence[Key], made: list[T]
) -> list[Found[T]]:
    """The keys and rows of each parent; rows begin with its place, from 1 on, and stand in order of that."""
    counts = Counter(map(itemgetter(0), rows))
    ends = [*accumulate((counts[place] for place in range(1, count + 1)), initial=0)]
    return [(keys[begin:end], made[begin:end]) for begin, end in pairwise(ends)]


def _pair(parent: int, count: int) -> tuple[int, int]:
    return parent, count


def _page(of: Relation[Any], order: Order, span: Span, columns: Columns | None, choice: Choice) -> Statement:
    """Each parent's rows beyond the cursor, numbered by the parent's place among the ids."""
    parents = func.unnest(_IDS).table_valued("id", with_ordinality="place").render_derived("parent")
    part = order.whole(span)
    labelled = [key.column.label(name) for key, name in zip(order.keys, order.labels, strict=True)]
    rows = narrowed(of.of.rows, columns).add_columns(*labelled)
    found = rows.where(of.parent == _PARENT, *choice.where, *part.conditions)
    child = _first(found, order, part, backwards=span.backwards).lateral("child")
    keys = [child.c[name] for name in keys_of(order, columns)]
    others = [each for each in child.c if each.name not in order.labels]
    sorting = order.sorting(child.c, backwards=span.backwards)
    return prepare(
        select(parents.c.place, *keys, *others)
        .select_from(parents.join(child, true()))
        .order_by(parents.c.place, *sorting)
    )


def _first(found: Select[Any], order: Order, part: Part, *, backwards: bool) -> Select[Any]:
    """The first rows of one parent's.

    Those in the order of an instant are read by it alone, with who shares the last one, and sorted then: an
    index has that order as it is, so that no plan, whatever it takes a parent to hold, sorts all of its rows.
    """
    if order.keys[0].kind is not INSTANT or order.keys[0].nullable:
        return found.order_by(*part.sorting).limit(_SIZE)
    near = found.order_by(part.sorting[0]).fetch(_SIZE, with_ties=True).subquery("near")
    return select(*near.c).order_by(*order.sorting(near.c, backwards=backwards)).limit(_SIZE)


def _count(of: Relation[Any], choice: Choice) -> Statement:
    found = of.of.rows.with_only_columns(of.parent, func.count(), maintain_column_froms=True)
    return prepare(found.where(of.parent == any_(_IDS), *choice.where).group_by(of.parent))


_standing = lru_cache(KEPT)(_page)
_standing_count = cache(_count)
