"""Mutations at once, and several in one operation: each is seen by what follows, on few connections."""

import asyncio

import httpx
import pytest
from pydantic import SecretStr

from app import create
from kit import ids
from kit.config import Settings

TENANT = ids.encode("Tenant", 56)
SEGMENT = """mutation M($input: SegmentCreateInput!) { segmentCreate(input: $input) {
  segment { name } userErrors { message } } }"""
CUSTOMERS = """mutation M($input: CustomersUpsertInput!) { customersUpsert(input: $input) {
  results { customer { externalId } } userErrors { message } } }"""


@pytest.fixture
async def narrow(urls):
    """A client of an application with one connection to read and write, and one for lists of records."""
    app = create(Settings(database_url=SecretStr(urls.app), pool_size=1))
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://127.0.0.1:8000") as opened,
    ):
        yield opened


async def test_a_mutation_holds_one_connection_at_a_time(make, narrow):
    make.tenant()

    async def send(query, **given):
        body = {"query": query, "variables": {"input": {"tenantId": TENANT, **given}}}
        return (await narrow.post("/graphql", json=body)).json()

    answers = await asyncio.gather(
        *(send(SEGMENT, name=f"s{n}", type="STATIC") for n in range(8)),
        *(send(CUSTOMERS, customers=[{"externalId": f"c{n}"}]) for n in range(8)),
    )
    assert [each.get("errors") for each in answers] == [None] * 16
    assert make.owner.execute("SELECT count(*) FROM segment").fetchone() == (8,)
    assert make.owner.execute("SELECT count(*) FROM customer").fetchone() == (8,)


async def test_each_mutation_of_an_operation_sees_those_before_it(make, ask):
    make.tenant()
    query = """mutation M($one: CustomersUpsertInput!, $two: CustomersUpsertInput!,
      $segment: SegmentCreateInput!, $tenant: TenantUpdateInput!) {
      one: customersUpsert(input: $one) { results { customer { email segments { nodes { name } } } } }
      segmentCreate(input: $segment) { segment { memberCount tenant { name } } }
      two: customersUpsert(input: $two) { results { status customer { email } } }
      tenantUpdate(input: $tenant) { tenant { name customers(first: 9) { nodes { externalId email } }
        segments { nodes { name memberCount members { nodes { email } } } } } }
    }"""
    found = await ask(
        query,
        one={"tenantId": TENANT, "customers": [{"externalId": "a", "email": "old@example.com"}]},
        segment={
            "tenantId": TENANT,
            "name": "known",
            "type": "DYNAMIC",
            "filter": {"email": {"isNull": False}},
        },
        two={
            "tenantId": TENANT,
            "customers": [{"externalId": "a", "email": "new@example.com"}, {"externalId": "b"}],
        },
        tenant={"id": TENANT, "name": "Renamed"},
    )
    assert found["one"]["results"] == [{"customer": {"email": "old@example.com", "segments": {"nodes": []}}}]
    assert found["segmentCreate"]["segment"] == {"memberCount": "1", "tenant": {"name": "Shop 56"}}
    assert found["two"]["results"] == [
        {"status": "UPDATED", "customer": {"email": "new@example.com"}},
        {"status": "CREATED", "customer": {"email": None}},
    ]
    tenant = found["tenantUpdate"]["tenant"]
    assert tenant["name"] == "Renamed"
    assert tenant["customers"]["nodes"] == [
        {"externalId": "a", "email": "new@example.com"},
        {"externalId": "b", "email": None},
    ]
    assert tenant["segments"]["nodes"] == [
        {"name": "known", "memberCount": "1", "members": {"nodes": [{"email": "new@example.com"}]}}
    ]
