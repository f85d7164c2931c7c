"""Each field of what is looked up by key is the same for who asks for it at the same time as others."""

import asyncio
import re

from graphql import GraphQLObjectType

from schema import create_schema
from tests.acceptance.walk import selection

SCHEMA = create_schema()._schema
WAYS = {
    "Customer": 'tenant(databaseId: 56) { customer(externalId: "C1") {%s} }',
    "Order": 'tenant(databaseId: 56) { order(externalId: "O1") {%s} }',
    "Segment": "tenant(databaseId: 56) { segment(databaseId: 1) {%s} }",
    "Integration": "tenant(databaseId: 56) { integration(databaseId: 1) {%s} }",
    "ScoreRun": "tenant(databaseId: 56) { scoreRun(databaseId: 1) {%s} }",
    "Analytics": "tenant(databaseId: 56) { analytics {%s} }",
}


async def test_each_field_is_the_same_alone_and_with_others(full, boundless_application):
    application, client = boundless_application
    engine = next(each for each in application.routes if each.path == "/graphql").endpoint.graph.engine
    for name, way in WAYS.items():
        kind = SCHEMA.get_type(name)
        assert isinstance(kind, GraphQLObjectType)
        fields = re.split(r" (?=f\d+: )", selection(SCHEMA, kind, 3)[0])
        assert len(fields) > 3
        for field in fields:
            sent = {"query": "{ %s }" % (way % field)}
            alone = (await client.post("/graphql", json=sent)).json()
            assert "errors" not in alone, (field, alone["errors"][0])
            engine.served.clear()
            for _ in range(2):
                answers = await asyncio.gather(*(client.post("/graphql", json=sent) for _ in range(3)))
                assert [each.json()["data"] for each in answers] == [alone["data"]] * 3, field
            assert not {"failed", "unplanned"} & engine.served.keys(), (field, engine.served)
