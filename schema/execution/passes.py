"""Queries of one moment that are executed in one pass: of one plan, and of callers with the same rights.

No timer, no waiting for company, and nothing is kept: a query alone is executed at once, and those that come
while a pass is underway are executed in the next one, which reads the database after all of them came.
"""

import logging
from collections.abc import Callable, Mapping, Sequence
from contextvars import Context, copy_context
from dataclasses import dataclass, field
from typing import Any

from kit import trace
from kit.db.gathering import MOST, Gatherings
from kit.db.together import ApartError
from resolvers.context import Ctx
from schema.answer import Answer
from schema.execution.call import Call
from schema.execution.engine import Engine
from schema.execution.plan import AskersError, Plan
from schema.execution.query import Found, Query

logger = logging.getLogger(__name__)

_TRIES = 3
"""Passes without those who failed in the one before."""


@dataclass(frozen=True, slots=True)
class _Asked:
    """A query, which is that of all who ask it with the same variables, and where its doing is told of."""

    written: bytes
    query: Query = field(compare=False)
    within: Context = field(compare=False, default_factory=copy_context)


class Passes:
    """The passes of a schema's queries. None costs more than `bound`, as `schema.limits` reckons it."""

    def __init__(self, engine: Engine, schema: Any, bound: int) -> None:
        self._engine = engine
        self._schema = schema
        self._bound = bound
        self._gatherings = Gatherings()

    async def found(
        self, query: Query, plan: Plan, context: Ctx, answer: Callable[[Query, Any], Answer]
    ) -> Found | None:
        """What a query finds, as `answer` puts it; None where it is to be executed alone."""

        async def execute(asked: list[_Asked]) -> list[Found | None]:
            data = await self._executed(asked, plan, context)
            return [
                Found(answer(each.query, data[place]), each.within.run(trace.tenant))
                if place in data
                else None
                for place, each in enumerate(asked)
            ]

        name = id(plan), query.price, context.actor.tenants, context.actor.scopes
        most = max(1, min(self._bound // max(1, query.price), MOST))
        return await self._gatherings.load(name, execute, _Asked(query.written, query), most)

    async def _executed(self, asked: Sequence[_Asked], plan: Plan, context: Ctx) -> Mapping[int, Any]:
        """What queries find, by their places: of those that could be executed together."""
        trace.of_several()
        places = [*range(len(asked))]
        async with context.of_several(brief=True) as several:
            for _ in range(_TRIES):
                askers = [asked[place].query.asker(several, asked[place].within) for place in places]
                call = Call(self._schema, several, askers, [*range(len(askers))], native=True)
                try:
                    return dict(zip(places, await self._engine.execute_several(call, plan), strict=True))
                except Exception as error:
                    logger.debug("executed alone: %s", error)
                    failed = error.failed if isinstance(error, AskersError) else {}
                    if any(isinstance(each, ApartError) for each in (error, *failed.values())):
                        self._engine.plans.learn(plan, together=False)
                        break
                    places = [each for at, each in enumerate(places) if at not in failed]
                    if not places or not failed:
                        break
        return {}
