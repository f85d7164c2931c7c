"""The engine in front of graphql-core: serves what it knows for sure, and leaves it all else."""

import logging
from collections import Counter
from collections.abc import Callable
from typing import Any

from graphql import ExecutionResult, OperationType
from strawberry.schema.schema import StrawberryGraphQLCoreExecutionContext

from resolvers.context import Ctx
from schema.execution.asker import Asker
from schema.execution.call import Call
from schema.execution.plan import Plan, UnservedError
from schema.execution.plans import Planned, Plans
from schema.execution.running import run_later

logger = logging.getLogger(__name__)


class Engine:
    """The plans of one schema, and how many of its queries were served by them, or left to graphql-core.

    `on_served` is told of each: `together` (planned, and executed with others), `shared` (answered with an
    equal one), `plan`, `unplanned` or `failed`.
    """

    def __init__(self) -> None:
        self.plans = Plans()
        self.served: Counter[str] = Counter()
        self.on_served: Callable[[str], object] | None = None

    def executor_class(self) -> type[StrawberryGraphQLCoreExecutionContext]:
        """What graphql-core is to execute operations with."""
        engine = self

        class BreadthFirst(StrawberryGraphQLCoreExecutionContext):
            def execute_operation(self, serially: bool | None = None) -> Any:
                asker = Asker.of(self)
                plan = engine.plan(asker)
                if plan is None:
                    return super().execute_operation(serially)
                schema = self.schema._strawberry_schema  # type: ignore[attr-defined]
                return engine.execute(Call(schema, self.context_value, (asker,)), plan)

            def by_value(self) -> Any:
                """The answer as graphql-core comes to it."""
                return super().execute_operation()

        return BreadthFirst

    def plan(self, asker: Asker, planned: Planned | None = None) -> Plan | None:
        """The plan of an operation; None where graphql-core is to execute it.

        Who has what is `planned` of it asks first whether there is one, and is not counted.
        """
        if asker.operation.operation is not OperationType.QUERY:
            return None
        try:
            return self.plans.of(asker) if planned is None else planned.of(asker)
        except UnservedError as error:
            if planned is None:
                self._leave("unplanned", error)
            return None

    async def execute(self, call: Call, plan: Plan) -> ExecutionResult:
        """The answer to one asker. Whatever fails is executed by graphql-core: reading twice has no effects,
        and what it then says of errors, their paths and what they make null is what its users know.
        """
        try:
            found = await self._found(call, plan)
        except Exception as error:
            self._leave("failed", error)
            result = call.askers[0].by_value()
            return result if isinstance(result, ExecutionResult) else await result
        self._count("plan")
        return ExecutionResult(data=found, errors=None)

    async def execute_several(self, call: Call, plan: Plan) -> list[Any]:
        """What several askers find, in one pass. Raises AskersError for those who fail."""
        found = await run_later(call, plan.selection, [each.root for each in call.askers])
        for _ in found:
            self._count("together")
        return found

    def shared(self) -> None:
        """A query was answered as another was that came at the same time."""
        self._count("shared")

    async def _found(self, call: Call, plan: Plan) -> Any:
        """What a plan finds. The first of its kind shows whether it may be executed with others."""
        context = call.context
        if not isinstance(context, Ctx) or self.plans.together(plan) is not None:
            return await self._alone(call, plan)
        with context.watched() as watching:
            found = await self._alone(call, plan)
        self.plans.learn(plan, together=not watching.apart)
        return found

    async def _alone(self, call: Call, plan: Plan) -> Any:
        return (await run_later(call, plan.selection, [call.askers[0].root]))[0]

    def _leave(self, why: str, error: Exception) -> None:
        self._count(why)
        logger.debug("left to graphql-core (%s): %s", why, error)

    def _count(self, how: str) -> None:
        self.served[how] += 1
        if self.on_served is not None:
            self.on_served(how)
