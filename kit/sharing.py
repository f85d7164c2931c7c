"""What several ask for in one moment is found once: who asks while it is being found gets what is found next.

No timer, no waiting for company, and nothing is kept: each finding begins after all who get it have asked.
"""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Hashable
from contextvars import Context, copy_context
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

V = TypeVar("V")

Find = Callable[[], Coroutine[Any, Any, V]]

_AT_A_TIME = 2
"""Findings of one thing at the same time, so that who comes late waits for half of one more at most."""


@dataclass(slots=True)
class _Next(Generic[V]):
    """The finding that begins when one that is underway ends: the first to wait for it says how."""

    find: Find[V]
    context: Context
    found: asyncio.Future[V]


class _Line(Generic[V]):
    """All who ask for one thing."""

    __slots__ = ("next", "underway")

    def __init__(self) -> None:
        self.underway: set[asyncio.Task[None]] = set()
        self.next: _Next[V] | None = None


class Sharing(Generic[V]):
    """Findings by what they are of."""

    def __init__(self) -> None:
        self._lines: dict[Hashable, _Line[V]] = {}

    def of(self, key: Hashable, find: Find[V]) -> Awaitable[V]:
        """What `find`, or that of another who asks for the same, finds from now on; raises what it raises.

        Who stops waiting stops nobody else. `find` runs in a task of its own.
        """
        line = self._lines.get(key)
        if line is None:
            line = self._lines[key] = _Line()
        if line.next is None:
            found: asyncio.Future[V] = asyncio.get_running_loop().create_future()
            line.next = _Next(find, copy_context(), found)
            if len(line.underway) < _AT_A_TIME:
                self._begin(key, line)
            return asyncio.shield(found)
        return asyncio.shield(line.next.found)

    def _begin(self, key: Hashable, line: _Line[V]) -> None:
        waiting, line.next = line.next, None
        if waiting is None:
            if not line.underway:
                del self._lines[key]
            return
        task = asyncio.create_task(_find(waiting), context=waiting.context)
        line.underway.add(task)

        def ended(task: asyncio.Task[None]) -> None:
            line.underway.discard(task)
            self._begin(key, line)

        task.add_done_callback(ended)


async def _find(waiting: _Next[V]) -> None:
    try:
        value = await waiting.find()
    except Exception as error:
        waiting.found.set_exception(error)
        # They all may have gone by now.
        waiting.found.exception()
    except BaseException:
        waiting.found.cancel()
        raise
    else:
        waiting.found.set_result(value)
