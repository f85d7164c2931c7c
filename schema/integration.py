"""Integrations: accounts in other systems; made, changed and removed."""

from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import strawberry

from connectors.vtex import USUAL_ENVIRONMENT
from kit import ids
from kit.page import Page
from resolvers import hooks
from resolvers import integrations as use_cases
from resolvers.integrations import IntegrationChanges, IntegrationRow, NewIntegration
from resolvers.syncing import record
from resolvers.syncing.request import request_sync
from schema.arguments import DatabaseId, Id, Input, number_of
from schema.batching import held, needing
from schema.connection import Connection, edges_of, nodes_of, page_info_of, total_of
from schema.context import Info
from schema.enums import IntegrationFeed, IntegrationType, members_of
from schema.given import kept, optional
from schema.integration_hook import IntegrationHook
from schema.integration_sync import IntegrationSync, IntegrationSyncInput
from schema.node import GLOBAL_ID, Node, global_ids
from schema.one_of_tenant import object_of
from schema.owner import tenant_by_number
from schema.page import After, Before, First, Last, PageInfo, asked_of_rows
from schema.scalars import BigInt
from schema.selection import columns_of
from schema.user_errors import UserError, answers

if TYPE_CHECKING:
    from schema.tenant import Tenant

KIND = "Integration"
_TENANT = "Tenant"


@strawberry.type(
    description="An account of a tenant in another system, kept for what fetches from there. Its "
    "credentials are never told."
)
class Integration(Node):
    row: strawberry.Private[IntegrationRow]
    id: strawberry.ID = held("tenant_id", "id", make=global_ids(KIND), description=GLOBAL_ID)
    database_id: BigInt = held("id", description="The number that the v2 REST paths use.")
    type: IntegrationType = held(
        "integration_type", make=members_of(IntegrationType), description="The system."
    )
    account_name: str = held("account_name", description="The account's name there.")
    environment: str = held("environment", description="The environment there.")
    is_active: bool = held("is_active", description="Whether it is to be used.")
    app_key_hint: str = held("app_key_hint", description="The last four characters of the key.")
    sync_minutes: int = held("sync_minutes", description="Minutes from the end of a sync to the next one.")
    feed: IntegrationFeed = held(
        "feed", make=members_of(IntegrationFeed), description="Whether the feed of changes there is used."
    )
    last_sync_at: datetime | None = held(
        "last_sync_at", description="When it last brought what there was. Null before the first time."
    )
    created_at: datetime = held("created_at", description="When it was made.")
    updated_at: datetime = held("updated_at", description="When it was last changed.")
    tenant: Annotated["Tenant", strawberry.lazy("schema.tenant")] = strawberry.field(
        resolver=tenant_by_number,
        description="The tenant whose integration this is.",
        metadata=needing("tenant_id"),
    )

    @property
    def tenant_number(self) -> int:
        """Whose it is."""
        return self.row.tenant_id

    @strawberry.field(
        description="How the fetching stands. Null where none was ever asked for.",
        metadata=needing("tenant_id", "id"),
    )
    async def sync(self, info: Info) -> IntegrationSync | None:
        row = await record.of_integration(info.context, self.tenant_number, self.row.id)
        return None if row is None else IntegrationSync.of(row)

    @strawberry.field(
        description="What the other system calls when an order changes. Null where it does not.",
        metadata=needing("tenant_id", "id"),
    )
    async def hook(self, info: Info) -> IntegrationHook | None:
        row = await hooks.of_integration(info.context, self.tenant_number, self.row.id)
        return None if row is None else IntegrationHook.of(row)

    @classmethod
    def of(cls, row: IntegrationRow) -> "Integration":
        return cls(row=row)


@strawberry.type(description="An integration in a page.")
class IntegrationEdge:
    cursor: str = strawberry.field(description="Where the integration stands in the list.")
    node: Integration = strawberry.field(description="The integration.")


@strawberry.type(description="A page of integrations.")
class IntegrationConnection(Connection):
    edges: list[IntegrationEdge] = edges_of("The integrations with their cursors.")
    nodes: list[Integration] = nodes_of("The integrations.")
    page_info: PageInfo = page_info_of()
    total_count: int = total_of("Integrations of the whole list; counted only if asked for.")

    edge_class = IntegrationEdge

    @classmethod
    def of(cls, page: Page[IntegrationRow]) -> "IntegrationConnection":
        return cls(page=page, make=lambda row: Integration.of(row))


@strawberry.input(description="The integration to make.")
class IntegrationCreateInput:
    tenant_id: strawberry.ID = strawberry.field(description="The tenant's global id.")
    type: IntegrationType = strawberry.field(description="The system.")
    account_name: str = strawberry.field(description="The account's name there.")
    environment: str = strawberry.field(default=USUAL_ENVIRONMENT, description="The environment there.")
    app_key: str = strawberry.field(description="The key; kept encrypted, and never told again.")
    app_token: str = strawberry.field(description="The token; kept encrypted, and never told again.")
    is_active: bool = strawberry.field(default=True, description="Whether it is to be used.")
    sync_minutes: int = strawberry.field(
        default=use_cases.USUAL_PAUSE,
        description="Minutes from the end of a sync to the next one, 1 to 1,440.",
    )
    feed: IntegrationFeed = strawberry.field(
        default=IntegrationFeed.OFF, description="Whether the feed of changes there is used."
    )


