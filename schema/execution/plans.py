"""The plans of a schema's operations, kept within a bound."""

from collections import OrderedDict, deque
from collections.abc import Callable, Mapping
from typing import Any

from graphql import GraphQLError, OperationDefinitionNode, Visitor, visit
from graphql.language import DirectiveNode, Node, VariableNode

from schema.execution.asker import Asker
from schema.execution.compiling import compile_operation
from schema.execution.plan import Plan, UnservedError
from schema.limits.measure import is_of_long
from schema.limits.remembered import MOST, Remembered

Compile = Callable[[Asker], Plan | UnservedError]
Key = tuple[Any, ...]
"""Values of the variables that decide what is selected."""


class Planned:
    """The plans of one operation, by the values of the variables that decide what is selected.

    `keep` is told of each new one, and forgets those that are more than there may be of all operations.
    """

    def __init__(self, compiled: Compile, keep: Callable[["Planned", Key], object]) -> None:
        self._compile = compiled
        self._keep = keep
        self._names: tuple[str, ...] | None = None
        self._plans: dict[Key, Plan | UnservedError] = {}

    def known(self, values: Mapping[str, Any]) -> Plan | None:
        """The plan for these variables, where there is one already."""
        if self._names is None:
            return None
        found = self._plans.get((*map(values.get, self._names),))
        return found if isinstance(found, Plan) else None

    def of(self, asker: Asker) -> Plan:
        """The plan of what is asked. Raises UnservedError for what has none."""
        if self._names is None:
            self._names = _names(asker)
        key = (*map(asker.variables.coerced.get, self._names),)
        found = self._plans.get(key)
        if found is None:
            found = self._compile(asker)
            if not is_of_long(asker.operation):
                self._plans[key] = found
                self._keep(self, key)
        if isinstance(found, UnservedError):
            # Raised itself, it would hold on to whoever asked.
            raise UnservedError(*found.args)
        return found

    def forget(self, key: Key) -> None:
        """Let go of a plan."""
        self._plans.pop(key, None)


class Plans:
    """The plans of operations, and whether what they read may be read together with others."""

    def __init__(self, most: int = MOST, compiled: Compile | None = None) -> None:
        self._most = most
        self._operations = Remembered(lambda _: Planned(compiled or _compiled, self._keep), most)
        self._kept: deque[tuple[Planned, Key]] = deque()
        self._together: OrderedDict[frozenset[str], bool] = OrderedDict()

    @property
    def count(self) -> int:
        """How many are kept."""
        return len(self._kept)

    def planned(self, operation: OperationDefinitionNode) -> Planned:
        """The plans of an operation."""
        return self._operations.of(operation)

    def of(self, asker: Asker) -> Plan:
        """The plan of what is asked. Raises UnservedError for what has none."""
        return self.planned(asker.operation).of(asker)

    def together(self, plan: Plan) -> bool | None:
        """Whether what a plan reads may be read together with others; None where nothing is known of it."""
        return self._together.get(plan.reads)

    def learn(self, plan: Plan, *, together: bool) -> None:
        """Know it of all plans that read the same."""
        self._together[plan.reads] = together
        while len(self._together) > self._most:
            self._together.popitem(last=False)

    def _keep(self, planned: Planned, key: Key) -> None:
        self._kept.append((planned, key))
        if len(self._kept) > self._most:
            oldest, its = self._kept.popleft()
            oldest.forget(its)


def _compiled(asker: Asker) -> Plan | UnservedError:
    try:
        return compile_operation(asker.executor)
    except UnservedError as error:
        return error
    except GraphQLError as error:
        return UnservedError(error.message)


def _names(asker: Asker) -> tuple[str, ...]:
    """The variables that decide what is selected, wherever they stand."""
    parts = [asker.operation, *asker.executor.fragment_definitions.values()]
    return tuple(sorted({name for part in parts for name in _deciding(part)}))


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
