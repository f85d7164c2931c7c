"""What is put into each place: a name of the caller's own, another's, and ones that nobody has."""

from dataclasses import dataclass

from kit import ids, opaque
from tests.acceptance.isolation.shops import ABSENT, NOWHERE, OWN, THEIRS, Shops
from tests.acceptance.isolation.slots import Slot

KINDS = {
    "tenantId": "Tenant",
    "customerId": "Customer",
    "customerIds": "Customer",
    "segmentId": "Segment",
    "segmentIds": "Segment",
    "Tenant.segment.id": "Segment",
    "Tenant.order.id": "Order",
    "Tenant.integration.id": "Integration",
    "Tenant.customer.id": "Customer",
    "Tenant.scoreRun.id": "ScoreRun",
    "RfmAnalytics.migration.from": "ScoreRun",
    "RfmAnalytics.migration.to": "ScoreRun",
    "Query.tenant.id": "Tenant",
    "Mutation.tenantUpdate.input.id": "Tenant",
    "Mutation.integrationUpdate.input.id": "Integration",
    "Mutation.integrationDelete.input.id": "Integration",
    "Mutation.integrationSync.input.id": "Integration",
    "customerUnmerge.input.id": "CustomerMerge",
    "Mutation.integrationHookCreate.input.id": "Integration",
    "Mutation.integrationHookDelete.input.id": "Integration",
    "integrationId": "Integration",
    "segments.any": "Segment",
    "segments.all": "Segment",
    "segments.none": "Segment",
    "segmentUpdate.input.id": "Segment",
    "segmentDelete.input.id": "Segment",
    "segmentRefresh.input.id": "Segment",
    "segmentMembersAdd.input.id": "Segment",
    "segmentMembersRemove.input.id": "Segment",
}
"""What an id is of, by how its place ends."""
NUMBERS = {
    "Query.tenant.databaseId": "Tenant",
    "Tenant.segment.databaseId": "Segment",
    "Tenant.order.databaseId": "Order",
    "Tenant.integration.databaseId": "Integration",
    "Tenant.scoreRun.databaseId": "ScoreRun",
    "customer.databaseId": "Customer",
    "from.databaseId": "Customer",
    "into.databaseId": "Customer",
    "tenantCreate.input.databaseId": "Tenant",
    "tenants.databaseId": "Tenant",
}
"""What a number is of, by how its place ends."""
NAMES = {
    "orders.externalId": "O1",
    "order.externalId": "O1",
    "refunds.externalId": "R1",
    "orderExternalId": "O1",
    "externalId": "C1",
    "externalId.eq": "C5",
    "externalId.in": "C5",
    "externalId.notIn": "C5",
    "externalId.startsWith": "C5",
    "email": "c1@example.com",
    "email.eq": "c5@example.com",
    "email.in": "c5@example.com",
    "email.notIn": "c5@example.com",
    "email.startsWith": "c5@example.com",
    "name.eq": "ana 1",
    "name.in": "ana 1",
    "name.notIn": "ana 1",
    "name.startsWith": "ana 1",
    "lastName.eq": "perez 1",
    "lastName.in": "perez 1",
    "lastName.notIn": "perez 1",
    "lastName.startsWith": "perez 1",
    "query": "C1",
    "slug": "shop",
    "tenantUpdate.input.name": "Shop",
    "tenantCreate.input.name": "Shop",
    "tenants.name": "Shop",
    "segmentCreate.input.name": "segment 97",
    "segmentUpdate.input.name": "segment 98",
    "eventTypeUpsert.input.name": "type_1",
    "eventTypeDelete.input.name": "type_2",
    "event.type": "type_1",
    "events.type": "type_1",
    "types": "type_1",
    "event.messageId": "m1",
    "events.messageId": "m2",
    "customersUpsert.input.idempotencyKey": "key 1",
    "ordersUpsert.input.idempotencyKey": "key 2",
    "refundsUpsert.input.idempotencyKey": "key 3",
    "eventsTrack.input.idempotencyKey": "key 4",
    "accountName": "account-1",
    "filter.actor": "bob",
    "filter.action": "done",
    "filter.objectId": "object",
}
"""A name that the caller's own tenant has, by how its place ends. Others' and nobody's begin otherwise."""
CURSORS = ("after", "before")


