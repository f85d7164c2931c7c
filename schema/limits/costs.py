"""The costs of an operation, remembered by the variables that they hang on."""

import time
from collections.abc import Mapping
from typing import Any

import orjson
from graphql import OperationDefinitionNode, OperationType

from schema.limits.cost import Price

_MOST = 64
_LONGEST = 2_000
_DAY = 86_400


class Costs:
    """What an operation costs with the values of some variables: whose name is looked up costs nothing.

    Which variables its price hangs on is what was looked at so far, which may be more with other values of
    them; then what was known by fewer is reckoned anew. Of what is no query nothing is known.
    """

    def __init__(self, operation: OperationDefinitionNode) -> None:
        self._is_query = operation.operation is OperationType.QUERY
        self._names: tuple[str, ...] = ()
        self._known: dict[bytes, int] = {}

    def known(self, variables: Mapping[str, Any]) -> int | None:
        """What the operation costs; None where that is to be reckoned."""
        written = self._written(variables)
        return None if written is None else self._known.get(written)

    def remember(self, variables: Mapping[str, Any], price: Price) -> None:
        """Know it from now on."""
        if not self._is_query:
            return
        if not price.names <= {*self._names}:
            self._names = (*sorted(price.names.union(self._names)),)
            self._known.clear()
        written = self._written(variables)
        if written is None:
            return
        if len(self._known) >= _MOST:
            self._known.clear()
        self._known[written] = price.cost

    def _written(self, variables: Mapping[str, Any]) -> bytes | None:
        """What values are told apart by; None for those that JSON's writer refuses, or that are long."""
        # What is priced may depend on the day.
        day = b"%d" % (time.time() // _DAY)
        chosen = {name: variables[name] for name in self._names if name in variables}
        if not chosen:
            return day
        try:
            written = orjson.dumps(chosen)
        except TypeError:
            return None
        return day + written if len(written) <= _LONGEST else None
