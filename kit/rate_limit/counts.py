"""Counts of requests by caller: in this process's memory, or in a Redis or Valkey for all processes."""

import asyncio
import time
from contextlib import nullcontext
from typing import Any, NamedTuple

import structlog
from limits.aio.storage import MemoryStorage, RedisStorage, Storage
from limits.errors import StorageError

from kit.errors import ConfigurationError
from kit.rate_limit.rate import MEMORY, Rate

PATIENCE = 0.5
"""Seconds in which the store must answer."""
REST = 2.0
"""Seconds for which a store that did not is left alone."""
TELL_EVERY = 60.0
SWEEP_EVERY = 10.0
"""Seconds after which counts of windows that are over are dropped."""
_CONNECTIONS = 32
_REMEMBERED = 10_000

log = structlog.get_logger()


class Standing(NamedTuple):
    """So many requests in the window that ends at an instant, in seconds since 1970."""

    requests: int
    ends_at: float


class Counts:
    """Counts in windows that begin with a caller's first request. Raises ConfigurationError for no store."""

    def __init__(self, url: str) -> None:
        self._pool: Any = None
        self._storage: Storage = self._opened(url)
        self._ends: dict[str, float] = {}
        self._rests_until = 0.0
        self._tells_from = 0.0

    async def hit(self, caller: str, rate: Rate) -> Standing | None:
        """Count one request; None while the store does not answer, which is logged now and then."""
        if time.monotonic() < self._rests_until:
            return None
        try:
            async with asyncio.timeout(PATIENCE) if self._pool is not None else nullcontext():
                count = await self._storage.incr(caller, rate.seconds)
                return Standing(count, await self._end(caller, count, rate))
        except (StorageError, OSError) as error:
            self._rest(error)
            return None

    async def close(self) -> None:
        if self._pool is not None:
            await self._pool.aclose()

    async def _end(self, caller: str, count: int, rate: Rate) -> float:
        """When a window ends: known here since it began, or else asked for once."""
        now = time.time()
        if count > 1 and now < self._ends.get(caller, 0.0) <= now + rate.seconds:
            return self._ends[caller]
        end = now + rate.seconds if count == 1 else await self._storage.get_expiry(caller)
        if len(self._ends) >= _REMEMBERED:
            self._ends.clear()
        self._ends[caller] = end
        return end

    def _rest(self, error: Exception) -> None:
        now = time.monotonic()
        self._rests_until = now + REST
        if now >= self._tells_from:
            self._tells_from = now + TELL_EVERY
            log.warning(
                "the store of rate limits does not answer: requests pass uncounted", error=_name(error)
            )

    def _opened(self, url: str) -> Storage:
        if url == MEMORY:
            return Swept()
        try:
            import redis.asyncio as redis
            from redis.asyncio.retry import Retry
            from redis.backoff import NoBackoff
        except ImportError:
            raise ConfigurationError(
                "CDP_RATE_LIMIT_STORAGE names a Redis or Valkey, but the package for it is missing: "
                "pip install 'cdp-api[redis]'."
            ) from None
        options: dict[str, Any] = {
            "connection_pool": redis.BlockingConnectionPool.from_url(
                _as_redis(url),
                max_connections=_CONNECTIONS,
                timeout=PATIENCE,
                socket_timeout=PATIENCE,
                socket_connect_timeout=PATIENCE,
                retry=Retry(NoBackoff(), 1),
            )
        }
        self._pool = options["connection_pool"]
        return RedisStorage(
            "async+redis://",
            wrap_exceptions=True,
            implementation="redispy",
            key_prefix="cdp:rate",
            **options,
        )


class Swept(MemoryStorage):
    """Counts in memory, rid of those of windows that are over now and then.

    The storage it is made of looks through all callers with each request.
    """

    def __init__(self) -> None:
        super().__init__()
        self._swept_at = time.monotonic()

    async def incr(self, key: str, expiry: float, amount: int = 1) -> int:
        """Count a request; one event loop does nothing else meanwhile.

        A window that ends later than one could that begins now is of before the clock was set back.
        """
        now = time.time()
        if not now < self.expirations.get(key, 0.0) <= now + expiry:
            self.storage[key], self.expirations[key] = 0, now + expiry
        self.storage[key] += amount
        if time.monotonic() - self._swept_at > SWEEP_EVERY:
            self._sweep(now)
        return self.storage[key]

    def _sweep(self, now: float) -> None:
        self._swept_at = time.monotonic()
        for key in [key for key, end in self.expirations.items() if end <= now]:
            del self.expirations[key], self.storage[key]


def _as_redis(url: str) -> str:
    """Valkey speaks the protocol of Redis, so one client does for both."""
    scheme, separator, rest = url.partition("://")
    if scheme.endswith("+unix"):
        return f"unix{separator}{rest}"
    return f"{scheme.replace('valkey', 'redis')}{separator}{rest}"


def _name(error: BaseException) -> str:
    """The kind of an error; its text may hold the store's address."""
    return type(error.__cause__ or error).__name__
