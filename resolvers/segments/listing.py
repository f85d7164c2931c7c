"""The members of a segment by their numbers, from a cursor or from an offset."""

from sqlalchemy import BigInteger, bindparam, select

from kit.db import TENANT, Statement, prepare
from kit.errors import InvalidInputError
from kit.page import Page
from resolvers import customer_list
from resolvers.context import READ, Ctx
from resolvers.criteria import compile_criteria, parse
from resolvers.customers import CustomerRow
from resolvers.segments.members import MEMBERS
from resolvers.segments.rows import SegmentRow, members

_BEFORE = prepare(
    select(MEMBERS.c.customer_id)
    .where(
        MEMBERS.c.tenant_id == TENANT,
        MEMBERS.c.segment_id == bindparam("segment", type_=BigInteger),
    )
    .order_by(MEMBERS.c.customer_id)
    .offset(bindparam("skipped", type_=BigInteger))
    .limit(1)
)


async def list_members(
    ctx: Ctx, tenant: int, segment: SegmentRow, *, first: int, after: str | None = None, offset: int = 0
) -> Page[CustomerRow]:
    """A page of the customers in a segment; an offset counts members from the first, a cursor does not.

    Raises InvalidInputError for both at once, and as `customer_list.page` does.
    """
    ctx.allow(tenant, READ)
    if after is not None and offset:
        raise InvalidInputError("offset", "Give cursor or offset, not both.")
    if offset:
        after = await _cursor(ctx, tenant, segment, offset)
        if after is None:
            return Page(
                [], [], customer_list.CURSORS.write, has_next=False, has_previous=segment.member_count > 0
            )
    return await customer_list.page(ctx, tenant, members(segment), first=first, after=after)


async def _cursor(ctx: Ctx, tenant: int, segment: SegmentRow, offset: int) -> str | None:
    """The cursor of the last of so many members; None where there are fewer."""
    if offset >= segment.member_count:
        return None
    within, skipped = ctx.query_timeout_seconds, offset - 1
    if segment.builtin is not None:
        before = _before(segment)
        found = await ctx.reader.fetch(before, int, tenant=tenant, within=within, skipped=skipped)
        return customer_list.CURSORS.write((found[0],)) if found else None
    found = await ctx.reader.fetch(
        _BEFORE, int, tenant=tenant, within=within, segment=segment.id, skipped=skipped
    )
    return customer_list.MEMBER_CURSORS.write((found[0],)) if found else None


def _before(segment: SegmentRow) -> Statement:
    """The number of the member of a built-in segment who stands after so many."""
    met = compile_criteria(parse(segment.criteria)).ids
    return prepare(met.order_by("id").offset(bindparam("skipped", type_=BigInteger)).limit(1))
