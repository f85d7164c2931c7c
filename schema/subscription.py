"""What can be followed: one field a stream. Each delivery is read and answered by itself."""

from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import Annotated, TypeAlias

import strawberry

from kit import ids
from kit.errors import InvalidInputError
from resolvers.live.events import Arrived, follow_events
from resolvers.live.moves import Moves, follow_moves
from resolvers.live.progress import follow_progress
from resolvers.live.syncs import follow_syncs
from resolvers.runs import RunRow
from schema.context import Info
from schema.customer import KIND as CUSTOMER
from schema.customer import ChangeKinds as Kinds
from schema.enums import RunStatus
from schema.event import Event
from schema.integration import KIND as INTEGRATION
from schema.integration_sync import IntegrationSync
from schema.page import After
from schema.run import ScoreRun
from schema.segment_change import CustomerId as OfCustomer
from schema.segment_change import SegmentChange, SegmentId, Segments, wanted
from schema.tenant import KIND as TENANT

TenantId: TypeAlias = Annotated[strawberry.ID, strawberry.argument(description="The tenant's global id.")]
CustomerId: TypeAlias = Annotated[
    strawberry.ID | None, strawberry.argument(description="Only events of this customer.")
]
IntegrationId: TypeAlias = Annotated[
    strawberry.ID, strawberry.argument(description="The integration's global id.")
]
Types: TypeAlias = Annotated[list[str] | None, strawberry.argument(description="Only events of these types.")]


@strawberry.type(description="How far a run is.")
class ProcessingProgress:
    run: ScoreRun = strawberry.field(description="The run.")
    percent: float = strawberry.field(description="How much of it is done, 0 to 100.")
    step: str = strawberry.field(description="What it is doing.")
    status: RunStatus = strawberry.field(description="Whether it waits, goes on or has ended.")

    @classmethod
    def of(cls, row: RunRow) -> "ProcessingProgress":
        run = ScoreRun.of(row)
        return cls(run=run, percent=round(100 * row.progress, 1), step=row.step, status=run.status)


@strawberry.type(description="Changes of segments that came together: at most 100, oldest first.")
class SegmentChangeBatch:
    cursor: str = strawberry.field(
        description="Pass it as `after` to go on from here, also after an interruption: nothing is missed."
    )
    changes: list[SegmentChange] = strawberry.field(
        description="The changes. None in the first delivery of a stream without `after`."
    )

    @classmethod
    def of(cls, found: Moves) -> "SegmentChangeBatch":
        return cls(cursor=found.cursor, changes=[SegmentChange.of(found.tenant, row) for row in found.rows])


@strawberry.type(description="Events that came in together: at most 100.")
class EventBatch:
    events: list[Event] = strawberry.field(description="The events.")
    omitted: int = strawberry.field(
        description="So many more came in that are not told one by one, as of a file's import. "
        "Read them from the tenant's events."
    )

    @classmethod
    def of(cls, found: Arrived) -> "EventBatch":
        return cls(events=[Event.of(found.tenant, row) for row in found.rows], omitted=found.omitted)


@strawberry.type(description="What can be followed, over a WebSocket or server-sent events.")
class Subscription:
    @strawberry.subscription(
        description="How a tenant's runs go: the last one as it is at once, then every run whenever it is "
        "further. Goes on after a run has ended."
    )
    async def processing_progress(
        self, info: Info, tenant_id: TenantId
    ) -> AsyncGenerator[ProcessingProgress, None]:
        async with aclosing(follow_progress(info.context, _tenant(tenant_id))) as found:
            async for row in found:
                yield ProcessingProgress.of(row)

    @strawberry.subscription(
        description="Who comes into segments, leaves them and moves between the classes of scores, as it is "
        "committed. With `after` what was missed first."
    )
    async def segment_changes(
        self,
        info: Info,
        tenant_id: TenantId,
        after: After = None,
        segments: Segments = None,
        kinds: Kinds = None,
        segment_id: SegmentId = None,
        customer_id: OfCustomer = None,
    ) -> AsyncGenerator[SegmentChangeBatch, None]:
        tenant = _tenant(tenant_id)
        chosen = await wanted(info, tenant, segments, kinds, segment_id, customer_id)
        moves = follow_moves(info.context, tenant, after=after, wanted=chosen)
        async with aclosing(moves) as found:
            async for each in found:
                yield SegmentChangeBatch.of(each)

    @strawberry.subscription(
        description="Events as they come in, after a first delivery of none. Ends with LAGGED where some "
        "could not be passed on in time."
    )
    async def events(
        self, info: Info, tenant_id: TenantId, types: Types = None, customer_id: CustomerId = None
    ) -> AsyncGenerator[EventBatch, None]:
        tenant = _tenant(tenant_id)
        customer = None if customer_id is None else _customer(tenant, customer_id)
        async with aclosing(follow_events(info.context, tenant, types=types, customer=customer)) as found:
            async for each in found:
                yield EventBatch.of(each)

    @strawberry.subscription(
        description="How the fetching of an integration goes: as it is at once, then whenever it is further. "
        "Ends when the integration is removed."
    )
    async def integration_sync_progress(
        self, info: Info, integration_id: IntegrationId
    ) -> AsyncGenerator[IntegrationSync, None]:
        tenant, number = ids.number(integration_id, INTEGRATION, parts=2, field="integrationId")
        async with aclosing(follow_syncs(info.context, tenant, number)) as found:
            async for row in found:
                yield IntegrationSync.of(row)


def _tenant(text: strawberry.ID) -> int:
    return ids.number(text, TENANT, field="tenantId")[0]


def _customer(tenant: int, text: strawberry.ID) -> int:
    owner, number = ids.number(text, CUSTOMER, parts=2, field="customerId")
    if owner != tenant:
        raise InvalidInputError("customerId", f"'{text[:60]}' is a customer of another tenant.")
    return number
