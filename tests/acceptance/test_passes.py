"""Queries of one moment are executed in one pass, each with its own variables and within its own rights."""

import asyncio
import json
from typing import Any

import pytest

from schema.execution.running import run_later
from tests.acceptance.credentials import bearer, token
from tests.acceptance.test_authentication import SHARED_SECRET, guarded
from tests.acceptance.test_log import written  # noqa: F401
from tests.acceptance.test_read_together import CUSTOMER, people, sent  # noqa: F401


@pytest.fixture
def passes(monkeypatch):
    """The levels that wait and were gone through, as the type of their objects and how many there were."""
    found: list[tuple[str, int]] = []

    async def noted(call, selection, sources):
        found.append((selection.kind.name, len(sources)))
        return await run_later(call, selection, sources)

    monkeypatch.setattr("schema.execution.completing.run_later", noted)
    return found


def of(passes, kind):
    return [count for name, count in passes if name == kind]


async def answered(client, bodies, **given):
    posted = (client.post("/graphql", json=each, **given) for each in bodies)
    return [each.json() for each in await asyncio.gather(*posted)]


async def test_one_pass_serves_all_who_came(people, client, passes):  # noqa: F811
    bodies = [sent(each["externalId"]) for each in people] + [sent("nobody"), sent("C1", 99)]
    alone = [(await answered(client, [each]))[0] for each in bodies]
    passes.clear()
    assert await answered(client, bodies) == alone
    assert sum(of(passes, "Customer")) == len(people)
    assert len(of(passes, "Customer")) <= 3
    assert sum(of(passes, "Tenant")) == len(people) + 1


async def test_equal_queries_are_one_of_a_pass(people, client, passes):  # noqa: F811
    bodies = [_sent(people[number % 2]) for number in range(20)]
    alone = [(await answered(client, [each]))[0] for each in bodies[:2]]
    passes.clear()
    assert await answered(client, bodies) == alone * 10
    assert max(of(passes, "Customer")) == 2
    assert len(of(passes, "Customer")) <= 3


async def test_a_pass_costs_no_more_than_a_query_may(urls, scored, ask, passes):
    names = [f"C{number}" for number in range(1, 13)]
    async with guarded(urls, **SHARED_SECRET, graphql_max_cost=30) as client:
        mine = bearer(token(tenants=[56]))
        alone = [(await answered(client, [sent(name)], headers=mine))[0] for name in names]
        price = alone[0]["extensions"]["cost"]["requested"]
        passes.clear()
        assert await answered(client, map(sent, names), headers=mine) == alone
    assert sum(of(passes, "Customer")) == len(names)
    assert max(of(passes, "Customer")) == 30 // price


async def test_who_is_answered_with_an_error_does_not_spoil_the_others(people, client, passes):  # noqa: F811
    query = CUSTOMER.replace("$name: String!", "$name: ID!").replace("externalId: $name", "id: $name")
    known = [{"query": query, "variables": {"tenant": 56, "name": each["id"]}} for each in people[:9]]
    wrong = {"query": query, "variables": {"tenant": 56, "name": "none"}}
    alone = [(await answered(client, [each]))[0] for each in [*known, wrong]]
    assert alone[-1]["errors"][0]["extensions"]["code"] == "BAD_USER_INPUT"
    passes.clear()
    assert await answered(client, [*known, wrong]) == alone
    assert sum(of(passes, "Customer")) == 9, "none of the others was executed a second time below"
    assert max(of(passes, "Customer")) == 9


async def test_who_selects_something_else_is_apart(people, client, passes):  # noqa: F811
    others = [each | {"query": CUSTOMER.replace("email", "firstName")} for each in map(_sent, people[:10])]
    bodies = [*map(_sent, people[:10]), *others]
    alone = [(await answered(client, [each]))[0] for each in bodies]
    passes.clear()
    assert await answered(client, bodies) == alone
    assert sum(of(passes, "Customer")) == 20
    assert max(of(passes, "Customer")) == 10


async def test_rights_are_not_mixed(urls, make, passes):
    for tenant in (56, 57):
        make.customer(make.tenant(tenant), "ana", email=f"ana@{tenant}.example")
    async with guarded(urls, **SHARED_SECRET) as client:
        headers = {own: bearer(token(tenants=own)) for own in ((56,), (57,), (56, 57))}
        for own in headers:
            await client.post("/graphql", json=sent("ana", own[0]), headers=headers[own])
        passes.clear()
        asked = [(own, tenant) for own in headers for tenant in (56, 57)]
        answers = await asyncio.gather(
            *(client.post("/graphql", json=sent("ana", each), headers=headers[own]) for own, each in asked)
        )
    for (own, tenant), answer in zip(asked, answers, strict=True):
        found = answer.json()["data"]["tenant"]
        if tenant in own:
            assert found["customer"]["email"] == f"ana@{tenant}.example"
        else:
            assert found is None
    assert sorted(of(passes, "Customer")) == [1, 1, 2], "of 56, of 57, and of those who see both"


async def test_each_is_logged_with_its_own_tenant(urls, make, passes, written):  # noqa: F811
    for tenant in (56, 57):
        make.customer(make.tenant(tenant), "ana")
    query = CUSTOMER.replace(", $name: String!", "").replace("$name", '"ana"')
    async with guarded(urls, **SHARED_SECRET, access_log="all") as client:

        async def ask(number, tenant):
            body = {"query": query, "variables": {"tenant": tenant}}
            headers = bearer(token(tenants=[56, 57])) | {"X-Request-Id": f"{tenant}-{number}"}
            assert (await client.post("/graphql", json=body, headers=headers)).json()["data"]["tenant"]

        await ask(0, 56)
        written()
        passes.clear()
        tenants = [56, 57] * 6
        await asyncio.gather(*(ask(*each) for each in enumerate(tenants)))
        lines = [json.loads(line) for line in written().splitlines()]
    assert of(passes, "Tenant") == [2], "one of each number, in one pass"
    told = {each["request_id"]: each["tenant"] for each in lines if each.get("event") == "request"}
    assert told == {f"{tenant}-{number}": tenant for number, tenant in enumerate(tenants)}


async def left(application, tasks, leaving):
    """What becomes of the tasks when some of them are ended while their scores are read."""
    gone: list[str] = []

    def leave(text):
        if "customer_score" in text and not gone:
            gone.append(text)
            for each in leaving:
                each.cancel()

    application.state.database.on_statement = leave
    found = await asyncio.gather(*tasks, return_exceptions=True)
    assert gone
    return found


async def test_who_goes_away_takes_nobody_along(people, client, application, passes):  # noqa: F811
    bodies = [_sent(each) for each in people[:8]]
    alone = [(await answered(client, [each]))[0] for each in bodies]
    passes.clear()
    tasks = [asyncio.create_task(client.post("/graphql", json=each)) for each in bodies]
    found: list[Any] = await left(application, tasks, tasks[:3])
    assert of(passes, "Customer") == [8]
    assert all(isinstance(each, asyncio.CancelledError) for each in found[:3])
    assert [each.json() for each in found[3:]] == alone[3:]


async def test_when_all_have_gone_away_the_next_find_what_they_ask_for(people, client, application):  # noqa: F811
    bodies = [_sent(each) for each in people[:6]]
    alone = [(await answered(client, [each]))[0] for each in bodies]
    tasks = [asyncio.create_task(client.post("/graphql", json=each)) for each in bodies]
    found: list[Any] = await left(application, tasks, tasks)
    assert all(isinstance(each, asyncio.CancelledError) for each in found)
    assert await answered(client, bodies) == alone


def _sent(person):
    return sent(person["externalId"])
