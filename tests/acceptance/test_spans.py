"""Spans: of a request, its operation and its statements, without values; none unless asked for."""

import asyncio

import pytest
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from kit import spans


@pytest.fixture
def made():
    """The spans that are made meanwhile, in the order of their ends."""
    exporter = InMemorySpanExporter()
    with spans.processed(SimpleSpanProcessor(exporter)):
        yield exporter.get_finished_spans


async def test_a_query_is_a_request_with_an_operation_with_statements(shop, client, made):
    shop.customer(56, "ana", email="ana@shop.example")
    query = 'query Mine { tenant(databaseId: 56) { customers(query: "ana") { nodes { email } } } }'
    answer = await client.post("/graphql", json={"query": query}, headers={"X-Request-Id": "mine"})
    assert "ana@shop.example" in answer.text
    *statements, operation, request = made()
    assert (request.name, operation.name) == ("POST Mine", "graphql Mine")
    assert request.attributes["cdp.request_id"] == "mine"
    assert request.attributes["cdp.tenant"] == 56
    assert operation.parent.span_id == request.context.span_id
    assert statements
    assert {each.context.trace_id for each in statements} == {request.context.trace_id}
    assert all(each.name.startswith(("SELECT", "WITH")) for each in statements)
    assert "shop.example" not in "".join(each.to_json() for each in made())


async def test_statements_for_several_queries_are_told_beside_one_of_them(shop, client, made):
    for name in ("ana", "eva"):
        shop.customer(56, name)
    asked = '{ tenant(databaseId: 56) { customer(externalId: "%s") { rfm { segment } } } }'
    query = {"query": "query ($name: String!) " + asked.replace('"%s"', "$name")}
    await client.post("/graphql", json=query | {"variables": {"name": "ana"}})
    told = len(made())
    await asyncio.gather(
        *(client.post("/graphql", json=query | {"variables": {"name": name}}) for name in ("ana", "eva"))
    )
    spans_made = made()[told:]
    requests = {each.context.trace_id for each in spans_made if each.name.startswith("POST")}
    statements = [each for each in spans_made if each.name.startswith(("SELECT", "WITH"))]
    assert len(requests) == 2
    assert any("SELECT customer." in each.to_json() for each in statements)
    assert {each.context.trace_id for each in statements} <= requests


async def test_rest_is_a_request_by_its_template_with_statements(shop, client, made):
    await client.get("/api/v2/cdp/process/status/56")
    *statements, request = made()
    assert request.name == "GET /api/v2/cdp/process/status/{tenantId}"
    assert statements


async def test_nothing_is_made_unless_asked_for(shop, client):
    await client.get("/api/v2/cdp/process/status/56")
    assert not spans.is_on()
