"""The plans of a schema's operations, kept within a bound."""

from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Any

from graphql import GraphQLError, OperationDefinitionNode, Visitor, visit
from graphql.language import DirectiveNode, Node, VariableNode

from schema.execution.asker import Asker
from schema.execution.compiling import compile_operation
from schema.execution.plan import Plan, UnservedError
from schema.limits.measure import is_of_long

_KEPT = 512

Compile = Callable[[Asker], Plan | UnservedError]


class Plans:
    """Plans by operation and by the values of the variables that decide what is selected.

    An operation is known by its identity: the checked documents are kept, and each plan keeps its own.
    """

    def __init__(self, most: int = _KEPT, compiled: Compile | None = None) -> None:
        self._most = most
        self._compile = compiled or _compiled
        self._deciding: OrderedDict[int, tuple[OperationDefinitionNode, tuple[str, ...]]] = OrderedDict()
        self._plans: OrderedDict[Hashable, Plan | UnservedError] = OrderedDict()
        self._together: OrderedDict[frozenset[str], bool] = OrderedDict()

    @property
    def count(self) -> int:
        """How many are kept."""
        return len(self._plans)

    def of(self, asker: Asker) -> Plan:
        """The plan of what is asked. Raises UnservedError for what has none."""
        operation = asker.operation
        if is_of_long(operation):
            return _served(self._compile(asker))
        values = asker.variables.coerced
        key = id(operation), *(values.get(name) for name in self._names(asker))
        found = self._plans.get(key)
        if found is None:
            found = self._compile(asker)
            keep(self._plans, key, found, self._most)
        else:
            self._plans.move_to_end(key)
        return _served(found)

    def together(self, plan: Plan) -> bool | None:
        """Whether what a plan reads may be read together with others; None where nothing is known of it."""
        return self._together.get(plan.reads)

    def learn(self, plan: Plan, *, together: bool) -> None:
        """Know it of all plans that read the same."""
        keep(self._together, plan.reads, together, self._most)

    def _names(self, asker: Asker) -> tuple[str, ...]:
        operation = asker.operation
        known = self._deciding.get(id(operation))
        if known is None or known[0] is not operation:
            parts = [operation, *asker.executor.fragment_definitions.values()]
            known = operation, tuple(sorted({name for part in parts for name in _deciding(part)}))
            self._forget(id(operation))
            keep(self._deciding, id(operation), known, self._most)
        else:
            self._deciding.move_to_end(id(operation))
        return known[1]

    def _forget(self, number: int) -> None:
        """What was planned for an operation of this identity before, which is no more."""
        for key in [each for each in self._plans if isinstance(each, tuple) and each[0] == number]:
            del self._plans[key]


def _served(found: Plan | UnservedError) -> Plan:
    if isinstance(found, UnservedError):
        raise found
    return found


def _compiled(asker: Asker) -> Plan | UnservedError:
    try:
        return compile_operation(asker.executor)
    except UnservedError as error:
        return error
    except GraphQLError as error:
        return UnservedError(error.message)


def keep(kept: OrderedDict[Any, Any], key: Hashable, value: object, most: int) -> None:
    """Keep a value, and of all no more than so many: the first in order go."""
    kept[key] = value
    while len(kept) > most:
        kept.popitem(last=False)


def _deciding(part: Node) -> set[str]:
    """The variables that @skip and @include name."""
    found: set[str] = set()

    class Directives(Visitor):
        def enter_directive(self, node: DirectiveNode, *_: Any) -> None:
            found.update(
                each.value.name.value for each in node.arguments or () if isinstance(each.value, VariableNode)
            )

    visit(part, Directives())
    return found
