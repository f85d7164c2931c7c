"""Queries that reach every field of the schema, each type on the rows of a page where a page leads to it."""

from collections import deque
from dataclasses import dataclass
from typing import Any, cast

from graphql import (
    GraphQLField,
    GraphQLInterfaceType,
    GraphQLObjectType,
    GraphQLSchema,
    get_named_type,
    is_composite_type,
    is_interface_type,
    is_object_type,
    is_required_argument,
)

from kit import ids

ARGUMENTS = {
    "Query.tenant": "databaseId: 56",
    "Query.node": "id: $tenant",
    "Query.nodes": "ids: $customers",
    "Tenant.customer": 'externalId: "C1"',
    "Tenant.order": 'externalId: "O1"',
    "Tenant.segment": "databaseId: 1",
    "Tenant.integration": "databaseId: 1",
    "Tenant.scoreRun": "databaseId: 1",
    "Tenant.segmentMigration": 'from: "2025-01-02T00:00:00Z", to: "2025-01-03T00:00:00Z", kind: RFM_SEGMENT',
    "Tenant.segmentPreview": "criteria: {frequency: {gte: 1}}",
    "Tenant.segmentExplain": f'customerId: "{ids.encode("Customer", 56, 1)}", '
    "criteria: {frequency: {gte: 1}, orders: {count: 2}}",
}
"""What a field is asked with, where it cannot do without."""

NO_WAY = {"Query.node", "Query.nodes"}
"""Fields that are asked themselves, but lead nowhere: what they hold depends on the ids they get."""

SCOPES = {"TenantConnection"}
"""Pages that are no pages of rows: there is one tenant here, and a statement reads the rows of one tenant."""

WITHIN = 20
"""Rows of a page on each row of a page."""

MARK = "walked"
"""The alias that each object walked on bears, so that an answer tells how many there were."""


@dataclass(frozen=True, slots=True)
class Place:
    """A way to a type: what opens the selection on it, and whether the rows of a page lead there."""

    opening: tuple[str, ...] = ()
    paged: bool = False

    def query(self, selection: str) -> str:
        """The whole query."""
        closing = " }" * (len(self.opening) + 1)
        return " { ".join(["", *self.opening, f"{MARK}: __typename {selection}"]) + closing


def places(schema: GraphQLSchema, size: int) -> dict[str, Place]:
    """The shortest way to every object type, over a page of so many rows where there is one."""
    seen: dict[tuple[str, bool], Place] = {}
    root: Any = schema.query_type
    waiting: deque[tuple[Any, Place]] = deque([(root, Place())])
    while waiting:
        kind, place = waiting.popleft()
        if (kind.name, place.paged) in seen:
            continue
        seen[kind.name, place.paged] = place
        for name, field in kind.fields.items():
            waiting += _onwards(schema, kind, name, field, place, size)
    names = {name for name, _ in seen}
    return {name: seen.get((name, True)) or seen[name, False] for name in names}


def _onwards(
    schema: GraphQLSchema, kind: Any, name: str, field: GraphQLField, place: Place, size: int
) -> list[tuple[Any, Place]]:
    """Where a field leads to from a place."""
    named: Any = get_named_type(field.type)
    text = asked(kind, name, field, WITHIN if place.paged else size)
    if not is_composite_type(named) or text is None or f"{kind.name}.{name}" in NO_WAY:
        return []
    page = kind.name.endswith("Connection") and kind.name not in SCOPES and name in ("nodes", "edges")
    paged = place.paged or page
    way = (*place.opening, text)
    if is_object_type(named):
        return [(named, Place(way, paged))]
    possible: Any = schema.get_possible_types(cast("GraphQLInterfaceType", named))
    return [(each, Place((*way, f"... on {each.name}"), paged)) for each in possible]


def readable(schema: GraphQLSchema) -> list[GraphQLObjectType]:
    """The object types that a query can lead to, whatever it takes to ask for them."""
    found: dict[str, GraphQLObjectType] = {}
    waiting: list[Any] = [schema.query_type]
    while waiting:
        kind = waiting.pop()
        if kind.name in found or not is_composite_type(kind):
            continue
        if is_object_type(kind):
            found[kind.name] = kind
        elif is_interface_type(kind):
            waiting += schema.get_possible_types(kind)
        waiting += [get_named_type(field.type) for field in getattr(kind, "fields", {}).values()]
    return [*found.values()]


def asked(kind: Any, name: str, field: GraphQLField, size: int) -> str | None:
    """A field with its arguments; None where nothing is known to ask it with."""
    given = ARGUMENTS.get(f"{kind.name}.{name}")
    if given is None:
        if any(is_required_argument(each) for each in field.args.values()):
            return None
        given = f"first: {size}" if "first" in field.args else ""
    return f"{name}({given})" if given else name


def selection(schema: GraphQLSchema, kind: GraphQLObjectType, size: int) -> tuple[str, list[str]]:
    """All fields of a type, each with the leaves below it, under names of their own; and those left out."""
    found, left = [], []
    for number, (name, field) in enumerate(kind.fields.items()):
        text = asked(kind, name, field, size)
        if text is None:
            left.append(f"{kind.name}.{name}")
            continue
        found.append(f"f{number}: {text}{_leaves(get_named_type(field.type), size)}")
    return " ".join(found), left


def _leaves(kind: Any, size: int) -> str:
    """The scalars of a type, and those of a connection's rows."""
    if not is_composite_type(kind):
        return ""
    inner = ["__typename"]
    for name, field in getattr(kind, "fields", {}).items():
        named: Any = get_named_type(field.type)
        text = asked(kind, name, field, size)
        row = name in ("nodes", "edges", "node") and kind.name.endswith(("Connection", "Edge"))
        if text is not None and (row or not is_composite_type(named)):
            inner.append(text + _leaves(named, size))
    return " { " + " ".join(inner) + " }"
