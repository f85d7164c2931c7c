"""Every argument of every subscription with another tenant's ids, and what goes on there meanwhile."""

from typing import Any

import pytest

from kit import ids
from schema import create_schema
from tests.acceptance.credentials import token
from tests.acceptance.isolation.answers import without
from tests.acceptance.isolation.conftest import UNBOUND
from tests.acceptance.isolation.naming import CURSORS, Trial, moved, trials
from tests.acceptance.isolation.operations import Writer
from tests.acceptance.isolation.shops import OWN, THEIRS
from tests.acceptance.isolation.slots import slots
from tests.acceptance.live import socket_of
from tests.acceptance.test_authentication import SHARED_SECRET
from tests.live import serving

SCHEMA: Any = create_schema()._schema
SLOTS = slots(SCHEMA, [SCHEMA.subscription_type])
ALIKE = {
    "Subscription.events.customerId": "there are no events yet, whoever is meant",
    "Subscription.events.types": "there are no events yet, whatever they are",
    "Subscription.segmentChanges.after": "nothing has happened since",
    "Subscription.segmentChanges.segmentId": "nothing has happened yet, whatever is meant",
    "Subscription.segmentChanges.customerId": "nothing has happened yet, whoever is meant",
}
SILENCE = "nothing yet"
EVENTS = (
    "subscription ($tenant: ID!, $customer: ID) { events(tenantId: $tenant, customerId: $customer) "
    "{ events { messageId } } }"
)
MOVES = "subscription ($tenant: ID!) { segmentChanges(tenantId: $tenant) { cursor } }"
TRACK = (
    "mutation ($tenant: ID!, $name: String!, $of: String!) { eventTrack(input: {tenantId: $tenant, "
    'event: {type: "page_view", messageId: $name, '
    'occurredAt: "2025-06-02T00:00:00Z", customer: {externalId: $of}}}) '
    "{ userErrors { message } } }"
)


@pytest.fixture
async def port(urls, shops):
    async with serving(urls.app, **SHARED_SECRET, **UNBOUND) as address:
        yield int(address.rpartition(":")[2])


def by(port, tenant):
    """A socket of who administers a tenant."""
    headers = {"Authorization": f"Bearer {token(tenants=[tenant], scope='admin')}"}
    return socket_of(port, additional_headers=headers)


async def first(port, operation, tenant=OWN):
    """What a subscription is answered first."""
    async with by(port, tenant) as client:
        await client.send(id="1", type="subscribe", payload=operation)
        try:
            return await client.read(within=1)
        except TimeoutError:
            return SILENCE


async def moves(port):
    """Where the moves of the tenants are by now."""
    found = []
    for tenant in (THEIRS, OWN):
        operation = {"query": MOVES, "variables": {"tenant": ids.encode("Tenant", tenant)}}
        message = await first(port, operation, tenant)
        found.append(message["payload"]["data"]["segmentChanges"]["cursor"])
    return found[0], moved(found[0]), found[1]


async def test_every_place_that_names_something(port, shops):
    assert {each.field for each in SLOTS} == {*SCHEMA.subscription_type.fields}
    writer = Writer(SCHEMA, {}, shops)
    pages = await moves(port)
    for slot in SLOTS:
        every = trials(slot, shops, pages if slot.way[-1] in CURSORS else None)
        for trial in every:
            assert isinstance(trial, Trial)
            seen = {
                name: without(str(await first(port, writer.write(slot, name))), name)
                for name in (*trial.others, trial.own)
            }
            assert len({seen[each] for each in trial.others}) == 1, (str(slot), seen)
            alike = seen[trial.own] == seen[trial.theirs]
            refused = "'code'" in seen[trial.theirs]
            assert alike == (str(slot) in ALIKE and not refused), (str(slot), seen)


async def test_who_follows_hears_of_their_own_tenant_only(port, shops):
    """Not even by the number of another tenant's customer, as one of theirs."""
    tenant = ids.encode("Tenant", OWN)
    number = shops.owner.execute("SELECT id FROM customer WHERE external_id = 'theirs-C7'").fetchone()[0]
    async with by(port, OWN) as ours, by(port, OWN) as forger, by(port, THEIRS) as others:
        await ours.subscribe(EVENTS, tenant=tenant)
        await forger.subscribe(EVENTS, tenant=tenant, customer=ids.encode("Customer", OWN, number))
        for each in (ours, forger):
            assert await each.next() == {"events": {"events": []}}
        for client, of, mark in ((others, THEIRS, "theirs-"), (ours, OWN, "")):
            given = {"tenant": ids.encode("Tenant", of), "name": f"{mark}live", "of": f"{mark}C7"}
            await client.subscribe(TRACK, number="track", **given)
            heard = [await client.read()]
            if client is ours:
                heard += [await client.read(), await client.read()]
                assert "'live'" in str(heard)
            assert "theirs" not in str(heard if client is ours else "")
        with pytest.raises(TimeoutError):
            await forger.read(within=0.5)
