"""Who asks a query: with which variables, and what executor of graphql-core would answer it."""

from collections.abc import Callable
from contextvars import Context, copy_context
from typing import TYPE_CHECKING, Any

from graphql import OperationDefinitionNode
from graphql.execution.values import VariableValues

if TYPE_CHECKING:
    from strawberry.schema.schema import StrawberryGraphQLCoreExecutionContext


class Asker:
    """One execution of an operation.

    The executor is made where it is asked for, since few executions need one. `within` is where what is done
    for this one alone is told of: here, unless another is given.
    """

    __slots__ = ("_build", "_executor", "operation", "root", "variables", "within")

    def __init__(
        self,
        operation: OperationDefinitionNode,
        variables: VariableValues,
        build: "Callable[[], StrawberryGraphQLCoreExecutionContext]",
        within: Context | None = None,
        root: Any = None,
    ) -> None:
        self.operation = operation
        self.variables = variables
        self.within = within or copy_context()
        self.root = root
        self._build = build
        self._executor: StrawberryGraphQLCoreExecutionContext | None = None

    @classmethod
    def of(cls, executor: "StrawberryGraphQLCoreExecutionContext") -> "Asker":
        """The one whom an executor is to answer."""
        return cls(executor.operation, executor.variable_values, lambda: executor, root=executor.root_value)

    @property
    def executor(self) -> "StrawberryGraphQLCoreExecutionContext":
        """What would execute the operation value by value. Raises what making it does."""
        if self._executor is None:
            self._executor = self._build()
        return self._executor

    def by_value(self) -> Any:
        """The answer as graphql-core comes to it, or what is awaited for it."""
        executor: Any = self.executor
        return executor.by_value()
