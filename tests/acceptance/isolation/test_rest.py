"""Every parameter and field of the REST document with another tenant's: told as what does not exist.

The tries are made from the document, as those of the graph are from its schema.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from rest import make_rest
from tests.acceptance.isolation.answers import told
from tests.acceptance.isolation.naming import Trial, moved, of_numbers
from tests.acceptance.isolation.shops import ABSENT, NOWHERE, OWN, THEIRS

DOCUMENT = make_rest().openapi()
NUMBERS = {
    "tenantId": "Tenant",
    "tenant_id": "Tenant",
    "customerId": "Customer",
    "customer_id": "Customer",
    "segmentId": "Segment",
    "listIntegrations.tenantOrIntegrationId": "Tenant",
    "tenantOrIntegrationId": "Integration",
}
NAMES = {
    "external_id": "C1",
    "email": "c1@example.com",
    "trackEvent.event_type": "type_1",
    "trackEvents.event_type": "type_1",
    "trackEvent.message_id": "m3",
    "trackEvents.message_id": "m4",
    "trackEvent.Idempotency-Key": "key 5",
    "trackEvents.Idempotency-Key": "key 6",
    "createIntegration.account_name": "account-1",
    "updateIntegration.account_name": "account-2",
}
CURSORS = {"cursor"}
PLAIN = {
    "sync_minutes",
    "feed",
    "If-None-Match",
    *(
        "Prefer",
        "segment",
        "limit",
        "offset",
        "tier",
        "risk_level",
        "before",
        "after",
        "since",
        "types",
        "type",
    ),
    *(
        "channel",
        "format",
        "analyses",
        "force",
        "as_of",
        "integration_type",
        "environment",
        "app_key",
        "app_token",
    ),
    *("is_active", "sync_minutes", "feed", "properties", "timestamp", "validateVtexCredentials.account_name"),
}
"""What names nothing of a tenant's: words, instants, bounds, secrets, an account that VTEX is asked for."""
EVENT = {"event_type": "page_view", "timestamp": "2025-06-01T00:00:00Z"}
BODIES: dict[str, dict[str, Any]] = {
    "createIntegration": {"integration_type": "vtex", "app_key": "key-12345", "app_token": "token-12345"},
    "trackEvent": EVENT,
    "processTenant": {"force": True},
}


@dataclass(frozen=True, slots=True)
class Place:
    """A parameter (`where`: path, query or header), or a field of the body or of its events."""

    operation: str
    method: str
    path: str
    where: str
    name: str

    def __str__(self) -> str:
        return f"{self.operation}.{self.name}"

    def of(self, table: dict[str, str]) -> str | None:
        return table.get(str(self)) or table.get(self.name)


def resolved(schema: dict[str, Any]) -> dict[str, Any]:
    if "$ref" in schema:
        return resolved(DOCUMENT["components"]["schemas"][schema["$ref"].rpartition("/")[2]])
    for each in schema.get("anyOf", []):
        if "$ref" in each or each.get("type") == "object":
            return resolved(each)
    return schema


def fields(schema: dict[str, Any], where: str) -> Iterator[tuple[str, str]]:
    for name, each in resolved(schema).get("properties", {}).items():
        below = resolved(each.get("items", {}))
        if below.get("properties"):
            yield from fields(below, name)
        else:
            yield where, name


def places() -> Iterator[Place]:
    for path, item in DOCUMENT["paths"].items():
        for method, operation in item.items():
            name = operation["operationId"]
            for each in operation.get("parameters", []):
                yield Place(name, method, path, each["in"], each["name"])
            for content in operation.get("requestBody", {}).get("content", {}).values():
                for where, field in fields(content["schema"], "body"):
                    yield Place(name, method, path, where, field)


ALL = [*places()]


class Caller:
    """Sends requests, with what is tried in one place and what is the caller's own in all others."""

    def __init__(self, api: Any, headers: dict[str, str], shops: Any) -> None:
        self._api, self._headers, self._shops = api, headers, shops
        self._own = {each: shops.number(each, OWN) for each in ("Customer", "Segment", "Integration")}
        self._own["Tenant"] = OWN
        self._count = 0

    async def send(self, place: Place, *given: tuple[str, str, Any]) -> Any:
        """The answer; `given` are where, name and value."""
        path, headers = place.path, dict(self._headers)
        query: dict[str, Any] = {}
        body, event = dict(BODIES.get(place.operation, {})), dict(EVENT)
        values = {
            (each.where, each.name): self._basic(each) for each in ALL if each.operation == place.operation
        }
        values |= {(where, name): value for where, name, value in given}
        for (where, name), value in values.items():
            if where == "path":
                path = path.replace(f"{{{name}}}", str(value))
            elif value is not None:
                {"query": query, "header": headers, "body": body}.get(where, event)[name] = value
        if place.operation.startswith("trackEvent") and place.name not in (
            "customer_id",
            "email",
            "external_id",
        ):
            (body if place.operation == "trackEvent" else event)["external_id"] = "C6"
        if place.operation == "trackEvents":
            body["events"] = [event]
        sent = {"json": body} if place.method in ("post", "put") else {}
        return await self._api.request(place.method, path, params=query, headers=headers, **sent)

    def _basic(self, place: Place) -> Any:
        """What a place holds where another one is tried; None where it is left out."""
        if place.operation == "trackEvents" and place.where == "body":
            return None
        if place.name == "customer_id" or (place.name == "tenant_id" and place.where == "events"):
            return None
        if place.name == "account_name" and place.operation == "createIntegration":
            self._count += 1
            return f"fresh-{self._count}"
        if place.name == "Prefer":
            return "respond-async"
        kind = place.of(NUMBERS)
        return self._own[kind] if kind else None


