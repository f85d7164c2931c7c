"""The engine answers as graphql-core does, serves what it plans for, and leaves the rest."""

import asyncio
from collections.abc import Sequence
from datetime import datetime
from enum import Enum
from typing import Annotated, Any

import pytest
import strawberry
from graphql import parse
from strawberry.permission import BasePermission

from schema.batching import batched, held, looked_up
from schema.execution import Engine
from schema.execution.asker import Asker
from schema.execution.call import Call
from schema.execution.plan import AskersError


@strawberry.enum
class Mood(Enum):
    GOOD = "good"
    BAD = "bad"


@strawberry.interface
class Thing:
    name: str


class Never(BasePermission):
    message = "not you"

    def has_permission(self, source: Any, info: Any, **kwargs: Any) -> bool:
        return False


CALLS: list[int] = []


async def _legs(animals: Sequence["Animal"], info: strawberry.Info, times: int = 1) -> list[int]:
    CALLS.append(len(animals))
    return [each.number * times for each in animals]


def _mate(root: "Animal", nth: int, sort: str = "m") -> tuple[str, int]:
    if nth < 0:
        raise ValueError("no such mate")
    return f"{root.name}{sort}", nth


async def _mates(keys: Sequence[tuple[str, int]], info: strawberry.Info) -> list["Animal | None"]:
    CALLS.append(len(keys))
    return [Animal(name=name, number=nth) if nth else None for name, nth in keys]


async def _too_few_named(keys: Sequence[int], info: strawberry.Info) -> list[int]:
    return [1]


async def _too_few(animals: Sequence["Animal"], info: strawberry.Info) -> list[int]:
    return [1]


@strawberry.type
class Animal(Thing):
    number: int
    mood: Mood | None = None
    weight: float = 1.5
    born: datetime = datetime(2020, 1, 1)  # noqa: DTZ001
    tags: list[str | None] = strawberry.field(default_factory=lambda: ["a", None])
    legs: int = batched(_legs, description="Each at once.")
    short: int = batched(_too_few, description="One too few.")
    mate: "Animal | None" = looked_up(_mate, _mates, description="The one of a number.")
    initials: str = held("name", make=lambda names: [each[0] for each in names], description="The first.")
    short_held: int = held("number", make=lambda numbers: numbers[1:], description="One too few.")
    short_named: int = looked_up(lambda root: 1, _too_few_named, description="One too few.")

    @property
    def row(self) -> "Animal":
        return self

    @strawberry.field
    async def friends(self, first: int = 2) -> list["Animal"]:
        await asyncio.sleep(0)
        return [Animal(name=f"{self.name}{n}", number=self.number + n) for n in range(first)]

    @strawberry.field
    def unhappy(self) -> str:
        if self.number == 2:
            raise ValueError("no")
        return "no more"

    @strawberry.field
    def maybe(self) -> int | None:
        if self.number == 2:
            raise ValueError("none")
        return self.number

    @strawberry.field
    def missing(self) -> str:
        return None if self.number == 2 else "there"  # type: ignore[return-value]

    @strawberry.field
    def large(self) -> int:
        return 2**40

    @strawberry.field
    def endless(self) -> float:
        return float("inf")

    @strawberry.field
    def later(self) -> str:
        async def found() -> str:
            return "now"

        return found()  # type: ignore[return-value]

    @strawberry.field(permission_classes=[Never])  # type: ignore[untyped-decorator]
    def secret(self) -> str | None:
        return "x"


@strawberry.type
class Stone(Thing):
    weight: int = 3


@strawberry.type
class Query:
    @strawberry.field
    async def animals(self, names: list[str] | None = None) -> list[Animal]:
        return [Animal(name=each, number=n, mood=Mood.GOOD) for n, each in enumerate(names or "abc", 1)]

    @strawberry.field
    def things(self) -> list[Thing | None]:
        return [Stone(name="s"), None, Animal(name="a", number=1), Stone(name="t")]

    @strawberry.field
    def wrong(self) -> list[Animal | None]:
        return [Animal(name="a", number=1), ValueError("in its place"), None]  # type: ignore[list-item]

    @strawberry.field
    def one(self) -> Annotated[Animal | Stone, strawberry.union("Either")]:
        return Stone(name="s")

    @strawberry.field
    def none(self) -> Animal | None:
        return None


@strawberry.type
class Mutation:
    @strawberry.mutation
    def change(self) -> int:
        return 1


PLAIN = strawberry.Schema(Query, Mutation, types=[Animal, Stone])

