"""What is remembered of operations, within a bound."""

from collections import OrderedDict
from collections.abc import Callable
from typing import Generic, TypeVar

from graphql import OperationDefinitionNode

from schema.limits.measure import is_of_long

V = TypeVar("V")

MOST = 512


class Remembered(Generic[V]):
    """Something of each operation, which is known by its identity, and kept for that.

    As long as its checked document is kept, one that comes again is the same. Nothing is kept of long ones.
    """

    def __init__(self, make: Callable[[OperationDefinitionNode], V], most: int = MOST) -> None:
        self._make = make
        self._most = most
        self._kept: OrderedDict[int, tuple[OperationDefinitionNode, V]] = OrderedDict()

    @property
    def count(self) -> int:
        """Of how many something is kept."""
        return len(self._kept)

    def of(self, operation: OperationDefinitionNode) -> V:
        """What is remembered of an operation, made where there is nothing."""
        number = id(operation)
        known = self._kept.get(number)
        if known is not None and known[0] is operation:
            self._kept.move_to_end(number)
            return known[1]
        made = self._make(operation)
        if not is_of_long(operation):
            self._kept[number] = operation, made
            self._kept.move_to_end(number)
            if len(self._kept) > self._most:
                self._kept.popitem(last=False)
        return made
