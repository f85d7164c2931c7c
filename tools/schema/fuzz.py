"""Hooks of schemathesis, for a run against a demo: SCHEMATHESIS_HOOKS=fuzz schemathesis run .../graphql"""

from typing import Any

import schemathesis
from graphql import parse, print_ast
from hypothesis import strategies as st
from schemathesis.graphql import nodes

_TEXTS = st.text(max_size=40)
_NUMBERS = st.one_of(st.just(56), st.integers(-(2**70), 2**70))
_AMOUNTS = st.one_of(st.decimals().map(str), _TEXTS)

schemathesis.graphql.scalar("JSON", st.one_of(_TEXTS.map(nodes.String), st.integers().map(nodes.Int)))
schemathesis.graphql.scalar("BigInt", st.one_of(_NUMBERS.map(nodes.Int), _NUMBERS.map(str).map(nodes.String)))
schemathesis.graphql.scalar("Decimal", _AMOUNTS.map(nodes.String))
schemathesis.graphql.scalar("ID", st.one_of(st.just("WyJUZW5hbnQiLDU2XQ"), _TEXTS).map(nodes.String))
schemathesis.graphql.scalar("CurrencyCode", st.one_of(st.just("EUR"), _TEXTS).map(nodes.String))

_DEMO = parse("{ tenant(databaseId: 56) }").definitions[0].selection_set.selections[0]


@schemathesis.check
def no_fault_of_ours(ctx: Any, response: Any, case: Any) -> None:
    """A fault is told within a 200: no error may have the code INTERNAL."""
    if '"INTERNAL"' in response.text:
        raise AssertionError(response.text)


@schemathesis.hook
def map_body(ctx: Any, body: Any) -> Any:
    """Ask for the demo's tenant, so that what hangs below it is reached."""
    if not isinstance(body, str):
        return body
    document = parse(body)
    for field in document.definitions[0].selection_set.selections:
        if field.name.value == "tenant":
            field.arguments = (
                parse("{ tenant(databaseId: 56) }").definitions[0].selection_set.selections[0].arguments
            )
    return print_ast(document)
