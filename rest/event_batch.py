"""Events by the list: up to a thousand as JSON, any number as lines of JSON."""

from itertools import count, repeat
from typing import Annotated, Any, Literal

import orjson
from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import StreamingResponse
from pydantic import BaseModel, Field

from kit.errors import InvalidInputError
from kit.http import is_stream
from resolvers.context import Ctx
from resolvers.intake.event import Submission
from resolvers.writes.batch import check_length
from resolvers.writes.events import MOST_EVENTS, submit
from resolvers.writes.keys import Key
from rest.body import parsed
from rest.errors import Problem
from rest.event_body import read_event, read_tenant
from rest.event_lines import EventLines
from rest.event_result import Tally, sent_event
from rest.events import EventRequest, IdempotencyKey
from rest.values import MOST, Context

router = APIRouter(prefix="/api/v2/cdp/events", tags=["Events"])

NDJSON = "application/x-ndjson"
STREAMS = {"/api/v2/cdp/events/batch": NDJSON}
"""Paths whose bodies are read as they come in, and their media type."""

Tenant = Annotated[
    int | None,
    Query(
        alias="tenant_id", ge=1, le=MOST, description="The tenant's number, where the body does not tell it"
    ),
]


class EventResult(BaseModel):
    """What became of one event."""

    index: int = Field(description="Its place in the list, from 0")
    status: Literal["inserted", "duplicate", "rejected"]
    id: str | None = Field(None, description="The event's id; not there where it was rejected")
    message_id: str | None = Field(None, description="The sender's own id, or one that was made")
    reason: str | None = Field(None, description="Why it was rejected")
    event: Any = Field(None, description="The rejected event as it was sent; mended it can be sent again")


class EventsResponse(BaseModel):
    success: bool
    inserted: int
    duplicate: int
    rejected: int
    results: list[EventResult] = Field(description="One for each event, in their order")


_EVENT = {**EventRequest.model_json_schema(), "required": ["event_type"]}
_LIST = {
    "type": "object",
    "required": ["events"],
    "properties": {
        "tenant_id": {"type": "integer", "minimum": 1, "description": "The tenant's number"},
        "events": {"type": "array", "minItems": 1, "maxItems": MOST_EVENTS, "items": _EVENT},
    },
}
_LINE = '{"customer_id": 12345, "event_type": "page_view", "properties": {"page": "/"}}'
_RESULTS = (
    '{"line": 1, "status": "rejected", "reason": "event_type is required", "event": {"customer_id": 12345}}\n'
    '{"success": true, "inserted": 0, "duplicate": 0, "rejected": 1}'
)
_CONTENT = {
    "application/json": {"schema": _LIST},
    NDJSON: {"schema": {"type": "string", "description": "An event a line"}, "example": _LINE},
}


@router.post(
    "/batch",
    operation_id="trackEvents",
    summary="Track events",
    response_model=EventsResponse,
    responses={
        200: {
            "content": {
                NDJSON: {
                    "schema": {"type": "string", "description": "A result a line, a sum last"},
                    "example": _RESULTS,
                }
            }
        },
        409: {"model": Problem, "description": "The idempotency key came before with another body"},
        413: {"model": Problem, "description": "The body is too large; lines of JSON may be of any length"},
        429: {"model": Problem, "description": "More comes in than can be saved; see Retry-After"},
    },
    openapi_extra={"requestBody": {"required": True, "content": _CONTENT}},
)
async def track_batch(
    ctx: Context, request: Request, tenant: Tenant = None, key: IdempotencyKey = None
) -> Response:
    """Save what customers did: a result for each event, those that are rejected apart from the others."""
    if is_stream(request.scope, STREAMS):
        return await _lines(ctx, request, tenant, key)
    body = await request.body()
    tenant, given = _read(parsed(request), tenant)
    check_length("events", given, MOST_EVENTS)
    sent = [*map(sent_event, given)]
    events = [read_event(each, tenant) for each in sent]
    claimed = None if key is None else Key.of(key, "POST events/batch", b"%d %b" % (tenant, body))
    outcomes = await submit(ctx, Submission(tenant, events, claimed))
    tally = Tally(tenant)
    results = [*map(tally.result, repeat("index"), count(), outcomes, sent)]
    content = orjson.dumps({**tally.summary(), "results": results})
    return Response(content, media_type="application/json")


def _read(given: Any, tenant: int | None) -> tuple[int, list[Any]]:
    """The tenant and the events of a body: an object with both, or a list with the tenant in the address."""
    if isinstance(given, dict):
        named = given.get("tenant_id")
        if named is not None and tenant is not None and read_tenant(named) != tenant:
            raise InvalidInputError("tenant_id", "tenant_id of the address and of the body differ")
        tenant = tenant if named is None else named
        given = given.get("events")
    if not isinstance(given, list):
        raise InvalidInputError("events", "events must be a list of 1 to 1,000 events")
    return read_tenant(tenant), given


async def _lines(ctx: Ctx, request: Request, tenant: int | None, key: str | None) -> Response:
    if key is not None:
        told = "Idempotency-Key is not accepted with lines of JSON; a message_id makes each event known again"
        raise InvalidInputError("Idempotency-Key", told)
    found = EventLines(ctx, read_tenant(tenant))
    await found.take(request.stream())
    return StreamingResponse(found.answer(), media_type=NDJSON)
