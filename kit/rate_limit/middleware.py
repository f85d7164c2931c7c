"""Answers 429 to a caller who has asked more often than they may, and tells everyone how they stand."""

from collections.abc import Callable

from kit.http import Asgi, Message, Receive, Scope, Send, is_public, refuse
from kit.rate_limit.caller import caller_of
from kit.rate_limit.counts import Counts, Standing
from kit.rate_limit.meter import METER, Meter, seconds_to, told_over
from kit.rate_limit.rate import Rate

HEADERS = ("RateLimit", "RateLimit-Policy", "RateLimit-Limit", "RateLimit-Remaining", "RateLimit-Reset")


class RateLimit:
    """Counts requests and the handshakes of sockets, but for those of pages, of health and of measures.

    `limited` hears of each refusal. A socket's operations are counted by the `Meter` in its state.

    `RateLimit` and `RateLimit-Policy` are those of the IETF's draft; the other three headers are what it had
    before, which many clients read.
    """

    def __init__(
        self, app: Asgi, rate: Rate, counts: Counts, limited: Callable[[], None] = lambda: None
    ) -> None:
        self._app = app
        self._rate = rate
        self._counts = counts
        self._limited = limited
        limit = str(rate.requests).encode()
        self._fixed = [
            (b"ratelimit-policy", b'"default";q=%s;w=%d' % (limit, rate.seconds)),
            (b"ratelimit-limit", limit),
        ]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in ("http", "websocket") or is_public(scope):
            return await self._app(scope, receive, send)
        caller = caller_of(scope)
        if scope["type"] == "websocket":
            scope.setdefault("state", {})[METER] = Meter(caller, self._rate, self._counts, self._limited)
        standing = await self._counts.hit(caller, self._rate)
        if standing is None:
            return await self._app(scope, receive, send)
        headers = self._headers(standing)
        if standing.requests > self._rate.requests:
            return await self._refuse(scope, send, standing, headers)

        async def told(message: Message) -> None:
            if message["type"] in ("http.response.start", "websocket.accept"):
                message = {**message, "headers": [*message.get("headers", ()), *headers]}
            await send(message)

        return await self._app(scope, receive, told)

    def _headers(self, standing: Standing) -> list[tuple[bytes, bytes]]:
        left = max(0, self._rate.requests - standing.requests)
        wait = seconds_to(standing)
        return [
            (b"ratelimit", b'"default";r=%d;t=%d' % (left, wait)),
            *self._fixed,
            (b"ratelimit-remaining", b"%d" % left),
            (b"ratelimit-reset", b"%d" % wait),
        ]

    async def _refuse(
        self, scope: Scope, send: Send, standing: Standing, headers: list[tuple[bytes, bytes]]
    ) -> None:
        self._limited()
        wait = seconds_to(standing)
        details = told_over(self._rate, wait)
        again = (b"retry-after", b"%d" % wait)
        await refuse(scope, send, 429, "Too many requests", details, [*headers, again], retryAfter=wait)
