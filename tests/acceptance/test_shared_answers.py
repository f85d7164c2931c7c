"""Equal queries of one moment share an answer: of the same rights, and read after all of them asked."""

import asyncio

from resolvers import customer_list
from tests.acceptance.credentials import bearer, token
from tests.acceptance.test_authentication import SHARED_SECRET, guarded
from tests.acceptance.test_read_together import engine  # noqa: F401

LIST = (
    "query List($tenant: BigInt!, $first: Int) { tenant(databaseId: $tenant) { "
    "customers(first: $first) { nodes { externalId email rfm { segment } } } } }"
)


def sent(tenant=56, first=20, query=LIST):
    return {"query": query, "variables": {"tenant": tenant, "first": first}}


async def several(client, bodies, **given):
    return [
        each.json()
        for each in await asyncio.gather(*(client.post("/graphql", json=body, **given) for body in bodies))
    ]


async def test_equal_lists_of_one_moment_are_read_a_few_times(scored, client, application, engine):  # noqa: F811
    alone = [each for first in (20, 5) for each in await several(client, [sent(first=first)])]
    assert len(alone[0]["data"]["tenant"]["customers"]["nodes"]) == 20
    engine.served.clear()
    asked: list[str] = []
    application.state.database.on_statement = asked.append
    found = await several(client, [sent()] * 30 + [sent(first=5)] * 10)
    assert found == alone[:1] * 30 + alone[1:] * 10
    assert len(asked) <= 6 * 3, "three of each kind: two at once, and one for all who came meanwhile"
    assert engine.served == {"plan": 6, "shared": 34}


async def test_each_is_told_as_a_request_of_its_own(scored, client):
    await several(client, [sent()])
    await several(client, [sent()] * 12)
    measures = (await client.get("/metrics")).text
    assert 'cdp_requests_total{face="graphql",operation="List",status="200"} 13.0' in measures
    assert 'cdp_graphql_queries_total{by="shared"}' in measures


async def test_what_was_saved_before_a_query_came_is_in_its_answer(make, client):
    make.tenant(56)
    await several(client, [sent()])
    for number in range(5):
        earlier = [asyncio.ensure_future(several(client, [sent()])) for _ in range(6)]
        await asyncio.sleep(0.001 * number)
        make.customer(56, f"C{number}")
        for answer in await several(client, [sent()] * 6):
            names = {each["externalId"] for each in answer["data"]["tenant"]["customers"]["nodes"]}
            assert names == {f"C{each}" for each in range(number + 1)}
        await asyncio.gather(*earlier)


async def test_rights_of_one_are_not_those_of_another(urls, make):
    for tenant in (56, 57):
        make.customer(make.tenant(tenant), "ana", email=f"ana@{tenant}.example")
    async with guarded(urls, **SHARED_SECRET) as client:
        headers = {tenant: bearer(token(tenants=[tenant])) for tenant in (56, 57)}
        for own in (56, 57):
            await client.post("/graphql", json=sent(own), headers=headers[own])
        asked = [(own, tenant) for _ in range(8) for own in (56, 57) for tenant in (56, 57)]
        answers = await asyncio.gather(
            *(client.post("/graphql", json=sent(tenant), headers=headers[own]) for own, tenant in asked)
        )
    for (own, tenant), answer in zip(asked, answers, strict=True):
        found = answer.json()["data"]["tenant"]
        if own == tenant:
            assert [each["email"] for each in found["customers"]["nodes"]] == [f"ana@{tenant}.example"]
        else:
            assert found is None


async def test_who_shares_an_answer_is_nobody_in_it(urls, make, monkeypatch):
    make.customer(make.tenant(56), "ana")
    subjects = []

    async def noted(ctx, *arguments, **named):
        subjects.append(ctx.actor.subject)
        return await page(ctx, *arguments, **named)

    page = customer_list.page
    async with guarded(urls, **SHARED_SECRET) as client:
        headers = [bearer(token(sub=name, tenants=[56])) for name in ("ana", "eva")]
        await client.post("/graphql", json=sent(), headers=headers[0])
        monkeypatch.setattr(customer_list, "page", noted)
        answers = await asyncio.gather(
            *(client.post("/graphql", json=sent(), headers=each) for each in headers * 4)
        )
    assert {each.status_code for each in answers} == {200}
    assert len(subjects) == 3
    assert {*subjects} == {"several"}


async def test_an_error_is_told_to_all_who_ask_for_it(scored, client, engine):  # noqa: F811
    query = LIST.replace("first: $first", 'first: $first, after: "x"')
    await several(client, [sent()])
    engine.served.clear()
    found = await several(client, [sent(query=query)] * 12)
    assert {each["errors"][0]["extensions"]["code"] for each in found} == {"BAD_USER_INPUT"}
    assert all("cursor" in each["errors"][0]["message"] for each in found)
    assert engine.served == {"failed": 3, "shared": 9}


async def test_whose_reading_fails_fails_for_those_alone_who_asked_it(make, client, application, engine):  # noqa: F811
    make.customer(make.tenant(56), "ana")
    await several(client, [sent()])
    failed: list[str] = []

    def fail_twice(text):
        if "customer" in text and len(failed) < 2:
            failed.append(text)
            raise RuntimeError("gone")

    application.state.database.on_statement = fail_twice
    found = await several(client, [sent()] * 10)
    assert failed
    right = [each for each in found if "errors" not in each]
    assert len(right) >= 8
    assert all(each["data"]["tenant"]["customers"]["nodes"][0]["externalId"] == "ana" for each in right)