@strawberry.input(
    description="What to change of an integration. What is left out stays; nothing of this can be null."
)
class IntegrationUpdateInput:
    id: strawberry.ID = strawberry.field(description="The integration's global id.")
    account_name: str | None = optional("Another account there.")
    environment: str | None = optional("Another environment.")
    app_key: str | None = optional("Another key.")
    app_token: str | None = optional("Another token.")
    sync_minutes: int | None = optional("Minutes from the end of a sync to the next one, 1 to 1,440.")
    feed: IntegrationFeed | None = optional("Whether the feed of changes there is used.")
    is_active: bool | None = optional("Whether it is to be used.")


@strawberry.input(description="The integration to remove.")
class IntegrationDeleteInput:
    id: strawberry.ID = strawberry.field(description="The integration's global id.")


@strawberry.type(description="What became of an integration: all of it was done, or nothing.")
class IntegrationPayload:
    integration: Integration | None = strawberry.field(
        default=None, description="The integration as it is now. Null where the change was refused."
    )
    user_errors: list[UserError] = strawberry.field(default_factory=list, description="Why it was refused.")


@strawberry.type(description="What became of an integration that was to be removed.")
class IntegrationDeletePayload:
    deleted_integration_id: strawberry.ID | None = strawberry.field(
        default=None, description="The id of the integration that was. Null where it was refused."
    )
    user_errors: list[UserError] = strawberry.field(default_factory=list, description="Why it was refused.")


async def integration_of_tenant(
    root: "Tenant",
    info: Info,
    id: Id = None,  # noqa: A002
    database_id: DatabaseId = None,
) -> Integration | None:
    """The field: one integration of the tenant, by exactly one of its ids."""
    number = number_of("integration", KIND, root.row.id, id, database_id)
    row = await use_cases.find(info.context, root.row.id, number, columns_of(info))
    return None if row is None else object_of(lambda _, row: Integration.of(row), root.row, row)


async def integrations_of_tenant(
    root: "Tenant",
    info: Info,
    first: First = None,
    after: After = None,
    last: Last = None,
    before: Before = None,
) -> IntegrationConnection | None:
    """The field: a page of the tenant's integrations."""
    page = await use_cases.LIST.page(
        info.context,
        root.row.id,
        **asked_of_rows(info, first, after, last, before),
    )
    return IntegrationConnection.of(page)


@answers(IntegrationPayload)
async def integration_create(info: Info, input: Input[IntegrationCreateInput]) -> IntegrationPayload:  # noqa: A002
    """The mutation."""
    (tenant,) = ids.number(input.tenant_id, _TENANT, field="tenant_id")
    new = NewIntegration(
        integration_type=input.type.value,
        account_name=input.account_name,
        app_key=input.app_key,
        app_token=input.app_token,
        environment=input.environment,
        is_active=input.is_active,
        sync_minutes=input.sync_minutes,
        feed=input.feed.value,
    )
    row = await use_cases.create(info.context, tenant, new)
    return IntegrationPayload(integration=Integration.of(row))


@answers(IntegrationPayload)
async def integration_update(info: Info, input: Input[IntegrationUpdateInput]) -> IntegrationPayload:  # noqa: A002
    """The mutation."""
    tenant, number = ids.number(input.id, KIND, parts=2)
    names = ("account_name", "environment", "app_key", "app_token", "is_active", "sync_minutes")
    feed = {name: each.value for name, each in kept(input, "feed").items()}
    changes = IntegrationChanges(**kept(input, *names), **feed)
    row = await use_cases.update(info.context, tenant, number, changes)
    return IntegrationPayload(integration=Integration.of(row))


@answers(IntegrationPayload)
async def integration_sync(info: Info, input: Input[IntegrationSyncInput]) -> IntegrationPayload:  # noqa: A002
    """The mutation."""
    tenant, number = ids.number(input.id, KIND, parts=2)
    await request_sync(info.context, tenant, number, full=input.full)
    row = await use_cases.find(info.context, tenant, number)
    return IntegrationPayload(integration=None if row is None else Integration.of(row))


@answers(IntegrationDeletePayload)
async def integration_delete(
    info: Info,
    input: Input[IntegrationDeleteInput],  # noqa: A002
) -> IntegrationDeletePayload:
    """The mutation."""
    tenant, number = ids.number(input.id, KIND, parts=2)
    await use_cases.delete(info.context, tenant, number)
    return IntegrationDeletePayload(deleted_integration_id=input.id)
