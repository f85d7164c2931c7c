"""Who would be in a segment of given criteria, before it is made."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select

from kit.db import TENANT, Statement, prepare
from kit.errors import InvalidInputError
from resolvers import customer_list, tenants
from resolvers.context import Ctx
from resolvers.criteria import Condition, Node, clauses, compile_criteria, parse
from resolvers.customer_list import CustomerQuery
from resolvers.customers import CUSTOMERS, CustomerRow

MOST = 100
"""Customers that a sample may have."""

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
    if not 0 <= first <= MOST:
        raise InvalidInputError("first", f"first is {first}; accepted are 0 to {MOST}.")
    return (await customer_list.page(ctx, tenant, CustomerQuery(criteria=of.criteria), first=first)).rows
