"""The members of a segment as of an instant, and who went from which segment to which between two."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import BigInteger, DateTime, Subquery, bindparam, func, literal, select
from sqlalchemy.dialects.postgresql import ARRAY

from kit.db import Statement, prepare
from kit.errors import InvalidInputError, NotFoundError
from models.score import RISKS, SEGMENTS, TIERS
from models.segment_change import CLASSES, MEMBER
from resolvers.context import READ, Ctx
from resolvers.customer_list import CustomerQuery
from resolvers.segments import states
from resolvers.segments.rows import BY_ID, SegmentRow

MOST = 20
"""Segments of the shop's own that may be compared at a time."""

_ORDERS: dict[str, tuple[str, ...]] = dict(zip(CLASSES, (SEGMENTS, TIERS, RISKS), strict=True))
_MOMENT = DateTime(timezone=True)


class Cell(NamedTuple):
    """Customers who were in one segment at the earlier instant and in one at the later.

    A segment is a class of a score by its name, or one of the shop's own by its number; None is none.
    """

    origin: str | int | None
    destination: str | int | None
    customers: int


async def members_as_of(
    ctx: Ctx, tenant: int, segment: SegmentRow, at: datetime, query: CustomerQuery
) -> CustomerQuery:
    """Those of the customers that a query asks for who were members of a segment at an instant.

    Nobody was in it before it was made. Raises InvalidInputError for an instant to come, and for one before
    the feed began to tell who is in it.
    """
    ctx.allow(tenant, READ)
    kind, number, name = MEMBER, segment.id, None
    if segment.builtin is not None:
        kind, _, name = segment.builtin.partition(":")
        number = 0
    told = await states.check(ctx, tenant, at, kind, number, field="asOf")
    if not told and not (kind == MEMBER and at < segment.created_at):
        await _refuse(ctx, tenant, kind, number, "asOf")
    if not told:
        return replace(query, among=select(literal(0, BigInteger)))
    instant = bindparam(None, at, type_=_MOMENT, unique=True)
    numbers = bindparam(None, [number], type_=ARRAY(BigInteger), unique=True)
    state = states.of_segments(numbers, instant) if name is None else states.of_classes(kind, instant)
    chosen = state.c.key == (number if name is None else name)
    return replace(query, among=select(state.c.customer_id).where(chosen))


async def migration(
    ctx: Ctx,
    tenant: int,
    *,
    since: datetime,
    until: datetime,
    kind: str | None = None,
    segments: Sequence[int] | None = None,
) -> list[Cell]:
    """How many customers were in which class or segment at one instant and in which at a later one.

    Either of the classes of a score, `kind`, or of up to twenty segments of the shop's own. There a customer
    in several counts in a cell of each pair. Cells without customers are left out. Raises InvalidInputError
    for what is not accepted, NotFoundError for an unknown segment, TimedOutError.
    """
    ctx.allow(tenant, READ)
    if (kind is None) == (segments is None):
        raise InvalidInputError("kind", "Give exactly one of kind and segmentIds.")
    if since >= until:
        raise InvalidInputError("from", "from is not before to; give the earlier instant as from.")
    told = [MEMBER if kind is None else kind]
    numbers = [0] if segments is None else await _own(ctx, tenant, segments)
    for number in numbers:
        for name, at in (("to", until), ("from", since)):
            if not await states.check(ctx, tenant, at, told[0], number, field=name):
                await _begun(ctx, tenant, told[0], number, at, name)
    values: dict[str, Any] = {"since": since, "until": until}
    if kind is None:
        values["of_segments"] = numbers
    found = await ctx.reader.fetch(
        _MATRICES[kind], Cell, tenant=tenant, within=ctx.query_timeout_seconds, **values
    )
    order: dict[str | int | None, int] = {}
    for each in (*(numbers if kind is None else _ORDERS[kind]), None):
        order[each] = len(order)
    return sorted(found, key=lambda cell: (order[cell.origin], order[cell.destination]))


async def _own(ctx: Ctx, tenant: int, numbers: Sequence[int]) -> list[int]:
    """The numbers once each, if all are segments of the shop's own."""
    wanted = [*dict.fromkeys(numbers)]
    if not 0 < len(wanted) <= MOST:
        raise InvalidInputError("segmentIds", f"{len(wanted)} segments; accepted are 1 to {MOST}.")
    for number, row in zip(wanted, await BY_ID.find_all(ctx, tenant, wanted), strict=True):
        if row is None:
            raise NotFoundError.of("Segment", tenant, number)
        if row.builtin is not None:
            told = f"{row.name} is built in; give kind, which compares all classes of its score."
            raise InvalidInputError("segmentIds", told)
    return wanted


async def _begun(ctx: Ctx, tenant: int, kind: str, number: int, at: datetime, field: str) -> None:
    """A segment that was not there yet had nobody in it; of all else more would have to be known."""
    if kind == MEMBER:
        row = await BY_ID.find(ctx, tenant, number)
        if row is not None and at < row.created_at:
            return
    await _refuse(ctx, tenant, kind, number, field)


async def _refuse(ctx: Ctx, tenant: int, kind: str, number: int, field: str) -> None:
    begun = await states.begun(ctx, tenant, kind, number)
    since = "from the next run on" if begun is None else f"from {begun.isoformat()} on"
    raise InvalidInputError(field, f"{field}: who was in it is told {since}; give a later instant.")


def _matrix(earlier: Subquery, later: Subquery) -> Statement:
    joined = earlier.join(later, later.c.customer_id == earlier.c.customer_id, full=True)
    pair = (earlier.c.key, later.c.key)
    return prepare(select(*pair, func.count()).select_from(joined).group_by(*pair))


_SINCE, _UNTIL = (bindparam(name, type_=_MOMENT) for name in ("since", "until"))
_NUMBERS = bindparam("of_segments", type_=ARRAY(BigInteger))
_MATRICES: dict[str | None, Statement] = {
    None: _matrix(states.of_segments(_NUMBERS, _SINCE), states.of_segments(_NUMBERS, _UNTIL)),
    **{kind: _matrix(states.of_classes(kind, _SINCE), states.of_classes(kind, _UNTIL)) for kind in CLASSES},
}
