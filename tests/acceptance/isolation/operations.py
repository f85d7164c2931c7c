"""Operations with a name put into one place, and all else as it must be."""

import itertools
from typing import Any

from graphql import (
    GraphQLSchema,
    get_named_type,
    get_nullable_type,
    is_composite_type,
    is_input_object_type,
    is_interface_type,
    is_list_type,
    is_required_argument,
    is_required_input_field,
)

from kit import ids
from tests.acceptance.isolation.shops import OWN, Shops
from tests.acceptance.isolation.slots import Slot
from tests.acceptance.walk import Place, asked

FRESH = "fresh "
"""Begins a name that is another one each time."""
REQUIRED = {
    "tenantId": ids.encode("Tenant", OWN),
    "TenantUpdateInput.id": ids.encode("Tenant", OWN),
    "CustomerInput.externalId": "C3",
    "CustomerMergeInput.from": {"externalId": "C6"},
    "CustomerMergeInput.into": {"externalId": "C7"},
    "OrderInput.externalId": "O3",
    "OrderInput.placedAt": "2025-01-01T00:00:00Z",
    "OrderInput.amount": "5",
    "OrdersUpsertInput.createMissingCustomers": False,
    "RefundInput.externalId": "R3",
    "RefundInput.refundedAt": "2025-01-01T00:00:00Z",
    "RefundInput.amount": "5",
    "EventInput.type": "page_view",
    "EventTypeUpsertInput.name": "type_1",
    "EventTypeDeleteInput.name": "type_3",
    "ProcessInput.force": True,
    "ProcessInput.wait": False,
    "IntegrationCreateInput.type": "VTEX",
    "IntegrationCreateInput.accountName": "account-30",
    "IntegrationCreateInput.appKey": "key-12345",
    "IntegrationCreateInput.appToken": "token-12345",
    "IntegrationSyncInput.full": False,
    "IntegrationHookCreateInput.url": "https://cdp.example.com",
    "BacktestRequestInput.holdoutDays": 100,
    "BacktestRequestInput.asOf": "latest",
    "SegmentCreateInput.name": FRESH,
    "SegmentCreateInput.type": "DYNAMIC",
    "TenantCreateInput.name": "New",
    "TenantCreateInput.currencyCode": "EUR",
    "TenantCreateInput.timeZone": "Europe/Madrid",
    "TenantInput.slug": "shop",
    "Tenant.backtest.holdoutDays": 180,
    "Tenant.segmentMigration.from": "2025-01-02T00:00:00Z",
    "Tenant.segmentMigration.to": "2025-01-03T00:00:00Z",
}
"""What a required argument or field holds where nothing is tried."""
BESIDE: dict[str, dict[str, object]] = {
    "Tenant.segmentExplain.customerId": {"criteria": {"frequency": {"gte": 1}}},
    "SegmentCreateInput.name": {"criteria": {"frequency": {"gte": 1}}},
    "EventRetentionUpdateInput.tenantId": {"days": 3_000},
    "EventInput.messageId": {"occurredAt": "2025-06-01T00:00:00Z"},
}
"""What must come with a place, without which it is not asked."""


