"""What is written in one turn goes out at once: an answer's head with its body, unless that is long."""

import asyncio
from typing import Any

_MOST = 65_536
"""Bytes that are held back at most: who writes more is to feel whether they are taken."""


class JoinedTransport:
    """A transport that holds what is written back until `flush`, or until the loop's next turn."""

    def __init__(self, plain: asyncio.Transport, loop: asyncio.AbstractEventLoop) -> None:
        self.plain = plain
        self._loop = loop
        self._parts: list[bytes] = []
        self._size = 0
        self.is_closing = plain.is_closing

    def __getattr__(self, name: str) -> Any:
        return getattr(self.plain, name)

    def write(self, data: bytes) -> None:
        """Send some bytes, after what was written before."""
        if not self._parts:
            self._loop.call_soon(self.flush)
        self._parts.append(data)
        self._size += len(data)
        if self._size > _MOST:
            self.flush()

    def flush(self) -> None:
        """Send what is held back, now."""
        parts, size = self._parts, self._size
        if parts:
            self._parts, self._size = [], 0
            if self.plain.is_closing():
                return
            if size > _MOST and len(parts) > 1:
                # By writelines, asyncio of Python 3.12.0 to 3.13.1 does not pause who writes.
                self.plain.write(b"".join(parts[:-1]))
                self.plain.write(parts[-1])
            else:
                self.plain.write(b"".join(parts))

    def close(self) -> None:
        """Close the connection once all is sent."""
        self.flush()
        self.plain.close()
