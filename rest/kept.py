"""Answers that are kept: their bytes and headers are made once, for all who get them."""

import zlib
from functools import cached_property

from starlette.responses import Response

from kit.encoding import takes_gzip
from kit.http import Headers, Scope, Send

_LEAST = 1_000
_LEVEL = 6
_GZIP = (b"content-encoding", b"gzip")
_VARY = (b"vary", b"Accept-Encoding")


class Kept(Response):
    """JSON with status 200. It is sent again and again, so nobody may change it."""

    media_type = "application/json"

    def __len__(self) -> int:
        return len(self.body)

    @cached_property
    def packed(self) -> bytes:
        """The body by gzip."""
        packer = zlib.compressobj(_LEVEL, zlib.DEFLATED, 16 + zlib.MAX_WBITS)
        return packer.compress(bytes(self.body)) + packer.flush()

    async def send(self, scope: Scope, send: Send, headers: Headers) -> None:
        """Send it with more headers, packed to who takes that and gains by it."""
        body, head = bytes(self.body), self._plain
        if len(body) >= _LEAST and takes_gzip(scope["headers"]):
            body, head = self.packed, self._gzip
        await send({"type": "http.response.start", "status": 200, "headers": [*head, *headers]})
        await send({"type": "http.response.body", "body": body})

    @cached_property
    def _plain(self) -> list[tuple[bytes, bytes]]:
        return [*self.raw_headers, *([_VARY] if len(self) >= _LEAST else [])]

    @cached_property
    def _gzip(self) -> list[tuple[bytes, bytes]]:
        length = (b"content-length", b"%d" % len(self.packed))
        return [*(each for each in self.raw_headers if each[0] != length[0]), length, _GZIP, _VARY]