SERVED = [
    "{ animals { name number mood weight born tags legs maybe: __typename } }",
    "{ animals { initials name } }",
    "{ a: animals { legs } b: animals(names: []) { legs } }",
    "{ animals { friends(first: 3) { name friends { legs(times: 3) name } } } }",
    "{ animals { name ...More name } } fragment More on Animal { mood friends { name } friends { number } }",
    "{ things { __typename name ... on Stone { weight } ... on Animal { legs friends { name } } } }",
    "{ things { ... on Stone { name } } }",
    '{ animals { mate(nth: 2) { name } none: mate(nth: 0, sort: "x") { name } } }',
    "{ one { ... on Stone { weight } ... on Animal { number } } none { name } }",
    'query ($n: Int = 1, $s: Boolean = false, $names: [String!] = ["x", "y"]) '
    "{ animals(names: $names) { name @skip(if: $s) legs(times: $n) @include(if: $s) number } }",
]
LEFT = [
    "{ animals { unhappy name } }",
    "{ animals { maybe name } none { name } }",
    "{ animals { missing } }",
    "{ animals { short } }",
    "{ animals { shortHeld } }",
    "{ animals { shortNamed } }",
    "{ animals { mate(nth: -1) { name } } }",
    "{ animals { large } }",
    "{ animals { endless } }",
    "{ animals { later } }",
    "{ animals { secret } }",
    "{ wrong { name } }",
    "{ __schema { queryType { name } } }",
    '{ __type(name: "Animal") { name } }',
    "mutation { change }",
]


@pytest.fixture
def engine():
    return Engine()


@pytest.fixture
def ours(engine):
    schema = strawberry.Schema(Query, Mutation, types=[Animal, Stone])
    schema.execution_context_class = engine.executor_class()
    return schema


def told(result: Any) -> tuple[Any, list[Any]]:
    return result.data, [each.formatted for each in result.errors or []]


@pytest.mark.parametrize("query", SERVED)
async def test_what_is_planned_is_answered_as_by_graphql_core(ours, engine, query):
    for variables in ({}, {"n": 4}, {"s": True}, {"s": False, "names": ["z"]}):
        wanted = await PLAIN.execute(query, variables)
        assert told(await ours.execute(query, variables)) == told(wanted)
    assert engine.served == {"plan": 4}


@pytest.mark.parametrize("query", LEFT)
async def test_what_fails_or_is_not_known_is_left_to_graphql_core(ours, engine, query):
    assert told(await ours.execute(query)) == told(await PLAIN.execute(query))
    assert "plan" not in engine.served


def asking(schema: Any, query: str, given: dict[str, Any]) -> Asker:
    """Who asks a query of a schema with variables."""
    executor = schema.execution_context_class.build(schema._schema, parse(query), raw_variable_values=given)
    return Asker.of(executor)


VARYING = [
    "query ($n: Int!) { animals { name legs(times: $n) friends(first: 2) { legs(times: $n) name } } }",
    "query ($n: Int!) { animals { friends(first: $n) { name friends(first: $n) { legs number } } } }",
    "query ($n: Int!) { animals { mate(nth: $n) { name mate(nth: $n) { name legs } } } }",
    "query ($n: Int!) { animals { legs } things { __typename ... on Animal { legs(times: $n) } } }",
    "query ($n: Int!) { animals { ...More } } fragment More on Animal { tags friends(first: $n) { mood } }",
]


@pytest.mark.parametrize("query", VARYING)
async def test_several_are_answered_in_one_pass_as_each_alone(ours, engine, query):
    wanted = [(await PLAIN.execute(query, {"n": number})).data for number in (3, 0, 2, 3)]
    askers = [asking(ours, query, {"n": number}) for number in (3, 0, 2, 3)]
    found = await engine.execute_several(Call(ours, None, askers, range(4)), engine.plan(askers[0]))
    assert found == wanted
    assert engine.served == {"together": 4}


async def test_what_varies_is_called_once_for_each_who_asks_and_all_else_once(ours, engine):
    query = "query ($n: Int!) { animals { legs(times: $n) } a: animals { legs } }"
    askers = [asking(ours, query, {"n": number}) for number in (3, 1)]
    CALLS.clear()
    await engine.execute_several(Call(ours, None, askers, range(2)), engine.plan(askers[0]))
    assert sorted(CALLS) == [3, 3, 6]


async def test_what_arguments_name_is_looked_up_once_for_all_who_ask(ours, engine):
    query = "query ($n: Int!) { animals { mate(nth: $n) { name } } }"
    askers = [asking(ours, query, {"n": number}) for number in (3, 0, 1)]
    CALLS.clear()
    found = await engine.execute_several(Call(ours, None, askers, range(3)), engine.plan(askers[0]))
    assert CALLS == [9]
    assert found[1] == {"animals": [{"mate": None}] * 3}


async def test_all_who_look_up_wrongly_are_named(ours, engine):
    query = "query ($n: Int!) { animals { mate(nth: $n) { name } } }"
    askers = [asking(ours, query, {"n": number}) for number in (-1, 0, -2)]
    CALLS.clear()
    with pytest.raises(AskersError) as told:
        await engine.execute_several(Call(ours, None, askers, range(3)), engine.plan(askers[0]))
    assert [*told.value.failed] == [0, 2]
    assert CALLS == []


async def test_who_fails_in_a_pass_is_named(ours, engine):
    query = "query ($n: Int) { animals { legs(times: $n) } }"
    askers = [asking(ours, query, given) for given in ({"n": 3}, {"n": None}, {}, {"n": None})]
    with pytest.raises(AskersError) as told:
        await engine.execute_several(Call(ours, None, askers, range(4)), engine.plan(askers[0]))
    assert [*told.value.failed] == [1, 3]


async def test_a_batch_function_is_called_once_a_level(ours):
    CALLS.clear()
    await ours.execute("{ animals { legs friends { legs } } }")
    assert sorted(CALLS) == [3, 6]
