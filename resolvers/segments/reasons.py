"""Why customers are in dynamic segments: the clauses they meet, as the database finds them."""

from typing import Any, NamedTuple

from sqlalchemy import BigInteger, any_, bindparam, select
from sqlalchemy.dialects.postgresql import ARRAY, array

from kit.db import TENANT, prepare
from kit.errors import InvalidInputError
from resolvers.context import READ, Ctx
from resolvers.criteria import FIELDS, FROM, Comparison, clauses, compile_criteria, parse
from resolvers.criteria.fields import CUSTOMERS
from resolvers.criteria.tree import Clause
from resolvers.segments.rows import BY_ID

_MOST_CLAUSES = 5000


class Reason(NamedTuple):
    """A clause of a segment's criteria that a customer meets; `value` is theirs, as text."""

    path: str
    sentence: str
    field: str | None
    value: str | None


async def by_members(ctx: Ctx, tenant: int, keys: list[tuple[int, int]]) -> list[list[Reason]]:
    """Batch function: for each segment and customer the clauses met; none for static segments."""
    segments = sorted({segment for segment, _ in keys})
    stated = {
        segment: list(clauses(parse(row.criteria)))
        for segment, row in zip(segments, await BY_ID.by_keys(ctx, tenant, segments), strict=True)
        if row is not None and row.criteria is not None
    }
    if not stated:
        return [[] for _ in keys]
    customers = sorted({customer for segment, customer in keys if segment in stated})
    found = await _found(ctx, tenant, stated, customers)
    return [found.get(key, []) for key in keys]


async def reasons(ctx: Ctx, tenant: int, segment: int, customer: int) -> list[Reason]:
    """Why a customer is in a segment, batched with the others of the request."""
    ctx.allow(tenant, READ)
    return await ctx.loader("reasons", tenant, by_members).load((segment, customer))


async def _found(
    ctx: Ctx, tenant: int, stated: dict[int, list[Clause]], customers: list[int]
) -> dict[tuple[int, int], list[Reason]]:
    """By segment and customer the clauses met: one row a customer, one array of truths a segment."""
    if sum(map(len, stated.values())) > _MOST_CLAUSES:
        raise InvalidInputError("why", "These customers' segments have too many clauses; ask for fewer rows.")
    named = {each.field.name for told in stated.values() for each in told if isinstance(each, Comparison)}
    names = [name for name in FIELDS if name in named]
    truths = [array([compile_criteria(each).clause for each in told]) for told in stated.values()]
    statement = prepare(
        select(CUSTOMERS.c.id, *(FIELDS[name].column for name in names), *truths)
        .select_from(FROM[True])
        .where(
            CUSTOMERS.c.tenant_id == TENANT,
            CUSTOMERS.c.id == any_(bindparam("ids", type_=ARRAY(BigInteger))),
        )
    )
    within = ctx.query_timeout_seconds
    rows = await ctx.reader.fetch(statement, _row, tenant=tenant, within=within, ids=customers)
    found = {}
    for customer, *rest in rows:
        values = dict(zip(names, rest[: len(names)], strict=True))
        for (segment, told), holds in zip(stated.items(), rest[len(names) :], strict=True):
            met = [_reason(each, values) for each, true in zip(told, holds, strict=True) if true]
            found[segment, customer] = met
    return found


def _row(*columns: Any) -> tuple[Any, ...]:
    return columns


def _reason(clause: Clause, values: dict[str, Any]) -> Reason:
    if not isinstance(clause, Comparison):
        return Reason(clause.path, clause.sentence(), None, None)
    value = values[clause.field.name]
    shown = None if value is None else clause.field.shown(value)
    return Reason(clause.path, clause.sentence(), clause.field.name, shown)