def trials(place: Place, shops: Any, cursor: Trial | None) -> list[Trial]:
    """What a place is tried with. Raises LookupError that says what to do."""
    if kind := place.of(NUMBERS):
        return of_numbers(kind, shops)
    if own := place.of(NAMES):
        mark = "theirs_" if own == "type_1" else "theirs-"
        return [Trial(mark + own, (mark.replace("theirs", "nobody") + own,), own)]
    if place.name in CURSORS and cursor:
        return [cursor]
    if place.name in PLAIN or str(place) in PLAIN:
        return []
    raise LookupError(f"tell tests/acceptance/isolation/test_rest.py what {place} names")


async def members_cursor(api, shops, caller, neighbour):
    """Cursors of members: of another tenant's segment, of none and of the caller's."""
    found = []
    for tenant, who, name in ((THEIRS, neighbour, "theirs-segment 1"), (OWN, caller, "segment 1")):
        query = "SELECT id FROM segment WHERE tenant_id = %s AND name = %s"
        (number,) = shops.owner.execute(query, [tenant, name]).fetchone()
        path = f"/api/v2/cdp/segments/{number}/members?tenant_id={tenant}&limit=2"
        found.append(
            (await api.get(path, headers=who)).text.partition('"next_cursor":"')[2].partition('"')[0]
        )
    return Trial(found[0], (moved(found[0]),), found[1])


async def test_every_place_that_names_something(api, shops, caller, neighbour):
    before = shops.fingerprint()
    send = Caller(api, caller, shops).send
    cursor = await members_cursor(api, shops, caller, neighbour)
    faults = []
    for place in ALL:
        for trial in trials(place, shops, cursor):
            every = {
                each: await send(place, (place.where, place.name, each))
                for each in (*trial.others, trial.own)
            }
            seen = {name: str(told(answer, name)) for name, answer in every.items()}
            others = [seen[each] for each in trial.others]
            if len(set(others)) > 1:
                faults.append(f"{place}: others' are told apart from nobody's\n" + "\n".join(others))
            if others[0] == seen[trial.own]:
                faults.append(f"{place}: the own is told like others'\n{every[trial.own].text[:1000]}")
    if faults:
        pytest.fail("\n\n".join(faults))
    assert shops.fingerprint() == before


async def test_another_tenants_number_with_all_that_it_has(api, shops, caller):
    """Both the tenant and what is of it: as where there is no such tenant, with nothing."""
    send = Caller(api, caller, shops).send
    for place in ALL:
        kind = place.of(NUMBERS)
        tenants = [each for each in ALL if each.operation == place.operation and each.of(NUMBERS) == "Tenant"]
        if kind not in (None, "Tenant") and tenants:
            theirs, whose = shops.number(kind, THEIRS), tenants[0]
            answers = [
                told(
                    await send(place, (whose.where, whose.name, tenant), (place.where, place.name, number)),
                    tenant,
                    number,
                )
                for tenant, number in ((THEIRS, theirs), (NOWHERE, theirs), (NOWHERE, ABSENT))
            ]
            assert answers[0] == answers[1] == answers[2], place
            assert answers[0][0] == 404, (place, answers)


async def test_the_tag_of_another_tenants_answer_is_no_ones(api, shops, caller, neighbour):
    """What is told of the own is told in full, whatever others were told."""
    for path in ("/api/v2/cdp/analytics/rfm?tenant_id={}", "/api/v2/cdp/analytics/clv?tenant_id={}"):
        theirs = await api.get(path.format(THEIRS), headers=neighbour)
        own = await api.get(path.format(OWN), headers=caller | {"If-None-Match": theirs.headers["etag"]})
        assert (own.status_code, own.headers["etag"] != theirs.headers["etag"]) == (200, True)
        again = await api.get(path.format(THEIRS), headers=caller | {"If-None-Match": theirs.headers["etag"]})
        assert again.status_code == 404


def test_every_operation_has_a_place_that_is_tried():
    tried = {each.operation for each in ALL if each.of(NUMBERS)}
    every = {each["operationId"] for item in DOCUMENT["paths"].values() for each in item.values()}
    assert every - tried == {"validateVtexCredentials"}, "which asks another system, and keeps nothing"
