"""Connections for work that an event loop hands to threads: bounded, and kept from one to the next."""

import asyncio
from collections.abc import Callable
from typing import TypeVar

import psycopg
from psycopg_pool import ConnectionPool
from psycopg_pool.base import BasePool

from kit.db.bulk import Row, Work, lost_as_unavailable, make_ready
from kit.errors import UnavailableError

T = TypeVar("T")

_PATIENCE = 10.0
_IDLE = 60.0
_BUSY = "More is being saved than this server can at a time; try again in a moment."


def figures_of(pool: BasePool) -> dict[str, int]:
    """A pool's connections: `size` open, `used`, the `most` there may be; and `waiting` for one."""
    found = pool.get_stats()
    size = found.get("pool_size", 0)
    return {
        "size": size,
        "used": size - found.get("pool_available", 0),
        "most": found.get("pool_max", 0),
        "waiting": found.get("requests_waiting", 0),
    }


class WorkPool:
    """At most `size` pieces of work at a time. A connection that was lost is replaced before it is used."""

    def __init__(self, url: str, *, size: int) -> None:
        self._turns = asyncio.Semaphore(size)
        self._waiting = 0
        self._pool: ConnectionPool[psycopg.Connection[Row]] = ConnectionPool(
            url,
            min_size=0,
            max_size=size,
            max_idle=_IDLE,
            open=False,
            kwargs={"autocommit": True, "application_name": "cdp work"},
            configure=make_ready,
            check=ConnectionPool.check_connection,
            timeout=_PATIENCE,
        )

    def open(self) -> None:
        """Be ready; connections are opened as they are needed."""
        self._pool.open()

    async def close(self) -> None:
        await asyncio.to_thread(self._pool.close)

    def figures(self) -> dict[str, int]:
        """Connections: `size` open, `used`, the `most` there may be; and `waiting`, who waits for a turn."""
        return {**figures_of(self._pool), "waiting": self._waiting}

    async def do(self, work: Callable[[Work], T]) -> T:
        """Do something in a thread.

        Raises UnavailableError where it does not get its turn or a connection within ten seconds each, and
        where the server is lost meanwhile.
        """
        self._waiting += 1
        try:
            async with asyncio.timeout(_PATIENCE):
                await self._turns.acquire()
        except TimeoutError:
            raise UnavailableError(_BUSY) from None
        finally:
            self._waiting -= 1
        try:
            return await asyncio.to_thread(self._do, work)
        finally:
            self._turns.release()

    def _do(self, work: Callable[[Work], T]) -> T:
        with lost_as_unavailable(), self._pool.connection() as connection:
            return work(Work(connection))
