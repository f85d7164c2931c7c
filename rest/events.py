"""Events: what customers did, one at a time."""

from typing import Annotated, Any

import orjson
from fastapi import APIRouter, Header, Request, Response
from pydantic import BaseModel, Field

from kit import ids
from kit.errors import InvalidInputError
from resolvers.intake.event import Submission
from resolvers.writes.events import submit
from resolvers.writes.keys import Key
from resolvers.writes.outcome import DUPLICATE
from rest.body import parsed
from rest.errors import Problem
from rest.event_body import read_event, read_tenant, refuse

router = APIRouter(prefix="/api/v2/cdp/events", tags=["Events"])

KEY_MEANING = (
    "1 to 255 characters of the caller's: the same body sent again under the same key within two days is "
    "saved once, and answered as at first; another body is refused with 409"
)
IdempotencyKey = Annotated[str | None, Header(alias="Idempotency-Key", description=KEY_MEANING)]


class EventRequest(BaseModel):
    """An event. Who did it is told by exactly one of customer_id, external_id and email."""

    tenant_id: int = Field(ge=1, description="The tenant's number")
    event_type: str = Field(description="page_view, add_to_cart, ..., or a type that the tenant registered")
    customer_id: int | None = Field(default=None, ge=1, description="The customer's number")
    external_id: str | None = Field(default=None, description="The shop's own id of the customer")
    email: str | None = Field(default=None, description="The customer's e-mail address")
    properties: dict[str, Any] | None = Field(default=None, description="An object of at most 32 KB")
    timestamp: str | None = Field(
        default=None, description="When, with its zone, at most a day ahead; now unless told"
    )
    message_id: str | None = Field(
        default=None,
        max_length=255,
        description="The sender's own id, which needs a timestamp: the same event again is a duplicate then",
    )


class EventData(BaseModel):
    id: str = Field(description="The event's id, which is its id in the graph as well")
    message_id: str = Field(description="The sender's own id, or one that was made")
    duplicate: bool = Field(description="Whether it was there already")


class EventResponse(BaseModel):
    success: bool
    message: str
    data: EventData


@router.post(
    "",
    operation_id="trackEvent",
    summary="Track an event",
    status_code=201,
    response_model=EventResponse,
    responses={
        409: {"model": Problem, "description": "The idempotency key came before with another body"},
        429: {"model": Problem, "description": "More comes in than can be saved; see Retry-After"},
    },
    openapi_extra={
        # Read by hand: events come in fast, and the framework's own way takes as long as all the rest.
        "parameters": [
            {
                "name": "Idempotency-Key",
                "in": "header",
                "required": False,
                "schema": {"type": "string"},
                "description": KEY_MEANING,
            }
        ],
        "requestBody": {
            "required": True,
            "content": {"application/json": {"schema": EventRequest.model_json_schema()}},
        },
    },
)
async def track(request: Request) -> Response:
    """Save something a customer did. Answers once it is committed."""
    given = parsed(request)
    if not isinstance(given, dict):
        raise InvalidInputError("body", "The body must be a JSON object")
    tenant = read_tenant(given.get("tenant_id"))
    event = read_event(given, tenant)
    if event.problems:
        refuse(event.problems, given)
    key = request.headers.get("idempotency-key")
    claimed = None if key is None else Key.of(key, "POST events", await request.body())
    (outcome,) = await submit(request.state.ctx, Submission(tenant, (event,), claimed))
    if outcome.problems:
        refuse(outcome.problems, given)
    moment, message_id = outcome.key
    duplicate = outcome.status == DUPLICATE
    content = {
        "success": True,
        "message": "Event was tracked before" if duplicate else "Event tracked successfully",
        "data": {
            "id": ids.encode_event(tenant, moment, message_id),
            "message_id": message_id,
            "duplicate": duplicate,
        },
    }
    return Response(orjson.dumps(content), 201, media_type="application/json")
