"""Types of events that a tenant registers, with and without a schema for their properties."""

import pytest

from kit import ids

TENANT = ids.encode("Tenant", 56)
LIST = """query T($t: ID!) { tenant(id: $t) { eventTypes {
  name description jsonSchema isActive isBuiltIn createdAt } } }"""
UPSERT = """mutation U($input: EventTypeUpsertInput!) { eventTypeUpsert(input: $input) {
  eventType { name description jsonSchema isActive isBuiltIn } userErrors { code field message } } }"""
DELETE = """mutation D($input: EventTypeDeleteInput!) { eventTypeDelete(input: $input) {
  deletedName userErrors { code field message } } }"""
TRACK = """mutation E($input: EventTrackInput!) { eventTrack(input: $input) {
  event { type properties } userErrors { code field message } } }"""
QUIZ = {
    "type": "object",
    "required": ["score"],
    "properties": {
        "score": {"type": "number", "minimum": 0},
        "answers": {"type": "array", "items": {"$ref": "#/$defs/answer"}, "uniqueItems": True},
    },
    "$defs": {
        "answer": {
            "type": "object",
            "properties": {"to": {"type": "string", "pattern": "^q[0-9]+$"}},
            "additionalProperties": False,
        }
    },
}


@pytest.fixture
def upsert(ask, shop):
    """Register or change a type of tenant 56; the payload."""

    async def send(name="quiz.finished", **given):
        return (await ask(UPSERT, input={"tenantId": TENANT, "name": name, **given}))["eventTypeUpsert"]

    return send


@pytest.fixture
def track(ask):
    """Send an event of tenant 56; the payload."""

    async def send(kind="quiz.finished", **properties):
        event = {"type": kind, "properties": properties}
        return (await ask(TRACK, input={"tenantId": TENANT, "event": event}))["eventTrack"]

    return send


async def test_a_type_is_registered_changed_and_removed(upsert, track, ask):
    assert (await track())["userErrors"][0]["field"] == ["input", "event", "type"]
    made = await upsert(description="A quiz was finished.", jsonSchema=QUIZ)
    assert made["userErrors"] == []
    assert made["eventType"] == {
        "name": "quiz.finished",
        "description": "A quiz was finished.",
        "jsonSchema": QUIZ,
        "isActive": True,
        "isBuiltIn": False,
    }
    assert (await track(score=3))["event"] == {"type": "quiz.finished", "properties": {"score": 3}}
    assert (await track(score=-1))["event"] is None
    changed = await upsert(isActive=False)
    assert changed["eventType"]["jsonSchema"] == QUIZ
    assert (await track(score=3))["event"] is None
    await upsert(isActive=True, jsonSchema=None)
    assert (await track(score=-1))["userErrors"] == []
    listed = (await ask(LIST, t=TENANT))["tenant"]["eventTypes"]
    assert [each["name"] for each in listed if not each["isBuiltIn"]] == ["quiz.finished"]
    assert len(listed) == 8
    assert listed[0]["name"] == "page_view"
    assert listed[0]["jsonSchema"]["properties"]["page"]["type"] == "string"
    gone = {"tenantId": TENANT, "name": "quiz.finished"}
    assert (await ask(DELETE, input=gone))["eventTypeDelete"] == {
        "deletedName": "quiz.finished",
        "userErrors": [],
    }
    assert (await track(score=3))["event"] is None
    (error,) = (await ask(DELETE, input=gone))["eventTypeDelete"]["userErrors"]
    assert (error["code"], error["field"]) == ("NOT_FOUND", ["input", "name"])


