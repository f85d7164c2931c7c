"""The short way of a query over HTTP: what has a plan does not pay for the framework's work on it."""

from functools import lru_cache, partial
from typing import TYPE_CHECKING, Any

import orjson
from graphql import ExecutionResult, GraphQLError, OperationType, get_operation_ast
from strawberry.types.graphql import OperationType as Kind

from kit import trace
from kit.sharing import Sharing
from resolvers.context import Ctx
from schema.answer import Answer
from schema.errors import coded
from schema.execution.call import Call
from schema.execution.engine import Engine
from schema.execution.operation import Operation
from schema.execution.passes import Passes
from schema.execution.plan import Plan
from schema.execution.query import Found, Query
from schema.execution.variables import Variables
from schema.limits import Checks
from schema.limits.measure import is_long
from schema.limits.remembered import MOST
from schema.request import GraphQLRequest

if TYPE_CHECKING:
    from strawberry import Schema


class Short:
    """Executes queries that are checked, priced and planned; leaves all others, and what refuses them.

    Those of one moment are executed together, as `Passes` has it. Where that is not to be, equal ones of
    callers with the same rights share an answer that is read after all of them have asked.
    """

    def __init__(self, schema: "Schema", checks: Checks, engine: Engine) -> None:
        self._schema = schema
        self._checks = checks
        self._engine = engine
        self._build = partial(engine.executor_class().build, schema._schema)
        self._passes = Passes(engine, schema, checks.bounds.cost)
        self._known = lru_cache(MOST)(self._operation)
        self._sharing: Sharing[Found] = Sharing()

    async def answer(self, asked: GraphQLRequest, context: Ctx) -> Answer | None:
        """The answer, as graphql-core's would be; None for what must go the long way."""
        query = self._query(asked)
        if query is None:
            return None
        planned = query.operation.planned
        plan = planned.known(query.variables.coerced) or self._engine.plan(query.asker(context), planned)
        if plan is None:
            return None
        trace.graph_named(query.operation.name)
        if not plan.selection.waits:
            return await self._executed(query, context, plan)
        together = self._engine.plans.together(plan)
        if together and (found := await self._passes.found(query, plan, context, self._answer)):
            trace.of_tenant(found.tenant)
            return found.answer
        if together is False:
            return await self._shared(query, context, plan)
        return await self._executed(query, context, plan)

    def _query(self, asked: GraphQLRequest) -> Query | None:
        checks = self._checks
        if Kind.QUERY not in asked.allowed:
            return None
        given = asked.variables or {}
        try:
            text = checks.trusted.text(asked.query, asked.extensions)
            if not text:
                return None
            name = asked.operation_name
            find = self._operation if is_long(text) or is_long(name or "") else self._known
            operation = find(text, name)
            if operation is None:
                return None
            core = self._schema._schema
            price = checks.price(core, operation.document, operation.node, given, operation.costs)
            written = orjson.dumps(given) if given else b""
        except (GraphQLError, RecursionError, TypeError):
            return None
        if checks.dear(price) is not None:
            return None
        values = operation.variables.values(given)
        return None if values is None else Query(asked, operation, values, written, price, self._build)

    def _operation(self, text: str, name: str | None) -> Operation | None:
        """A query's operation that passes its checks; None for another. Raises as `Checks.check` does."""
        core = self._schema._schema
        document, errors = self._checks.check(text, core)
        node = get_operation_ast(document, name)
        if errors or node is None or node.operation is not OperationType.QUERY:
            return None
        return Operation(
            document,
            node,
            node.name.value if node.name else None,
            self._checks.costs(node),
            Variables(core, node),
            self._engine.plans.planned(node),
        )

    async def _shared(self, query: Query, context: Ctx, plan: Plan) -> Answer:
        executed = False

        async def find() -> Found:
            nonlocal executed
            executed = True
            async with context.of_several() as several:
                answer = await self._executed(query, several, plan)
            return Found(answer, trace.tenant())

        key = id(query.operation.node), query.written, context.actor.tenants, context.actor.scopes
        found = await self._sharing.of(key, find)
        if not executed:
            self._engine.shared()
            trace.of_tenant(found.tenant)
        return found.answer

    async def _executed(self, query: Query, context: Ctx, plan: Plan) -> Answer:
        call = Call(self._schema, context, (query.asker(context),), native=True)
        found = await self._engine.execute(call, plan)
        return self._answer(query, found.data, found)

    def _answer(self, query: Query, data: Any, found: ExecutionResult | None = None) -> Answer:
        told = self._checks.told(query.price)
        if found is None or not found.errors:
            return Answer({"data": data, "extensions": told})
        errors = [coded(each, executed=True).formatted for each in found.errors]
        return Answer({"errors": errors, "data": data, "extensions": told})
