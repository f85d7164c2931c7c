"""The application's connections: a pool, and one transaction a request."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Hashable, Iterator
from contextlib import asynccontextmanager, contextmanager
from datetime import date, datetime
from decimal import Decimal
from typing import Any, TypeVar

import psycopg
from psycopg import AsyncConnection
from psycopg_pool import AsyncConnectionPool, PoolTimeout

from kit import spans
from kit.db.bulk import Work
from kit.db.exchange import exchange
from kit.db.gathering import Gatherings
from kit.db.memory import Memory
from kit.db.merging import merged
from kit.db.role import act_as_application
from kit.db.rows import made_of
from kit.db.scope import scope
from kit.db.statement import Statement
from kit.db.work_pool import WorkPool, figures_of
from kit.errors import OverloadedError, TimedOutError, UnavailableError

T = TypeVar("T")

_READ = b"BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"
_WRITE = b"BEGIN"
_PLAIN = {int, bool, str, float, Decimal, datetime, date}
_PATIENCE = 10.0
_PAUSE = 0.1
_ALL_TAKEN = "The database does not answer, or all connections to it are taken; try again in a moment."
NO_ROOM = "The database has no room left to save anything."
_NO_ANSWER = "The database does not answer; try again in a moment."
_LONG_READS = "As much is being read at length as this server can at a time; try again in a moment."
_RETRY_AFTER = 5
_TOO_LONG = "This takes the database too long, so it was stopped; ask for less, or filter by less."


class Database:
    """A pool of connections in the application's role, and half as many more for work in threads.

    `on_statement` is called with the text of each statement; tests count with it.
    """

    def __init__(self, url: str, *, size: int = 8) -> None:
        self.on_statement: Callable[[str], None] | None = None
        self.gatherings = Gatherings()
        self.memory = Memory()
        self._leaving: set[asyncio.Task[None]] = set()
        self._works = WorkPool(url, size=max(1, size // 2))
        self._long_reads, self._most_long_reads = 0, max(1, size // 2)
        self._pool: AsyncConnectionPool[AsyncConnection[Any]] = AsyncConnectionPool(
            url,
            min_size=1,
            max_size=size,
            open=False,
            kwargs={"autocommit": True, "application_name": "cdp"},
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
        self._works.open()

    async def close(self) -> None:
        await self._works.close()
        await asyncio.gather(*self._leaving)
        await self._pool.close()

    def figures(self) -> dict[str, dict[str, int]]:
        """Of each pool, the connections `size`, `used` and `most`, and who is `waiting` for one."""
        return {"requests": figures_of(self._pool), "work": self._works.figures()}

    def read(self) -> "Transaction":
        """One snapshot for all that a request reads; no connection is taken before the first statement.

        To be used as `async with database.read() as reader`.
        """
        return Transaction(self._pool, self._note, _READ)

    def leave(self, reader: "Transaction") -> None:
        """End a reader without waiting for it; `close` does."""
        task = asyncio.create_task(reader.end())
        self._leaving.add(task)
        task.add_done_callback(self._leaving.discard)

    @asynccontextmanager
    async def write(self) -> AsyncIterator["Transaction"]:
        """A transaction that is committed at the end of the block, or rolled back if an error leaves it."""
        transaction = Transaction(self._pool, self._note, _WRITE)
        try:
            yield transaction
        except BaseException:
            await transaction.end("ROLLBACK")
            raise
        await transaction.end()

    @contextmanager
    def long_read(self) -> Iterator[None]:
        """Hold a reader's connection for as long as somebody takes to read.

        Raises OverloadedError where half of the connections are held so: the others are for short questions.
        """
        if self._long_reads >= self._most_long_reads:
            raise OverloadedError(_LONG_READS, retry_after=_RETRY_AFTER)
        self._long_reads += 1
        try:
            yield
        finally:
            self._long_reads -= 1

    async def once(
        self, statement: Statement, row: Callable[..., T], *, tenant: int | None = None, **values: object
    ) -> list[T]:
        """One statement that reads, in a round trip and a transaction of its own. Raises as `fetch` does."""
        bound = _bound(statement, tenant, values)
        self._note(statement.text)
        try:
            return await _with_patience(lambda: self._once([scope(tenant)], statement, row, bound))
        except psycopg.errors.QueryCanceled as error:
            raise TimedOutError(_TOO_LONG) from error

    async def _once(
        self, before: list[bytes], statement: Statement, row: Callable[..., T], bound: dict[str, object]
    ) -> list[T]:
        async with self._pool.connection() as connection:
            return await _send(connection, before, statement, row, bound)

    async def work(self, do: Callable[[Work], T]) -> T:
        """Do something in a thread, such as statements on temporary tables. Raises as `WorkPool.do` does."""
        return await self._works.do(do)

    def _note(self, text: str) -> None:
        if self.on_statement is not None:
            self.on_statement(text)


class Transaction:
    """A lazily opened transaction. Concurrent resolvers may share it: it sends one statement at a time."""

    def __init__(
        self,
        pool: AsyncConnectionPool[AsyncConnection[Any]],
        note: Callable[[str], None],
        begin: bytes,
    ) -> None:
        self._pool = pool
        self._note = note
        self._begin = begin
        self._lock = asyncio.Lock()
        self._connection: AsyncConnection[Any] | None = None
        self._over = False
        self._timed = False
        self._streams = 0
        self._known: dict[Hashable, list[Any]] = {}
        self._too_long: dict[Hashable, float] = {}

    async def __aenter__(self) -> "Transaction":
        return self

    async def __aexit__(self, *error: object) -> None:
        await self.end()

    async def fetch(
        self,
        statement: Statement,
        row: Callable[..., T],
        *,
        tenant: int | None = None,
        within: float | None = None,
        whole: Callable[[], Statement] | None = None,
        **values: object,
    ) -> list[T]:
        """Run one statement under the tenant's scope and make a `row` of the columns of each result.

        `tuple` for a row leaves the columns as they come, at a fifth of the cost of a call a row.
        The first statement opens the transaction, and both go out with the scope in one round trip. Raises
        UnavailableError when the database does not come back within ten seconds, or is lost later on, and
        TimedOutError when the statement takes longer than `within` seconds; a reader may then go on.

        A reader sees one snapshot, so it sends the same statement with the same values once; one that took
        too long is not sent again to take as long. `whole` makes the one that asks the same with all columns:
        after one of these took too long, none of them is sent.
        """
        bound = _bound(statement, tenant, values)
        same = self._same(statement, row, bound)

        def alike() -> Hashable:
            return same if whole is None else self._same(whole(), row, _bound(whole(), tenant, values))

        async with self._lock:
            if same is not None and same in self._known:
                return [*self._known[same]]
            slow = self._too_long.get(alike(), -1.0) if self._too_long and same is not None else -1.0
            if within is not None and slow >= within:
                raise TimedOutError(_TOO_LONG)
            try:
                rows = await self._send([scope(tenant), *self._limit(within)], statement, row, bound)
            except TimedOutError:
                self._too_long[alike()] = within or 0.0
                raise
            if same is not None:
                self._known[same] = rows
            return [*rows]

    async def stream(
        self,
        statement: Statement,
        row: Callable[..., T],
        *,
        tenant: int | None = None,
        size: int,
        within: float | None = None,
        **values: object,
    ) -> AsyncIterator[list[T]]:
        """The rows in blocks of `size`, one held at a time: the database goes on as they are taken.

        Each block is asked for as by `fetch`, in `within` seconds. Who stops taking them before the last one
        ends the transaction, and with it the statement.
        """
        bound = _bound(statement, tenant, values)
        self._streams += 1
        name = f"stream_{self._streams}"
        more = f"FETCH FORWARD {size} FROM {name}"
        text = f"DECLARE {name} NO SCROLL CURSOR FOR {statement.text}; {more}"
        asked = Statement(text, statement.scoped, {})
        while True:
            async with self._lock:
                rows = await self._send([scope(tenant), *self._limit(within)], asked, row, bound)
            if rows:
                yield rows
            if len(rows) < size:
                break
            asked = Statement(more, statement.scoped, {})
        async with self._lock:
            await self._send([], Statement(f"CLOSE {name}", scoped=False, defaults={}), row, {})

    async def _send(
        self, before: list[bytes], statement: Statement, row: Callable[..., T], bound: dict[str, object]
    ) -> list[T]:
        if self._over:
            raise RuntimeError("a statement after the end of its transaction")
        self._note(statement.text)
        return await self._ask(before, statement, row, bound)

    async def _ask(
        self, before: list[bytes], statement: Statement, row: Callable[..., T], bound: dict[str, object]
    ) -> list[T]:
        try:
            if self._connection is not None:
                return await _send(self._connection, before, statement, row, bound)
            return await _with_patience(lambda: self._first(statement, row, before, bound))
        except psycopg.errors.QueryCanceled as error:
            self._over = self._begin is _WRITE
            await self._close("ROLLBACK")
            raise TimedOutError(_TOO_LONG) from error
        except psycopg.OperationalError as error:
            full = isinstance(error, psycopg.errors.DiskFull)
            raise UnavailableError(NO_ROOM if full else _NO_ANSWER) from error

    def _same(self, statement: Statement, row: Callable[..., T], bound: dict[str, object]) -> Hashable:
        """What an equal question would be known by; None where it must be asked each time."""
        if self._begin is _WRITE:
            return None
        try:
            return statement.text, row, tuple((name, _frozen(value)) for name, value in bound.items())
        except TypeError:
            return None

    def _limit(self, within: float | None) -> list[bytes]:
        """What sets the time of the next statement, and takes an earlier one's limit away."""
        if within is None and not self._timed:
            return []
        self._timed = within is not None
        milliseconds = 0 if within is None else max(1, int(within * 1000))
        return [b"SET LOCAL statement_timeout = %d" % milliseconds]

    async def renew(self) -> None:
        """End the transaction; the next statement opens another, which sees what has happened since."""
        async with self._lock:
            self._too_long.clear()
            await self._close("COMMIT")

    async def end(self, how: str = "COMMIT") -> None:
        """End for good, give the connection back. Raises UnavailableError if a write's COMMIT is lost."""
        if self._connection is None and not self._lock.locked():
            self._over = True
            return
        async with self._lock:
            self._over = True
            await self._close(how)

    async def _close(self, how: str) -> None:
        connection, self._connection = self._connection, None
        self._known.clear()
        if connection is None:
            return
        try:
            await exchange(connection, how.encode())
        except psycopg.OperationalError as error:
            await connection.close()
            if self._begin is _WRITE and how == "COMMIT":
                raise UnavailableError(
                    "The database went away while saving; check before trying again."
                ) from error
        finally:
            await self._pool.putconn(connection)

    async def _first(
        self,
        statement: Statement,
        row: Callable[..., T],
        before: list[bytes],
        bound: dict[str, object],
    ) -> list[T]:
        connection = await self._pool.getconn()
        try:
            rows = await _send(connection, [self._begin, *before], statement, row, bound)
        except BaseException:
            await connection.close()
            await self._pool.putconn(connection)
            raise
        self._connection = connection
        return rows