@pytest.mark.parametrize(
    ("properties", "path", "told"),
    [
        ({}, [], "'score' is a required property"),
        ({"score": "3"}, ["score"], "not of type 'number'"),
        ({"score": 1, "answers": [{"to": "q1"}, {"to": "x"}]}, ["answers", "1", "to"], "does not match"),
        ({"score": 1, "answers": [{"to": "q1"}, {"to": "q1"}]}, ["answers"], "not all different"),
        ({"score": 1, "answers": [{"too": 1}]}, ["answers", "0"], "'too' was unexpected"),
        ({"score": 1, "answers": [7] * 9000}, ["answers", "0"], "not of type 'object'"),
    ],
)
async def test_a_violation_is_told_with_the_path_in_the_document(
    upsert, track, client, shop, properties, path, told
):
    await upsert(jsonSchema=QUIZ)
    (error,) = (await track(**properties))["userErrors"]
    assert error["field"] == ["input", "event", "properties", *path]
    assert told in error["message"]
    shop.customer(56, "ana")
    body = {"tenant_id": 56, "external_id": "ana", "event_type": "quiz.finished", "properties": properties}
    answer = await client.post("/api/v2/cdp/events", json=body)
    assert answer.status_code == 400
    assert answer.json()["details"].startswith(".".join(["properties", *path]) + ": ")


DEEP: dict[str, object] = {"type": "object"}
for _ in range(80):
    DEEP = {"properties": {"a": DEEP}}
BAD_SCHEMAS = [
    ([], "is an object"),
    ({"type": "objekt"}, "#/type: "),
    ({"properties": {"a": {"$ref": "https://example.com/a.json"}}}, "#/properties/a/$ref: a reference"),
    ({"$ref": "#/$defs/none"}, "#/$ref: a reference"),
    ({"$id": "https://example.com/"}, "#/$id: this keyword is not accepted"),
    ({"patternProperties": {}}, "#/patternProperties: this keyword is not accepted"),
    ({"items": [{"unevaluatedItems": False}]}, "#/items: "),
    ({"anyOf": [{"pattern": "(?=a)"}]}, "#/anyOf/0/pattern: a pattern is"),
    ({"pattern": "("}, "#/pattern: a pattern is"),
    ({"description": "x" * 17_000}, "at most 16 KB"),
    (DEEP, "nest"),
]


@pytest.mark.parametrize(("schema", "told"), BAD_SCHEMAS)
async def test_a_schema_that_cannot_be_applied_safely_is_refused(upsert, schema, told):
    payload = await upsert(jsonSchema=schema)
    assert payload["eventType"] is None
    (error,) = payload["userErrors"]
    assert error["field"] == ["input", "jsonSchema"]
    assert told in error["message"]


@pytest.mark.parametrize("name", ["purchase", "Quiz", "", "a" * 65, "1a", "a\0b"])
async def test_a_name_that_is_not_accepted(upsert, name):
    payload = await upsert(name)
    assert payload["userErrors"][0]["field"] == ["input", "name"]


COSTLY = [
    {"$defs": {"a": {"anyOf": [{"$ref": "#/$defs/a"}, {"$ref": "#/$defs/a"}]}}, "$ref": "#/$defs/a"},
    {"$ref": "#"},
    {
        "$defs": {f"a{n}": {"allOf": [{"$ref": f"#/$defs/a{n + 1}"}] * 2} for n in range(40)}
        | {"a40": {"type": "object"}},
        "$ref": "#/$defs/a0",
    },
    {"properties": {"a": {"items": {"anyOf": [{"minimum": n} for n in range(100, 300)]}}}},
]


@pytest.mark.parametrize("schema", COSTLY)
async def test_a_schema_that_takes_too_long_refuses_the_event(upsert, track, schema):
    assert (await upsert(jsonSchema=schema))["userErrors"] == []
    payload = await track(a=[1] * 5000)
    assert payload["event"] is None
    (error,) = payload["userErrors"]
    assert "takes too long" in error["message"] or "not valid under any" in error["message"]


async def test_a_hostile_pattern_takes_no_time(upsert, track):
    await upsert(jsonSchema={"properties": {"a": {"pattern": "^(a+)+$"}}})
    assert "does not match" in (await track(a="a" * 30_000 + "b"))["userErrors"][0]["message"]


async def test_a_tenant_has_500_types_of_its_own(upsert, shop):
    shop.owner.execute(
        "INSERT INTO event_type (tenant_id, name) SELECT 56, 'a' || n FROM generate_series(1, 500) n"
    )
    assert (await upsert("b"))["userErrors"][0]["code"] == "CONFLICT"
    assert (await upsert("a500", description="x"))["userErrors"] == []
