"""The engine in front of graphql-core: serves what it knows for sure, and leaves it all else."""

import logging
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any

from graphql import ExecutionResult, OperationType
from strawberry.schema.schema import StrawberryGraphQLCoreExecutionContext

from kit.db.together import ApartError, LostError
from resolvers.context import Ctx
from schema.execution.call import Call
from schema.execution.plan import Plan, UnservedError
from schema.execution.plans import Plans
from schema.execution.running import run_later

logger = logging.getLogger(__name__)


class Engine:
    """The plans of one schema, and how many of its queries were served by them, or left to graphql-core.

    `on_served` is told of each: `together` (planned, and read with others), `shared` (answered with an
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
                plan = engine.plan(self)
                if plan is None:
                    return super().execute_operation(serially)
                return engine.execute(self, plan, self.by_value)

            def by_value(self) -> Any:
                """The answer as graphql-core comes to it."""
                return super().execute_operation()

        return BreadthFirst

    def plan(self, executor: StrawberryGraphQLCoreExecutionContext, *, counted: bool = True) -> Plan | None:
        """The plan of an executor's operation; None where graphql-core is to execute it.

        Not counted is who asks first whether there is one.
        """
        if executor.operation.operation is not OperationType.QUERY:
            return None
        try:
            return self.plans.of(executor)
        except UnservedError as error:
            if counted:
                self._leave("unplanned", error)
            return None

    async def execute(
        self,
        executor: StrawberryGraphQLCoreExecutionContext,
        plan: Plan,
        otherwise: Any,
        *,
        native: bool = False,
    ) -> ExecutionResult:
        """The answer. Whatever fails is executed by graphql-core: reading twice has no effects, and what it
        then says of errors, their paths and what they make null is what its users know. `native` is as `Call`
        has it.
        """
        call = Call(executor, executor.schema._strawberry_schema, native)  # type: ignore[attr-defined]
        try:
            found = await self._found(call, plan)
        except Exception as error:
            self._leave("failed", error)
            result: ExecutionResult | Awaitable[ExecutionResult] = otherwise()
            return result if isinstance(result, ExecutionResult) else await result
        return ExecutionResult(data=found, errors=None)

    def reads_alone(self, plan: Plan) -> bool:
        """Whether it is known that what a plan reads is not read together with others."""
        return self.plans.together(plan) is False

    def shared(self) -> None:
        """A query was answered as another was that came at the same time."""
        self._count("shared")

    async def _found(self, call: Call, plan: Plan) -> Any:
        """What a plan finds: together with others where it can.

        What is not known yet is read alone once, which shows it for all plans that read the same fields.
        """
        context = call.context
        if not isinstance(context, Ctx):
            return await self._alone(call, plan)
        together = self.plans.together(plan)
        if together is None:
            with context.watched() as watching:
                found = await self._alone(call, plan)
            self.plans.learn(plan, together=not watching.apart)
            return found
        if together:
            with context.together() as apart:
                try:
                    found = await run_later(
                        replace(call, joins=True), plan.selection, [call.executor.root_value]
                    )
                    self._count("together")
                    return found[0]
                except Exception as error:
                    lost = isinstance(error, LostError)
                    if not (lost or apart.asked or isinstance(error, ApartError)):
                        raise
            if not lost:
                self.plans.learn(plan, together=False)
        return await self._alone(call, plan)

    async def _alone(self, call: Call, plan: Plan) -> Any:
        found = await run_later(call, plan.selection, [call.executor.root_value])
        self._count("plan")
        return found[0]

    def _leave(self, why: str, error: Exception) -> None:
        self._count(why)
        logger.debug("left to graphql-core (%s): %s", why, error)

    def _count(self, how: str) -> None:
        self.served[how] += 1
        if self.on_served is not None:
            self.on_served(how)
