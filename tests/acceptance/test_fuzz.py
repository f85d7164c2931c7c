"""Generated operations on every type and field of the graph: whatever is asked, the answer is a proper one,
and of a query the one that graphql-core gives: the same data in the same order, the same errors in any.

FUZZ=20 .venv/bin/python -m pytest tests/acceptance/test_fuzz.py    # twenty times as many, others each time
"""

import asyncio
import json
import os
from collections import Counter
from collections.abc import Callable
from functools import partial
from typing import Any

import graphql
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from hypothesis_graphql import mutations, nodes, queries
from hypothesis_graphql._strategies import oracle, sampler

from kit import ids
from schema import create_schema
from tests.acceptance.walk import MARK, places, readable

MORE = int(os.environ.get("FUZZ", "0"))
SCHEMA = create_schema()._schema
SDL = graphql.build_schema(graphql.print_schema(SCHEMA))
PLACES = places(SCHEMA, 5)
pytestmark = pytest.mark.filterwarnings("ignore:Do not use the `random` module inside strategies")
"""The application, in the thread of the event loop, may."""
READ = sorted((kind.name for kind in readable(SCHEMA)), key=str)
PARTS = {kind.name: [*kind.fields] for kind in readable(SCHEMA)}
CODES = {
    "BAD_USER_INPUT",
    "GRAPHQL_VALIDATION_FAILED",
    "BAD_REQUEST",
    "NOT_FOUND",
    "RATE_LIMITED",
    "CONFLICT",
}
LEAKS = ("Traceback", "psycopg", "SELECT ", "INSERT ", "Exception", "/work", ".py")
"""What no answer may hold: parts of our own works."""

FROM_EVERY_TABLE = 30
"""Statements that all that is held of a customer is read with."""

SIZE = 80.0
"""Fields that a selection has where queries begin, on average."""

GLOBAL_IDS = [
    *(
        ids.encode(kind, 56, number)
        for kind in ("Customer", "Order", "Segment", "ScoreRun")
        for number in (1, 2)
    ),
    ids.encode("Tenant", 56),
    ids.encode("Customer", 57, 1),
    ids.encode("Tenant", 2**63),
]
TEXTS = [
    "C1",
    "O1",
    "m1",
    "later 1",
    "c1@example.com",
    "page_view",
    "segment 1",
    "GBP",
    "Europe/London",
    "vtex",
]
INSTANTS = [
    "2025-06-01T00:00:00Z",
    "2199-12-01T00:00:00+02:00",
    "0001-01-01T00:00:00Z",
    "9999-12-31T23:59:59-14:00",
]
NUMBERS = st.one_of(st.integers(1, 3), st.just(56), st.integers(-(2**70), 2**70))
AMOUNTS = st.one_of(st.sampled_from(["1", "0.01", "-5", "1e400", "NaN", "Infinity"]), st.decimals().map(str))
VALUES = st.recursive(
    st.one_of(
        st.sampled_from(TEXTS).map(nodes.String),
        st.text(max_size=5).map(nodes.String),
        st.integers(-(2**70), 2**70).map(nodes.Int),
        st.booleans().map(nodes.Boolean),
        st.just(nodes.Null),
    ),
    lambda inner: st.lists(inner, max_size=3).map(nodes.List),
    max_leaves=5,
)
CRITERIA = [
    "{frequency: {gte: 1}}",
    '{all: [{email: {starts_with: "c"}}, {not: {clv_tier: "high"}}]}',
    "{any: []}",
]
SCALARS = {
    "ID": st.one_of(st.sampled_from(GLOBAL_IDS), st.text(max_size=20)).map(nodes.String),
    "BigInt": st.one_of(NUMBERS.map(nodes.Int), NUMBERS.map(str).map(nodes.String)),
    "Int": st.one_of(st.integers(0, 5), st.integers(-(2**31), 2**31 - 1)).map(nodes.Int),
    "Decimal": st.one_of(AMOUNTS, st.text(max_size=5)).map(nodes.String),
    "String": st.one_of(st.sampled_from(TEXTS), st.text(max_size=20)).map(nodes.String),
    "CurrencyCode": st.sampled_from(["GBP", "EUR", "XXX", "", "gbp"]).map(nodes.String),
    "Date": st.one_of(st.dates().map(str), st.sampled_from(["2025-02-30", "now"])).map(nodes.String),
    "DateTime": st.sampled_from([*INSTANTS, "2025-01-01", "infinity"]).map(nodes.String),
    "JSON": st.one_of(st.sampled_from(CRITERIA).map(graphql.parse_value), VALUES),
}


def below(kind: str) -> graphql.GraphQLSchema:
    """The schema as if it began at a type, so that a selection on it can be generated."""
    found = SDL.type_map[kind]
    assert isinstance(found, graphql.GraphQLObjectType)
    return graphql.GraphQLSchema(query=found, types=[*SDL.type_map.values()])


