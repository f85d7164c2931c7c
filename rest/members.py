"""Members of a segment."""

from typing import Annotated

from fastapi import APIRouter, Query, Request
from pydantic import BaseModel, Field

from resolvers import segments
from rest.caching import unless_known
from rest.values import MOST, Context, Limit, SegmentPath, TenantQuery, told_as

router = APIRouter(prefix="/api/v2/cdp/segments", tags=["Segments"])

Offset = Annotated[int, Query(ge=0, le=MOST, description="Members to leave out before the first one")]
Cursor = Annotated[
    str | None,
    Query(description="`next_cursor` of the page before, instead of an offset: deep pages stay quick"),
]


class MemberData(BaseModel):
    customer_id: int
    email: str | None
    first_name: str | None
    last_name: str | None


class MembersData(BaseModel):
    segment_id: int
    members: list[MemberData] = Field(description="By customer number")
    total: int = Field(description="Members of the whole segment")
    limit: int
    offset: int | None = Field(description="Members before the first one; null where a cursor was given")
    next_cursor: str | None = Field(description="`cursor` of the next page; null on the last one")


class MembersResponse(BaseModel):
    success: bool
    data: MembersData


@router.get(
    "/{segmentId}/members",
    operation_id="getSegmentMembers",
    summary="Members of a segment",
    response_model=MembersResponse,
)
async def get_members(
    request: Request,
    ctx: Context,
    segment: SegmentPath,
    tenant: TenantQuery,
    limit: Limit = 100,
    offset: Offset = 0,
    cursor: Cursor = None,
) -> MembersResponse:
    """The customers in a segment, a page at a time."""
    version = await segments.of_members(ctx, tenant, segment)
    unless_known(request, version)
    row = version.segment
    with told_as(after="cursor"):
        page = await segments.list_members(ctx, tenant, row, first=limit, after=cursor, offset=offset)
    members = [
        MemberData(
            customer_id=each.id, email=each.email, first_name=each.first_name, last_name=each.last_name
        )
        for each in page.rows
    ]
    data = MembersData(
        segment_id=row.id,
        members=members,
        total=row.member_count,
        limit=limit,
        offset=offset if cursor is None else None,
        next_cursor=page.end if page.has_next else None,
    )
    return MembersResponse(success=True, data=data)
