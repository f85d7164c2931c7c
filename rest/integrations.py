"""Integrations of a tenant: accounts in other systems, whose credentials go in and never come out."""

from typing import Annotated, Any

from fastapi import APIRouter, Path
from pydantic import BaseModel, ConfigDict, Field
from pydantic.config import JsonDict

from connectors.vtex import USUAL_ENVIRONMENT
from models.integration import FEEDS, TYPES
from resolvers import integrations, tenants
from resolvers.integrations import (
    LONGEST_PAUSE,
    OFF,
    USUAL_PAUSE,
    IntegrationChanges,
    IntegrationRow,
    NewIntegration,
)
from rest.credentials import ACCOUNT, ENVIRONMENT, SECRET, or_null
from rest.errors import Problem
from rest.values import MOST, Context, TenantPath, Whole, second

router = APIRouter(prefix="/api/v2/tenant-integrations", tags=["Tenant Integrations"])

EXACT = 2**53 - 1
"""The largest number that JSON's readers agree on."""
PLACE = "tenantOrIntegrationId"
"""What the document calls the number in the path, which is the tenant's or the integration's by method."""
TYPE: JsonDict = {"enum": [*TYPES]}
FEED: JsonDict = {"enum": [*FEEDS]}
MINUTES: JsonDict = {"minimum": 1, "maximum": LONGEST_PAUSE}
TAKEN: dict[int | str, dict[str, Any]] = {
    409: {"model": Problem, "description": "The account is integrated with the tenant already"}
}
LINKS = {
    "list": {"operationId": "listIntegrations", "parameters": {PLACE: "$response.body#/data/tenant_id"}},
    "update": {"operationId": "updateIntegration", "parameters": {PLACE: "$response.body#/data/id"}},
    "delete": {"operationId": "deleteIntegration", "parameters": {PLACE: "$response.body#/data/id"}},
}
"""Where an integration that was made goes on."""

IntegrationPath = Annotated[
    int, Path(alias="integrationId", ge=1, le=MOST, description="The integration's number")
]


class IntegrationCreateRequest(BaseModel):
    """The account and how to get in. `repr` does not show the credentials."""

    model_config = ConfigDict(strict=True, hide_input_in_errors=True)

    tenant_id: Whole = Field(ge=1, le=EXACT, description="The tenant's number")
    integration_type: str = Field(description="The system; vtex is known", json_schema_extra=TYPE)
    account_name: str = Field(description="The account's name there", json_schema_extra=ACCOUNT)
    environment: str = Field(
        default=USUAL_ENVIRONMENT, description="The environment there", json_schema_extra=ENVIRONMENT
    )
    app_key: str = Field(
        repr=False, description="The key; kept encrypted, and never told again", json_schema_extra=SECRET
    )
    app_token: str = Field(
        repr=False, description="The token; kept encrypted, and never told again", json_schema_extra=SECRET
    )
    is_active: bool = Field(default=True, description="Whether it is to be used")
    sync_minutes: Whole = Field(
        default=USUAL_PAUSE,
        description="Minutes from the end of a sync to the next one",
        json_schema_extra=MINUTES,
    )
    feed: str = Field(
        default=OFF,
        description="Whether VTEX's feed of changes is used where no other system uses it: off, auto",
        json_schema_extra=FEED,
    )


class IntegrationUpdateRequest(BaseModel):
    """What to change; what is left out or null stays."""

    model_config = ConfigDict(strict=True, hide_input_in_errors=True)

    is_active: bool | None = Field(default=None, description="Whether it is to be used")
    integration_type: str | None = Field(
        default=None, description="The system; vtex is known", json_schema_extra=or_null(TYPE)
    )
    account_name: str | None = Field(
        default=None, description="Another account there", json_schema_extra=or_null(ACCOUNT)
    )
    environment: str | None = Field(
        default=None, description="Another environment there", json_schema_extra=or_null(ENVIRONMENT)
    )
    app_key: str | None = Field(
        default=None, repr=False, description="Another key", json_schema_extra=or_null(SECRET)
    )
    app_token: str | None = Field(
        default=None, repr=False, description="Another token", json_schema_extra=or_null(SECRET)
    )
    sync_minutes: Whole | None = Field(
        default=None,
        description="Minutes from the end of a sync to the next one",
        json_schema_extra={"anyOf": [{"type": "integer", **MINUTES}, {"type": "null"}]},
    )
    feed: str | None = Field(
        default=None,
        description="Whether VTEX's feed of changes is used where no other system uses it: off, auto",
        json_schema_extra=or_null(FEED),
    )


