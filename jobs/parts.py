"""The parts of a worker: they live and end together."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping

import structlog

from kit.errors import UnavailableError

log = structlog.get_logger()

Show = Callable[[str, bool], None]
"""Shows of a part by its name whether it lives."""


async def together(leader: str, parts: Mapping[str, Awaitable[None]], show: Show) -> None:
    """Run the parts until the `leader` ends, or any other does, which it is not to; then end them all.

    Raises UnavailableError where a part ended that was not to, and what the leader raises: a worker that does
    half its work must not look alive.
    """
    tasks = {name: asyncio.ensure_future(part) for name, part in parts.items()}
    for name in tasks:
        show(name, True)
    try:
        await asyncio.wait(tasks.values(), return_when=asyncio.FIRST_COMPLETED)
        ended = [name for name, task in tasks.items() if task.done()]
    finally:
        for name, task in tasks.items():
            show(name, not task.done())
            task.cancel()
        await asyncio.gather(*tasks.values(), return_exceptions=True)
    dead = [name for name in ended if name != leader]
    for name in dead:
        fault = None if tasks[name].cancelled() else tasks[name].exception()
        log.error("a part of the worker ended", part=name, exc_info=fault)
    if dead:
        raise UnavailableError(f"The worker ends, because a part of it did: {', '.join(dead)}.")
    tasks[leader].result()
