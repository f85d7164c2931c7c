"""The reference of criteria says what the language is."""

import json
import re
from pathlib import Path

import pytest

from kit.errors import InvalidInputError
from kit.page import DAY, DECIMAL, FLOAT, INSTANT, INTEGER, TEXT
from resolvers.criteria import FIELDS, parse
from resolvers.criteria.parse import DEEPEST, MOST_ALTOGETHER, MOST_CONDITIONS, MOST_VALUES

REFERENCE = (Path(__file__).parents[3] / "docs" / "reference" / "criteria.md").read_text()
KINDS = {
    INTEGER: "whole number",
    DECIMAL: "amount",
    FLOAT: "number",
    TEXT: "text",
    DAY: "day",
    INSTANT: "instant",
}


def test_every_field_stands_in_the_table_with_its_comparisons():
    rows = re.findall(r"^\| `(\w+)` \| (.*?) \| (.*?) \| (.*?) \|$", REFERENCE, re.MULTILINE)
    assert [name for name, *_ in rows] == list(FIELDS)
    for name, values, operators, meaning in rows:
        field = FIELDS[name]
        few = "one of eleven" if len(field.choices) == 11 else " ".join(f"`{each}`" for each in field.choices)
        assert values == (few or KINDS[field.kind])
        assert operators == " ".join(f"`{each}`" for each in field.operators)
        assert meaning == field.meaning


def test_examples_are_criteria():
    examples = re.findall(r"```json\n(.*?)```", REFERENCE, re.DOTALL)
    assert len(examples) == 7
    for example in examples:
        parse(json.loads(example))


@pytest.mark.parametrize("criteria", [{"any": [{"clv_teir": 1}]}, {"clv_tier": "High"}])
def test_refusals_are_told_in_these_words(criteria):
    with pytest.raises(InvalidInputError) as error:
        parse(criteria)
    assert error.value.message in REFERENCE


def test_bounds_are_those_of_the_code():
    assert DEEPEST == 8
    for bound in (MOST_CONDITIONS, MOST_VALUES, MOST_ALTOGETHER):
        assert f"{bound:,}" in REFERENCE
