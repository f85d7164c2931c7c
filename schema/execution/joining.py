"""Objects of several queries of one moment, completed in one column: what is below them is gone through once.

Queries join that share a snapshot, have the same rights and select the same, from where no variables matter
any more. No timer and nothing is kept: those join whose objects are there in one turn of the event loop.
"""

import asyncio
from collections.abc import Iterator
from copy import copy
from itertools import chain, islice
from typing import Any

from kit import trace
from kit.db.together import ApartError, LostError
from resolvers.context import Ctx
from schema.execution.call import Call
from schema.execution.plan import Column, Field


async def completed(call: Call, field: Field, column: Column) -> Column:
    """A column of a field that waits, completed with those of others where some may come.

    Raises ApartError as `Ctx.together` has it, LostError where a column of another may have failed.
    """
    joint: _Joint | None = None
    if call.joins and field.alike:
        key = id(field), call.native
        joint = call.context.joint(key, lambda several: _Joint(call, field, several))
    if joint is None:
        return await field.completion.later(call, column)
    return await joint.completed(column)


class _Joint:
    """The columns of one field that wait to be completed in one."""

    def __init__(self, call: Call, field: Field, several: Ctx) -> None:
        executor = copy(call.executor)
        executor.context_value = several
        self._call = Call(executor, call.schema, call.native)
        self._field = field
        self._several = several
        self._waiting: list[tuple[Column, asyncio.Future[Column]]] = []
        self._tasks: set[asyncio.Task[None]] = set()

    def completed(self, column: Column) -> "asyncio.Future[Column]":
        """The column, completed."""
        future: asyncio.Future[Column] = asyncio.get_running_loop().create_future()
        self._waiting.append((column, future))
        if len(self._waiting) == 1:
            task = asyncio.create_task(self._complete())
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
        return future

    async def _complete(self) -> None:
        trace.of_several()
        waiting, self._waiting = self._waiting, []
        try:
            found = await self._found([*chain.from_iterable(column for column, _ in waiting)])
        except (ApartError, LostError) as error:
            _fail(waiting, error)
        except Exception as error:
            _fail(waiting, LostError(str(error)))
        except BaseException:
            for _, future in waiting:
                future.cancel()
            raise
        else:
            rest: Iterator[Any] = iter(found)
            for column, future in waiting:
                mine = [*islice(rest, len(column))]
                if not future.done():
                    future.set_result(mine)

    async def _found(self, column: Column) -> Column:
        with self._several.staying() as refusing:
            found = await self._field.completion.later(self._call, column)
        if refusing.asked:
            raise ApartError
        return found


def _fail(waiting: list[tuple[Column, "asyncio.Future[Column]"]], error: Exception) -> None:
    for _, future in waiting:
        if not future.done():
            future.set_exception(error)
