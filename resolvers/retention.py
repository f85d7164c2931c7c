"""How long a tenant keeps its events, the removal of older ones, and the months that they are kept by."""

from collections.abc import Iterator
from datetime import date, datetime
from typing import Any

from kit.db import Statement, Work, connect_for_work
from kit.errors import InvalidInputError
from resolvers import tenants
from resolvers.audit.change import Change
from resolvers.context import READ, WRITE, Ctx

LONGEST = 36_500
KEY = "event_retention_days"
"""Where `tenant.settings` holds the days."""
_AHEAD = 3
_CHUNK = 5_000

_LOCK = Statement(
    "SELECT settings -> %(key)s::text FROM tenant WHERE id = %(tenant_id)s FOR UPDATE", True, {"key": KEY}
)
_CHOOSE = Statement(
    "UPDATE tenant SET settings = CASE WHEN %(days)s::int IS NULL THEN settings - %(key)s::text "
    "ELSE settings || jsonb_build_object(%(key)s::text, %(days)s::int) END "
    "WHERE id = %(tenant_id)s RETURNING id",
    True,
    {"key": KEY},
)
_MONTHS = Statement(
    "SELECT event_partition_ensure((date_trunc('month', now() AT TIME ZONE 'UTC') "
    "+ n * interval '1 month')::date) FROM generate_series(0, %(ahead)s) AS n",
    False,
    {"ahead": _AHEAD},
)
_TENANTS = Statement(
    "SELECT id, now() - make_interval(days => (settings ->> %(key)s)::int) FROM tenant "
    "WHERE settings ? %(key)s ORDER BY id",
    False,
    {"key": KEY},
)
_DELETE = Statement(
    "DELETE FROM event WHERE tenant_id = %(tenant_id)s AND (occurred_at, message_id) IN ("
    "SELECT occurred_at, message_id FROM event WHERE tenant_id = %(tenant_id)s AND occurred_at < %(before)s "
    "ORDER BY occurred_at, message_id LIMIT %(chunk)s) AND occurred_at < %(before)s",
    True,
    {"chunk": _CHUNK},
)
_PASSED = Statement(
    "SELECT month FROM (SELECT CASE WHEN relname ~ '^event_[0-9]{4}_[0-9]{2}$' "
    "THEN to_date(right(relname, 7), 'YYYY_MM') END AS month FROM pg_inherits "
    "JOIN pg_class ON pg_class.oid = inhrelid WHERE inhparent = 'event'::regclass) AS made "
    "WHERE (month + interval '1 month') AT TIME ZONE 'UTC' <= now() - "
    "(SELECT max((settings ->> %(key)s)::int) FROM tenant WHERE settings ? %(key)s) * interval '1 day' "
    "ORDER BY month",
    False,
    {"key": KEY},
)
_DROP = Statement("SELECT event_partition_drop(%(month)s)", False, {})
_LATE = Statement(
    "DELETE FROM event WHERE tenant_id = %(tenant_id)s AND customer_id IN (SELECT id FROM customer "
    "WHERE tenant_id = %(tenant_id)s AND erased_at > now() - interval '1 day')",
    True,
    {},
)


async def days_of(ctx: Ctx, tenant: int) -> int | None:
    """Days for which the tenant's events are kept; None: for good. Raises NotFoundError."""
    ctx.allow(tenant, READ)
    return _days((await tenants.get(ctx, tenant)).settings)


async def choose(ctx: Ctx, tenant: int, days: int | None) -> int | None:
    """Keep a tenant's events for so many days, or for good. What is older goes with the next removal.

    Raises NotFoundError for an unknown tenant, InvalidInputError for days that are not accepted.
    """
    await tenants.get(ctx, tenant)
    ctx.allow(tenant, WRITE)
    if days is not None and not 1 <= days <= LONGEST:
        raise InvalidInputError("days", f"days is {days}; accepted are 1 to {LONGEST}, or null for good.")
    done = Change("eventRetentionUpdate", tenant, "Tenant", tenant)
    async with ctx.write(done) as transaction:
        before = (await transaction.fetch(_LOCK, _as_stored, tenant=tenant))[0]
        done.differs({KEY: before}, {KEY: days})
        await transaction.fetch(_CHOOSE, int, tenant=tenant, days=days)
    return days


def _as_stored(days: int | None) -> int | None:
    return days


def _days(settings: dict[str, Any]) -> int | None:
    days = settings.get(KEY)
    return days if isinstance(days, int) else None


def make_months_ahead(url: str) -> None:
    """See to it that this month's events and those of the next three have their partition."""
    with connect_for_work(url) as work:
        work.run(_MONTHS)


def remove_old(url: str) -> dict[int, int]:
    """Remove the events that their tenants keep no longer, chunk by chunk; how many, by tenant."""
    with connect_for_work(url) as work:
        removed = {}
        for tenant, before in work.run(_TENANTS):
            if count := sum(_chunks(work, tenant, before)):
                removed[tenant] = count
        return removed


def drop_empty_months(url: str) -> list[date]:
    """Drop the partitions of months that no tenant's retention reaches, and in which nothing is left.

    Those dropped, by their first days. One that is in use at the moment, or whose removed events still take
    room, is left until the next time; an event that comes late makes its month again.
    """
    with connect_for_work(url) as work:
        months = [month for (month,) in work.run(_PASSED)]
        return [month for month in months if work.run(_DROP, {"month": month}) == [(True,)]]


def remove_late(url: str) -> int:
    """Remove events that were under way when their customer was erased, in the last day; how many."""
    with connect_for_work(url) as work:
        removed = 0
        for (tenant,) in work.run("SELECT id FROM tenant ORDER BY id"):
            with work.transaction(tenant):
                removed += work.count(_LATE)
        return removed


def _chunks(work: Work, tenant: int, before: datetime) -> Iterator[int]:
    """Remove a tenant's events from before an instant; the number in each transaction."""
    while True:
        with work.transaction(tenant):
            count = work.count(_DELETE, {"before": before})
        yield count
        if count < _CHUNK:
            return
