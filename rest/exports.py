"""The members of a segment as a file."""

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query
from starlette.responses import Response

from connectors.exports import FORMATS
from resolvers import segments
from rest.download import LEFT_OUT, Download
from rest.errors import Problem
from rest.values import Context, SegmentPath, TenantQuery

router = APIRouter(prefix="/api/v2/cdp/segments", tags=["Segments"])

Format = Annotated[
    Literal["csv", "ndjson", "parquet"],
    Query(alias="format", description="What kind of file: csv, ndjson (a JSON object a line) or parquet"),
]
Channel = Annotated[
    Literal["email", "sms", "push", "whatsapp", "phone", "post"] | None,
    Query(alias="channel", description="Only members who have agreed to this channel"),
]
_BODY: dict[str, dict[str, Any]] = {
    "csv": {"schema": {"type": "string", "description": "A heading, then a member a line"}},
    "ndjson": {"schema": {"type": "string", "description": "A member a line, as a JSON object"}},
    "parquet": {"schema": {"type": "string", "format": "binary", "description": "Typed columns"}},
}
_EXAMPLES = {
    "csv": "customer_id,external_id,email,first_name,last_name,created_at,rfm_segment,recency_score,"
    "frequency_score,monetary_score,recency_days,frequency,monetary,historical_value,expected_value,"
    "predicted_value,clv_tier,churn_probability,churn_risk,currency\r\n"
    "12345,C-12345,customer@example.com,Juan,Pérez,2024-01-15T10:30:00Z,Champions,5,5,5,12,11,6960.16,6960.16,"
    "1250.40,8210.56,high,0.08,active,ARS\r\n",
    "ndjson": '{"customer_id":12345,"external_id":"C-12345","email":"customer@example.com",'
    '"first_name":"Juan","last_name":"Pérez","created_at":"2024-01-15T10:30:00Z","rfm_segment":"Champions","recency_score":5,'
    '"frequency_score":5,"monetary_score":5,"recency_days":12,"frequency":11,"monetary":"6960.16",'
    '"historical_value":"6960.16","expected_value":"1250.40","predicted_value":"8210.56","clv_tier":"high",'
    '"churn_probability":0.08,"churn_risk":"active","currency":"ARS"}\n',
    "parquet": "PAR1",
}
_CONTENT = {
    FORMATS[name].media_type.partition(";")[0]: {**body, "example": _EXAMPLES[name]}
    for name, body in _BODY.items()
}


@router.get(
    "/{segmentId}/export",
    operation_id="exportSegment",
    summary="Export a segment",
    response_class=Response,
    responses={
        200: {
            "description": "The file",
            "content": _CONTENT,
            "headers": {
                LEFT_OUT: {
                    "description": "With a channel: how many members have not agreed to it",
                    "schema": {"type": "integer"},
                }
            },
        },
        429: {"model": Problem, "description": "Too many files are under way; see Retry-After"},
        504: {"model": Problem, "description": "The database takes too long"},
    },
)
async def export_segment(
    ctx: Context,
    segment: SegmentPath,
    tenant: TenantQuery,
    form: Format = "csv",
    channel: Channel = None,
) -> Download:
    """All members of a segment with their scores, streamed."""
    chosen = segments.format_named(form)
    return await Download.of(await segments.export(ctx, tenant, segment, chosen, channel=channel))
