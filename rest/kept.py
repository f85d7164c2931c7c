"""Answers that are kept: their bytes and headers are made once, for all who get them."""

from functools import cached_property

from starlette.responses import Response

from kit.encoding import Packable
from kit.http import Headers, Scope, Send


class Kept(Response):
    """JSON with status 200. It is sent again and again, so nobody may change it."""

    media_type = "application/json"

    def __len__(self) -> int:
        return len(self.body)

    async def send(self, scope: Scope, send: Send, headers: Headers) -> None:
        """Send it with more headers, packed to who takes that and gains by it."""
        body, told = self._packable.fitting(scope["headers"])
        head = [*self._head, *told, *headers]
        await send({"type": "http.response.start", "status": 200, "headers": head})
        await send({"type": "http.response.body", "body": body})

    @cached_property
    def _packable(self) -> Packable:
        return Packable(bytes(self.body))

    @cached_property
    def _head(self) -> list[tuple[bytes, bytes]]:
        return [each for each in self.raw_headers if each[0] != b"content-length"]
