"""Customers and their current scores in one statement, where there would be two."""

from dataclasses import dataclass
from functools import lru_cache
from typing import Any, TypeVar

from sqlalchemy import Column

from kit.columns import Columns, made_with
from kit.db import Statement, prepare
from kit.db.rows import made_of
from resolvers import scores
from resolvers.context import Ctx
from resolvers.customers import CUSTOMERS, LIST, CustomerLookup, CustomerRow
from resolvers.keyset import KEPT, narrowed
from resolvers.lookup import Named
from resolvers.standing import each_with, one_score

K = TypeVar("K")


@dataclass(frozen=True, slots=True, eq=False)
class _ScoredLookup(CustomerLookup[K]):
    """Customers by a key, whose scores the request knows with them: these columns of the scores."""

    scored: Columns | None

    async def found(
        self, ctx: Ctx, tenant: int, keys: list[K], columns: Columns | None
    ) -> dict[K, CustomerRow]:
        # Taken before reading: a request that ends or looks anew meanwhile has let go of it.
        known = scores.loader(ctx, tenant, self.scored)
        read = await ctx.reader.fetch(self.statement(columns), tuple, tenant=tenant, keys=keys)
        row, score = made_with(columns, self.row), scores.row_of(self.scored)
        at = 2 + len(CustomerRow._fields if columns is None else columns.names)
        made = made_of([each[at:] for each in read], score)
        there = [None if each.customer_id is None else each for each in made]
        known.prime_many(dict(zip([each[1] for each in read], there, strict=True)))
        return dict(zip([each[0] for each in read], made_of([each[2:at] for each in read], row), strict=True))

    def statement(self, columns: Columns | None = None) -> Statement:
        return _statement(self, columns)

    @property
    def name(self) -> str:
        return f"{self.column} with {scores.names_of(self.scored)}"


@lru_cache(KEPT)
def _statement(of: _ScoredLookup[Any], columns: Columns | None) -> Statement:
    score = one_score(scores.names_of(of.scored))
    rows = narrowed(of.rows, columns).select_from(each_with(CUSTOMERS, score))
    read = [of.column, CUSTOMERS.c.id, *rows.selected_columns, *score.c]
    return prepare(of.wanted(rows.with_only_columns(*read, maintain_column_froms=True)))


@lru_cache(KEPT)
def by(column: Column[K], scored: Columns | None = None) -> CustomerLookup[K]:
    """Customers by a column that is unique, with these columns of their scores; all unless told."""
    return _ScoredLookup(LIST.rows, column, CustomerRow, scored)


@lru_cache(KEPT)
def named(scored: Columns | None = None) -> Named[CustomerRow]:
    """Those of ids or of the shop's own ids, whose scores the request knows with them: these columns."""
    return Named(by(CUSTOMERS.c.id, scored), by(CUSTOMERS.c.external_id, scored))
