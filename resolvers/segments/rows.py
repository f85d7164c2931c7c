"""Segments as they are stored: one, or pages of them."""

from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import select

from kit.db import TENANT
from kit.errors import InvalidInputError, NotFoundError
from kit.page import Page
from models import TABLES
from models.segment import DYNAMIC, STATIC
from resolvers import tenants
from resolvers.context import Ctx
from resolvers.keyset import KeysetList
from resolvers.lookup import Lookup

SEGMENTS = TABLES["segment"]


class SegmentRow(NamedTuple):
    """`criteria` are there where `type` is dynamic. `refreshed_at`: when its members were last true."""

    tenant_id: int
    id: int
    name: str
    type: str
    criteria: dict[str, Any] | None
    description: str | None
    member_count: int
    refreshed_at: datetime | None
    created_at: datetime
    updated_at: datetime


COLUMNS = [SEGMENTS.c[name] for name in SegmentRow._fields]
_OF_TENANT = select(*COLUMNS).where(SEGMENTS.c.tenant_id == TENANT)
_LIST = KeysetList("segment", SEGMENTS, _OF_TENANT, SegmentRow)
BY_ID = Lookup.of(_OF_TENANT, SEGMENTS.c.id, SegmentRow)
find = BY_ID.find
"""The segment of an id, or None if the tenant has none such."""


async def get(ctx: Ctx, tenant: int, segment: int) -> SegmentRow:
    """The segment. Raises NotFoundError for an unknown tenant or segment."""
    row = await find(ctx, tenant, segment)
    if row is None:
        await tenants.get(ctx, tenant)
        raise NotFoundError.of("Segment", tenant, segment)
    return row


def type_named(field: str, name: str) -> str:
    """The type a caller means, whatever the case. Raises InvalidInputError that lists the accepted ones."""
    wanted = name.strip().lower()
    if wanted not in (DYNAMIC, STATIC):
        raise InvalidInputError(field, f"'{name}' is not a {field}; accepted are {DYNAMIC}, {STATIC}.")
    return wanted


async def page(
    ctx: Ctx,
    tenant: int,
    *,
    kind: str | None = None,
    first: int | None = None,
    after: str | None = None,
    last: int | None = None,
    before: str | None = None,
    with_total: bool = False,
) -> Page[SegmentRow]:
    """One page of the segments by id, of all or of one type. Raises as `KeysetList.page` does."""
    where = None if kind is None else SEGMENTS.c.type == kind
    return await _LIST.page(
        ctx, tenant, first=first, after=after, last=last, before=before, with_total=with_total, where=where
    )