def _bound(statement: Statement, tenant: int | None, values: dict[str, object]) -> dict[str, object]:
    if statement.scoped and tenant is None:
        raise ValueError(f"a tenant's tables, but no tenant: {statement.text}")
    return {**statement.defaults, **values, "tenant_id": tenant}


async def _send(
    connection: AsyncConnection[Any],
    before: list[bytes],
    statement: Statement,
    row: Callable[..., T],
    bound: dict[str, object],
) -> list[T]:
    """Run a statement and what goes before it in one round trip."""
    query = b"; ".join([*before, merged(statement.text, bound, connection)])
    with spans.statement(statement.text):
        rows = await exchange(connection, query)
    return made_of(rows, row)


def _frozen(value: object) -> Hashable:
    """A value that equals another's if both are the same to the database. Raises TypeError for others."""
    if isinstance(value, list):
        kinds = {*map(type, value)}
        return (list, *kinds, *value) if len(kinds) == 1 and kinds <= _PLAIN else (list, *map(_frozen, value))
    if value is None or type(value) in _PLAIN:
        return type(value), value
    raise TypeError


async def _with_patience(attempt: Callable[[], Awaitable[list[T]]]) -> list[T]:
    """Try again while the server restarts: a first statement has committed nothing, so it can run anew."""
    loop = asyncio.get_running_loop()
    deadline = loop.time() + _PATIENCE
    while True:
        try:
            return await attempt()
        except PoolTimeout as error:
            raise UnavailableError(_ALL_TAKEN) from error
        except psycopg.errors.DiskFull as error:
            raise UnavailableError(NO_ROOM) from error
        except psycopg.OperationalError as error:
            if isinstance(error, psycopg.errors.QueryCanceled):
                raise
            if loop.time() > deadline:
                raise UnavailableError(_NO_ANSWER) from error
            await asyncio.sleep(_PAUSE)


async def _configure(connection: AsyncConnection[Any]) -> None:
    await act_as_application(connection)
