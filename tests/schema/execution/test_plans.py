"""The plans that are kept of operations."""

import gc
import weakref
from types import SimpleNamespace
from typing import Any

import pytest
from graphql import parse
from graphql.execution.values import VariableValues

from schema.execution.asker import Asker
from schema.execution.plan import UnservedError
from schema.execution.plans import Plans

SKIPPED = "query ($a: Boolean!, $b: Int) { x @skip(if: $a) y(b: $b) }"


class Compiled:
    """Plans that tell nothing; `count` of them were made."""

    def __init__(self) -> None:
        self.count = 0

    def __call__(self, asker: Asker) -> Any:
        self.count += 1
        return object()


def asker(text: str, **values: Any) -> Any:
    """As much of one as tells plans apart."""
    executor: Any = SimpleNamespace(fragment_definitions={})
    return Asker(parse(text).definitions[0], VariableValues({}, values), lambda: executor)  # type: ignore[arg-type]


def test_plans_are_kept_by_what_they_select():
    made = Compiled()
    plans, first = Plans(compiled=made), asker(SKIPPED, a=True, b=1)
    assert plans.of(first) is plans.of(first)
    first.variables = VariableValues({}, {"a": True, "b": 2})
    plans.of(first)
    assert made.count == 1
    first.variables = VariableValues({}, {"a": False, "b": 2})
    plans.of(first)
    assert made.count == 2


def test_only_so_many_are_kept_of_all_operations():
    made = Compiled()
    plans = Plans(most=3, compiled=made)
    for _ in range(5):
        plans.of(asker("{ x }"))
    assert (made.count, plans.count) == (5, 3)


def test_only_so_many_are_kept_of_one_operation():
    made = Compiled()
    plans, one = Plans(most=3, compiled=made), asker(SKIPPED)
    found = []
    for each in range(5):
        one.variables = VariableValues({}, {"a": each})
        found.append(plans.of(one))
        assert plans.of(one) is found[-1]
    assert (made.count, plans.count) == (5, 3)
    one.variables = VariableValues({}, {"a": 0})
    assert plans.of(one) is not found[0]
    assert made.count == 6


def test_one_that_is_not_served_holds_on_to_nobody():
    plans, one = Plans(compiled=lambda _: UnservedError("introspection")), asker("{ x }")
    operation = one.operation
    gone = []
    for _ in range(3):
        each = Asker(operation, VariableValues({}, {}), one._build, root=Compiled())
        gone.append(weakref.ref(each.root))
        with pytest.raises(UnservedError, match="introspection"):
            plans.of(each)
    del each
    gc.collect()
    assert [each() for each in gone] == [None] * 3
