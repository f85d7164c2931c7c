"""Queries that come at the same time are read together: in few statements, and each within its own rights."""

import asyncio
import re
from pathlib import Path
from typing import Any

import graphql
import pytest

from tests.acceptance.credentials import bearer, token
from tests.acceptance.test_authentication import SHARED_SECRET, guarded

OPERATIONS = Path(__file__).parents[2] / "clients" / "typescript" / "operations"
VARIABLES = {"tenant": "56", "criteria": {"rfm_segment": "Champions"}}
CUSTOMER = (
    "query ($tenant: BigInt!, $name: String!) { tenant(databaseId: $tenant) { "
    "customer(externalId: $name) { externalId email rfm { segment } churn { risk } } } }"
)


@pytest.fixture
def engine(application):
    """Plans of the application, and how queries were served."""
    route = next(each for each in application.routes if getattr(each, "path", None) == "/graphql")
    return route.endpoint.graph.engine


@pytest.fixture
async def people(scored, ask):
    """The first forty customers."""
    query = "{ tenant(databaseId: 56) { customers(first: 40) { nodes { id externalId } } } }"
    return (await ask(query))["tenant"]["customers"]["nodes"]


def sent(name, tenant=56):
    return {"query": CUSTOMER, "variables": {"tenant": tenant, "name": name}}


async def test_customers_that_are_looked_up_at_once_cost_few_statements(people, client, application, engine):
    names = [each["externalId"] for each in people]
    alone = [(await client.post("/graphql", json=sent(name))).json() for name in names]
    assert [each["data"]["tenant"]["customer"]["externalId"] for each in alone] == names
    asked: list[str] = []
    application.state.database.on_statement = asked.append
    together = await asyncio.gather(*(client.post("/graphql", json=sent(name)) for name in names))
    assert [each.json() for each in together] == alone
    assert len(asked) <= 8, "at most four passes of two statements"
    assert engine.served["together"] == 79, "all but the first, which showed that it can be"


async def test_the_first_of_its_kind_costs_what_the_others_do(scored, ask, application, engine):
    page = "{ tenant(databaseId: 56) { customers(first: %s) { nodes { email rfm { segment } } } } }"
    one = '{ tenant(databaseId: 56) { customer(externalId: "C%s") { email rfm { segment } } } }'
    asked: list[str] = []
    application.state.database.on_statement = asked.append
    costs = []
    for query in (page % 5, page % 6, one % 1, one % 2):
        asked.clear()
        await ask(query)
        costs.append(len(asked))
    assert costs == [3, 3, 2, 2], asked
    assert engine.served == {"plan": 3, "together": 1}


@pytest.mark.parametrize(
    ("asked", "statements"),
    [
        ("email", 2),
        ("rfm { segment }", 2),
        ("...Risk", 2),
        ("... on Customer { clv { tier } }", 2),
        ("orders(first: 1) { nodes { id } }", 3),
    ],
)
async def test_a_customer_and_the_scores_are_one_statement(scored, ask, application, asked, statements):
    count: list[str] = []
    application.state.database.on_statement = count.append
    (name,) = scored.owner.execute("SELECT min(external_id) FROM customer").fetchone()
    risk = "fragment Risk on Customer { churn { risk } } " if "...Risk" in asked else ""
    customer = f"customer(externalId: $name) {{ {asked} }}"
    query = f"{risk}query ($name: String!) {{ tenant(databaseId: 56) {{ {customer} }} }}"
    assert (await ask(query, name=name))["tenant"]["customer"]
    assert len(count) == statements, count
    scored_too = ["customer_score" in each for each in count]
    assert any(scored_too) is any(word in asked + risk for word in ("rfm", "clv", "churn"))


async def test_who_may_not_see_a_tenant_finds_nothing_beside_who_may(urls, make):
    for tenant in (56, 57):
        make.customer(make.tenant(tenant), "ana", email=f"ana@{tenant}.example")
    async with guarded(urls, **SHARED_SECRET) as client:
        headers = {tenant: bearer(token(tenants=[tenant])) for tenant in (56, 57)}
        asked = [(own, tenant) for own in (56, 57) for tenant in (56, 57) for _ in range(8)]
        answers = await asyncio.gather(
            *(
                client.post("/graphql", json=sent("ana", tenant), headers=headers[own])
                for own, tenant in asked
            )
        )
    for (own, tenant), answer in zip(asked, answers, strict=True):
        found = answer.json()["data"]["tenant"]
        if own == tenant:
            assert found["customer"]["email"] == f"ana@{tenant}.example"
        else:
            assert found is None


