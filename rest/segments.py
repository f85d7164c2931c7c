"""Segments of a tenant."""

from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from pydantic import BaseModel, Field

from models.segment import DYNAMIC, STATIC
from resolvers import segments
from rest.caching import unless_known
from rest.values import Context, TenantQuery, second

router = APIRouter(prefix="/api/v2/cdp/segments", tags=["Segments"])


class SegmentData(BaseModel):
    id: int
    name: str
    type: str = Field(description="dynamic or static")
    criteria: dict[str, Any] | None = Field(description="Who is in it, as stored; null for a static one")
    member_count: int
    last_updated: str | None = Field(description="When its members were last worked out or changed")


class SegmentsResponse(BaseModel):
    success: bool
    data: list[SegmentData]


@router.get("", operation_id="listSegments", summary="List segments", response_model=SegmentsResponse)
async def list_segments(
    request: Request,
    ctx: Context,
    tenant: TenantQuery,
    kind: Annotated[
        str | None,
        Query(
            alias="type",
            description="dynamic or static; all unless given",
            json_schema_extra={"enum": [DYNAMIC, STATIC]},
        ),
    ] = None,
) -> SegmentsResponse:
    """All segments of a tenant, by number."""
    kind = None if kind is None else segments.type_named("type", kind)
    unless_known(request, await segments.of_all(ctx, tenant))
    page = await segments.page(ctx, tenant, kind=kind, first=segments.MOST_LISTED)
    found = [
        SegmentData(
            id=row.id,
            name=row.name,
            type=row.type,
            criteria=row.criteria,
            member_count=row.member_count,
            last_updated=second(row.refreshed_at),
        )
        for row in page.rows
    ]
    return SegmentsResponse(success=True, data=found)
