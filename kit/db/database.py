"""The application's connections: a pool, and one read-only transaction a request."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any, TypeVar

import psycopg
from psycopg import AsyncClientCursor, AsyncConnection, sql
from psycopg.rows import args_row
from psycopg_pool import AsyncConnectionPool, PoolTimeout

from kit.db.role import act_as_application
from kit.db.scope import scope
from kit.db.statement import Statement
from kit.errors import UnavailableError

T = TypeVar("T")

_BEGIN = sql.SQL("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
_PATIENCE = 10.0
_PAUSE = 0.1


class Database:
    """A pool of connections in the application's role.

    `on_statement` is called with the text of each statement; tests count with it.
    """

    def __init__(self, url: str, *, size: int = 8) -> None:
        self.on_statement: Callable[[str], None] | None = None
        self._pool: AsyncConnectionPool[AsyncConnection[Any]] = AsyncConnectionPool(
            url,
            min_size=1,
            max_size=size,
            open=False,
            kwargs={"autocommit": True, "cursor_factory": AsyncClientCursor, "application_name": "cdp"},
            configure=_configure,
            timeout=_PATIENCE,
        )

    async def open(self) -> None:
        """Connect. Raises UnavailableError when the server does not answer within ten seconds."""
        try:
            await self._pool.open(wait=True, timeout=_PATIENCE)
        except PoolTimeout:
            await self._pool.close()
            raise UnavailableError("The database cannot be reached; is CDP_DATABASE_URL right?") from None

    async def close(self) -> None:
        await self._pool.close()

    @asynccontextmanager
    async def read(self) -> AsyncIterator["Reader"]:
        """One snapshot for all that a request reads; no connection is taken before the first statement."""
        reader = Reader(self._pool, self._note)
        try:
            yield reader
        finally:
            await reader.end()

    def _note(self, text: str) -> None:
        if self.on_statement is not None:
            self.on_statement(text)


class Reader:
    """A lazily opened read-only transaction. Concurrent resolvers may share it: it sends one at a time."""

    def __init__(self, pool: AsyncConnectionPool[AsyncConnection[Any]], note: Callable[[str], None]) -> None:
        self._pool = pool
        self._note = note
        self._lock = asyncio.Lock()
        self._connection: AsyncConnection[Any] | None = None

    async def fetch(
        self, statement: Statement, row: Callable[..., T], *, tenant: int | None = None, **values: object
    ) -> list[T]:
        """Run one statement under the tenant's scope and make a `row` of the columns of each result.

        The first statement opens the transaction, and both go out with the scope in one round trip. Raises
        UnavailableError when the database does not come back within ten seconds.
        """
        if statement.scoped and tenant is None:
            raise ValueError(f"a tenant's tables, but no tenant: {statement.text}")
        bound = {**statement.defaults, **values, "tenant_id": tenant}
        async with self._lock:
            self._note(statement.text)
            if self._connection is not None:
                return await self._send(self._connection, [scope(tenant)], statement, row, bound)
            return await _with_patience(lambda: self._first(statement, row, tenant, bound))

    async def end(self) -> None:
        """End the transaction and give the connection back."""
        connection, self._connection = self._connection, None
        if connection is None:
            return
        try:
            if not connection.closed:
                await connection.execute("COMMIT")
        except psycopg.OperationalError:
            await connection.close()
        finally:
            await self._pool.putconn(connection)

    async def _first(
        self, statement: Statement, row: Callable[..., T], tenant: int | None, bound: dict[str, object]
    ) -> list[T]:
        connection = await self._pool.getconn()
        try:
            rows = await self._send(connection, [_BEGIN, scope(tenant)], statement, row, bound)
        except BaseException:
            await connection.close()
            await self._pool.putconn(connection)
            raise
        self._connection = connection
        return rows

    async def _send(
        self,
        connection: AsyncConnection[Any],
        before: list[sql.SQL],
        statement: Statement,
        row: Callable[..., T],
        bound: dict[str, object],
    ) -> list[T]:
        query = sql.SQL("; ").join([*before, sql.SQL(statement.text)])
        async with connection.cursor(row_factory=args_row(row)) as cursor:
            await cursor.execute(query, bound)
            while cursor.nextset():
                pass
            return await cursor.fetchall()


async def _with_patience(attempt: Callable[[], Awaitable[list[T]]]) -> list[T]:
    """Try again while the server restarts: a read that has sent nothing back can run anew."""
    loop = asyncio.get_running_loop()
    deadline = loop.time() + _PATIENCE
    while True:
        try:
            return await attempt()
        except (psycopg.OperationalError, PoolTimeout) as error:
            if isinstance(error, psycopg.errors.QueryCanceled) or loop.time() > deadline:
                raise UnavailableError("The database does not answer; try again in a moment.") from error
            await asyncio.sleep(_PAUSE)


async def _configure(connection: AsyncConnection[Any]) -> None:
    await act_as_application(connection)
