"""Credentials of an integration, tried before they are kept."""

import strawberry

from connectors.vtex import USUAL_ENVIRONMENT, Inspection
from resolvers import credentials
from resolvers.integrations import NewIntegration
from schema.arguments import Input
from schema.context import Info
from schema.enums import IntegrationType
from schema.user_errors import UserError, answers


@strawberry.input(description="Credentials to try. Nothing of them is kept.")
class IntegrationValidateInput:
    type: IntegrationType = strawberry.field(description="The system.")
    account_name: str = strawberry.field(description="The account's name there.")
    environment: str = strawberry.field(default=USUAL_ENVIRONMENT, description="The environment there.")
    app_key: str = strawberry.field(description="The key.")
    app_token: str = strawberry.field(description="The token.")


@strawberry.type(description="An account in another system that credentials get into, as that system tells.")
class IntegrationAccount:
    account_name: str = strawberry.field(description="The account's name there.")
    is_active: bool | None = strawberry.field(
        description="Whether the account is active. Null where the key may not read it."
    )
    hosts: list[str] = strawberry.field(description="The hosts of its stores.")
    missing_permissions: list[str] = strawberry.field(
        description="Permissions there that the key lacks and that an integration can do without."
    )

    @classmethod
    def of(cls, found: Inspection) -> "IntegrationAccount":
        return cls(
            account_name=found.account_name,
            is_active=found.is_active,
            hosts=list(found.hosts),
            missing_permissions=list(found.missing),
        )


@strawberry.type(
    description="Whether credentials get in. Where the other system does not answer, that is an error of the "
    "query: PEER_FAILED or PEER_TIMED_OUT."
)
class IntegrationValidatePayload:
    account: IntegrationAccount | None = strawberry.field(
        default=None, description="What they get into. Null where they are not good."
    )
    user_errors: list[UserError] = strawberry.field(
        default_factory=list, description="Why they are not good, and which permission they lack."
    )


@answers(IntegrationValidatePayload)
async def integration_validate(
    info: Info,
    input: Input[IntegrationValidateInput],  # noqa: A002
) -> IntegrationValidatePayload:
    """The mutation."""
    new = NewIntegration(
        integration_type=input.type.value,
        account_name=input.account_name,
        app_key=input.app_key,
        app_token=input.app_token,
        environment=input.environment,
    )
    found = await credentials.validate(info.context, new)
    return IntegrationValidatePayload(account=IntegrationAccount.of(found))
