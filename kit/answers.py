"""Answers of other systems, of which no more is read than any of them should have."""

import httpx


class TooLongError(ValueError):
    """An answer is longer than any should be."""


async def read_body(answer: httpx.Response, most: int) -> bytes:
    """The whole body of an answer that is streamed. Raises TooLongError past `most` bytes."""
    body = bytearray()
    async for part in answer.aiter_bytes():
        body += part
        if len(body) > most:
            raise TooLongError(f"the answer has more than {most} bytes")
    return bytes(body)
