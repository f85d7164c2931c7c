"""Callers that post over kept connections, each its next request once the last is answered."""

import asyncio
import time
from collections.abc import Iterator

_HEAD = (
    "POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
    "Content-Length: {length}\r\n\r\n"
)


def request(path: str, body: bytes) -> bytes:
    """A request as it goes over the wire."""
    return _HEAD.format(path=path, length=len(body)).encode() + body


async def post(port: int, requests: list[bytes], callers: int) -> float:
    """Seconds until all are answered, each with a status of 2xx. Raises RuntimeError for another one."""
    waiting = iter(requests)
    connections = [await asyncio.open_connection("127.0.0.1", port) for _ in range(callers)]
    started = time.perf_counter()
    await asyncio.gather(*(_call(*each, waiting) for each in connections))
    seconds = time.perf_counter() - started
    for _, writer in connections:
        writer.close()
    return seconds


async def _call(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, waiting: Iterator[bytes]) -> None:
    for each in waiting:
        writer.write(each)
        head = await reader.readuntil(b"\r\n\r\n")
        start = head.lower().index(b"content-length:") + 15
        body = await reader.readexactly(int(head[start : head.index(b"\r", start)]))
        if not head.startswith(b"HTTP/1.1 2"):
            raise RuntimeError(body.decode())
