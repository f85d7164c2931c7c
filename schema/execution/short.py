"""The short way of a query over HTTP: what has a plan does not pay for the framework's work on it."""

from collections.abc import Hashable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import orjson
from graphql import (
    DocumentNode,
    ExecutionResult,
    GraphQLError,
    OperationDefinitionNode,
    OperationType,
    get_operation_ast,
)
from strawberry.types.graphql import OperationType as Kind

from kit import trace
from kit.sharing import Sharing
from resolvers.context import Ctx
from schema.answer import Answer
from schema.errors import coded
from schema.execution.engine import Engine
from schema.execution.plan import Plan
from schema.limits import Checks
from schema.request import GraphQLRequest

if TYPE_CHECKING:
    from strawberry import Schema


@dataclass(frozen=True, slots=True)
class _Found:
    """An answer, and the tenant that it is about."""

    answer: Answer
    tenant: int | None


@dataclass(frozen=True, slots=True)
class _Query:
    """A query that is checked and priced, as it was asked."""

    asked: GraphQLRequest
    document: DocumentNode
    operation: OperationDefinitionNode
    price: int

    def known_by(self, context: Ctx) -> Hashable:
        """What it shares with all that are to be answered the same; None where that cannot be told."""
        try:
            variables = orjson.dumps(self.asked.variables)
        except TypeError:
            return None
        return id(self.operation), variables, context.actor.tenants, context.actor.scopes


class Short:
    """Executes queries that are checked, priced and planned; leaves all others, and what refuses them.

    Equal queries of one moment, of callers with the same rights, share an answer that is read after all of
    them have asked, unless they are read together with others anyway.
    """

    def __init__(self, schema: "Schema", checks: Checks, engine: Engine) -> None:
        self._schema = schema
        self._checks = checks
        self._engine = engine
        self._executor_class = engine.executor_class()
        self._sharing: Sharing[_Found] = Sharing()

    async def answer(self, asked: GraphQLRequest, context: Ctx) -> Answer | None:
        """The answer, as graphql-core's would be; None for what must go the long way."""
        query = self._query(asked)
        if query is None:
            return None
        executor = self._executor(query, context)
        if isinstance(executor, list):
            return None
        plan = self._engine.plan(executor, counted=False)
        if plan is None:
            return None
        trace.graph_named(query.operation.name.value if query.operation.name else None)
        key = query.known_by(context) if self._engine.reads_alone(plan) else None
        if key is None:
            return await self._executed(query, executor, plan)

        executed = False

        async def find() -> _Found:
            nonlocal executed
            executed = True
            async with context.of_several() as several:
                answer = await self._executed(query, self._executor(query, several), plan)
            return _Found(answer, trace.tenant())

        found = await self._sharing.of(key, find)
        if not executed:
            self._engine.shared()
            trace.of_tenant(found.tenant)
        return found.answer

    def _query(self, asked: GraphQLRequest) -> _Query | None:
        core, checks = self._schema._schema, self._checks
        if Kind.QUERY not in asked.allowed:
            return None
        try:
            text = checks.trusted.text(asked.query, asked.extensions)
            document, errors = checks.check(text, core) if text else (None, ())
            operation = document and get_operation_ast(document, asked.operation_name)
            if document is None or errors or not operation or operation.operation is not OperationType.QUERY:
                return None
            price = checks.price(core, document, operation, asked.variables or {})
        except (GraphQLError, RecursionError):
            return None
        return _Query(asked, document, operation, price) if checks.dear(price) is None else None

    def _executor(self, query: _Query, context: Ctx) -> Any:
        asked = query.asked
        return self._executor_class.build(
            self._schema._schema,
            query.document,
            context_value=context,
            raw_variable_values=asked.variables,
            operation_name=asked.operation_name,
            operation_extensions=asked.extensions,
        )

    async def _executed(self, query: _Query, executor: Any, plan: Plan) -> Answer:
        found = await self._engine.execute(executor, plan, executor.by_value, native=True)
        return Answer(_content(found) | {"extensions": self._checks.told(query.price)})


def _content(found: ExecutionResult) -> dict[str, Any]:
    if not found.errors:
        return {"data": found.data}
    told = [coded(each, executed=True).formatted for each in found.errors]
    return {"errors": told, "data": found.data}
