"""Credentials of integrations before they are kept: VTEX itself is asked."""

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field
from pydantic.config import JsonDict

from connectors.vtex import ENVIRONMENTS, LONGEST_NAME, NAME, USUAL_ENVIRONMENT
from resolvers import credentials
from resolvers.integrations import LONGEST_SECRET, SHORTEST_SECRET, NewIntegration
from rest.errors import Problem
from rest.values import Context

router = APIRouter(prefix="/api/v2/tenant-integrations/validate", tags=["Tenant Integrations"])


ACCOUNT: JsonDict = {"pattern": f"^{NAME}$", "maxLength": LONGEST_NAME}
ENVIRONMENT: JsonDict = {"enum": [*ENVIRONMENTS]}
SECRET: JsonDict = {"pattern": f"^[!-~]{{{SHORTEST_SECRET},{LONGEST_SECRET}}}$"}
"""What is accepted, for the document; it is checked, and told in words, where it is used."""


def or_null(schema: JsonDict) -> JsonDict:
    """The schema of a text that may be null."""
    return {"anyOf": [{"type": "string", **schema}, {"type": "null"}]}


class VtexValidateRequest(BaseModel):
    """An account and how to get in; nothing of it is kept."""

    model_config = ConfigDict(strict=True, hide_input_in_errors=True)

    account_name: str = Field(description="The account's name at VTEX", json_schema_extra=ACCOUNT)
    app_key: str = Field(repr=False, description="The key; not kept", json_schema_extra=SECRET)
    app_token: str = Field(repr=False, description="The token; not kept", json_schema_extra=SECRET)
    environment: str = Field(
        default=USUAL_ENVIRONMENT, description="The environment at VTEX", json_schema_extra=ENVIRONMENT
    )


class VtexAccount(BaseModel):
    account_name: str
    is_active: bool | None = Field(description="As VTEX says; null where the key may not read the account")
    hosts: list[str] = Field(description="The hosts of the account's stores")


class VtexValidateResponse(BaseModel):
    success: bool
    message: str = Field(description="Names the permission that the key lacks, if it lacks one")
    account_info: VtexAccount


@router.post(
    "/vtex",
    operation_id="validateVtexCredentials",
    summary="Validate VTEX credentials",
    response_model=VtexValidateResponse,
    responses={
        502: {"model": Problem, "description": "VTEX cannot be reached, or fails"},
        504: {"model": Problem, "description": "VTEX does not answer in time"},
    },
)
async def validate_vtex(ctx: Context, body: VtexValidateRequest) -> VtexValidateResponse:
    """Ask VTEX whether the credentials get in, before they are kept."""
    found = await credentials.validate(ctx, NewIntegration("vtex", **body.model_dump()))
    message = "VTEX credentials are valid"
    if found.missing:
        message += f", but the key lacks a permission: {', '.join(found.missing)}"
    return VtexValidateResponse(
        success=True,
        message=message,
        account_info=VtexAccount(
            account_name=found.account_name, is_active=found.is_active, hosts=list(found.hosts)
        ),
    )
