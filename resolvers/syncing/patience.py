"""How a sync asks: it has time, so that being asked to wait is waited for, up to a bound."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

from connectors.vtex.errors import MalformedError

T = TypeVar("T")

PATIENCE = 600.0
"""Seconds that one question may take with all attempts; where VTEX asks to wait longer the sync stalls."""
_MALFORMED = 3


async def patiently(ask: Callable[[float], Awaitable[T]], *, attempts: int = _MALFORMED) -> T:
    """What `ask` brings until a time of the event loop's clock.

    An answer that cannot be read may have been cut off: it is asked for again, so many times in all. Raises
    what `ask` does.
    """
    until = asyncio.get_running_loop().time() + PATIENCE
    attempt = 1
    while True:
        try:
            return await ask(until)
        except MalformedError:
            if attempt == attempts:
                raise
        attempt += 1
