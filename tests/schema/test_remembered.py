"""What is remembered of operations."""

import gc
import weakref

from graphql import OperationDefinitionNode, parse

from schema.limits.measure import LONGEST
from schema.limits.remembered import Remembered


def operation(text: str = "{ viewer { __typename } }") -> OperationDefinitionNode:
    found = parse(text).definitions[0]
    assert isinstance(found, OperationDefinitionNode)
    return found


def remembered(most: int = 3) -> "Remembered[list[OperationDefinitionNode]]":
    return Remembered(lambda asked: [asked], most)


def test_an_operation_is_known_by_its_identity():
    ours, (one, other) = remembered(), (operation(), operation())
    assert ours.of(one) is ours.of(one)
    assert ours.of(one) == [one]
    assert ours.of(one) is not ours.of(other)


def test_those_that_were_asked_for_last_are_kept():
    ours, (first, *others) = remembered(), [operation() for _ in range(5)]
    known = ours.of(first)
    for each in others:
        ours.of(each)
        assert ours.of(first) is known
    assert ours.count == 3
    kept = ours.of(others[-1])
    ours.of(others[0])
    assert ours.of(others[-1]) is kept


def test_an_operation_stays_as_long_as_something_of_it_is_remembered():
    ours: Remembered[list[object]] = Remembered(lambda _: [], 1)
    asked = operation()
    gone = weakref.ref(asked)
    ours.of(asked)
    del asked
    gc.collect()
    assert gone() is not None
    ours.of(operation())
    gc.collect()
    assert gone() is None


def test_nothing_is_kept_of_long_documents():
    ours, long = remembered(), operation("{ viewer { __typename } } #" + "." * LONGEST)
    assert ours.of(long) == [long]
    assert ours.of(long) is not ours.of(long)
    assert ours.count == 0