async def test_an_error_of_one_is_not_an_error_of_the_others(people, client):
    bad = {"query": '{ tenant(databaseId: 56) { customer(id: "none") { id } } }'}
    wrong, *right = await asyncio.gather(
        client.post("/graphql", json=bad),
        *(client.post("/graphql", json=sent(each["externalId"])) for each in people[:8]),
    )
    assert wrong.json()["errors"][0]["extensions"]["code"] == "BAD_USER_INPUT"
    assert all(each.json()["data"]["tenant"]["customer"] for each in right)


async def test_what_asks_for_rights_on_its_way_is_read_together_too(people, ask, engine):
    one = (
        "query ($name: String!) { tenant(databaseId: 56) { customer(externalId: $name) { "
        "clv { ordersInterval { low high } } } } }"
    )
    engine.served.clear()
    for each in people[:4]:
        assert (await ask(one, name=each["externalId"]))["tenant"]["customer"]["clv"]
    assert engine.served == {"plan": 1, "together": 3}


def queries():
    """The queries of the client's operations by name, each with the fragments that it uses."""
    definitions: list[Any] = [
        each
        for file in sorted(OPERATIONS.glob("*.graphql"))
        for each in graphql.parse(file.read_text()).definitions
    ]
    fragments = {each.name.value: each for each in definitions if each.kind == "fragment_definition"}
    found = {}
    for each in definitions:
        if each.kind == "operation_definition" and each.operation is graphql.OperationType.QUERY:
            text, used = graphql.print_ast(each), {"on"}
            while names := {*re.findall(r"\.\.\.\s?(\w+)", text)} - used:
                used |= names
                text += "".join(f"\n{graphql.print_ast(fragments[name])}" for name in sorted(names))
            found[each.name.value] = text
    return found


async def test_the_queries_of_the_client_are_all_planned(people, client, engine):
    asked = queries()
    known = VARIABLES | {"customer": people[0]["id"], "externalId": people[0]["externalId"]}
    assert len(asked) >= 4
    for name, text in asked.items():
        variables = {key: value for key, value in known.items() if f"${key}:" in text}
        answer = (await client.post("/graphql", json={"query": text, "variables": variables})).json()
        assert "errors" not in answer, (name, answer["errors"][0])
    assert not {"unplanned", "failed"} & engine.served.keys(), engine.served


async def test_when_a_pass_fails_each_is_executed_alone(people, client, application, engine):
    bodies = [sent(each["externalId"]) for each in people[:6]]
    expected = [(await client.post("/graphql", json=each)).json() for each in bodies]
    failed: list[str] = []

    def fail_once(text):
        if "FROM customer" in text and not failed:
            failed.append(text)
            raise RuntimeError("a statement that fails")

    before = engine.served.copy()
    application.state.database.on_statement = fail_once
    answers = await asyncio.gather(*(client.post("/graphql", json=each) for each in bodies))
    assert failed
    assert [each.json() for each in answers] == expected
    assert engine.served - before == {"plan": 6}, "each was executed alone, and nothing failed again"


async def test_what_turns_out_to_take_long_is_read_alone_from_then_on(scored, client, engine):
    query = (
        "query ($tenant: BigInt!, $first: Int) { tenant(databaseId: $tenant) { customers(first: $first) "
        "{ nodes { externalId } } } }"
    )

    async def ask(number):
        body = {"query": query, "variables": {"tenant": 56, "first": number}}
        return (await client.post("/graphql", json=body)).json()

    first = await ask(1)
    (known,) = (each for each in engine.plans._together if "Tenant.customers" in each)
    engine.plans._together[known] = True
    engine.served.clear()
    assert await ask(1) == first
    assert engine.plans._together[known] is False
    assert engine.served == {"plan": 1}
