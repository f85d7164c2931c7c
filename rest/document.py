"""The OpenAPI document: what FastAPI reads off the routes, with texts in both languages and the examples."""

import copy
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from fastapi import FastAPI

from rest.integrations import PLACE
from rest.texts import OPERATIONS
from rest.texts.common import ABOUT, PARAMETERS, TAGS

Json = dict[str, Any]

EXAMPLES: Json = json.loads((Path(__file__).parent / "examples.json").read_text(encoding="utf-8"))
"""Bodies by operation and status, values of parameters, and errors by status."""

_INTEGRATION_PATHS = tuple(
    f"/api/v2/tenant-integrations/{{{each}}}" for each in ("tenantId", "integrationId")
)
_TAGGED = (
    "getRfmAnalytics",
    "getClvAnalytics",
    "getChurnAnalytics",
    "getCustomerProfile",
    "listSegments",
    "getSegmentMembers",
)
SECURITY: Json = {
    "bearer": {"type": "http", "scheme": "bearer", "description": "A token (JWT) or an API key"},
    "apiKey": {"type": "apiKey", "in": "header", "name": "X-API-Key", "description": "An API key"},
}
"""How callers prove who they are; none of them where the API is open."""
_UNUSED = ("HTTPValidationError", "ValidationError")


def install(app: FastAPI) -> None:
    """Let an application answer this document, which is made once."""
    plain = app.openapi

    def openapi() -> Json:
        if app.openapi_schema is None:
            app.openapi_schema = _described(plain())
        return app.openapi_schema

    app.openapi = openapi  # type: ignore[method-assign]


def operations(document: Json) -> Iterator[Json]:
    """All operations of a document."""
    for methods in document["paths"].values():
        yield from methods.values()


def _described(document: Json) -> Json:
    """The document with all that the routes do not say themselves."""
    _merge_integrations(document["paths"])
    _name_bodies(document)
    document["info"] |= {
        "description": ABOUT.strip(),
        "contact": {"name": "CDP Team"},
        "license": {"name": "Proprietary"},
    }
    document["security"] = [{}, {"bearer": []}, {"apiKey": []}]
    document["components"]["securitySchemes"] = SECURITY
    document["tags"] = [
        {"name": name, "description": f"{english} / {spanish}"} for name, (english, spanish) in TAGS.items()
    ]
    for each in operations(document):
        _describe(each)
    for name in _UNUSED:
        document["components"]["schemas"].pop(name, None)
    return document


def _merge_integrations(paths: Json) -> None:
    """One path for what differs by the name of its parameter only: OpenAPI knows no other way."""
    merged: Json = {}
    for path in _INTEGRATION_PATHS:
        for method, operation in paths.pop(path, {}).items():
            operation["parameters"][0]["name"] = PLACE
            merged[method] = operation
    if merged:
        paths[f"/api/v2/tenant-integrations/{{{PLACE}}}"] = merged


def _name_bodies(document: Json) -> None:
    """Schemas of bodies that stand within their operations, put where the others are."""
    for each in operations(document):
        content = _content(each["requestBody"]) if "requestBody" in each else {}
        if title := content.get("schema", {}).get("title"):
            document["components"]["schemas"][title] = content["schema"]
            content["schema"] = {"$ref": f"#/components/schemas/{title}"}


def _describe(operation: Json) -> None:
    name = operation["operationId"]
    examples = EXAMPLES["operations"].get(name, {})
    if name in _TAGGED:
        _tag(operation)
    if text := OPERATIONS.get(name):
        operation["summary"], operation["description"] = text.title, text.description
    for each in operation.get("parameters", []):
        _describe_parameter(each)
    if "requestBody" in operation and "request" in examples:
        _content(operation["requestBody"])["example"] = examples["request"]
    responses = operation["responses"]
    responses.pop("422", None)
    for status, told in _refusals(operation).items():
        responses.setdefault(status, told)
    operation["responses"] = {status: responses[status] for status in sorted(responses)}
    for status, response in responses.items():
        example = examples.get(status, EXAMPLES["errors"].get(status))
        if "content" in response and example is not None:
            _content(response).setdefault("example", example)


def _refusals(operation: Json) -> Json:
    """What any operation may be answered by what stands before it."""
    told = {
        "401": "No credentials came, or they are not good",
        "403": "The credentials lack the scope that this needs",
    }
    told |= {"429": "Too many requests; Retry-After says how many seconds to wait"}
    if "requestBody" in operation:
        told |= {
            "408": "The body did not come in time",
            "413": "The body is too large",
            "415": "The body is not JSON",
        }
    problem = {"application/json": {"schema": {"$ref": "#/components/schemas/Problem"}}}
    found: Json = {
        status: {"description": description, "content": copy.deepcopy(problem)}
        for status, description in told.items()
    }
    return found


def _tag(operation: Json) -> None:
    """What an operation says whose answers may be kept until they change."""
    operation.setdefault("parameters", []).append(
        {
            "name": "If-None-Match",
            "in": "header",
            "required": False,
            "schema": {"type": "string"},
            "description": "`ETag` of an answer before: if nothing changed, the answer is 304 without a body",
        }
    )
    tag = {"description": "Changes when the answer does", "schema": {"type": "string"}}
    operation["responses"]["200"]["headers"] = {"ETag": tag}
    operation["responses"]["304"] = {"description": "Nothing changed since the ETag that If-None-Match names"}


def _describe_parameter(parameter: Json) -> None:
    """Both languages, an example, and a schema without null: what is left out is not null."""
    name, schema = parameter["name"], parameter["schema"]
    if name in PARAMETERS:
        parameter["description"] = f"{parameter.get('description', '')} / {PARAMETERS[name]}".removeprefix(
            " / "
        )
    for each in ("title", "description"):
        schema.pop(each, None)
    choices = [each for each in schema.pop("anyOf", []) if each != {"type": "null"}]
    if choices:
        parameter["schema"] = {**choices[0], **schema}
    # Pages put examples into their forms: what may be left out is to be chosen by whoever asks.
    if parameter.get("required") and name in EXAMPLES["parameters"]:
        parameter["example"] = EXAMPLES["parameters"][name]


def _content(part: Json) -> Json:
    found: Json = part["content"]["application/json"]
    return found
