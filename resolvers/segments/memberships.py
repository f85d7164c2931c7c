"""The segments that customers are in: members of the shop's own, and classes of the standing scores."""

from datetime import datetime
from typing import Any, NamedTuple, Unpack

from sqlalchemy import func, literal, select, union_all

from kit.db import TENANT
from kit.page import Asked, Page
from models import TABLES
from resolvers.context import Ctx
from resolvers.criteria import classes
from resolvers.keyset import KeysetList
from resolvers.relation import Relation
from resolvers.segments.members import MEMBERS
from resolvers.segments.rows import COLUMNS, SEGMENTS, SegmentRow

_CHANGES, _FEED = TABLES["segment_change"], TABLES["segment_feed"]


class Membership(NamedTuple):
    """A customer in a segment, and since when: None where no run has seen them come into it."""

    customer_id: int
    added_at: datetime | None
    segment: SegmentRow


def _membership(customer: int, added_at: datetime | None, *columns: Any) -> Membership:
    return Membership(customer, added_at, SegmentRow(*columns))


_MOVED_AT = (
    select(func.max(_FEED.c.at))
    .where(
        _CHANGES.c.tenant_id == TENANT,
        _CHANGES.c.customer_id == classes.SCORES_APART.c.customer_id,
        _FEED.c.tenant_id == TENANT,
        _FEED.c.id == _CHANGES.c.feed_id,
        _FEED.c.kind + literal(":") + _CHANGES.c.to_segment == classes.SEGMENTS.c.builtin,
    )
    .scalar_subquery()
)
_EITHER = union_all(
    select(MEMBERS.c.customer_id, MEMBERS.c.segment_id, MEMBERS.c.added_at).where(
        MEMBERS.c.tenant_id == TENANT
    ),
    classes.classed().add_columns(_MOVED_AT.label("added_at")),
).subquery("membership")
_MEMBERSHIPS = (
    select(_EITHER.c.customer_id, _EITHER.c.added_at, *COLUMNS)
    .select_from(_EITHER.join(SEGMENTS, SEGMENTS.c.id == _EITHER.c.segment_id))
    .where(SEGMENTS.c.tenant_id == TENANT)
)
_OF_CUSTOMER = Relation(KeysetList("membership", SEGMENTS, _MEMBERSHIPS, _membership), _EITHER.c.customer_id)


async def of_customer(ctx: Ctx, tenant: int, customer: int, **asked: Unpack[Asked]) -> Page[Membership]:
    """A page of the segments a customer is in, by their ids, read with those of the other customers.

    Raises InvalidInputError for a page size or cursor that is not accepted.
    """
    return await _OF_CUSTOMER.page(ctx, tenant, customer, **asked)