def told_alike(text: str) -> str:
    """An answer with its errors in one order: they come as they are found, at the same time."""
    content = json.loads(text)
    if "errors" in content:
        content["errors"].sort(key=json.dumps)
    return json.dumps(content)


class Asker:
    """Sends what is generated, and looks at what comes back."""

    def __init__(self, client: Any, sent: list[str], plain: Any) -> None:
        self._client, self._sent, self._plain = client, sent, plain
        self._loop = asyncio.get_running_loop()
        self.met: Counter[str] = Counter()
        self.reached: set[str] = set()

    async def generate(
        self, strategy: st.SearchStrategy[str], examples: int, ask: Callable[[str], None]
    ) -> None:
        """Ask so many generated examples; the shortest that fails is shown."""
        wished = settings(
            max_examples=examples * max(MORE, 1),
            derandomize=not MORE,
            database=None,
            deadline=None,
            phases=(Phase.generate, Phase.shrink),
            suppress_health_check=[*HealthCheck],
        )

        def asked(document: str) -> None:
            ask(document)

        await asyncio.to_thread(wished(given(strategy)(asked)))

    def ask_below(self, kind: str, document: str) -> None:
        """Ask a selection on a type, by the shortest way to it."""
        self.ask(PLACES[kind].query(document.partition("{")[2].rpartition("}")[0]), kind)

    def ask(self, document: str, kind: str) -> None:
        """Ask a document. Fails unless the answer is a proper one, for few statements."""
        self._sent.clear()
        answer = self._post(self._client, document)
        told = f"{answer.status_code} {answer.text[:2_000]}\n\n{document}"
        assert answer.status_code == 200, told
        content = json.loads(answer.content)
        assert content.keys() <= {"data", "errors", "extensions"}, told
        assert content.keys() & {"data", "errors"}, told
        for error in content.get("errors", []):
            assert isinstance(error["message"], str), told
            assert error["extensions"]["code"] in CODES, told
            assert not any(each in error["message"] for each in LEAKS), told
        fields = document.count("\n")
        least = FROM_EVERY_TABLE if "customerExport" in document else 10
        assert len(self._sent) <= least + fields, (len(self._sent), told)
        if kind != "Mutation":
            assert told_alike(self._post(self._plain, document).text) == told_alike(answer.text), told
        if "data" in content:
            self._note(document, kind, answer.text)

    def _post(self, client: Any, document: str) -> Any:
        posted = client.post("/graphql", json={"query": document})
        return asyncio.run_coroutine_threadsafe(posted, self._loop).result()

    def _note(self, document: str, kind: str, text: str) -> None:
        self.met[kind] += text.count(f'"{MARK}"')
        info = graphql.TypeInfo(SCHEMA)

        class Fields(graphql.Visitor):
            def enter_field(inner, node: graphql.FieldNode, *_: Any) -> None:  # noqa: N805
                parent = info.get_parent_type()
                self.reached.add(f"{parent.name if parent else '?'}.{node.name.value}")

        graphql.visit(graphql.parse(document), graphql.TypeInfoVisitor(info, Fields()))


@pytest.fixture
def _chosen_alike(monkeypatch):
    """A field's chance to be selected is the same wherever a selection begins: the library finds one for each
    type, which takes most of the time.
    """
    found = oracle.build_oracle(SDL, frozenset({"Query"}), SIZE)
    monkeypatch.setattr(
        sampler, "build_oracle", lambda schema, *_, **__: oracle.Oracle(schema, found.x, found.y)
    )


@pytest.fixture
async def asker(full, unbound, plain):
    """An asker of tenant 56, which has something of everything."""
    client, sent = unbound
    return Asker(client, sent, plain)


@pytest.mark.usefixtures("_chosen_alike")
async def test_every_field_of_every_type_answers_whatever_it_is_asked_with(asker):
    for kind in READ:
        base = SDL.type_map[kind]
        assert isinstance(base, graphql.GraphQLObjectType)
        start, ask = below(kind), partial(asker.ask_below, kind)
        await asker.generate(queries(start, custom_scalars=SCALARS), 3, ask)
        for name, field in base.fields.items():
            if field.args or f"{kind}.{name}" not in asker.reached:
                one = queries(start, fields=[name], custom_scalars=SCALARS)
                await asker.generate(one, 4 if field.args else 1, ask)
    fields = {f"{kind}.{name}" for kind in READ for name in PARTS[kind]}
    assert {kind for kind in READ if not asker.met[kind]} == set()
    assert fields - asker.reached == set()


async def test_every_mutation_answers_whatever_it_is_given(asker):
    assert SDL.mutation_type is not None
    for name in SDL.mutation_type.fields:
        given = mutations(SDL, fields=[name], custom_scalars=SCALARS)
        await asker.generate(given, 8, partial(asker.ask, kind="Mutation"))
    assert {f"Mutation.{name}" for name in SDL.mutation_type.fields} - asker.reached == set()