@dataclass(frozen=True, slots=True)
class Trial:
    """A name that exists somewhere else, those that exist nowhere, and one of the caller's own."""

    theirs: object
    nobodys: tuple[object, ...]
    own: object

    @property
    def others(self) -> tuple[object, ...]:
        return self.theirs, *self.nobodys


def trials(slot: Slot, shops: Shops, cursors: tuple[str, str, str] | None = None) -> list[Trial]:
    """What a place is tried with. `cursors`: theirs, nobody's and the caller's. Raises LookupError."""
    if slot.way[-1] in CURSORS:
        return [Trial(cursors[0], (cursors[1],), cursors[2])] if cursors else []
    if slot.scalar == "ID":
        return of_ids(_by_end(slot, KINDS), shops)
    if slot.scalar == "BigInt":
        return of_numbers(_by_end(slot, NUMBERS), shops)
    own = _by_end(slot, NAMES)
    mark = {"type_1": "theirs_", "type_2": "theirs_"}.get(own, "theirs-")
    return [Trial(mark + own, (mark.replace("theirs", "nobody") + own,), own)]


def of_ids(kind: str, shops: Shops) -> list[Trial]:
    """Global ids of a kind: another tenant's, and their numbers under the caller's tenant."""
    if kind == "Tenant":
        named = [ids.encode(kind, each) for each in (THEIRS, NOWHERE, OWN)]
        return [Trial(named[0], (named[1],), named[2])]
    if kind == "Event":
        return [_of_events(shops, tenant) for tenant in (THEIRS, OWN)]
    number, own = shops.number(kind, THEIRS), shops.number(kind, OWN)
    strange = (ids.encode(kind, THEIRS, ABSENT), ids.encode(kind, NOWHERE, number))
    forged = ids.encode(kind, OWN, number), (ids.encode(kind, OWN, ABSENT),)
    return [
        Trial(ids.encode(kind, THEIRS, number), strange, ids.encode(kind, OWN, own)),
        Trial(*forged, ids.encode(kind, OWN, shops.number(kind, OWN))),
    ]


def of_numbers(kind: str, shops: Shops) -> list[Trial]:
    """Numbers of a kind."""
    if kind == "Tenant":
        return [Trial(THEIRS, (NOWHERE,), OWN)]
    return [Trial(shops.number(kind, THEIRS), (ABSENT,), shops.number(kind, OWN))]


def moved(cursor: str) -> str:
    """A cursor of others' rows as it would be of rows that there are not."""
    found = opaque.unseal(cursor)
    assert found is not None
    kind, values = found
    return opaque.seal(kind, *(_elsewhere(each) for each in values))


def _elsewhere(value: opaque.Value) -> opaque.Value:
    if isinstance(value, int):
        return NOWHERE if value == THEIRS else value + ABSENT if 7_000_000 <= value < 8_000_000 else value
    return value.replace("theirs", "nobody") if isinstance(value, str) else value


def _of_events(shops: Shops, tenant: int) -> Trial:
    theirs, own = shops.event(THEIRS), shops.event(OWN)
    nobodys = ids.encode_event(tenant, theirs[0], "nobody-m1")
    return Trial(ids.encode_event(tenant, *theirs), (nobodys,), ids.encode_event(OWN, *own))


def _by_end(slot: Slot, table: dict[str, str]) -> str:
    """What a table has for the longest end of a place's name. Raises LookupError that says what to do."""
    parts = str(slot).split(".")
    for start in range(len(parts)):
        if found := table.get(".".join(parts[start:])):
            return found
    raise LookupError(f"tell tests/acceptance/isolation/naming.py (or slots.PLAIN) what {slot} names")
