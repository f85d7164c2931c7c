"""A request that has ended is gone at once, and not by a search for garbage, which holds all others up."""

import asyncio
import gc

import pytest

from resolvers.context import Ctx
from tests.acceptance.test_read_together import CUSTOMER, people, sent  # noqa: F401

ROUNDS = 3
PAGE = """
query ($tenant: BigInt!, $name: String!) {
  tenant(databaseId: $tenant) {
    customer(externalId: $name) { id }
    customers(first: 5) { totalCount nodes { id rfm { segment } orders(first: 2) { nodes { id } } } }
  }
}
"""


@pytest.fixture
def kept():
    """Asks something, and counts the contexts of requests that are still there."""

    async def count(asked) -> int:
        await asked()
        await asyncio.sleep(0.1)
        gc.collect()
        gc.disable()
        try:
            before = _contexts()
            for _ in range(ROUNDS):
                await asked()
            await asyncio.sleep(0.1)
            return _contexts() - before
        finally:
            gc.enable()

    return count


def _contexts() -> int:
    return sum(type(each) is Ctx for each in gc.get_objects())


async def answered(client, *bodies, errors=False):
    answers = await asyncio.gather(*(client.post("/graphql", json=each) for each in bodies))
    assert {each.status_code for each in answers} == {200}
    assert any("errors" in each.json() for each in answers) == errors


@pytest.mark.parametrize("query", [CUSTOMER, PAGE], ids=["of a pass", "of a page"])
async def test_a_query_leaves_nothing(people, client, kept, query):  # noqa: F811
    body = sent(people[0]["externalId"]) | {"query": query}
    assert await kept(lambda: answered(client, body)) == 0


async def test_a_pass_for_several_leaves_nothing(people, client, kept):  # noqa: F811
    bodies = [sent(each["externalId"]) for each in people[:9]]
    assert await kept(lambda: answered(client, *bodies)) == 0


async def test_of_a_pass_in_which_one_asks_wrongly_little_is_left(people, client, kept):  # noqa: F811
    query = CUSTOMER.replace("$name: String!", "$name: ID!").replace("externalId: $name", "id: $name")
    # An error is executed again by graphql-core, whose executors refer to themselves: one a round.
    names = [*(each["id"] for each in people[:5]), "none"]
    bodies = [{"query": query, "variables": {"tenant": 56, "name": name}} for name in names]
    assert await kept(lambda: answered(client, *bodies, errors=True)) <= ROUNDS


async def test_a_rest_request_leaves_nothing(people, client, kept):  # noqa: F811
    async def profile():
        answer = await client.get("/api/v2/cdp/customers/1/profile?tenant_id=56")
        assert answer.status_code == 200

    assert await kept(profile) == 0
