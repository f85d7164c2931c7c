"""Who was in which segment at an instant: who is now, with what the feed tells of later taken back."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import (
    BigInteger,
    BindParameter,
    ColumnElement,
    Select,
    Subquery,
    and_,
    any_,
    bindparam,
    exists,
    func,
    not_,
    select,
)
from sqlalchemy.dialects.postgresql import distinct_on

from kit.db import TENANT, prepare
from kit.errors import InvalidInputError
from models import TABLES
from models.segment_change import CLASSES, MEMBER
from resolvers.context import Ctx
from resolvers.standing import RUN, SCORES

_MEMBERS, _FEED, _CHANGES = (TABLES[each] for each in ("segment_member", "segment_feed", "segment_change"))
_COLUMNS = dict(zip(CLASSES, ("segment", "clv_tier", "churn_risk"), strict=True))


class _Begun(NamedTuple):
    now: datetime
    at: datetime | None


def _begun() -> Any:
    first = (
        select(func.min(_FEED.c.at))
        .where(
            _FEED.c.tenant_id == TENANT,
            _FEED.c.kind == bindparam("kind"),
            _FEED.c.segment_id == bindparam("segment", type_=BigInteger),
        )
        .scalar_subquery()
    )
    return prepare(select(func.clock_timestamp(), first))


_BEGUN = _begun()


async def check(ctx: Ctx, tenant: int, at: datetime, kind: str, segment: int, *, field: str) -> bool:
    """Whether the feed tells of a segment, or of the classes of a score (`segment` 0), at an instant.

    False where it begins later. Raises InvalidInputError, under the name of `field`, for one to come.
    """
    (begun,) = await ctx.reader.fetch(_BEGUN, _Begun, tenant=tenant, kind=kind, segment=segment)
    if at > begun.now:
        raise InvalidInputError(field, f"{field} is to come; give an instant that is past.")
    return begun.at is not None and begun.at <= at


async def begun(ctx: Ctx, tenant: int, kind: str, segment: int) -> datetime | None:
    """From when on the feed tells of it; None if it does not."""
    return (await ctx.reader.fetch(_BEGUN, _Begun, tenant=tenant, kind=kind, segment=segment))[0].at


def of_classes(kind: str, at: BindParameter[datetime]) -> Subquery:
    """Customers (`customer_id`) and the class of a score they were in (`key`) at an instant."""
    scores = SCORES.alias()
    now = scores.c[_COLUMNS[kind]]
    later = _later(at, _CHANGES.c.from_segment, (), _FEED.c.kind == kind, _FEED.c.segment_id == 0)
    stayed = select(scores.c.customer_id, now.label("key")).where(
        scores.c.tenant_id == TENANT,
        scores.c.run_id == RUN,
        now.is_not(None),
        not_(exists().where(later.c.customer_id == scores.c.customer_id)),
    )
    back = select(later.c.customer_id, later.c.before).where(later.c.before.is_not(None))
    return stayed.union_all(back).subquery()


def of_segments(numbers: BindParameter[Sequence[int]], at: BindParameter[datetime]) -> Subquery:
    """Customers and the numbers, among those given, of segments of the shop's own that they were in.

    A customer in several of them is there as often.
    """
    members = _MEMBERS.alias()
    chosen = _FEED.c.segment_id == any_(numbers)
    entered = _later(at, _FEED.c.entered, (_FEED.c.segment_id,), _FEED.c.kind == MEMBER, chosen)
    same = and_(entered.c.customer_id == members.c.customer_id, entered.c.segment_id == members.c.segment_id)
    stayed = select(members.c.customer_id, members.c.segment_id.label("key")).where(
        members.c.tenant_id == TENANT, members.c.segment_id == any_(numbers), not_(exists().where(same))
    )
    back = select(entered.c.customer_id, entered.c.segment_id).where(not_(entered.c.before))
    return stayed.union_all(back).subquery()


def _later(
    at: BindParameter[datetime],
    before: ColumnElement[Any],
    keys: tuple[ColumnElement[Any], ...],
    *of: ColumnElement[bool],
) -> Any:
    """The first change of each customer (in each of `keys`) after an instant: it tells what was before."""
    first: Select[Any] = (
        select(_CHANGES.c.customer_id, *keys, before.label("before"))
        .join_from(_FEED, _CHANGES, _CHANGES.c.feed_id == _FEED.c.id)
        .where(
            _FEED.c.tenant_id == TENANT,
            _CHANGES.c.tenant_id == TENANT,
            _FEED.c.at > at,
            *of,
        )
        .ext(distinct_on(_CHANGES.c.customer_id, *keys))
        .order_by(_CHANGES.c.customer_id, *keys, _FEED.c.at)
    )
    return first.cte().prefix_with("MATERIALIZED")
