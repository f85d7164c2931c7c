"""The server's side of HTTP/1.1, for callers who take their time: heads and bodies come, or are let go."""

import asyncio
from typing import cast

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from commands.joined_transport import JoinedTransport

HEAD_SECONDS = 10.0
"""What the line and the headers of a request may take, and a connection may be silent at first."""
BODY_SECONDS = 30.0
"""How long nothing may come of a body that is waited for."""
HEAD_BYTES = 65_536
_HEAD, _BODY, _BETWEEN = "head", "body", "between"
_TOO_LARGE = b"HTTP/1.1 431 Request Header Fields Too Large\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"


class BoundedProtocol(HttpToolsProtocol):
    """Uvicorn's own, with bounds that it has for silent connections between requests only.

    An answer that is not long goes out in one call of the system, and not its head apart from its body.
    """

    head_seconds, body_seconds = HEAD_SECONDS, BODY_SECONDS

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        self._joined = JoinedTransport(transport, self.loop)
        super().connection_made(cast("asyncio.Transport", self._joined))
        self._since: float | None = self.loop.time()
        self._part, self._head_bytes = _BETWEEN, 0
        self._timer = self.loop.call_later(self.head_seconds, self._look)

    def connection_lost(self, exc: Exception | None) -> None:
        self._timer.cancel()
        super().connection_lost(exc)

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self._since, self._part = self.loop.time(), _HEAD

    def on_headers_complete(self) -> None:
        self._part, self._head_bytes = _BODY, 0
        super().on_headers_complete()

    def on_body(self, body: bytes) -> None:
        self._since = self.loop.time()
        super().on_body(body)

    def on_message_complete(self) -> None:
        self._since, self._part = None, _BETWEEN
        super().on_message_complete()

    def on_response_complete(self) -> None:
        self._joined.flush()
        super().on_response_complete()

    def handle_websocket_upgrade(self) -> None:
        self._timer.cancel()
        self._joined.flush()
        self.transport = self._joined.plain
        super().handle_websocket_upgrade()

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        if self._part is _HEAD:
            self._head_bytes += len(data)
            if self._head_bytes > HEAD_BYTES and not self.transport.is_closing():
                self.transport.write(_TOO_LARGE)
                self.transport.close()

    def _look(self) -> None:
        """Close the connection if what is waited for has not come; else look again when it is due."""
        in_body = self._part is _BODY
        most = self.body_seconds if in_body else self.head_seconds
        waits = self._since is not None and not (in_body and self.flow.read_paused)
        wait = (self._since or 0.0) + most - self.loop.time() if waits else most
        if wait > 0:
            self._timer = self.loop.call_later(wait, self._look)
        elif not self.transport.is_closing():
            self.transport.close()
