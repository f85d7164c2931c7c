"""Who is in a static segment: members put in and taken out."""

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from kit.db import Statement, Work, load
from kit.errors import InvalidInputError
from models import TABLES
from models.segment import STATIC
from resolvers import tenants
from resolvers.context import WRITE, Ctx
from resolvers.segments.write import locked

MEMBERS = TABLES["segment_member"]
MOST = 1000
"""Customers that one call may add or remove."""

_SQL = Path(__file__).parent.parent.parent / "models" / "sql"
_ADD, _REMOVE = load(_SQL / "segment_members_add.sql"), load(_SQL / "segment_members_remove.sql")


class MemberOutcome(NamedTuple):
    """What became of one customer: added, already_member, removed, no_member or not_found."""

    customer_id: int
    outcome: str


async def add_members(ctx: Ctx, tenant: int, segment: int, customers: Sequence[int]) -> list[MemberOutcome]:
    """Put customers into a static segment; tells of each what became of it, in their order.

    Raises NotFoundError for an unknown tenant or segment, InvalidInputError for a dynamic one and for more
    than a thousand customers.
    """
    return await _change(ctx, tenant, segment, customers, _ADD, ("added", "already_member"))


async def remove_members(
    ctx: Ctx, tenant: int, segment: int, customers: Sequence[int]
) -> list[MemberOutcome]:
    """Take customers out of a static segment. Tells and raises as `add_members` does."""
    return await _change(ctx, tenant, segment, customers, _REMOVE, ("removed", "no_member"))


def put(work: Work, segment: int, customers: Sequence[int]) -> int:
    """Put customers into a static segment, whose row the transaction has locked. How many are new in it."""
    rows = work.run(_ADD, {"segment": segment, "ids": [*customers]})
    return sum(moved for _, moved in rows)


async def _change(
    ctx: Ctx,
    tenant: int,
    segment: int,
    customers: Sequence[int],
    statement: Statement,
    outcomes: tuple[str, str],
) -> list[MemberOutcome]:
    await tenants.get(ctx, tenant)
    ctx.allow(tenant, WRITE)
    if not 0 < len(customers) <= MOST:
        raise InvalidInputError("customer_ids", f"{len(customers)} customers; accepted are 1 to {MOST:,}.")
    async with ctx.write() as transaction:
        kind, _ = await locked(transaction, tenant, segment)
        if kind != STATIC:
            raise InvalidInputError("id", "A dynamic segment's members follow from its criteria.")
        rows = await transaction.fetch(statement, _moved, tenant=tenant, segment=segment, ids=list(customers))
    found, told = dict(rows), []
    for each in customers:
        moved = found.get(each)
        told.append(MemberOutcome(each, "not_found" if moved is None else outcomes[0 if moved else 1]))
        if moved:
            found[each] = False
    return told


def _moved(customer: int, moved: bool) -> tuple[int, bool]:
    return customer, moved