class Writer:
    """Writes operations for places of a schema."""

    def __init__(self, schema: GraphQLSchema, places: dict[str, Place], shops: Shops) -> None:
        self._schema, self._places = schema, places
        self._count = itertools.count()
        self._own = {
            kind: shops.number(kind, OWN) for kind in ("Segment", "Integration", "Customer", "CustomerMerge")
        }
        self._dynamic = shops.dynamic_segment()

    def write(self, slot: Slot, value: object) -> dict[str, object]:
        """The operation that asks a field with a value in a place, and its variables."""
        kind: Any = self._schema.type_map[slot.kind]
        field = kind.fields[slot.field]
        owner = f"{slot.kind}.{slot.field}"
        required = {name: each for name, each in field.args.items() if is_required_argument(each)}
        given = {n: self.basic(owner, n, each) for n, each in required.items() if n != slot.way[0]}
        given |= BESIDE.get(str(slot), {})
        given[slot.way[0]] = self._put(field.args[slot.way[0]].type, slot, 1, value)
        arguments = ", ".join(f"{name}: ${name}" for name in given)
        asked = f"{slot.field}({arguments}){self.selection(get_named_type(field.type), _depth(slot))}"
        variables = ", ".join(f"${name}: {field.args[name].type}" for name in given)
        if slot.kind in ("Mutation", "Subscription"):
            text = f"{slot.kind.lower()} ({variables}) {{ {asked} }}"
        else:
            text = f"query ({variables}){self._places[slot.kind].query(f'tried: {asked}')}"
        return {"query": text, "variables": given}

    def selection(self, named: Any, depth: int = 1) -> str:
        """The leaves of a type and of what it leads to; of an interface those of each type that is one."""
        if is_interface_type(named):
            kinds = self._schema.get_possible_types(named)
            return " { " + " ".join(f"... on {each.name}{self.selection(each, 0)}" for each in kinds) + " }"
        if not is_composite_type(named):
            return ""
        inner = ["__typename"]
        for number, (name, field) in enumerate(getattr(named, "fields", {}).items()):
            below: Any = get_named_type(field.type)
            text = asked(named, name, field, 2)
            if name == "tenant" and not named.name.endswith("Payload"):
                continue
            if text is not None and (depth or not is_composite_type(below)):
                inner.append(f"{named.name}{number}: {text}{self.selection(below, depth - 1)}")
        return " { " + " ".join(inner) + " }"

    def basic(self, owner: str, name: str, each: Any) -> object:
        """What a required argument or field of an input holds."""
        found: object
        if f"{owner}.{name}" in REQUIRED or name in REQUIRED:
            found = REQUIRED.get(f"{owner}.{name}", REQUIRED.get(name))
            if found == FRESH:
                found = f"{FRESH}{next(self._count)}"
        elif name == "first":
            found = 2
        elif owner == "SegmentUpdateInput" and name == "id":
            found = ids.encode("Segment", OWN, self._dynamic)
        elif owner.startswith("Segment") and name == "id":
            found = ids.encode("Segment", OWN, self._own["Segment"])
        elif owner.startswith("Integration") and name == "id":
            found = ids.encode("Integration", OWN, self._own["Integration"])
        elif owner == "CustomerUnmergeInput":
            found = ids.encode("CustomerMerge", OWN, self._own["CustomerMerge"])
        elif name in ("customerId", "customerIds"):
            found = ids.encode("Customer", OWN, self._own["Customer"])
        elif is_input_object_type(named := get_named_type(each.type)):
            found = self._object(named)
        else:
            raise LookupError(f"tell tests/acceptance/isolation/operations.py what {owner}.{name} holds")
        return [found] if is_list_type(get_nullable_type(each.type)) else found

    def _object(self, kind: Any) -> dict[str, object]:
        fields = {name: each for name, each in kind.fields.items() if is_required_input_field(each)}
        return {name: self.basic(kind.name, name, each) for name, each in fields.items()}

    def _put(self, kind: Any, slot: Slot, depth: int, value: object) -> object:
        named: Any = get_named_type(kind)
        if depth < len(slot.way):
            name = slot.way[depth]
            inner = self._object(named) if is_input_object_type(named) else {}
            inner |= BESIDE.get(f"{named.name}.{name}", {})
            inner[name] = self._put(named.fields[name].type, slot, depth + 1, value)
            value = inner
        return [value] if is_list_type(get_nullable_type(kind)) else value


def _depth(slot: Slot) -> int:
    """How far an answer must reach to tell whom or what a name was found to be."""
    if slot.kind != "Mutation" or slot.field in ("tenantCreate", "tenantUpdate"):
        return 1
    return 3 if {"customer", "orderExternalId"} & set(slot.way) else 2
