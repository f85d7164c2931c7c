"""Events from a caller: what customers did, each taken once."""

import re
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from psycopg.types.json import Jsonb

from kit.db import Statement, Work
from kit.page import INSTANT
from resolvers.context import Ctx
from resolvers.live.announce import EventKey, events_stored
from resolvers.tenants import TenantRow
from resolvers.writes.batch import write
from resolvers.writes.checks import Check
from resolvers.writes.customers import check_object
from resolvers.writes.outcome import CREATED, DUPLICATE, REJECTED, Outcome
from resolvers.writes.people import CustomerReference, People, check_reference

TYPES = (
    "page_view",
    "add_to_cart",
    "remove_from_cart",
    "purchase",
    "email_opened",
    "email_clicked",
    "campaign_converted",
)
"""The types that are known to mean the same everywhere; a shop may send others of its own."""
_NAME = "[a-z][a-z0-9_.]{0,63}"
_MONTHS = Statement(
    "SELECT event_partition_ensure(month) FROM (SELECT DISTINCT "
    "date_trunc('month', at AT TIME ZONE 'UTC')::date AS month FROM unnest(%(moments)s::timestamptz[]) at) m "
    "ORDER BY month",
    False,
    {},
)
_INSERT = Statement(
    "INSERT INTO event (tenant_id, occurred_at, message_id, customer_id, event_type, properties) "
    "SELECT %(tenant_id)s, occurred_at, message_id, customer_id, event_type, properties "
    "FROM jsonb_to_recordset(%(rows)s) AS row (occurred_at timestamptz, message_id text, customer_id bigint, "
    "event_type text, properties jsonb) ORDER BY occurred_at, message_id "
    "ON CONFLICT DO NOTHING RETURNING occurred_at, message_id",
    True,
    {},
)


@dataclass(frozen=True, slots=True)
class EventRecord:
    """Something that was done. Without an instant it was done now; without a message id it gets one."""

    event_type: str
    customer: CustomerReference | None = None
    properties: dict[str, Any] | None = None
    occurred_at: datetime | None = None
    message_id: str | None = None


async def track_events(
    ctx: Ctx, tenant: int, records: Sequence[EventRecord], *, key: str | None = None
) -> list[Outcome]:
    """Take events in; an outcome each, in their order, whose key is (microseconds since 1970, message id).

    An event with the instant and message id of one that is there is a duplicate. Others may write meanwhile,
    an import as well. Raises as `batch.write`.
    """

    def store(work: Work, owner: TenantRow) -> list[Outcome]:
        checked = [_checked(each) for each in records]
        people = People(
            work,
            [
                None if check.problems else each.customer
                for each, (check, _) in zip(records, checked, strict=True)
            ],
        )
        for each, (check, row) in zip(records, checked, strict=True):
            if each.customer is not None and not check.problems:
                person = people.find(each.customer)
                if person is None:
                    check.wrong("customer", "The tenant has no such customer.", "NOT_FOUND")
                row["customer_id"] = person.id if person else None
        return _store(work, tenant, checked)

    return await write(ctx, tenant, "events", records, store, key=key, alone=False)


def _checked(record: EventRecord) -> tuple[Check, dict[str, Any]]:
    check = Check()
    check_reference(check, "customer", record.customer)
    if record.message_id is not None and record.occurred_at is None:
        check.wrong("occurred_at", "It is required with a message id: a retry would not be known otherwise.")
    given = record.message_id
    check_type(check, record.event_type)
    row = {
        "event_type": record.event_type,
        "occurred_at": check.past("occurred_at", record.occurred_at or datetime.now(UTC)),
        "message_id": uuid.uuid4().hex if given is None else check.identifier("message_id", given),
        "properties": check_object(check, "properties", record.properties) or {},
    }
    return check, row


def check_type(check: Check, name: str) -> None:
    """One of the known types, or another of that form."""
    if not re.fullmatch(_NAME, name):
        known = ", ".join(TYPES)
        check.wrong(
            "type",
            f"Accepted are {known}, and a shop's own: small letters, digits, _ and ., 64 at most, "
            "a letter first.",
        )


def _store(work: Work, tenant: int, checked: Sequence[tuple[Check, dict[str, Any]]]) -> list[Outcome]:
    rows = [row for check, row in checked if not check.problems]
    new: set[tuple[int, str]] = set()
    if rows:
        work.run(_MONTHS, {"moments": [row["occurred_at"] for row in rows]})
        told = [{**row, "occurred_at": row["occurred_at"].isoformat()} for row in rows]
        inserted = [EventKey(*row) for row in work.run(_INSERT, {"rows": Jsonb(told)})]
        events_stored(work, tenant, inserted, len(inserted))
        new = {_key(*each) for each in inserted}
    outcomes = []
    for check, row in checked:
        if check.problems:
            outcomes.append(Outcome(REJECTED, problems=tuple(check.problems)))
            continue
        key = _key(row["occurred_at"], row["message_id"])
        outcomes.append(Outcome(CREATED if key in new else DUPLICATE, key))
        new.discard(key)
    return outcomes


def _key(at: datetime, message_id: str) -> tuple[int, str]:
    return int(INSTANT.write(at) or 0), message_id
