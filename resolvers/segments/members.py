"""Who is in a static segment: members put in and taken out."""

from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from kit.db import Statement, Work, load
from kit.errors import InvalidInputError
from models import TABLES
from models.segment import STATIC
from resolvers import tenants
from resolvers.audit.change import Change
from resolvers.context import WRITE, Ctx
from resolvers.segment_feed import Entry, Why, reserve, reserve_from, stand, stand_from
from resolvers.segments.write import KIND, locked

MEMBERS = TABLES["segment_member"]
MOST = 1000
"""Customers that one call may add or remove."""

_SQL = Path(__file__).parent.parent.parent / "models" / "sql"
_MERGED = Statement(
    "SELECT from_id, survivor_id FROM customer_merge WHERE tenant_id = %(tenant_id)s "
    "AND from_id = ANY (%(ids)s) AND undone_at IS NULL",
    True,
    {},
)
_ADD, _REMOVE = load(_SQL / "segment_members_add.sql"), load(_SQL / "segment_members_remove.sql")


class MemberOutcome(NamedTuple):
    """What became of one customer: added, already_member, removed, no_member or not_found."""

    customer_id: int
    outcome: str


async def add_members(ctx: Ctx, tenant: int, segment: int, customers: Sequence[int]) -> list[MemberOutcome]:
    """Put customers into a static segment; tells of each what became of it, in their order.

    Who was merged is whoever has what was theirs.
    Raises NotFoundError for an unknown tenant or segment, InvalidInputError for a dynamic one and for more
    than a thousand customers.
    """
    return await _change(ctx, tenant, segment, customers, entered=True)


async def remove_members(
    ctx: Ctx, tenant: int, segment: int, customers: Sequence[int]
) -> list[MemberOutcome]:
    """Take customers out of a static segment. Tells and raises as `add_members` does."""
    return await _change(ctx, tenant, segment, customers, entered=False)


def put(work: Work, tenant: int, segment: int, parts: Iterable[Sequence[int]]) -> int:
    """Put customers of a file, part by part, into a static segment, whose row the transaction has locked.

    How many are new in it. Nothing may be locked after this.
    """
    (feed,) = reserve(work, 1)
    moved = 0
    for part in parts:
        rows = work.run(_ADD, {"segment": segment, "ids": [*part], "feed": feed})
        moved += sum(new for _, new in rows)
    stand(work, tenant, [Entry.of(feed, segment, entered=True)] if moved else [], Why("imported"))
    return moved


def take_out(work: Work, segment: int, customer: int, feed: int) -> None:
    """Take a customer out of a static segment, whose row the transaction has locked."""
    work.run(_REMOVE, {"segment": segment, "ids": [customer], "feed": feed})


async def _change(
    ctx: Ctx,
    tenant: int,
    segment: int,
    customers: Sequence[int],
    *,
    entered: bool,
) -> list[MemberOutcome]:
    await tenants.get(ctx, tenant)
    ctx.allow(tenant, WRITE)
    if not 0 < len(customers) <= MOST:
        raise InvalidInputError("customer_ids", f"{len(customers)} customers; accepted are 1 to {MOST:,}.")
    outcomes = ("added", "already_member") if entered else ("removed", "no_member")
    done = Change("segmentMembersAdd" if entered else "segmentMembersRemove", tenant, KIND, segment)
    async with ctx.write(done) as transaction:
        kind, _ = await locked(transaction, tenant, segment)
        if kind != STATIC:
            raise InvalidInputError("id", "A dynamic segment's members follow from its criteria.")
        (feed,) = await reserve_from(transaction, 1)
        merged = dict(await transaction.fetch(_MERGED, _pair, tenant=tenant, ids=list(customers)))
        meant = [merged.get(each, each) for each in customers]
        values: dict[str, Any] = {"segment": segment, "ids": meant, "feed": feed}
        rows = await transaction.fetch(_ADD if entered else _REMOVE, _moved, tenant=tenant, **values)
        entries = [Entry.of(feed, segment, entered=entered)] if any(moved for _, moved in rows) else []
        await stand_from(transaction, tenant, entries, Why("added" if entered else "removed"))
        told = _told(dict(rows), customers, meant, outcomes)
        done.counts = Counter(each.outcome for each in told)
        done.happened = bool(entries)
    return told


def _told(
    found: dict[int, bool], customers: Sequence[int], meant: Sequence[int], outcomes: tuple[str, str]
) -> list[MemberOutcome]:
    told = []
    for given, each in zip(customers, meant, strict=True):
        moved = found.get(each)
        told.append(MemberOutcome(given, "not_found" if moved is None else outcomes[0 if moved else 1]))
        if moved:
            found[each] = False
    return told


def _pair(merged: int, survivor: int) -> tuple[int, int]:
    return merged, survivor


def _moved(customer: int, moved: bool) -> tuple[int, bool]:
    return customer, moved
