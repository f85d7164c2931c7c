"""How the fetching of an integration stands, and asking for it."""

from datetime import datetime
from typing import Any

import strawberry

from resolvers.syncing.record import SyncRow
from schema.enums import SyncKind, SyncStatus
from schema.scalars import BigInt


@strawberry.type(description="A status elsewhere of which nobody has said whether it is revenue.")
class UnknownStatus:
    status: str = strawberry.field(description="The status.")
    order_count: int = strawberry.field(description="Orders that have it. They do not count as revenue.")


@strawberry.type(description="An order that could not be read so far. It is tried again until it can.")
class SkippedOrder:
    external_id: str = strawberry.field(description="The order's number in the account.")
    reason: str = strawberry.field(description="What was wrong with it.")
    tries: int = strawberry.field(description="How many syncs have tried it.")
    first_seen_at: datetime = strawberry.field(description="When it could not be read for the first time.")
    looked_at: datetime = strawberry.field(description="When it was tried last.")


@strawberry.type(description="A span of time of which not all orders could be listed. It is tried again.")
class UnlistedSpan:
    starts_at: datetime = strawberry.field(description="Its first instant.")
    ends_at: datetime = strawberry.field(description="Its last instant.")
    reason: str = strawberry.field(description="How many orders were listed, and how many there are.")


@strawberry.type(description="How the fetching of an integration stands.")
class IntegrationSync:
    status: SyncStatus = strawberry.field(description="Whether it waits, goes on or has ended.")
    kind: SyncKind = strawberry.field(description="Whether all is fetched, or what is new.")
    is_stalled: bool = strawberry.field(description="Whether it could not go on; `error` says why.")
    error: str | None = strawberry.field(description="Why it could not go on. Null where it could.")
    attempts: int = strawberry.field(description="How often in a row it could not go on.")
    orders_done: BigInt = strawberry.field(description="Orders that were fetched.")
    orders_total: BigInt | None = strawberry.field(description="Orders there are. Null before that is known.")
    orders_per_second: float | None = strawberry.field(description="Orders fetched a second.")
    seconds_left: float | None = strawberry.field(
        description="How long the rest takes at this rate. Null where that is not known, or nothing goes on."
    )
    started_at: datetime | None = strawberry.field(description="When the last one began.")
    finished_at: datetime | None = strawberry.field(description="When it ended. Null while it goes on.")
    full_finished_at: datetime | None = strawberry.field(
        description="When all was fetched last. Null before the first time, and while it is done anew."
    )
    buyers_error: str | None = strawberry.field(
        description="Why nothing is known of buyers but what orders tell. Null where more is."
    )
    feed_error: str | None = strawberry.field(
        description="Why changes are not taken from the feed there. Null where they are, and where it is off."
    )
    feed_at: datetime | None = strawberry.field(
        description="When all that the feed had was brought last. Null before that, and where it is off."
    )
    next_at: datetime = strawberry.field(
        description="When the next one is due. While one goes on: when it counts as broken off."
    )
    unknown_statuses: list[UnknownStatus] = strawberry.field(
        description="Statuses that are not known to be revenue or none."
    )
    skipped_order_count: int = strawberry.field(description="Orders that could not be read so far.")
    skipped_orders: list[SkippedOrder] = strawberry.field(
        description="The first hundred of them, those first that could not be read for longest."
    )
    unlisted_spans: list[UnlistedSpan] = strawberry.field(
        description="Spans of time of which not all orders could be listed so far, the first hundred."
    )

    @classmethod
    def of(cls, row: SyncRow) -> "IntegrationSync":
        return cls(
            status=SyncStatus(row.status),
            kind=SyncKind(row.kind),
            is_stalled=row.status == SyncStatus.STALLED.value,
            error=row.error if row.status == SyncStatus.STALLED.value else None,
            attempts=row.attempts,
            orders_done=BigInt(row.orders_done),
            orders_total=None if row.orders_total is None else BigInt(row.orders_total),
            orders_per_second=row.per_second,
            seconds_left=row.seconds_left,
            started_at=row.started_at,
            finished_at=row.finished_at,
            full_finished_at=row.full_finished_at,
            buyers_error=row.buyers_error,
            feed_error=row.feed_error,
            feed_at=row.feed_at,
            next_at=row.next_at,
            unknown_statuses=[
                UnknownStatus(status=name, order_count=count) for name, count in row.unknown_statuses.items()
            ],
            skipped_order_count=row.unreadable,
            skipped_orders=[_skipped(each) for each in row.unread],
            unlisted_spans=[_unlisted(each) for each in row.short],
        )


def _skipped(order: dict[str, Any]) -> SkippedOrder:
    return SkippedOrder(
        external_id=order["number"],
        reason=order["reason"],
        tries=order["tries"],
        first_seen_at=datetime.fromisoformat(order["first_seen_at"]),
        looked_at=datetime.fromisoformat(order["looked_at"]),
    )


def _unlisted(span: dict[str, Any]) -> UnlistedSpan:
    return UnlistedSpan(
        starts_at=datetime.fromisoformat(span["starts_at"]),
        ends_at=datetime.fromisoformat(span["ends_at"]),
        reason=span["problem"],
    )


@strawberry.input(description="The integration to fetch from.")
class IntegrationSyncInput:
    id: strawberry.ID = strawberry.field(description="The integration's global id.")
    full: bool = strawberry.field(
        default=False, description="Whether all is to be fetched anew, not just what is new."
    )
