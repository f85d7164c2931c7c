"""Segments as they are stored: one, or pages of them."""

from dataclasses import replace
from datetime import datetime
from typing import Any, NamedTuple, Unpack

from sqlalchemy import and_, select

from kit.db import TENANT
from kit.errors import InvalidInputError, NotFoundError
from kit.page import AskedColumns, Page
from models import TABLES
from models.segment import DYNAMIC, STATIC
from resolvers import tenants
from resolvers.context import Ctx
from resolvers.criteria import All, parse
from resolvers.customer_list import CustomerQuery
from resolvers.keyset import KeysetList
from resolvers.lookup import Lookup

SEGMENTS = TABLES["segment"]


class SegmentRow(NamedTuple):
    """`criteria` are there where `type` is dynamic. `refreshed_at`: when its members were last true.

    `builtin` is the key of a segment that every tenant has.
    """

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
    builtin: str | None


COLUMNS = [SEGMENTS.c[name] for name in SegmentRow._fields]
_OF_TENANT = select(*COLUMNS).where(SEGMENTS.c.tenant_id == TENANT)
_LIST = KeysetList("segment", SEGMENTS, _OF_TENANT, SegmentRow)
BY_ID = Lookup(_OF_TENANT, SEGMENTS.c.id, SegmentRow)
BY_BUILTIN = Lookup(_OF_TENANT, SEGMENTS.c.builtin, SegmentRow)
find = BY_ID.find
"""The segment of an id, or None if the tenant has none such."""
find_builtin = BY_BUILTIN.find
"""The built-in segment of a key, or None if the tenant has none such."""


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


def members(row: SegmentRow, query: CustomerQuery | None = None) -> CustomerQuery:
    """The members of a segment, those of them that meet a query, in its order.

    Members of a built-in segment are those whose standing scores say so.
    """
    asked = query or CustomerQuery()
    if row.builtin is None:
        return replace(asked, segment=row.id)
    own = parse(row.criteria)
    return replace(asked, criteria=own if asked.criteria is None else All((own, asked.criteria)))


async def page(
    ctx: Ctx,
    tenant: int,
    *,
    kind: str | None = None,
    built_in: bool | None = None,
    **asked: Unpack[AskedColumns],
) -> Page[SegmentRow]:
    """One page of the segments by id, of all or of one type, built in or not.

    Raises as `KeysetList.page` does.
    """
    chosen = [] if kind is None else [SEGMENTS.c.type == kind]
    if built_in is not None:
        chosen.append(SEGMENTS.c.builtin.is_not(None) if built_in else SEGMENTS.c.builtin.is_(None))
    return await _LIST.page(ctx, tenant, where=and_(*chosen) if chosen else None, **asked)
