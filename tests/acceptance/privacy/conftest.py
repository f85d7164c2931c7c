"""Where the tests of privacy begin."""

import pytest

from kit import ids
from resolvers.processing.process import process
from resolvers.processing.request import Request
from tests.acceptance.privacy.people import ANA, EVENT, ORDER, TENANT, send

REFUND = {
    "externalId": "ANA-REFUND-1",
    "refundedAt": "2025-12-03T00:00:00Z",
    "amount": "20.00",
    "orderExternalId": "ANA-ORDER-1",
    "customer": {"externalId": "ana-77"},
}
MERGE = """
mutation ($input: CustomerMergeInput!) { customerMerge(input: $input) { merge { id } userErrors { code } } }
"""
ADD = """
mutation ($input: SegmentMembersInput!) { segmentMembersAdd(input: $input) { userErrors { code } } }
"""


@pytest.fixture
async def ana(client, urls, make):
    """Ana and all that may be held on her, among 60 others; her number."""
    make.tenant()
    make.history(56, 60)
    await send(client, "customersUpsert", customers=[ANA], idempotencyKey="k1")
    await send(client, "ordersUpsert", orders=[ORDER], idempotencyKey="k2")
    await send(client, "refundsUpsert", refunds=[REFUND], idempotencyKey="k3")
    await send(client, "eventsTrack", events=[EVENT], idempotencyKey="k4")
    bad = [{"externalId": "x", "email": "ana@example.com is it"}]
    await send(client, "customersUpsert", customers=bad, idempotencyKey="k5")
    ((number,),) = make.owner.execute("SELECT id FROM customer WHERE external_id = 'ana-77'").fetchall()
    ((segment,),) = make.owner.execute(
        "INSERT INTO segment (tenant_id, name, type) VALUES (56, 'VIP', 'static') RETURNING id"
    ).fetchall()
    named = {"id": ids.encode("Segment", 56, segment), "customerIds": [ids.encode("Customer", 56, number)]}
    answer = await client.post("/graphql", json={"query": ADD, "variables": {"input": named}})
    assert answer.json()["data"]["segmentMembersAdd"]["userErrors"] == []
    make.owner.execute(
        "INSERT INTO integration_order (tenant_id, external_id, account_name, number, integration_id, "
        "status, buyer, created_at, changed_at) VALUES (56, 'ANA-ORDER-1', 'shop', 'ANA-ORDER-1', 1, "
        "'invoiced', 'ana-77', '2025-12-01', '2025-12-01')"
    )
    make.owner.execute(
        "INSERT INTO integration_profile (tenant_id, profile, integration_id, buyer, email) "
        "VALUES (56, 'ana-profile', 1, 'ana-77', 'ana@example.com')"
    )
    old = {"externalId": "ana-88", "email": "Old@example.com"}
    await send(client, "customersUpsert", customers=[old])
    into = {"from": {"externalId": "ana-88"}, "into": {"databaseId": number}, "reason": "she married"}
    sent = {"query": MERGE, "variables": {"input": {"tenantId": TENANT, **into}}}
    answer = await client.post("/graphql", json=sent)
    assert answer.json()["data"]["customerMerge"]["userErrors"] == []
    process(urls.app, 56, Request.of(None, "latest"))
    return number
