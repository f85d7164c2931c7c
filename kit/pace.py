"""Pace: a body that is read as it comes in has to come, however long it takes in all."""

import asyncio
from collections.abc import AsyncIterator

from kit.errors import TooSlowError

LEAST = 6_000
"""Bytes that must come in a minute of waiting for them."""
MINUTE = 60.0


async def paced(
    pieces: AsyncIterator[bytes], *, least: int = LEAST, seconds: float = MINUTE
) -> AsyncIterator[bytes]:
    """The pieces of a body as they come. Raises TooSlowError once `least` bytes take longer than `seconds`.

    Only waiting for the sender counts, not what is done with the pieces meanwhile.
    """
    clock = asyncio.get_running_loop().time
    left, came = seconds, 0
    while True:
        began = clock()
        try:
            async with asyncio.timeout(left):
                piece = await anext(pieces, None)
        except TimeoutError:
            raise TooSlowError(
                f"The body comes too slowly: {least:,} bytes in {seconds:g} seconds are the least."
            ) from None
        if piece is None:
            return
        came += len(piece)
        left = max(0.0, left - (clock() - began))
        if came >= least:
            left, came = seconds, 0
        yield piece
