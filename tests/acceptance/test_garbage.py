"""A request that has ended is gone at once, and not by a search for garbage, which holds all others up."""

import asyncio
import gc

import pytest

from resolvers.context import Ctx
from tests.acceptance.test_read_together import CUSTOMER, people, sent  # noqa: F401

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
            for _ in range(3):
                answer = await asked()
                assert answer.status_code == 200
                assert "errors" not in answer.json()
            await asyncio.sleep(0.1)
            return _contexts() - before
        finally:
            gc.enable()

    return count


def _contexts() -> int:
    return sum(type(each) is Ctx for each in gc.get_objects())


@pytest.mark.parametrize("query", [CUSTOMER, PAGE], ids=["of a pass", "of a page"])
async def test_a_query_leaves_nothing(people, client, kept, query):  # noqa: F811
    body = sent(people[0]["externalId"]) | {"query": query}
    assert await kept(lambda: client.post("/graphql", json=body)) == 0


async def test_a_rest_request_leaves_nothing(people, client, kept):  # noqa: F811
    path = "/api/v2/cdp/customers/1/profile?tenant_id=56"
    assert await kept(lambda: client.get(path)) == 0
