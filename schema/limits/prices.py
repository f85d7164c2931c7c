"""Prices of queries, remembered within a bound by the variables that they hang on."""

import time
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import orjson
from graphql import OperationDefinitionNode, OperationType

from schema.limits.cost import Price
from schema.limits.measure import is_of_long

_OPERATIONS = 512
_PRICES = 64
"""Of one operation."""
_LONGEST = 2_000
_DAY = 86_400


@dataclass(slots=True)
class _Priced:
    operation: OperationDefinitionNode
    names: tuple[str, ...] = ()
    costs: dict[bytes, int] = field(default_factory=dict)


class Prices:
    """What queries cost with the values of some of their variables: whose name is looked up costs nothing.

    A query is known by its identity. Which variables its price hangs on is what was looked at so far, which
    may be more with other values of them; then what was known by fewer is reckoned anew.
    """

    def __init__(self) -> None:
        self._priced: OrderedDict[int, _Priced] = OrderedDict()

    def known(self, operation: OperationDefinitionNode, variables: Mapping[str, Any]) -> int | None:
        """What an operation costs; None where that is to be reckoned."""
        found = self._priced.get(id(operation))
        if found is None or found.operation is not operation:
            return None
        written = _written(found.names, variables)
        return None if written is None else found.costs.get(written)

    def remember(
        self, operation: OperationDefinitionNode, variables: Mapping[str, Any], price: Price
    ) -> None:
        """Know what a query costs. Others, and what is long, are reckoned each time."""
        if operation.operation is not OperationType.QUERY or is_of_long(operation):
            return
        found = self._priced.get(id(operation))
        if found is None or found.operation is not operation:
            found = self._priced[id(operation)] = _Priced(operation)
        if not price.names <= {*found.names}:
            found.names = (*sorted(price.names.union(found.names)),)
            found.costs.clear()
        written = _written(found.names, variables)
        if written is None:
            return
        if len(found.costs) >= _PRICES:
            found.costs.clear()
        found.costs[written] = price.cost
        while len(self._priced) > _OPERATIONS:
            self._priced.popitem(last=False)


def _written(names: tuple[str, ...], variables: Mapping[str, Any]) -> bytes | None:
    """What values are told apart by; None for those that JSON's writer does not take, or that are long."""
    # What is priced may depend on the day.
    day = b"%d" % (time.time() // _DAY)
    chosen = {name: variables[name] for name in names if name in variables}
    if not chosen:
        return day
    try:
        written = orjson.dumps(chosen)
    except TypeError:
        return None
    return day + written if len(written) <= _LONGEST else None
