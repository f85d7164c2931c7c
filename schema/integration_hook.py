"""The hook of an integration: what another system calls when an order changes."""

from datetime import datetime

import strawberry

from resolvers.hooks import HookRow


@strawberry.type(description="What the other system calls when an order changes. Its secret is told once.")
class IntegrationHook:
    url: str = strawberry.field(description="The address that is called.")
    is_set: bool = strawberry.field(description="Whether the other system was told to call it.")
    error: str | None = strawberry.field(
        description="Why it is not called, as far as the last sync saw. Null where nothing is in the way."
    )
    heard_at: datetime | None = strawberry.field(
        description="When orders that it told of were brought last. Null before the first time."
    )
    created_at: datetime = strawberry.field(description="When it was asked for first.")

    @classmethod
    def of(cls, row: HookRow) -> "IntegrationHook":
        return cls(
            url=row.url,
            is_set=row.is_set,
            error=row.error,
            heard_at=row.heard_at,
            created_at=row.created_at,
        )


@strawberry.input(description="The hook to ask for.")
class IntegrationHookCreateInput:
    id: strawberry.ID = strawberry.field(description="The integration's global id.")
    url: str = strawberry.field(
        description="Where the other system reaches this service, such as https://cdp.example.com."
    )


@strawberry.input(description="The hook to give up.")
class IntegrationHookDeleteInput:
    id: strawberry.ID = strawberry.field(description="The integration's global id.")
