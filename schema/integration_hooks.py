"""Hooks of integrations: asked for and given up."""

import strawberry

from kit import ids
from resolvers import hooks
from resolvers import integrations as use_cases
from schema.arguments import Input
from schema.context import Info
from schema.integration import KIND, Integration, IntegrationPayload
from schema.integration_hook import IntegrationHookCreateInput, IntegrationHookDeleteInput
from schema.user_errors import UserError, answers


@strawberry.type(description="What became of a hook that was asked for.")
class IntegrationHookCreatePayload:
    integration: Integration | None = strawberry.field(
        default=None, description="The integration as it is now. Null where the hook was refused."
    )
    secret: str | None = strawberry.field(
        default=None, description="What the other system has to send. It is told here alone."
    )
    user_errors: list[UserError] = strawberry.field(default_factory=list, description="Why it was refused.")


@answers(IntegrationHookCreatePayload)
async def integration_hook_create(
    info: Info,
    input: Input[IntegrationHookCreateInput],  # noqa: A002
) -> IntegrationHookCreatePayload:
    """The mutation."""
    tenant, number = ids.number(input.id, KIND, parts=2)
    secret = await hooks.create(info.context, tenant, number, input.url)
    row = await use_cases.find(info.context, tenant, number)
    found = None if row is None else Integration.of(row)
    return IntegrationHookCreatePayload(integration=found, secret=secret)


@answers(IntegrationPayload)
async def integration_hook_delete(
    info: Info,
    input: Input[IntegrationHookDeleteInput],  # noqa: A002
) -> IntegrationPayload:
    """The mutation."""
    tenant, number = ids.number(input.id, KIND, parts=2)
    await hooks.delete(info.context, tenant, number)
    row = await use_cases.find(info.context, tenant, number)
    return IntegrationPayload(integration=None if row is None else Integration.of(row))
