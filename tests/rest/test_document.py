"""The OpenAPI document: complete, in both languages, with examples that fit and are the reference's."""

import json
import re
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from rest import make_rest
from rest.document import EXAMPLES, operations
from rest.texts import OPERATIONS
from rest.texts.common import PARAMETERS

REFERENCE = json.loads((Path(__file__).parents[1] / "acceptance" / "reference.json").read_text())
DOCUMENT = make_rest().openapi()
ALL = {each["operationId"]: each for each in operations(DOCUMENT)}
ADDED = {"app_key_hint", "sync_minutes", "feed", "next_cursor", "progress", "run_id", "error"}
"""Keys of examples that the reference does not have."""


def test_the_document_is_of_openapi_3_1_and_says_who_may_call():
    assert DOCUMENT["openapi"].startswith("3.1")
    assert DOCUMENT["security"] == [{}, {"bearer": []}, {"apiKey": []}]
    assert DOCUMENT["components"]["securitySchemes"].keys() == {"bearer", "apiKey"}
    assert "Authorization: Bearer" in DOCUMENT["info"]["description"]
    tags = {each["name"] for each in DOCUMENT["tags"]}
    assert {tag for each in ALL.values() for tag in each["tags"]} == tags


def test_every_operation_has_its_texts_and_no_text_is_left_over():
    assert set(ALL) == set(OPERATIONS) == set(EXAMPLES["operations"])


def test_schemas_have_plain_names():
    assert all(re.fullmatch(r"[A-Z][A-Za-z]+", name) for name in DOCUMENT["components"]["schemas"])


@pytest.mark.parametrize("name", ALL)
def test_an_operation_is_told_in_both_languages_with_parameters_and_errors(name):
    operation = ALL[name]
    assert operation["summary"] == OPERATIONS[name].title
    for language in ("**English**", "**Español**"):
        assert language in operation["description"]
    for each in operation.get("parameters", []):
        assert each["description"].endswith(f" / {PARAMETERS[each['name']]}"), each
        assert "anyOf" not in each["schema"]
    assert "422" not in operation["responses"]
    assert {"400", "401", "403", "404", "500"} <= set(operation["responses"])


@pytest.mark.parametrize("name", ALL)
def test_every_body_has_an_example_that_fits_its_schema(name):
    operation = ALL[name]
    parts = {**operation["responses"], "request": operation.get("requestBody", {})}
    for status, part in parts.items():
        for content in part.get("content", {}).values():
            schema = {**content["schema"], "components": DOCUMENT["components"]}
            assert "example" in content, status
            Draft202012Validator(schema).validate(content["example"])


def bare(value):
    """An example without what was added to the reference's."""
    if isinstance(value, dict):
        return {name: bare(each) for name, each in value.items() if name not in ADDED}
    return [bare(each) for each in value] if isinstance(value, list) else value


@pytest.mark.parametrize("place", [each for each in REFERENCE if each != "errors"])
def test_examples_are_the_references(place):
    method, path = place.split()
    path = re.sub(r"(?<=integrations/)\{\w+\}", "{tenantOrIntegrationId}", path)
    operation = DOCUMENT["paths"][path][method.lower()]
    for status, body in REFERENCE[place].items():
        part = operation["requestBody"] if status == "request" else operation["responses"][status]
        assert bare(part["content"]["application/json"]["example"]) == body


@pytest.mark.parametrize("status", ["400", "404", "500"])
def test_errors_are_the_references(status):
    assert EXAMPLES["errors"][status].keys() == REFERENCE["errors"][status].keys()
