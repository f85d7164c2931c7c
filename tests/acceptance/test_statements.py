"""Every field of the schema, on a page of rows: the SQL statements do not grow with the number of rows."""

import json

from kit import ids
from schema import create_schema
from tests.acceptance.walk import MARK, places, readable, selection

SCHEMA = create_schema()._schema
MANY, FEW = 50, 5
READ = readable(SCHEMA)
PLACES = {size: places(SCHEMA, size) for size in (FEW, MANY)}

UNREACHED: dict[str, str] = {}
"""Types and fields that the walk leaves out, each with the reason."""


async def test_statements_do_not_grow_with_rows(full, unbound):
    client, sent = unbound
    faults = []
    for kind in READ:
        spent, met = {}, {}
        for size in (FEW, MANY):
            place = PLACES[size][kind.name]
            query = written(place.query(selection(SCHEMA, kind, 3)[0]), size)
            sent.clear()
            answer = await client.post("/graphql", json={"query": query})
            assert "errors" not in answer.json(), (kind.name, query, answer.json()["errors"][0])
            spent[size], met[size] = len(sent), answer.text.count(f'"{MARK}"')
        if met[FEW] == 0:
            faults.append(f"{kind.name}: none was met by {query}")
        elif PLACES[MANY][kind.name].paged and met[FEW] >= met[MANY]:
            faults.append(f"{kind.name}: {met} were met by {query}")
        if spent[FEW] != spent[MANY]:
            faults.append(f"{kind.name}: {spent} statements for {met} objects of {query}")
    assert not faults, "\n\n".join(faults)


def written(query, size):
    """The query with the ids of as many customers as the page holds rows."""
    customers = json.dumps([ids.encode("Customer", 56, number) for number in range(1, size + 1)])
    return query.replace("$tenant", f'"{ids.encode("Tenant", 56)}"').replace("$customers", customers)


def test_every_field_is_reached():
    unreached = {kind.name for kind in READ} - PLACES[MANY].keys()
    for kind in READ:
        unreached |= set(selection(SCHEMA, kind, 3)[1])
    assert unreached == UNREACHED.keys(), "tell tests/acceptance/walk.py what to ask them with"
