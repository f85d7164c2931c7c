"""A caller who may do all there is with tenant 56, and a tenant 57 that must not be there for them."""

import pytest

from tests.acceptance.credentials import bearer, token
from tests.acceptance.isolation.shops import OWN, THEIRS, fill
from tests.acceptance.test_authentication import SHARED_SECRET, guarded

UNBOUND = {
    "graphql_max_cost": 10**7,
    "graphql_max_depth": 50,
    "graphql_max_tokens": 50_000,
    "graphql_max_aliases": 1000,
    "query_timeout_seconds": 60,
    "secret_key": "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=",
}


@pytest.fixture
def shops(make, urls):
    """Tenants 56 and 57, each with something of everything."""
    return fill(make, urls.app)


@pytest.fixture
async def api(urls, shops):
    """A client of an application that asks who calls."""
    async with guarded(urls, **SHARED_SECRET, **UNBOUND) as client:
        yield client


@pytest.fixture
def caller():
    """The credentials of who administers tenant 56."""
    return bearer(token(tenants=[OWN], scope="admin"))


@pytest.fixture
def neighbour():
    """The credentials of who administers tenant 57."""
    return bearer(token(tenants=[THEIRS], scope="admin"))
