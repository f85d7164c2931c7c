"""REST v2 against the examples of its reference: the same keys in the same order, nesting and JSON types.

`reference.json` holds the examples by operation and status, as the reference prints them.
"""

import json
import re
from pathlib import Path

import pytest
from psycopg.types.json import Jsonb

EXAMPLES = json.loads((Path(__file__).parent / "reference.json").read_text())

ADDED = {
    "GET /api/v2/cdp/process/status/{tenantId}": ["progress", "run_id", "error"],
    "GET /api/v2/cdp/customers/{customerId}/timeline.data": ["next_cursor"],
}
"""Keys that answers have beyond those of the reference, by operation and place, behind the others."""

MAPS = ("data.segments", "details", "criteria", "results")
"""Objects whose keys are the data's own: their values are compared with the examples' first."""

FORMATS = {
    "instant with milliseconds": r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z",
    "instant": r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ",
    "day": r"\d{4}-\d\d-\d\d",
}

CALLS = {
    "GET /api/v2/cdp/process/status/{tenantId}": "/api/v2/cdp/process/status/56",
    "GET /api/v2/cdp/analytics/rfm": "/api/v2/cdp/analytics/rfm?tenant_id=56",
    "GET /api/v2/cdp/analytics/clv": "/api/v2/cdp/analytics/clv?tenant_id=56",
    "GET /api/v2/cdp/analytics/churn": "/api/v2/cdp/analytics/churn?tenant_id=56",
    "GET /api/v2/cdp/customers/{customerId}/profile": "/api/v2/cdp/customers/1/profile?tenant_id=56",
    "GET /api/v2/cdp/customers/{customerId}/timeline": "/api/v2/cdp/customers/1/timeline?tenant_id=56",
    "GET /api/v2/cdp/segments": "/api/v2/cdp/segments?tenant_id=56",
}


@pytest.fixture
def shop(scored):
    """Tenant 56, scored, with a customer of whom everything is known, an event and two segments."""
    owner = scored.owner
    owner.execute(
        "UPDATE customer SET first_name = 'Juan', last_name = 'Pérez', created_at = '2023-01-15 10:00Z' "
        "WHERE tenant_id = 56 AND id = 1"
    )
    owner.execute("UPDATE customer_order SET items = 3 WHERE tenant_id = 56")
    owner.execute("SELECT event_partition_ensure('2025-06-01')")
    owner.execute(
        "INSERT INTO event (tenant_id, occurred_at, message_id, customer_id, event_type, properties) "
        "VALUES (56, '2025-06-01', 'm1', 1, 'email_opened', %s)",
        [Jsonb({"campaign": "Back to School 2024"})],
    )
    criteria = EXAMPLES["GET /api/v2/cdp/segments"]["200"]["data"][0]["criteria"]
    owner.execute(
        "INSERT INTO segment (tenant_id, name, type, criteria, member_count, refreshed_at) "
        "VALUES (56, 'VIP Customers', 'dynamic', %s, 12, '2025-09-16 19:00:00.25Z')",
        [Jsonb(criteria)],
    )
    return scored


def shape(value, place=""):
    """What a JSON value is made of: the keys of objects in order, one item of a list, types and formats."""
    if isinstance(value, dict):
        inner = {name: shape(each, f"{place}.{name}".lstrip(".")) for name, each in value.items()}
        if place.endswith(MAPS):
            return {"any key": next(iter(inner.values()))}
        return list(inner.items())
    if isinstance(value, list):
        found = [shape(each, place) for each in value]
        assert found, f"{place} is empty"
        assert all(each == found[0] for each in found), f"{place} holds items of different shapes"
        return found[:1]
    if isinstance(value, str):
        return next((name for name, pattern in FORMATS.items() if re.fullmatch(pattern, value)), "text")
    return {bool: "boolean", int: "number", float: "number", type(None): "null"}[type(value)]


def strip(content, operation):
    """The answer without the keys that may have been added, which must stand behind the others."""
    for place, names in ADDED.items():
        if place.startswith(operation):
            at = content
            for name in place.removeprefix(operation).split(".")[1:]:
                at = at[name]
            assert list(at)[-len(names) :] == names
            for name in names:
                del at[name]
    return content


@pytest.mark.parametrize("operation", CALLS)
async def test_an_answer_has_the_shape_of_the_references_example(shop, client, operation):
    answer = await client.get(CALLS[operation])
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "application/json"
    content = answer.json()
    if operation.endswith("/timeline"):
        content["data"]["events"] = [
            next(each for each in content["data"]["events"] if (each["type"] == "order") is order)
            for order in (True, False)
        ]
    expected = EXAMPLES[operation]["200"]
    assert shape(strip(content, operation)) == shape(expected)
    assert content.get("success", True) is True
    assert content.get("message") == expected.get("message")


async def test_processing_answers_in_the_references_shape(make, client, worker):
    make.history(make.tenant(), 300)
    operation = EXAMPLES["POST /api/v2/cdp/process/{tenantId}"]
    request = operation["request"]
    content = (await client.post("/api/v2/cdp/process/56", json=request)).json()
    assert list(content["results"]) == request["analyses"]
    assert content["message"] == operation["200"]["message"]
    whole = shape({**content, "results": {"rfm": content["results"]["rfm"]}})
    assert whole == shape(operation["200"])
    shares = {"rfm": "segments", "clv": "tiers", "churn": "risk_levels"}
    for name, found in content["results"].items():
        assert list(found) == ["total_processed", shares[name], "processing_time"]
        assert sum(each["count"] for each in found[shares[name]]) == found["total_processed"]
        assert sum(each["percentage"] for each in found[shares[name]]) == pytest.approx(100)


@pytest.mark.parametrize(
    ("status", "path"),
    [("400", "/api/v2/cdp/analytics/rfm"), ("404", "/api/v2/cdp/analytics/rfm?tenant_id=999")],
)
async def test_an_error_is_the_references_own(make, client, status, path):
    make.tenant()
    answer = await client.get(path)
    assert (str(answer.status_code), answer.json()) == (status, EXAMPLES["errors"][status])


def test_every_operation_of_the_reference_is_there():
    document = json.loads((Path(__file__).parents[2] / "rest" / "openapi.json").read_text())
    for operation in CALLS:
        method, path = operation.split()
        assert method.lower() in document["paths"][path], operation
    assert "get" in document["paths"]["/api/v2/cdp/segments/{segmentId}/members"]
