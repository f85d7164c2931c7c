"""Who would be in a segment of given criteria, before it is made."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any, NamedTuple

from sqlalchemy import func, select

from kit.db import TENANT, Statement, load, prepare
from kit.errors import InvalidInputError
from resolvers import customer_list, tenants
from resolvers.context import Ctx
from resolvers.criteria import Condition, Node, clauses, compile_criteria, parse
from resolvers.customer_list import CustomerQuery
from resolvers.customers import CUSTOMERS, CustomerRow
from resolvers.segments.rows import COLUMNS, SegmentRow

MOST = 100
"""Customers that a sample may have, and segments that are compared with."""

_OVERLAPS = load(Path(__file__).parent.parent.parent / "models" / "sql" / "segment_overlaps.sql")
_COLUMNS = ", ".join(f"segment.{column.name}" for column in COLUMNS)
_EVERYBODY = prepare(select(func.count()).select_from(CUSTOMERS).where(CUSTOMERS.c.tenant_id == TENANT))


@dataclass(frozen=True, slots=True)
class Preview:
    """How many of a tenant's customers meet criteria, of how many."""

    criteria: Node
    customers: int
    of: int

    @property
    def share(self) -> float | None:
        """The part of all customers, 0 to 1; None where there are none."""
        return self.customers / self.of if self.of else None

    @property
    def clauses(self) -> list[str]:
        """The criteria's clauses in words."""
        return [each.sentence() for each in clauses(self.criteria)]

    @property
    def statement(self) -> Statement:
        """What the database is asked for the ids of those who meet the criteria."""
        return prepare(compile_criteria(self.criteria).ids)


class Overlap(NamedTuple):
    """How many of those who meet criteria are in a segment."""

    segment: SegmentRow
    customers: int

    @classmethod
    def of(cls, customers: int, *columns: Any) -> "Overlap":
        """From a row: the number, then the columns of the segment."""
        return cls(SegmentRow(*columns), customers)


async def preview(ctx: Ctx, tenant: int, criteria: Any) -> Preview:
    """Count who meets the criteria.

    Raises NotFoundError for an unknown tenant, InvalidInputError for what is not accepted, TimedOutError
    where the database would take too long.
    """
    await tenants.get(ctx, tenant)
    tree = parse(criteria)
    statement = _count(compile_criteria(tree))
    (met,) = await ctx.reader.fetch(statement, int, tenant=tenant, within=ctx.query_timeout_seconds)
    (everybody,) = await ctx.reader.fetch(_EVERYBODY, int, tenant=tenant, within=ctx.query_timeout_seconds)
    return Preview(tree, met, everybody)


def _count(condition: Condition) -> Statement:
    """How many meet a condition.

    A filter of the count where no index could serve anyway: it is all the planner can be wrong about, who
    would take the few it expects of many clauses into one process, instead of counting them in several.
    """
    source, _ = condition.source
    counted = func.count()
    every = select(counted).select_from(source).where(condition.tenant)
    if condition.profiled:
        return prepare(every.where(condition.clause))
    return prepare(every.with_only_columns(counted.filter(condition.clause), maintain_column_froms=True))


async def sample(ctx: Ctx, tenant: int, of: Preview, *, first: int) -> Sequence[CustomerRow]:
    """The first customers, by id, who meet the criteria. Raises as `preview` does."""
    _check(first)
    return (await customer_list.page(ctx, tenant, CustomerQuery(criteria=of.criteria), first=first)).rows


async def overlaps(ctx: Ctx, tenant: int, of: Preview, *, first: int) -> list[Overlap]:
    """The segments that have most of those who meet the criteria, most first. Raises as `preview` does."""
    _check(first)
    within = ctx.query_timeout_seconds
    found = await ctx.reader.fetch(_compared(of.statement), Overlap.of, tenant=tenant, within=within)
    return found[:first]


def _compared(met: Statement) -> Statement:
    return Statement(_OVERLAPS.text.format(met=met.text, columns=_COLUMNS), True, met.defaults)


def parameters(statement: Statement, tenant: int) -> dict[str, Any]:
    """The values of a statement's parameters, as JSON has them."""
    return {name: _plain(value) for name, value in {"tenant_id": tenant, **statement.defaults}.items()}


def _plain(value: Any) -> Any:
    if isinstance(value, list):
        return [_plain(each) for each in value]
    return str(value) if isinstance(value, Decimal | date | datetime) else value


def _check(first: int) -> None:
    if not 0 <= first <= MOST:
        raise InvalidInputError("first", f"first is {first}; accepted are 0 to {MOST}.")
