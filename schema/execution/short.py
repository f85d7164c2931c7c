"""The short way of a query over HTTP: what has a plan does not pay for the framework's work on it."""

from functools import partial
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
from schema.execution.passes import Passes
from schema.execution.plan import Plan
from schema.execution.query import Found, Query
from schema.execution.variables import Variables
from schema.limits import Checks
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
        self._variables = Variables(schema._schema)
        self._sharing: Sharing[Found] = Sharing()

    async def answer(self, asked: GraphQLRequest, context: Ctx) -> Answer | None:
        """The answer, as graphql-core's would be; None for what must go the long way."""
        query = self._query(asked)
        if query is None:
            return None
        plan = self._engine.plan(query.asker(context), counted=False)
        if plan is None:
            return None
        trace.graph_named(query.name)
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
        core, checks = self._schema._schema, self._checks
        if Kind.QUERY not in asked.allowed:
            return None
        given = asked.variables or {}
        try:
            text = checks.trusted.text(asked.query, asked.extensions)
            document, errors = checks.check(text, core) if text else (None, ())
            operation = document and get_operation_ast(document, asked.operation_name)
            if document is None or errors or not operation or operation.operation is not OperationType.QUERY:
                return None
            price = checks.price(core, document, operation, given)
            written = orjson.dumps(given) if given else b""
        except (GraphQLError, RecursionError, TypeError):
            return None
        if checks.dear(price) is not None:
            return None
        values = self._variables.of(operation, given)
        if values is None:
            return None
        return Query(asked, document, operation, values, written, price, self._build)

    async def _shared(self, query: Query, context: Ctx, plan: Plan) -> Answer:
        executed = False

        async def find() -> Found:
            nonlocal executed
            executed = True
            async with context.of_several() as several:
                answer = await self._executed(query, several, plan)
            return Found(answer, trace.tenant())

        key = id(query.operation), query.written, context.actor.tenants, context.actor.scopes
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