class IntegrationData(BaseModel):
    id: int
    tenant_id: int
    integration_type: str
    account_name: str
    environment: str
    is_active: bool
    last_sync: str | None = Field(
        description="When it last brought what there was; null before the first time"
    )
    app_key_hint: str = Field(description="The last four characters of the key")
    sync_minutes: int = Field(description="Minutes from the end of a sync to the next one")
    feed: str = Field(description="Whether VTEX's feed of changes is used: off, auto")


class IntegrationsResponse(BaseModel):
    success: bool
    data: list[IntegrationData]


class IntegrationCreated(BaseModel):
    id: int
    tenant_id: int
    integration_type: str


class IntegrationCreateResponse(BaseModel):
    success: bool
    message: str
    data: IntegrationCreated


class IntegrationUpdateResponse(BaseModel):
    success: bool
    message: str
    data: IntegrationData


class IntegrationDeleteResponse(BaseModel):
    success: bool
    message: str


@router.get(
    "/{tenantId}",
    operation_id="listIntegrations",
    summary="List integrations",
    response_model=IntegrationsResponse,
)
async def of_tenant(ctx: Context, tenant: TenantPath) -> IntegrationsResponse:
    """All integrations of a tenant, by number."""
    await tenants.get(ctx, tenant)
    rows = await integrations.of_tenant(ctx, tenant)
    return IntegrationsResponse(success=True, data=[_told(row) for row in rows])


@router.post(
    "",
    operation_id="createIntegration",
    summary="Create an integration",
    status_code=201,
    response_model=IntegrationCreateResponse,
    responses={**TAKEN, 201: {"links": LINKS}},
)
async def create(ctx: Context, body: IntegrationCreateRequest) -> IntegrationCreateResponse:
    """Keep an account of another system, its credentials encrypted."""
    values = body.model_dump(exclude={"tenant_id"})
    row = await integrations.create(ctx, body.tenant_id, NewIntegration(**values))
    return IntegrationCreateResponse(
        success=True,
        message="Integration created successfully",
        data=IntegrationCreated(id=row.id, tenant_id=row.tenant_id, integration_type=row.integration_type),
    )


@router.put(
    "/{integrationId}",
    operation_id="updateIntegration",
    summary="Update an integration",
    response_model=IntegrationUpdateResponse,
    responses=TAKEN,
)
async def update(
    ctx: Context, number: IntegrationPath, body: IntegrationUpdateRequest
) -> IntegrationUpdateResponse:
    """Change what is named of an integration; the rest stays."""
    if body.integration_type is not None:
        integrations.check_type(body.integration_type)
    tenant = await integrations.tenant_of(ctx, number)
    changes = IntegrationChanges(**body.model_dump(exclude={"integration_type"}))
    row = await integrations.update(ctx, tenant, number, changes)
    return IntegrationUpdateResponse(
        success=True, message="Integration updated successfully", data=_told(row)
    )


@router.delete(
    "/{integrationId}",
    operation_id="deleteIntegration",
    summary="Delete an integration",
    response_model=IntegrationDeleteResponse,
)
async def delete(ctx: Context, number: IntegrationPath) -> IntegrationDeleteResponse:
    """Forget an integration and its credentials; what it brought stays."""
    tenant = await integrations.tenant_of(ctx, number)
    await integrations.delete(ctx, tenant, number)
    return IntegrationDeleteResponse(success=True, message="Integration deleted successfully")


def _told(row: IntegrationRow) -> IntegrationData:
    values: dict[str, Any] = row._asdict()
    known = {name: values[name] for name in IntegrationData.model_fields if name in values}
    return IntegrationData(**known, last_sync=second(row.last_sync_at))
