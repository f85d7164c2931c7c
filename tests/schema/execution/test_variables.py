"""Variables have the values that graphql-core gives them, and those that it refuses are none."""

from typing import Any

import pytest
from graphql import OperationDefinitionNode, build_schema, parse
from graphql.execution.get_variable_signature import get_variable_signature
from graphql.execution.values import get_variable_values

from schema.execution.variables import Variables

SCHEMA = build_schema(
    """
    enum Mood { GOOD BAD }
    input Box { size: Int! = 3, of: [Box!] }
    type Query { found(a: Int, b: String, c: [Int], d: Mood, e: Box, f: Float, g: ID, h: Boolean): Int }
    """
)
DECLARED = (
    "query ($a: Int!, $b: String, $c: [Int!], $d: Mood, $e: Box, $f: Float, $g: ID, $h: Boolean, $i: Int = 7)"
    " { found(a: $a, b: $b, c: $c, d: $d, e: $e, f: $f, g: $g, h: $h) }"
)
ALL = {"a": 1, "b": "x", "c": 3, "d": "BAD", "e": {}, "f": 2, "g": 17, "h": True, "i": 5}
PLAIN = {name: value for name, value in ALL.items() if name != "e"}
GIVEN: list[dict[str, Any]] = [
    ALL,
    PLAIN,
    {"a": 1},
    {"a": 2, "b": None, "i": None},
    {"a": 1, "c": [1, 2], "e": {"size": 4, "of": [{}]}},
    {"a": 1.0, "f": 1.5, "more": "nobody asks for it"},
]
REFUSED: list[dict[str, Any]] = [
    {},
    {"a": None},
    {"a": "1"},
    {"a": True},
    {"a": 2**31},
    {"a": 1, "d": "UGLY"},
    {"a": 1, "c": [None]},
    {"a": 1, "e": {"of": 1}},
    {"a": 1, "h": "yes"},
]


KINDS = ["Int", "Int!", "String!", "[Int!]", "[[String]]", "Mood!", "Box", "Float", "ID!", "Boolean"]
VALUES = [1, 1.0, 1.5, "1", "GOOD", "UGLY", "", True, 0, -(2**31), 2**31, 2**60, None, [1], {"size": 1}]


def operation(text: str) -> OperationDefinitionNode:
    found = parse(text).definitions[0]
    assert isinstance(found, OperationDefinitionNode)
    return found


def by_graphql_core(asked: OperationDefinitionNode, given: dict[str, Any]) -> Any:
    return get_variable_values(SCHEMA, asked.variable_definitions or (), given)


def told(values: Any) -> tuple[dict[str, Any], dict[str, Any]]:
    sources = {name: (str(each.signature.type), each.value) for name, each in values.sources.items()}
    return values.coerced, sources


@pytest.mark.parametrize("text", [DECLARED, DECLARED.replace(", $e: Box", "").replace("e: $e, ", "")])
def test_values_are_those_of_graphql_core(text):
    asked = operation(text)
    ours = Variables(SCHEMA, asked)
    for given in [*GIVEN, *GIVEN]:
        wanted = by_graphql_core(asked, given)
        assert told(ours.values(given)) == told(wanted)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("value", VALUES, ids=repr)
def test_each_value_of_each_type_is_what_graphql_core_says_it_is(kind, value):
    asked = operation(f"query ($v: {kind}) {{ found }}")
    wanted, found = by_graphql_core(asked, {"v": value}), Variables(SCHEMA, asked).values({"v": value})
    if isinstance(wanted, list):
        assert found is None
    else:
        assert repr(told(found)) == repr(told(wanted))


@pytest.mark.parametrize("given", REFUSED)
def test_what_graphql_core_refuses_has_no_values(given):
    asked = operation(DECLARED)
    assert isinstance(by_graphql_core(asked, given), list)
    assert Variables(SCHEMA, asked).values(given) is None


def test_what_is_declared_wrongly_has_no_values():
    asked = operation("query ($a: Int, $b: Query) { found }")
    assert Variables(SCHEMA, asked).values({"a": 1, "b": 2}) is None


def test_declarations_are_read_once(monkeypatch):
    read: list[str] = []

    def noted(schema: Any, node: Any) -> Any:
        read.append(node.variable.name.value)
        return get_variable_signature(schema, node)

    monkeypatch.setattr("schema.execution.variables.get_variable_signature", noted)
    ours = Variables(SCHEMA, operation("query ($a: Int) { found(a: $a) }"))
    for number in range(3):
        assert told(ours.values({"a": number}))[0] == {"a": number}
    assert read == ["a"]
