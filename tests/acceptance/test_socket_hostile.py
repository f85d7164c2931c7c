"""What is refused over HTTP is refused over a socket too, by the same code, and the socket goes on."""

import pytest
from pydantic import SecretStr

from app import create
from kit.config import Settings
from tests.acceptance.live import socket_of
from tests.live import listening

PAGE = "{ tenant(databaseId: 56) { customers(first: 51) { nodes { id } } } }"
COSTLY = (
    "{ tenant(databaseId: 56) { customers(first: 50) { nodes { tenant { customers(first: 50) { nodes { "
    "tenant { customers(first: 50) { nodes { id } } } } } } } } } }"
)
DEEP = (
    "{ viewer { tenants { nodes { " + "customers { nodes { tenant { " * 6 + "name" + " } } }" * 6 + " } } } }"
)
BOUND = {
    "tokens": "{ " + "viewer { tenants { nodes { name } } } " * 10_000 + "}",
    "depth": DEEP,
    "aliases": "{ " + " ".join(f"a{n}: __typename" for n in range(101)) + " }",
    "directives": "{ __typename " + "@skip(if: false) " * 51 + "}",
    "cost": COSTLY,
}


@pytest.fixture
async def port(urls, make):
    make.tenant()
    settings = Settings(database_url=SecretStr(urls.app), graphql_max_page=50, graphql_introspection=False)
    async with listening(create(settings)) as address:
        yield int(address.rpartition(":")[2])


async def refused(client, query, **variables):
    """The first error of an operation that is not executed."""
    await client.subscribe(query, **variables)
    message = await client.read()
    assert message["type"] == "error", message
    return message["payload"][0]


async def test_operations_are_bounded_as_over_http(port):
    async with socket_of(port) as client:
        for bound, query in BOUND.items():
            found = await refused(client, query)
            assert found["extensions"]["bound"] == bound
            assert found["extensions"]["code"] == "GRAPHQL_VALIDATION_FAILED"
        assert (await refused(client, PAGE))["message"] == "first is 51; accepted are 0 to 50."
        await client.subscribe("{ __typename }")
        assert (await client.next())["__typename"] == "Query"
        assert (await client.read())["type"] == "complete"


@pytest.mark.parametrize(
    ("query", "never"),
    [
        ("{ __schema { types { name } } }", "Customer"),
        ("{ viewr { __typename } }", "viewer"),
        ("{ tenant(databasId: 56) { name } }", "databaseId"),
        ('{ tenant(id: "a") { customers(orderBy: {field: EMIAL}) { nodes { id } } } }', "EMAIL"),
    ],
    ids=["introspection", "field", "argument", "value"],
)
async def test_nothing_more_is_told_of_the_schema_than_was_asked(port, query, never):
    async with socket_of(port) as client:
        told = await refused(client, query)
        assert never not in told["message"].replace(query, "")
        assert "Did you mean" not in told["message"]


async def test_a_fault_of_ours_is_told_by_its_number_alone(port, monkeypatch):
    async def broken(*_):
        raise RuntimeError("hunter2")

    monkeypatch.setattr("kit.db.database._send", broken)
    async with socket_of(port) as client:
        await client.subscribe("{ tenant(databaseId: 56) { name } }")
        told = await client.read()
        assert "INTERNAL" in str(told)
        assert "hunter2" not in str(told)
        assert (await client.read())["type"] == "complete"


@pytest.mark.parametrize("frame", [b"\xff\xfe\x00", b'{"type": "ping"}', b""])
async def test_bytes_are_no_message(port, frame):
    async with socket_of(port) as client:
        await client.socket.send(frame)
        assert await client.closed() in (1003, 1007, 4400)
