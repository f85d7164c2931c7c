"""The JSON Schema of criteria accepts what the language does, and refuses what is no part of it."""

import json
import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from jsonschema import Draft202012Validator

from kit.errors import InvalidInputError
from resolvers.criteria import parse
from resolvers.criteria.json_schema import json_schema
from tests.resolvers.criteria.test_condition import CRITERIA
from tests.resolvers.criteria.test_parse import JSON

REFERENCE = Path(__file__).parents[3] / "docs" / "reference"
VALIDATOR = Draft202012Validator(json_schema())


def test_the_committed_schema_is_the_languages():
    committed = json.loads((REFERENCE / "criteria.schema.json").read_text())
    assert committed == json_schema()
    Draft202012Validator.check_schema(committed)


def test_examples_of_the_reference_are_valid():
    examples = re.findall(r"```json\n(.*?)```", (REFERENCE / "criteria.md").read_text(), re.DOTALL)
    assert len(examples) >= 4
    for example in examples:
        VALIDATOR.validate(json.loads(example))


@settings(deadline=None)
@given(CRITERIA)
def test_what_is_accepted_is_valid(criteria):
    parse(criteria)
    VALIDATOR.validate(criteria)


@settings(deadline=None)
@given(JSON)
def test_what_is_not_valid_is_refused(criteria):
    if not VALIDATOR.is_valid(criteria):
        with pytest.raises(InvalidInputError):
            parse(criteria)


@pytest.mark.parametrize(
    "criteria",
    [
        {},
        {"clv_teir": "high"},
        {"clv_tier": "High"},
        {"clv_tier": {"gte": "high"}},
        {"any": []},
        {"orders": {"where": {"a": 1}}},
        {"orders": {"within_days": 3, "since": "2024-01-01"}},
        {"event": "x", "clv_tier": "high"},
        {"event": "x", "where": {"a": {"gt": "b"}}},
        {"attributes": {"a": None}},
        {"consent": {}},
        {"consent": {"email": "true"}},
        {"consent": {"fax": True}},
        {"consent": {"email": {"in": [True]}}},
    ],
    ids=str,
)
def test_what_is_wrong_is_not_valid(criteria):
    assert not VALIDATOR.is_valid(criteria)
    with pytest.raises(InvalidInputError):
        parse(criteria)


@pytest.mark.parametrize(
    "criteria",
    [
        {"orders": {"count": {"gte": 3}, "sum": {"gte": "100.50"}, "within_days": 90}},
        {"orders": {"last": {"more_than_days_ago": 90}}},
        {"consent": {"email": True, "sms": {"exists": False}, "post": {"eq": False}}},
        {"event": "page_view", "count": {"gte": 3}, "within_days": 30, "where": {"page": ["/a", "/b"]}},
        {"not": {"event": "purchase"}, "attributes": {"vip": True, "city": {"starts_with": "Li"}}},
    ],
    ids=str,
)
def test_what_orders_events_and_attributes_say_is_valid(criteria):
    parse(criteria)
    VALIDATOR.validate(criteria)
