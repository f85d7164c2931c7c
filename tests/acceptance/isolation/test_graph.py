"""Every field, argument and input of the graph with another tenant's ids: told as what does not exist.

The tries are made from the schema: what is added to it later is tried too, or fails for want of a name.
"""

from typing import Any

import pytest

from kit import ids, opaque
from schema import create_schema
from tests.acceptance.isolation.answers import told
from tests.acceptance.isolation.naming import CURSORS, moved, of_ids, trials
from tests.acceptance.isolation.operations import Writer
from tests.acceptance.isolation.shops import NOWHERE, OWN, THEIRS
from tests.acceptance.isolation.slots import slots
from tests.acceptance.walk import places, readable, selection

SCHEMA: Any = create_schema()._schema
READ = readable(SCHEMA)
PLACES = places(SCHEMA, 2)
MUTATION = SCHEMA.mutation_type


def _turn(slot):
    """Customers are merged before the same names are made, and erased when all else is done."""
    return slot.kind == "Mutation", {"customerMerge": -1, "customerErase": 1}.get(slot.field, 0)


SLOTS = sorted(slots(SCHEMA, READ) + slots(SCHEMA, [MUTATION]), key=_turn)
"""Whom the caller erases is gone for what comes after: that is tried last."""
NO_SEGMENTS = "a segment is not made of segments, which is told whatever they are"
NOT_UNIQUE = "a name or address that another one may have too"
ALL_TENANTS = "for who administers all tenants"
ALIKE = {
    **{
        f"{of}.filter.segments.{how}": NO_SEGMENTS
        for of in ("Tenant.segmentPreview", "Mutation.segmentCreate.input", "Mutation.segmentUpdate.input")
        for how in ("any", "all", "none")
    },
    "Viewer.tenants.after": "the caller's one tenant comes before both",
    **{
        f"Viewer.auditEntries.{each}": ALL_TENANTS
        for each in ("after", "before", "filter.actor", "filter.action", "filter.objectId")
    },
    "Mutation.tenantCreate.input.name": ALL_TENANTS,
    "Mutation.tenantCreate.input.slug": ALL_TENANTS,
    "Mutation.tenantCreate.input.databaseId": ALL_TENANTS,
    "Mutation.tenantUpdate.input.name": NOT_UNIQUE,
    "Mutation.tenantsUpsert.input.tenants.name": NOT_UNIQUE,
    "Mutation.customersUpsert.input.customers.email": NOT_UNIQUE,
    "Mutation.eventTypeUpsert.input.name": "made or changed, which is told alike",
}
"""Places where the caller's own name is answered as nobody's, each with the reason."""


async def ask(api, headers, operation):
    return await api.post("/graphql", json=operation, headers=headers)


def of(tenant, query):
    """A query of the walk, for a tenant."""
    mark = "" if tenant == OWN else "theirs-"
    named = query.replace("databaseId: 56", f"databaseId: {tenant}").replace('"C1"', f'"{mark}C1"')
    customer = ids.encode("Customer", 56, 1)
    number = 1 if tenant == OWN else 7_000_000
    return named.replace(f'"{customer}"', f'"{ids.encode("Customer", tenant, number)}"')


async def cursors(api, caller, neighbour, slot):
    """Cursors of a list: of another tenant's rows, of none, and of the caller's."""
    field = SCHEMA.type_map[slot.kind].fields[slot.field]
    first = "first: 2" if "first" in field.args else ""
    found = []
    for tenant, who in ((THEIRS, neighbour), (OWN, caller)):
        selected = f"tried: {slot.field}({first}) {{ pageInfo {{ endCursor }} }}"
        answer = await ask(api, who, {"query": of(tenant, PLACES[slot.kind].query(selected))})
        text = answer.text.partition('"endCursor":"')[2].partition('"')[0]
        if "FORBIDDEN" in answer.text and str(slot) in ALIKE:
            text = opaque.seal("audit_entry", tenant)
        assert text, (str(slot), answer.text[:500])
        found.append(text)
    return found[0], moved(found[0]), found[1]


