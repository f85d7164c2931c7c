"""The members of a segment with their scores, as a file that is written while they are read."""

import asyncio
from collections.abc import AsyncGenerator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, Select, bindparam, case, func, select

from connectors.exports import FORMATS, Column, Format, Kind, Row
from kit.db import TENANT, Statement, prepare
from kit.errors import InvalidInputError
from resolvers import tenants
from resolvers.consents import agrees, channel_named
from resolvers.context import READ, Ctx
from resolvers.criteria import FROM, compile_criteria
from resolvers.segments.members import MEMBERS
from resolvers.segments.rows import SegmentRow, get, members
from resolvers.standing import CUSTOMERS, SCORES

SIZE = 2_000
"""Members that are held at a time; a file in groups of rows holds a group."""
_LONGEST = 60.0
"""Seconds that the database may take for a block."""
_CURRENCY = "currency"

_SELECTED: dict[str, tuple[ColumnElement[Any], Kind]] = {
    "customer_id": (CUSTOMERS.c.id, Kind.INTEGER),
    "external_id": (CUSTOMERS.c.external_id, Kind.TEXT),
    "email": (CUSTOMERS.c.email, Kind.TEXT),
    "first_name": (CUSTOMERS.c.first_name, Kind.TEXT),
    "last_name": (CUSTOMERS.c.last_name, Kind.TEXT),
    "created_at": (CUSTOMERS.c.created_at, Kind.INSTANT),
    "rfm_segment": (SCORES.c.segment, Kind.TEXT),
    "recency_score": (SCORES.c.recency_score, Kind.INTEGER),
    "frequency_score": (SCORES.c.frequency_score, Kind.INTEGER),
    "monetary_score": (SCORES.c.monetary_score, Kind.INTEGER),
    "recency_days": (SCORES.c.recency_days, Kind.INTEGER),
    "frequency": (SCORES.c.frequency, Kind.INTEGER),
    "monetary": (SCORES.c.monetary, Kind.MONEY),
    "historical_value": (case((SCORES.c.clv_tier.is_not(None), SCORES.c.monetary)), Kind.MONEY),
    "expected_value": (SCORES.c.expected_value, Kind.MONEY),
    "predicted_value": (SCORES.c.predicted_value, Kind.MONEY),
    "clv_tier": (SCORES.c.clv_tier, Kind.TEXT),
    "churn_probability": (SCORES.c.churn_probability, Kind.NUMBER),
    "churn_risk": (SCORES.c.churn_risk, Kind.TEXT),
}
COLUMNS = (*(Column(name, kind) for name, (_, kind) in _SELECTED.items()), Column(_CURRENCY, Kind.TEXT))
"""What is told of each member: who they are, and their standing scores. Money is in `currency`."""


@dataclass(frozen=True, slots=True)
class Export:
    """A file to be: its name, its media type, and its bytes, which are made as they are taken.

    `left_out`: how many are not in it for want of a consent; None where none was asked for.
    """

    name: str
    media_type: str
    content: AsyncGenerator[bytes, None]
    left_out: int | None = None


def format_named(name: str) -> Format:
    """The format a caller means, whatever the case. Raises InvalidInputError that lists the accepted ones."""
    found = FORMATS.get(name.strip().lower())
    if found is None:
        raise InvalidInputError(
            "format", f"'{name[:60]}' is not a format; accepted are {', '.join(FORMATS)}."
        )
    return found


def address(tenant: int, segment: int, chosen: Format, channel: str | None = None) -> str:
    """Where the REST face answers with the file."""
    asked = f"/api/v2/cdp/segments/{segment}/export?tenant_id={tenant}&format={chosen.name}"
    return asked if channel is None else f"{asked}&channel={channel}"


async def export(
    ctx: Ctx, tenant: int, segment: int, chosen: Format, *, channel: str | None = None
) -> Export:
    """A segment's members by their numbers, all of one snapshot, as a file of a format.

    With a `channel` those alone who have agreed to it. Raises InvalidInputError for one that is none,
    NotFoundError for an unknown tenant or segment; its content raises OverloadedError where too many
    are under way, TimedOutError and UnavailableError. Close the content if it is not read to its end.
    """
    ctx.allow(tenant, READ)
    row = await get(ctx, tenant, segment)
    currency = (await tenants.get(ctx, tenant)).currency
    asked = None if channel is None else channel_named(channel)
    left_out = None if asked is None else await _left_out(ctx, row, asked)
    ending = chosen.name if asked is None else f"{asked}.{chosen.name}"
    name = f"segment-{tenant}-{segment}.{ending}"
    return Export(name, chosen.media_type, _content(ctx, row, currency, chosen, asked), left_out)


async def _left_out(ctx: Ctx, segment: SegmentRow, channel: str) -> int:
    """How many members have not agreed to a channel."""
    counted = _members(segment, [func.count()]).where(~agrees(CUSTOMERS.c.id))
    values: dict[str, Any] = {"segment": segment.id, "channel": channel}
    tenant = segment.tenant_id
    return (await ctx.reader.fetch(prepare(counted), int, tenant=tenant, within=_LONGEST, **values))[0]


async def _content(
    ctx: Ctx, segment: SegmentRow, currency: str, chosen: Format, channel: str | None
) -> AsyncGenerator[bytes, None]:
    """The bytes of the file. The head comes with the first rows, so that what fails at once gives nothing."""

    def row(*values: Any) -> Row:
        return (*values, currency)

    encoder = chosen.encoder(COLUMNS)
    head = encoder.head()
    with ctx.db.long_read():
        async for rows in ctx.reader.stream(
            _statement(segment, channel),
            row,
            tenant=segment.tenant_id,
            size=SIZE,
            within=_LONGEST,
            segment=segment.id,
            channel=channel,
        ):
            encoded = head + await asyncio.to_thread(encoder.rows, rows)
            head = b""
            if encoded:
                yield encoded
    yield head + encoder.tail()


def _statement(segment: SegmentRow, channel: str | None) -> Statement:
    found = _members(segment, [column.label(name) for name, (column, _) in _SELECTED.items()])
    if channel is not None:
        found = found.where(agrees(CUSTOMERS.c.id))
    return prepare(found.order_by(CUSTOMERS.c.id))


def _members(segment: SegmentRow, columns: list[ColumnElement[Any]]) -> Select[Any]:
    """Columns of the members of a segment; it may want its number as `segment`."""
    query = members(segment)
    found = select(*columns).where(CUSTOMERS.c.tenant_id == TENANT)
    if query.criteria is not None:
        condition = compile_criteria(query.criteria)
        found = found.select_from(FROM[True]).where(condition.of_customers)
    else:
        source = FROM[True].join(MEMBERS, MEMBERS.c.customer_id == CUSTOMERS.c.id)
        number = bindparam("segment", type_=BigInteger)
        found = found.select_from(source).where(MEMBERS.c.tenant_id == TENANT, MEMBERS.c.segment_id == number)
    return found