async def test_every_place_that_names_something(api, shops, caller, neighbour):
    before = shops.fingerprint()
    writer = Writer(SCHEMA, PLACES, shops)
    faults = []
    for slot in SLOTS:
        pages = await cursors(api, caller, neighbour, slot) if slot.way[-1] in CURSORS else None
        for trial in trials(slot, shops, pages) if slot.field not in ("node", "nodes") else ():
            queries = {name: writer.write(slot, name) for name in (*trial.others, trial.own)}
            answers = {name: await ask(api, caller, query) for name, query in queries.items()}
            faults += [f"{slot}: {each}" for each in compared(slot, trial, queries, answers)]
    if faults:
        pytest.fail("\n\n".join(faults))
    assert shops.fingerprint() == before


def compared(slot, trial, queries, answers):
    """What is wrong with the answers to the tries of a place, by the names that were tried."""
    for name, answer in answers.items():
        if "INTERNAL" in answer.text or "GRAPHQL_VALIDATION_FAILED" in answer.text:
            yield f"{queries[name]}\n{answer.text[:1000]}"
    seen = {name: told(answer, name) for name, answer in answers.items()}
    others = [str(seen[each]) for each in trial.others]
    if len(set(others)) > 1:
        yield "others' are told apart from nobody's\n" + "\n".join(each[:1500] for each in others)
    if (others[0] == str(seen[trial.own])) != (str(slot) in ALIKE):
        yield f"the own is told like others'\n{queries[trial.own]}\n{answers[trial.own].text[:1000]}"


async def test_every_kind_of_object_by_its_id(api, shops, caller):
    """With all that can be asked of it."""
    faults = []
    for kind in sorted(each.name for each in SCHEMA.get_possible_types(SCHEMA.type_map["Node"])):
        selected, left = selection(SCHEMA, SCHEMA.type_map[kind], 2)
        assert not left
        one = f"query ($id: ID!) {{ node(id: $id) {{ __typename ... on {kind} {{ {selected} }} }} }}"
        many = f"query ($id: ID!) {{ nodes(ids: [$id]) {{ __typename ... on {kind} {{ {selected} }} }} }}"
        for query in (written(one), written(many)):
            for trial in of_ids(kind, shops):
                queries = {
                    each: {"query": query, "variables": {"id": each}} for each in (*trial.others, trial.own)
                }
                answers = {name: await ask(api, caller, each) for name, each in queries.items()}
                faults += [f"{kind}: {each}" for each in compared(None, trial, queries, answers)]
    if faults:
        pytest.fail("\n\n".join(faults))


async def test_every_field_of_every_type_of_another_tenant(api, shops, caller, neighbour):
    """What its own administrator is shown, and the caller is not."""
    faults = []
    for kind in READ:
        selected = written(PLACES[kind.name].query(selection(SCHEMA, kind, 2)[0]))
        if "databaseId: 56" not in selected:
            continue
        queries = {tenant: {"query": of(tenant, selected)} for tenant in (THEIRS, NOWHERE)}
        answers = {tenant: await ask(api, caller, query) for tenant, query in queries.items()}
        theirs = await ask(api, neighbour, queries[THEIRS])
        if told(answers[THEIRS], THEIRS) != told(answers[NOWHERE], NOWHERE):
            faults.append(f"{kind.name}: {answers[THEIRS].text[:1000]}")
        if '"errors"' in theirs.text or told(theirs, THEIRS) == told(answers[THEIRS], THEIRS):
            faults.append(f"{kind.name}: {queries[THEIRS]} {theirs.text[:1000]}")
    if faults:
        pytest.fail("\n\n".join(faults))


def test_every_mutation_has_a_place_that_is_tried():
    tried = {each.field for each in SLOTS if each.kind == "Mutation"}
    assert {*MUTATION.fields} - tried == {"integrationValidate"}, (
        "which asks another system, and keeps nothing"
    )


def written(query):
    """A query of the walk, with the ids that it asks for filled in."""
    customers = f'["{ids.encode("Customer", OWN, 1)}"]'
    return query.replace("$tenant", f'"{ids.encode("Tenant", OWN)}"').replace("$customers", customers)
